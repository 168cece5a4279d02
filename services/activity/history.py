"""What happened: the timeline of a resource, of an organization, and counts by day.

Read from the change events alone; how they are worded is in
`services/activity/change_words.py`. A page of a timeline takes the same few statements
however many members its events moved: only the first of them are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    exists,
    func,
    select,
    type_coerce,
)

from models import ChangedMembers, ChangeEvent, Request
from models.database import reading
from services.activity.change_words import (
    Difference,
    HistoryEvent,
    Known,
    Part,
    differences,
    sentence,
)
from services.directory import known_resources
from services.directory.mapping import Reference
from services.errors import NotFound
from services.organizations import OrganizationRef
from services.queries import keyset
from services.queries.keyset import Key, Order, Window

__all__ = [
    "ChangedMember",
    "DayCount",
    "Difference",
    "HistoryEvent",
    "Part",
    "Window",
    "before_log",
    "differences",
    "event_of",
    "events_of",
    "few_and_many",
    "members_of",
    "of_request",
    "of_resource",
    "per_day",
    "read_events",
    "read_of_resource",
    "recent",
    "sentence",
    "with_known",
]

MOST_MEMBERS: Final = 20
"""Members of one event that a page names."""

FEW_EVENTS: Final = 100
"""Changes of a request that are looked through for the first of them, and told apart
whoever asks."""

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEAD_LENGTH: Final = 1 + 39 * MOST_MEMBERS
"""Characters of a JSON list that hold so many ids."""

_COLUMNS: Final = (
    ChangeEvent.seq,
    ChangeEvent.number,
    ChangeEvent.at,
    ChangeEvent.actor,
    ChangeEvent.actor_name,
    ChangeEvent.action,
    ChangeEvent.resource_type,
    ChangeEvent.resource_id,
    ChangeEvent.resource_name,
    ChangeEvent.changes,
    ChangeEvent.n_added,
    ChangeEvent.n_removed,
)
_NEWEST_FIRST: Final = Order(
    # A column says itself that it may be null; of an organization it never is.
    (Key(ChangeEvent.number.expression, "number"),),
    is_descending=True,
)


@dataclass(frozen=True)
class ChangedMember:
    """Who came to a group or left it; without a name when nothing is known any more."""

    id: str
    name: str | None
    resource: Reference | None


@dataclass(frozen=True)
class DayCount:
    """How many changes a day had, in somebody's time zone."""

    day: date
    n_changes: int


@reading
def of_resource(
    connection: Connection,
    organization: OrganizationRef,
    resource_id: str,
    *,
    cursor: str | None = None,
    count: int = 20,
) -> Window[HistoryEvent]:
    """What happened to one resource, the newest first, also after it is gone.

    Raises `Invalid` ("cursor"). A resource that never was has no events.
    """
    statement = events_of(organization).where(ChangeEvent.resource_id == resource_id)
    return _read(connection, organization, statement, cursor, count)


@reading
def recent(
    connection: Connection,
    organization: OrganizationRef,
    *,
    cursor: str | None = None,
    count: int = 5,
) -> Window[HistoryEvent]:
    """What happened in an organization, the newest first. Raises `Invalid`."""
    statement = events_of(organization)
    return _read(connection, organization, statement, cursor, count)


@reading
def of_request(
    connection: Connection,
    organization: OrganizationRef,
    request_id: str,
    *,
    cursor: str | None = None,
    count: int = 20,
) -> Window[HistoryEvent]:
    """What one request changed, the newest first. Raises `Invalid` ("cursor")."""
    statement = events_of(organization).where(ChangeEvent.request_id == request_id)
    return _read(connection, organization, statement, cursor, count)


@reading
def before_log(
    connection: Connection,
    organization: OrganizationRef,
    resource_id: str,
    *,
    cursor: str | None = None,
    count: int = 20,
) -> Window[HistoryEvent]:
    """The changes of a resource whose requests the log has no longer: those stay.

    As `of_resource`.
    """
    statement = events_of(organization).where(
        ChangeEvent.resource_id == resource_id,
        ~exists().where(Request.id == ChangeEvent.request_id),
    )
    return _read(connection, organization, statement, cursor, count)


def few_and_many(n_events: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """Requests whose changes are looked through, and those with too many for it."""
    few = [one for one, n in n_events.items() if n <= FEW_EVENTS]
    return few, [one for one, n in n_events.items() if n > FEW_EVENTS]


def read_of_resource(
    connection: Connection,
    organization: OrganizationRef,
    resource_id: str,
    n_events: Mapping[str, int],
) -> Mapping[str, tuple[HistoryEvent, ...]]:
    """What each of those requests changed of that one resource, in the order it did.

    `n_events` is how many changes each made, by the request's id.
    """
    few, many = few_and_many(n_events)
    statement = (
        events_of(organization)
        .add_columns(ChangeEvent.request_id)
        .where(ChangeEvent.resource_id == resource_id)
        .order_by(ChangeEvent.number)
    )
    rows: list[Row[*tuple[Any, ...]]] = []  # Any: as in _read
    if few:
        rows += connection.execute(statement.where(ChangeEvent.request_id.in_(few)))
    if many:
        # Not by the request's index, but among the changes of the resource.
        request_id = func.coalesce(ChangeEvent.request_id, "")
        rows += connection.execute(statement.where(request_id.in_(many)))
    found: dict[str, tuple[HistoryEvent, ...]] = {}
    events = read_events(connection, organization, rows)
    for row, event in zip(rows, events, strict=True):
        found[row.request_id] = (*found.get(row.request_id, ()), event)
    return found


@reading
def members_of(
    connection: Connection, organization: OrganizationRef, event_number: int
) -> tuple[HistoryEvent, tuple[ChangedMember, ...], tuple[ChangedMember, ...]]:
    """An event, and the first members it added and removed.

    At most `MOST_MEMBERS` of each; the event counts them all. Raises `NotFound`, also
    for the number of an event that another organization has.
    """
    where = ChangeEvent.number == event_number
    row = connection.execute(events_of(organization).where(where)).one_or_none()
    if row is None:
        raise NotFound(f"There is no change {event_number} here.")
    (event,) = read_events(connection, organization, [row])
    added = tuple(_member(one, event.known) for one in event.added)
    removed = tuple(_member(one, event.known) for one in event.removed)
    return event, added, removed


def per_day(
    organization: OrganizationRef, *, now: datetime, zone: tzinfo, count: int = 14
) -> list[DayCount]:
    """The number of changes on each of the last days, today last, as the zone counts.

    Counted by the index of times: the cost is that of the changes of those days.
    """
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(count - 1, -1, -1)]
    edges = [datetime.combine(day, time.min, zone) for day in days]
    ends = [*edges[1:], datetime.combine(today + timedelta(days=1), time.min, zone)]
    counts = _count_between(organization, list(zip(edges, ends, strict=True)))
    return [DayCount(day, n) for day, n in zip(days, counts, strict=True)]


@reading
def _count_between(
    connection: Connection,
    organization: OrganizationRef,
    spans: Sequence[tuple[datetime, datetime]],
) -> Sequence[int]:
    counts = (
        select(func.count())
        .where(
            ChangeEvent.organization_seq == organization.seq,
            ChangeEvent.at >= start,
            ChangeEvent.at < end,
        )
        .scalar_subquery()
        for start, end in spans
    )
    return tuple(connection.execute(select(*counts)).one())


def events_of(organization: OrganizationRef) -> Select[*tuple[Any, ...]]:  # Any: a row
    """The events of an organization, to be narrowed down."""
    return select(*_COLUMNS).where(ChangeEvent.organization_seq == organization.seq)


def _read(
    connection: Connection,
    organization: OrganizationRef,
    statement: Select[*tuple[Any, ...]],  # Any: the columns of _COLUMNS
    cursor: str | None,
    count: int,
) -> Window[HistoryEvent]:
    window = keyset.read(connection, statement, _NEWEST_FIRST, cursor, count)
    return replace(window, rows=read_events(connection, organization, window.rows))


def read_events(
    connection: Connection,
    organization: OrganizationRef,
    rows: Sequence[Row[*tuple[Any, ...]]],  # Any: as in _read
) -> tuple[HistoryEvent, ...]:
    """The events of rows of `events_of`, in their order."""
    heads = _member_heads(connection, rows)
    events = [event_of(row, *heads.get(row.seq, ((), ()))) for row in rows]
    return with_known(connection, organization, events)


def with_known(
    connection: Connection,
    organization: OrganizationRef,
    events: Sequence[HistoryEvent],
) -> tuple[HistoryEvent, ...]:
    """The events, with what can be told today of the resources they speak of."""
    known = known_resources.read(connection, organization, events)
    return tuple(replace(event, known=known) for event in events)


def event_of(
    row: Row[*tuple[Any, ...]],  # Any: as in _read
    added: tuple[str, ...],
    removed: tuple[str, ...],
) -> HistoryEvent:
    """The event of a row of `events_of`; `added` and `removed` are its first ids."""
    return HistoryEvent(
        number=row.number,
        at=row.at,
        actor=row.actor,
        actor_name=row.actor_name,
        action=row.action,
        resource_type=row.resource_type,
        resource_id=row.resource_id,
        resource_name=row.resource_name,
        changes=row.changes,
        n_added=row.n_added,
        n_removed=row.n_removed,
        added=added,
        removed=removed,
    )


_Heads = tuple[tuple[str, ...], tuple[str, ...]]


def _member_heads(
    connection: Connection,
    rows: Sequence[Row[*tuple[Any, ...]]],  # Any: as in _read
) -> dict[int, _Heads]:
    """The first ids that each event added and removed.

    Cut by the database: a chunk holds thousands, of which a sentence names three.
    """
    seqs = [row.seq for row in rows if row.n_added or row.n_removed]
    if not seqs:
        return {}
    found = connection.execute(
        select(
            ChangedMembers.event_seq,
            _head(ChangedMembers.added).label("added"),
            _head(ChangedMembers.removed).label("removed"),
        ).where(ChangedMembers.event_seq.in_(seqs), ChangedMembers.chunk == 0)
    )
    return {
        row.event_seq: (tuple(_ID.findall(row.added)), tuple(_ID.findall(row.removed)))
        for row in found
    }


def _head(ids: Any) -> ColumnElement[str]:  # Any: a mapped attribute of JSON text
    text: ColumnElement[str] = type_coerce(ids, Text)
    return func.substr(text, 1, _HEAD_LENGTH, type_=Text)


def _member(member_id: str, known: Mapping[str, Known]) -> ChangedMember:
    one = known.get(member_id)
    if one is None:
        return ChangedMember(member_id, None, None)
    link = one.reference if one.is_here else None
    return ChangedMember(member_id, one.reference.name, link)
