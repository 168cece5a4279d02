"""What purging takes and what it leaves; and the daily round that does it by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import (
    ChangeEvent,
    DeletedMembership,
    DeletedResource,
    Membership,
    Organization,
)
from models.database import db
from services.deletion import deleted
from services.directory import groups, users
from services.errors import NotFound
from services.origin import Actor, Origin
from tests.directories import last_event, n_events, rows, totals

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
OKTA = Origin(Actor("token", "okta", "Okta"), NOON)
ADA = Origin(Actor("admin", "ada", "Ada"), NOON + timedelta(hours=2))
MONTH = timedelta(days=30)


@pytest.fixture(autouse=True)
def _in_context(app, monkeypatch):
    monkeypatch.setattr(deleted, "PAUSE_SECONDS", 0)
    with app.app_context():
        yield


@pytest.fixture
def new_user():
    def create(organization, name):
        document = {"userName": name, "title": "Cook"}
        return users.create(organization, document, origin=OKTA).id

    return create


@pytest.fixture
def gone(new_user):
    """A user of that name, deleted at noon."""

    def create(organization, name):
        id_ = new_user(organization, name)
        users.delete(organization, id_, origin=OKTA)
        return id_

    return create


def n_rows(app, table):
    return rows(app, sa.select(sa.func.count()).select_from(table))[0][0]


def changes_of(app, resource_id):
    told = sa.select(ChangeEvent.action, ChangeEvent.changes).where(
        ChangeEvent.resource_id == resource_id
    )
    return dict(tuple(row) for row in rows(app, told))


def set_retention(organization, days):
    with Session(db.engine) as session, session.begin():
        session.execute(
            sa.update(Organization)
            .where(Organization.seq == organization.seq)
            .values(retention_days=days)
        )


def test_purged_is_no_more_restored(app, acme, gone):
    id_ = gone(acme, "cy")
    purged = deleted.purge(acme, id_, origin=ADA)
    assert (purged.type, purged.id, purged.name) == ("User", id_, "cy")
    assert n_rows(app, DeletedResource) == 0
    with pytest.raises(NotFound):
        deleted.restore(acme, id_, origin=ADA)


def test_purge_is_told_and_moves_no_counter(app, acme, gone, new_user):
    new_user(acme, "bo")
    id_ = gone(acme, "cy")
    deleted.purge(acme, id_, origin=ADA)
    event = last_event(app)
    assert (event.action, event.resource_type, event.resource_id) == (
        "purged",
        "User",
        id_,
    )
    assert (event.resource_name, event.actor, event.changes) == ("cy", "admin:ada", {})
    assert totals(app, acme.seq) == (1, 1, 0)


def test_history_of_the_purged_keeps_names_and_loses_values(app, acme, gone, new_user):
    bo = new_user(acme, "bo")
    id_ = gone(acme, "cy")
    other = gone(acme, "di")
    deleted.purge(acme, id_, origin=ADA)
    assert changes_of(app, id_) == {"created": {}, "deleted": {}, "purged": {}}
    assert changes_of(app, bo)["created"]["title"] == [None, "Cook"]
    assert changes_of(app, other)["deleted"]["title"] == ["Cook", None]


def test_purge_forgets_the_memberships_kept_for_it(app, acme, new_user):
    ids = [new_user(acme, name) for name in ("bo", "cy")]
    staff = groups.create(acme, {"displayName": "Staff"}, ids, origin=OKTA).id
    for id_ in ids:
        users.delete(acme, id_, origin=OKTA)
    deleted.purge(acme, ids[0], origin=ADA)
    assert rows(app, sa.select(DeletedMembership.member_id)) == [(ids[1],)]
    groups.delete(acme, staff, origin=OKTA)
    deleted.purge(acme, staff, origin=ADA)
    assert n_rows(app, DeletedMembership) == 0


def test_group_comes_back_without_the_purged(app, acme, new_user):
    ids = [new_user(acme, name) for name in ("bo", "cy")]
    staff = groups.create(acme, {"displayName": "Staff"}, ids, origin=OKTA).id
    groups.delete(acme, staff, origin=OKTA)
    users.delete(acme, ids[0], origin=OKTA)
    deleted.purge(acme, ids[0], origin=ADA)
    assert deleted.restore(acme, staff, origin=ADA).n_members == 1
    assert n_rows(app, Membership) == 1


def test_only_the_deleted_of_the_organization_are_purged(
    app, acme, globex, gone, new_user
):
    with pytest.raises(NotFound):
        deleted.purge(acme, new_user(acme, "bo"), origin=ADA)
    with pytest.raises(NotFound):
        deleted.purge(globex, gone(acme, "cy"), origin=ADA)
    with pytest.raises(NotFound):
        deleted.purge(acme, "no-id", origin=ADA)
    assert n_rows(app, DeletedResource) == 1


def whole_round(now, batch=500):
    """How many each call purged, until nothing is left."""
    return list(iter(lambda: deleted.purge_expired(now, batch=batch), 0))


@pytest.mark.parametrize(("batch", "calls"), [(1, [1, 1, 1]), (2, [2, 1]), (9, [2, 1])])
def test_round_purges_what_was_kept_long_enough(app, acme, globex, gone, batch, calls):
    ids = [gone(acme, "ada"), gone(acme, "bo"), gone(globex, "cy")]
    due = NOON + MONTH
    assert whole_round(due, batch) == []
    assert whole_round(due + timedelta(seconds=1), batch) == calls
    assert n_rows(app, DeletedResource) == 0
    assert changes_of(app, ids[2]) == {"created": {}, "deleted": {}, "purged": {}}


def test_round_asks_each_organization_how_long(app, acme, globex, gone):
    gone(acme, "ada")
    left = gone(globex, "bo")
    set_retention(acme, 1)
    assert whole_round(NOON + timedelta(days=2)) == [1]
    assert rows(app, sa.select(DeletedResource.id)) == [(left,)]
    assert last_event(app).actor == "system:retention"


def test_round_forgets_memberships_that_nobody_can_take_up_again(
    app, acme, new_user, monkeypatch
):
    monkeypatch.setattr(deleted, "_PAIRS_AT_A_TIME", 2)
    ids = [new_user(acme, name) for name in ("ada", "bo", "cy", "di", "ed")]
    groups.create(acme, {"displayName": "Staff"}, ids, origin=OKTA)
    users.delete(acme, ids[0], origin=ADA)
    for id_ in ids[1:]:
        users.delete(acme, id_, origin=OKTA)
    whole_round(NOON + MONTH + timedelta(hours=1))
    assert rows(app, sa.select(DeletedMembership.member_id)) == [(ids[0],)]
    assert rows(app, sa.select(DeletedResource.id)) == [(ids[0],)]


def test_round_with_nothing_to_do_leaves_no_trace(app, acme, gone):
    gone(acme, "cy")
    before = n_events(app)
    assert whole_round(NOON + timedelta(days=3)) == []
    assert n_events(app) == before
