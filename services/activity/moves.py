"""Who came to a group or left it, told as a part of that one's own story.

The change is the group's, and may have moved thousands; here it is told of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Text, or_, select, type_coerce

from models import ChangedMembers, ChangeEvent
from services.activity import history
from services.activity.change_words import HistoryEvent
from services.organizations import OrganizationRef

_ACTION: Final = "updated"


def read(
    connection: Connection,
    organization: OrganizationRef,
    member_id: str,
    n_events: Mapping[str, int],
) -> Mapping[str, tuple[HistoryEvent, ...]]:
    """The moves of that one by each of those requests, in the order they were made.

    `n_events` is how many changes each request made, by its id.
    """
    came = _came(connection, organization, member_id, n_events)
    if not came:
        return {}
    rows = connection.execute(
        history.events_of(organization)
        .add_columns(ChangeEvent.request_id)
        .where(ChangeEvent.seq.in_([seq for seq, _ in came]))
    ).all()
    made = [
        (row.request_id, _move(row, member_id, has_come=has_come))
        # Sorted here: SQLite would walk all events in their order for the few.
        for row in sorted(rows, key=lambda row: row.number)
        if row.request_id in n_events
        for seq, has_come in came
        if seq == row.seq
    ]
    events = history.with_known(connection, organization, [move for _, move in made])
    found: dict[str, tuple[HistoryEvent, ...]] = {}
    for (request_id, _), event in zip(made, events, strict=True):
        found[request_id] = (*found.get(request_id, ()), event)
    return found


def _came(
    connection: Connection,
    organization: OrganizationRef,
    member_id: str,
    n_events: Mapping[str, int],
) -> set[tuple[int, bool]]:
    """The events that moved the member, and whether it came; of other requests too."""
    few, many = history.few_and_many(n_events)
    of = select(ChangeEvent.seq).where(ChangeEvent.organization_seq == organization.seq)
    wanted: list[ColumnElement[bool]] = []
    if few:
        events = of.where(ChangeEvent.request_id.in_(few))
        wanted.append(ChangedMembers.event_seq.in_(events))
    for one in many:
        # Most of so many moved nobody: those that did lie between the first and last.
        events = of.where(ChangeEvent.request_id == one).limit(1)
        ends = (ChangeEvent.number.asc(), ChangeEvent.number.desc())
        first, last = (events.order_by(end).scalar_subquery() for end in ends)
        wanted.append(ChangedMembers.event_seq.between(first, last))
    came, went = (
        _names(ids, member_id) for ids in (ChangedMembers.added, ChangedMembers.removed)
    )
    found: set[tuple[int, bool]] = set()
    for where in wanted:
        chunks = select(ChangedMembers.event_seq, came).where(where, or_(came, went))
        found |= {(seq, bool(has_come)) for seq, has_come in connection.execute(chunks)}
    return found


def _names(ids: Any, member_id: str) -> ColumnElement[bool]:  # Any: mapped JSON text
    return type_coerce(ids, Text).contains(f'"{member_id}"', autoescape=True)


def _move(
    row: Row[*tuple[Any, ...]],  # Any: the columns of `history.events_of`
    member_id: str,
    *,
    has_come: bool,
) -> HistoryEvent:
    added, removed = ((member_id,), ()) if has_come else ((), (member_id,))
    return replace(
        history.event_of(row, added, removed),
        action=_ACTION,
        changes={},
        n_added=len(added),
        n_removed=len(removed),
    )
