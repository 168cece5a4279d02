"""Works on an import of users: the rows tried or loaded, a hundred a step.

A trial and a load plan each row in the same way (`services/files/user_rows.py`); only a
load writes. A manager who is a row further down is set when all rows are loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import User
from scim.errors import ScimError
from scim.matching import fold
from services.background import jobs
from services.background.job_steps import Step, Task
from services.directory import managers, mapping, user_changes
from services.errors import ServiceError
from services.files import csv_files, csv_kinds, user_rows
from services.files.csv_files import Line
from services.files.csv_rounds import PER_STEP, Round, Tally
from services.files.user_columns import BY_KEY, MANAGER
from services.files.user_import import Hints, user_name
from services.files.user_rows import Plan
from services.origin import Origin


@dataclass
class UserTally(Tally):
    """As of any import, and who is deactivated; how far managers are set."""

    deactivated: int = 0
    n_later: int = 0
    n_later_done: int = 0


_Round: TypeAlias = Round[UserTally]


def step(session: Session, task: Task, origin: Origin) -> Step:
    """Try or load the next rows; set managers once all are loaded."""
    round_ = _Round.begin(session, task, origin, UserTally)
    tally = round_.tally
    n_rows = task.n_total or 0
    if task.n_done >= n_rows:
        return _set_managers(round_)
    chunk = task.n_done // PER_STEP
    lines = csv_kinds.unpack(round_.chunk("rows", chunk) or b"[]")
    hints = Hints.unpack(round_.chunk("hints", chunk))
    later = _work(round_, lines, hints, chunk)
    if later:
        tally.n_later += 1
        jobs.append(session, task.seq, "later", orjson.dumps(later))
    round_.close()
    n_done = min(task.n_done + PER_STEP, n_rows)
    return round_.done(n_done, is_last=n_done == n_rows and not tally.n_later)


def _work(
    round_: _Round, lines: Sequence[Line], hints: Hints, chunk: int
) -> list[list[Any]]:  # Any: JSON
    """The rows one by one; returns whose manager is to be set later."""
    people = user_rows.find_people(
        round_.session,
        round_.organization,
        lines,
        round_.mapped,
        with_lock=round_.is_loading,
    )
    later = []
    for place, line in enumerate(lines):
        try:
            plan = user_rows.plan(line, round_.mapped, people, hints, place)
            user_id = _carry_out(round_, plan)
        except (ServiceError, ScimError) as error:
            _note(round_, line, error.detail)
            continue
        round_.tally.count(plan.outcome, plan.user)
        round_.tally.deactivated += plan.deactivates
        if plan.manager and user_id:
            later.append([user_id, plan.manager, chunk, place])
    return later


def _carry_out(round_: _Round, plan: Plan) -> str | None:
    """Do it, or in a trial see whether it could be done; the user's id, if done."""
    session, organization = round_.session, round_.organization
    if not round_.is_loading:
        key = mapping.user_columns({"active": True, **plan.document})["user_name_key"]
        if plan.user is None or plan.user.user_name_key != key:
            user_changes.check_user_name(session, organization, plan.document, key)
        return None
    batch, origin = round_.batch, round_.origin
    if plan.user is None:
        made = user_changes.make(session, organization, plan.document, batch, origin)
        return made.id
    user_changes.change(session, organization, plan.user, plan.document, batch, origin)
    return plan.user.id


def _set_managers(round_: _Round) -> Step:
    """Those whose manager was a row further down, in the order of the file."""
    session, tally = round_.session, round_.tally
    content = round_.chunk("later", tally.n_later_done)
    entries = orjson.loads(content or b"[]")
    organization = round_.organization
    ids = managers.ids_of(session, organization, {one[1] for one in entries})
    users = {
        user.id: user
        for user in session.scalars(
            select(User)
            .where(
                User.organization_seq == organization.seq,
                User.id.in_({one[0] for one in entries}),
            )
            .order_by(User.seq)
            .with_for_update(key_share=True)
        )
    }
    for user_id, name, chunk, place in entries:
        manager = ids.get(fold(name))
        if manager is None:
            _note_missing(round_, name, chunk, place)
        elif user_id in users:
            document = deepcopy(users[user_id].document)
            BY_KEY[MANAGER].put(document, manager)
            user_changes.change(
                session,
                organization,
                users[user_id],
                document,
                round_.batch,
                round_.origin,
            )
    tally.n_later_done += 1
    round_.close()
    is_last = tally.n_later_done >= tally.n_later
    return round_.done(round_.task.n_done, is_last=is_last)


def _note_missing(round_: _Round, name: str, chunk: int, place: int) -> None:
    lines = csv_kinds.unpack(round_.chunk("rows", chunk) or b"[]")
    problem = (
        f"The person was loaded without the manager {csv_files.quoted(name)}, whose "
        "own line has a problem. Load that line, then this one again."
    )
    _note(round_, lines[place], problem)


def _note(round_: _Round, line: Line, problem: str) -> None:
    round_.note_problem(line, user_name(round_.mapped, line.cells), problem)
