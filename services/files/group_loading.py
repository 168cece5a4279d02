"""Works on an import of groups: some groups a step, each with all its lines.

A trial and a load plan each group in the same way (`services/files/group_rows.py`);
only a load writes. A group and its members are one change, made or not made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.orm import Session

from scim.errors import ScimError
from scim.members import MemberChange
from services.background.job_steps import Step, Task
from services.directory import group_changes
from services.errors import ServiceError
from services.files import group_import, group_rows
from services.files.csv_rounds import Round, Tally
from services.files.group_columns import EXTERNAL_ID, NAME
from services.files.group_import import GroupLines
from services.files.group_rows import Known, Plan
from services.origin import Origin


@dataclass
class GroupTally(Tally):
    """As of any import, and members who are added; how many chunks are worked on."""

    added: int = 0
    n_chunks: int = 0


_Round: TypeAlias = Round[GroupTally]


def step(session: Session, task: Task, origin: Origin) -> Step:
    """Try or load the next groups."""
    round_ = _Round.begin(session, task, origin, GroupTally)
    content = round_.chunk("groups", round_.tally.n_chunks)
    entries = group_import.unpack(content or b"[]")
    _work(round_, entries)
    round_.tally.n_chunks += 1
    round_.close()
    n_done = task.n_done + sum(len(entry.lines) for entry in entries)
    return round_.done(n_done, is_last=n_done >= (task.n_total or 0) or not entries)


def _work(round_: _Round, entries: list[GroupLines]) -> None:
    known = group_rows.find_known(
        round_.session,
        round_.organization,
        entries,
        round_.mapped,
        is_loading=round_.is_loading,
    )
    for entry in entries:
        plan = group_rows.plan(entry, round_.mapped, known)
        problems = plan.problems
        if plan.outcome is not None:
            try:
                _carry_out(round_, plan, known)
            except (ServiceError, ScimError) as error:
                problems = tuple((line, error.detail) for line in entry.lines)
            else:
                round_.tally.count(plan.outcome, plan.group)
                round_.tally.added += plan.n_added
        for line, problem in problems:
            name = round_.mapped.value(line.cells, NAME)
            name = name or round_.mapped.value(line.cells, EXTERNAL_ID)
            round_.note_problem(line, name, problem)


def _carry_out(round_: _Round, plan: Plan, known: Known) -> None:
    """Do it, when it is more than a trial."""
    if not round_.is_loading or plan.outcome == "unchanged":
        return
    session, organization = round_.session, round_.organization
    batch, origin, ids = round_.batch, round_.origin, plan.member_ids
    if plan.group is None:
        known.add(
            group_changes.make(session, organization, plan.document, ids, batch, origin)
        )
        return
    known.forget(plan.group)
    steps = [MemberChange(clear=False, add=ids, remove=())]
    group_changes.change(
        session, organization, plan.group, plan.document, steps, batch, origin
    )
    known.add(plan.group)
