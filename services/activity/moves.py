"""Who came to a group or left it, told as a part of that one's own story.

The change is the group's, and may have moved thousands; here it is told of one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Text, or_, type_coerce

from models import ChangedMembers, ChangeEvent
from services.activity import history
from services.activity.change_words import HistoryEvent
from services.organizations import OrganizationRef

_ACTION: Final = "updated"


def read(
    connection: Connection,
    organization: OrganizationRef,
    member_id: str,
    request_ids: Sequence[str],
) -> Mapping[str, tuple[HistoryEvent, ...]]:
    """The moves of that one by each of those requests, in the order they were made."""
    came, went = (
        _names(ids, member_id) for ids in (ChangedMembers.added, ChangedMembers.removed)
    )
    rows = connection.execute(
        history.events_of(organization)
        .join(ChangedMembers, ChangedMembers.event_seq == ChangeEvent.seq)
        .add_columns(ChangeEvent.request_id, came.label("came"))
        .where(ChangeEvent.request_id.in_(request_ids), or_(came, went))
        .order_by(ChangeEvent.number)
    ).all()
    moves = [_move(row, member_id) for row in rows]
    found: dict[str, tuple[HistoryEvent, ...]] = {}
    events = history.with_known(connection, organization, moves)
    for row, event in zip(rows, events, strict=True):
        found[row.request_id] = (*found.get(row.request_id, ()), event)
    return found


def _names(ids: Any, member_id: str) -> ColumnElement[bool]:  # Any: mapped JSON text
    return type_coerce(ids, Text).contains(f'"{member_id}"', autoescape=True)


def _move(
    row: Row[*tuple[Any, ...]],  # Any: the columns of `history.events_of`, and `came`
    member_id: str,
) -> HistoryEvent:
    added, removed = ((member_id,), ()) if row.came else ((), (member_id,))
    return replace(
        history.event_of(row, added, removed),
        action=_ACTION,
        changes={},
        n_added=len(added),
        n_removed=len(removed),
    )
