"""Deletes many groups: those that were picked, or all that match.

As `bulk_actions` for users: few in one transaction, more as a job, whose groups are
fixed when it starts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from models import Group
from models.database import reading, writing
from services.activity.events import Batch
from services.background import bulk_actions, bulk_changes, jobs
from services.background.bulk_changes import Outcome
from services.background.job_steps import Step, Task
from services.background.jobs import NewJob
from services.directory import group_changes, group_lists
from services.directory.group_lists import GroupQuery
from services.errors import Invalid
from services.organizations import OrganizationRef
from services.origin import Origin, is_id
from services.queries.comparing import Clause

KIND: Final = "bulk_groups"

AT_ONCE: Final = 20
"""So many groups are deleted while the admin waits; each may have many members."""

PER_STEP: Final = 10
"""Groups of one step of a job."""

MOST_PICKED: Final = 1_000
"""Groups that one form may name."""


_READ_AT_A_TIME: Final = 5_000
_HEADINGS: Final = ("displayName", "id", "result")


@dataclass(frozen=True)
class ChosenGroups:
    """What an action is about: groups by id, or all that match a query."""

    ids: tuple[str, ...] = ()
    query: GroupQuery | None = None

    def clause(self, organization: OrganizationRef) -> Clause:
        """Whether a group is among them, as a clause."""
        if self.query is not None:
            return group_lists.clause(self.query, organization)
        table = Group.__table__.c
        here: Clause = table.organization_seq == organization.seq
        return here & table.id.in_(self.ids)


def picked(ids: Sequence[str]) -> ChosenGroups:
    """The groups that a form names; raises `Invalid` ("ids") for none or too many."""
    known = tuple(dict.fromkeys(one for one in ids if is_id(one)))
    if not known:
        raise Invalid("ids", "No group is selected. Select groups in the list first.")
    if len(known) > MOST_PICKED:
        raise Invalid(
            "ids",
            f"At most {MOST_PICKED:,} groups can be selected one by one. Select all "
            "that match instead.",
        )
    return ChosenGroups(known)


@dataclass(frozen=True)
class Preview:
    """What deleting would take: numbers for the question before it.

    `sources` names the provisioning clients that push some of the groups, with how many
    each does. `names` are a few of the groups.
    """

    n_groups: int
    n_members: int
    sources: tuple[tuple[str, int], ...]
    names: tuple[str, ...]


@reading
def preview(
    connection: Connection, organization: OrganizationRef, chosen: ChosenGroups
) -> Preview:
    """What deleting them would come to now."""
    table = Group.__table__.c
    meant = chosen.clause(organization)
    rows = connection.execute(
        select(table.source, func.count(), func.sum(table.n_members))
        .where(meant)
        .group_by(table.source)
    ).all()
    names = connection.scalars(
        select(table.display_name)
        .where(meant)
        .order_by(table.display_name_key)
        .limit(3)
    )
    pushed = {source: n for source, n, _ in rows if bulk_actions.is_token(source)}
    return Preview(
        sum(n for _, n, _ in rows),
        sum(n_members for *_, n_members in rows),
        bulk_actions.by_label(connection, organization, pushed),
        tuple(names),
    )


@writing
def run(
    session: Session,
    organization: OrganizationRef,
    ids: Sequence[str],
    *,
    origin: Origin,
) -> Outcome:
    """Delete them at once, all or none; at most `AT_ONCE`.

    Ids that are not here, or no more, are counted and passed over. Raises `Invalid`.
    """
    if len(ids) > AT_ONCE:
        raise Invalid("ids", f"At most {AT_ONCE} groups can be deleted at once.")
    return _delete(session, organization, ids, origin)


def start(
    organization: OrganizationRef, chosen: ChosenGroups, *, origin: Origin
) -> str:
    """Queue it as a job for those that are meant now; returns the job's id.

    Raises `Invalid` when none is.
    """
    ids = _choose(organization, chosen)
    if not ids:
        raise Invalid("ids", "No group matches. Select groups in the list first.")
    chunks = bulk_changes.pack(ids, PER_STEP)
    new = NewJob(KIND, {}, n_total=len(ids), files={"selection": chunks})
    return jobs.add(organization, new, origin=origin)


@reading
def _choose(
    connection: Connection, organization: OrganizationRef, chosen: ChosenGroups
) -> list[str]:
    if chosen.query is None:
        return list(chosen.ids)
    return list(_matching(connection, organization, chosen.query))


def _matching(
    connection: Connection, organization: OrganizationRef, query: GroupQuery
) -> Iterator[str]:
    after_seq = 0
    while found := group_lists.matching_ids(
        connection, organization, query, after_seq=after_seq, count=_READ_AT_A_TIME
    ):
        after_seq = found[-1][0]
        yield from (group_id for _, group_id in found)


def step(session: Session, task: Task, origin: Origin) -> Step:
    """The next groups of a job."""
    ids = bulk_changes.next_ids(session, task, PER_STEP)
    outcome = _delete(session, task.home, ids, origin)
    return bulk_changes.note(session, task, PER_STEP, outcome, _HEADINGS)


def _delete(
    session: Session, organization: OrganizationRef, ids: Sequence[str], origin: Origin
) -> Outcome:
    groups = session.scalars(
        select(Group)
        .where(Group.organization_seq == organization.seq, Group.id.in_(ids))
        .order_by(Group.seq)
        .with_for_update()
    ).all()
    batch, outcome = Batch(), Outcome(n_changed=len(groups))
    for group_id in sorted(set(ids) - {group.id for group in groups}):
        outcome.n_gone += 1
        outcome.rows.append(("", group_id, "Skipped: deleted meanwhile"))
    for group in groups:
        outcome.rows.append((group.display_name, group.id, "Deleted"))
        group_changes.remove(session, organization, group, batch, origin)
    batch.record(session, organization.seq, origin)
    return outcome
