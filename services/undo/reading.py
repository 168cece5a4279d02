"""What undo has to know: the events of a selection, and how things stand today.

Reads only, within a transaction that somebody else leads; in pieces, since a selection
may hold a hundred thousand changes. What others did is read in `other_events`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, select
from sqlalchemy.orm import Session

from models import (
    ChangedMembers,
    DeletedMembership,
    DeletedResource,
    Group,
    GroupMembership,
    Membership,
    User,
)
from models.database import Base
from scim.attributes import Document
from services.directory.mapping import Reference, stored_group_document
from services.errors import Invalid
from services.organizations import OrganizationRef
from services.undo.folding import UNDOABLE, SelectedEvent, State
from services.undo.selection import EVENTS, Selection

T = TypeVar("T")
Database: TypeAlias = Connection | Session

MOST_EVENTS: Final = 100_000
"""Changes that are undone together; more would not fit into one plan."""

MOST_MEMBERS: Final = 1_000_000
"""Members that came or went in them, for the same reason."""

CHUNK: Final = 2_000
"""Ids named in one statement."""

_DELETED: Final = Base.metadata.tables[DeletedResource.__tablename__]


@dataclass(frozen=True)
class Today:
    """A resource as it stands: live, deleted with what is kept of it, or gone.

    Who deleted it and when is known of deleted ones.
    """

    state: State
    document: Document
    name: str = ""
    deleted_by: str = ""
    deleted_at: datetime | None = None


GONE: Final = Today("gone", {})


def read_events(
    database: Database, organization: OrganizationRef, selection: Selection
) -> list[SelectedEvent]:
    """The events meant, in their order. Raises `Invalid` for too many of them."""
    clause = selection.clause(organization)
    n_events, n_members = measure(database, clause)
    if n_events > MOST_EVENTS:
        raise Invalid(
            "since",
            f"These are {n_events:,} changes; at most {MOST_EVENTS:,} can be undone "
            "together. Choose a shorter while.",
        )
    if n_members > MOST_MEMBERS:
        raise Invalid(
            "since",
            f"{n_members:,} members came or left in these changes; at most "
            f"{MOST_MEMBERS:,} can be undone together. Choose a shorter while.",
        )
    return read_where(database, clause)


def measure(database: Database, clause: ColumnElement[bool]) -> tuple[int, int]:
    """How many events, and how many members came or went in those that tell whom."""
    table = EVENTS.c
    n_moved = case((_MOVES, table.n_added + table.n_removed), else_=0)
    row = database.execute(
        select(func.count(), func.coalesce(func.sum(n_moved), 0))
        .select_from(EVENTS)
        .where(clause)
    ).one()
    return int(row[0]), int(row[1])


_MOVES: Final = and_(EVENTS.c.action == "updated", EVENTS.c.resource_type == "Group")


def read_where(
    database: Database, clause: ColumnElement[bool], *, is_meant: bool = True
) -> list[SelectedEvent]:
    """The events for which that holds, in their order."""
    table = EVENTS.c
    rows = database.execute(
        select(
            *(table.seq, table.number, table.request_id, table.action),
            *(table.resource_type, table.resource_id, table.resource_name),
            *(table.changes, table.n_added, table.n_removed),
            *(table.actor_name, table.at),
        )
        .where(clause)
        .order_by(table.number)
    ).all()
    moving = [
        row.seq
        for row in rows
        if row.action == "updated"
        and row.resource_type == "Group"
        and (row.n_added or row.n_removed)
    ]
    members = _read_members(database, moving)
    return [
        _event(row, members.get(row.seq, ([], [])), is_meant=is_meant) for row in rows
    ]


def _event(
    row: Any,  # Any: a row of the statement above
    members: tuple[Sequence[str], Sequence[str]],
    *,
    is_meant: bool,
) -> SelectedEvent:
    # What a resource was made, deleted or restored with comes and goes with it.
    is_told = row.resource_type in UNDOABLE and row.action not in (
        "created",
        "deleted",
        "restored",
    )
    return SelectedEvent(
        row.number,
        row.request_id,
        row.action,
        row.resource_type,
        row.resource_id,
        row.resource_name,
        row.changes if is_told else {},
        *members,
        row.actor_name,
        row.at,
        is_meant,
    )


def _read_members(
    database: Database, event_seqs: Sequence[int]
) -> dict[int, tuple[list[str], list[str]]]:
    found: dict[int, tuple[list[str], list[str]]] = {}
    for chunk in chunks(event_seqs):
        rows = database.execute(
            select(
                ChangedMembers.event_seq, ChangedMembers.added, ChangedMembers.removed
            )
            .where(ChangedMembers.event_seq.in_(chunk))
            .order_by(ChangedMembers.event_seq, ChangedMembers.chunk)
        )
        for seq, added, removed in rows:
            all_added, all_removed = found.setdefault(seq, ([], []))
            all_added += added
            all_removed += removed
    return found


def read_today(
    database: Database,
    organization: OrganizationRef,
    ids: Iterable[tuple[str, str]],
) -> dict[str, Today]:
    """How the resources of those types and ids stand; who is missing is gone."""
    by_type: dict[str, list[str]] = {"User": [], "Group": []}
    for type_, id_ in ids:
        by_type[type_].append(id_)
    found: dict[str, Today] = {}
    for chunk in chunks(by_type["User"]):
        users = select(User.id, User.name, User.document).where(
            User.organization_seq == organization.seq, User.id.in_(chunk)
        )
        for id_, name, document in database.execute(users):
            found[id_] = Today("live", document, name)
    for chunk in chunks(by_type["Group"]):
        groups = select(Group.id, Group.display_name, Group.external_id).where(
            Group.organization_seq == organization.seq, Group.id.in_(chunk)
        )
        for id_, name, external_id in database.execute(groups):
            document = stored_group_document(name, external_id)
            found[id_] = Today("live", document, name)
    missing = [id_ for all_ in by_type.values() for id_ in all_ if id_ not in found]
    return found | read_deleted(database, organization, missing)


def read_deleted(
    database: Database, organization: OrganizationRef, ids: Iterable[str]
) -> dict[str, Today]:
    """Those of the ids that are deleted, with what is kept of them."""
    columns = _DELETED.c
    found: dict[str, Today] = {}
    for chunk in chunks(ids):
        rows = database.execute(
            select(
                *(columns.id, columns.document, columns.name),
                *(columns.deleted_by, columns.deleted_at),
            ).where(columns.organization_seq == organization.seq, columns.id.in_(chunk))
        )
        for id_, document, name, by, at in rows:
            found[id_] = Today("deleted", document, name, by, at)
    return found


def read_here(
    database: Database, organization: OrganizationRef, ids: Iterable[str]
) -> dict[str, Reference]:
    """Those of the ids that are users or groups now."""
    found: dict[str, Reference] = {}
    for chunk in chunks(ids):
        users = select(User.id, User.name).where(
            User.organization_seq == organization.seq, User.id.in_(chunk)
        )
        for id_, name in database.execute(users):
            found[id_] = Reference("User", id_, name)
        rest = [id_ for id_ in chunk if id_ not in found]
        if not rest:
            continue
        groups = select(Group.id, Group.display_name).where(
            Group.organization_seq == organization.seq, Group.id.in_(rest)
        )
        for id_, name in database.execute(groups):
            found[id_] = Reference("Group", id_, name)
    return found


def read_present(
    database: Database,
    organization: OrganizationRef,
    group_id: str,
    candidates: Iterable[Reference],
) -> set[str]:
    """The ids of those who are members of the group now."""
    here = (Group.organization_seq == organization.seq, Group.id == group_id)
    group = select(Group.seq).where(*here).scalar_subquery()
    by_type: dict[str, list[str]] = {"User": [], "Group": []}
    for one in candidates:
        by_type[one.type].append(one.id)
    present: set[str] = set()
    for chunk in chunks(by_type["User"]):
        users = (
            select(User.id)
            .join(Membership, Membership.user_seq == User.seq)
            .where(Membership.group_seq == group)
            .where(User.organization_seq == organization.seq, User.id.in_(chunk))
        )
        present.update(database.execute(users).scalars())
    for chunk in chunks(by_type["Group"]):
        groups = (
            select(Group.id)
            .join(GroupMembership, GroupMembership.member_seq == Group.seq)
            .where(GroupMembership.group_seq == group)
            .where(Group.organization_seq == organization.seq, Group.id.in_(chunk))
        )
        present.update(database.execute(groups).scalars())
    return present


def read_kept(
    database: Database, organization: OrganizationRef, group_id: str, ids: Iterable[str]
) -> set[str]:
    """Those of the ids whose membership is kept, and returns with its two sides."""
    kept: set[str] = set()
    for chunk in chunks(ids):
        statement: Select[str] = select(DeletedMembership.member_id).where(
            DeletedMembership.organization_seq == organization.seq,
            DeletedMembership.group_id == group_id,
            DeletedMembership.member_id.in_(chunk),
        )
        kept.update(database.execute(statement).scalars())
    return kept


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The items in lists of at most that size."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
