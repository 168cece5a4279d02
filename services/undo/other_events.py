"""What others did to what an undo is about: after it, between it, or while it runs.

A value may have gone away and come back since: only the events tell that it is
somebody else's by now. Reads only, within a transaction that somebody else leads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select

from models import Counter
from services.errors import Invalid
from services.organizations import OrganizationRef
from services.undo import reading
from services.undo.folding import UNDOABLE, SelectedEvent, Touch, touched
from services.undo.reading import Database, chunks, measure, read_where
from services.undo.selection import EVENTS, Selection

_CAUSES: Final = {"deleted": "removed", "restored": "added"}


def read_newest_number(database: Database, organization: OrganizationRef) -> int:
    """The number of the organization's newest event."""
    found = database.execute(
        select(Counter.last_event_number).where(
            Counter.organization_seq == organization.seq
        )
    ).scalar()
    return found or 0


def read_others(
    database: Database,
    organization: OrganizationRef,
    selection: Selection,
    events: Iterable[SelectedEvent],
) -> list[SelectedEvent]:
    """Events outside of the selection of resources that it changed, after it did.

    In no order. What only tells the deletion or return of a member is left out. Raises
    `Invalid` for too many of them.
    """
    first: dict[str, int] = {}
    for event in events:
        if event.resource_type in UNDOABLE:
            first.setdefault(event.resource_id, event.number)
    clause = selection.clause_of_others(organization)
    found = _read(database, first, clause)
    return _without_caused(database, organization, found)


def read_late(
    database: Database,
    organization: OrganizationRef,
    ids: Iterable[str],
    seen: int | None,
    request_id: str,
) -> dict[str, set[Touch]]:
    """What was touched of these resources since the event of that number, by id.

    Not by the request itself. Without a number nothing is known of it.
    """
    if seen is None:
        return {}
    table = EVENTS.c
    clause = and_(
        table.organization_seq == organization.seq,
        or_(table.request_id.is_(None), table.request_id != request_id),
    )
    found = _read(database, dict.fromkeys(ids, seen), clause)
    late: dict[str, set[Touch]] = {}
    for event in _without_caused(database, organization, found):
        late.setdefault(event.resource_id, set()).update(touched(event))
    return late


def _read(
    database: Database, after: Mapping[str, int], clause: ColumnElement[bool]
) -> list[SelectedEvent]:
    """The events of these resources after those numbers."""
    found = list[SelectedEvent]()
    n_events = n_members = 0
    # Those of one chunk begin at about the same number.
    for chunk in chunks(sorted(after, key=lambda id_: after[id_])):
        table = EVENTS.c
        meant = and_(
            clause,
            table.resource_id.in_(chunk),
            table.number > after[chunk[0]],
        )
        n_more, n_moved = measure(database, meant)
        n_events, n_members = n_events + n_more, n_members + n_moved
        if n_events > reading.MOST_EVENTS or n_members > reading.MOST_MEMBERS:
            raise Invalid(
                "since",
                "Others have changed the same users and groups too often since. Undo "
                "what they did first, or choose a shorter while.",
            )
        rows = read_where(database, meant, is_meant=False) if n_more else []
        found += [one for one in rows if one.number > after[one.resource_id]]
    return found


def _without_caused(
    database: Database, organization: OrganizationRef, events: Sequence[SelectedEvent]
) -> list[SelectedEvent]:
    """Without what groups tell of a member who was deleted, or came back."""
    moving = [one for one in events if len(one.added) + len(one.removed) == 1]
    ids = {id_ for one in moving for id_ in (*one.added, *one.removed)}
    table = EVENTS.c
    causes = set[tuple[str | None, str, str]]()
    for chunk in chunks(ids):
        rows = database.execute(
            select(table.request_id, table.resource_id, table.action).where(
                table.organization_seq == organization.seq,
                table.resource_id.in_(chunk),
                table.action.in_(_CAUSES),
            )
        )
        causes.update((row[0], row[1], _CAUSES[row[2]]) for row in rows)
    return [one for one in events if not _is_caused(one, causes)]


def _is_caused(event: SelectedEvent, causes: set[tuple[str | None, str, str]]) -> bool:
    moved = [(id_, "added") for id_ in event.added]
    moved += [(id_, "removed") for id_ in event.removed]
    if event.changes or len(moved) != 1:
        return False
    return (event.request_id, *moved[0]) in causes
