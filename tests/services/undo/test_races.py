"""Several admins undo the same at once: it is done once, and nothing else is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import sqlalchemy as sa

from models import ChangeEvent
from services.background import bulk_actions
from services.origin import Actor, Origin
from services.undo import undoing
from services.undo.selection import Selection
from services.undo.undoing import NotAsShown, Undone
from tests.directories import rows, totals
from tests.served import fill

THREADS = 6
N_USERS = 60


def by(kind, name):
    return Origin(Actor(kind, name.lower(), name), datetime.now(UTC))


def test_the_same_undo_pressed_at_once_is_done_once(app, acme):
    with app.app_context():
        ids = fill(acme, users=N_USERS, groups=1, members_per_group=N_USERS)
        okta = by("token", "Okta")
        bulk_actions.run(acme, "delete", ids, origin=okta)
        what = Selection(actor="token:okta", since=okta.at)
        shown = undoing.preview(acme, what, datetime.now(UTC))
    start = Barrier(THREADS)

    def press(number):
        with app.app_context():
            start.wait()
            try:
                return undoing.undo(
                    acme,
                    shown.selection,
                    digest=shown.digest,
                    origin=by("admin", f"Ada{number}"),
                )
            except NotAsShown as error:
                return error

    with ThreadPoolExecutor(THREADS) as pool:
        came = list(pool.map(press, range(THREADS)))
    assert sorted(type(one) is Undone for one in came) == [False] * 5 + [True]
    counted = sa.select(sa.func.count()).where(ChangeEvent.action == "restored")
    assert rows(app, counted) == [(N_USERS,)]
    assert totals(app, acme.seq) == (N_USERS, N_USERS * 4 // 5, 1)
