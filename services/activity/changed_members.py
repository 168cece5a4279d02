"""Everybody who came to a group, or left it, with one change: paged, with names.

Those who came are first, then those who left, in the order of the change. What is on
record does not change, so that a place in it is a good cursor. A page reads the one or
two chunks it lies in, however many there are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection, select

from models import ChangedMembers, ChangeEvent
from models.database import reading
from services.activity import history
from services.activity.change_words import HistoryEvent, Known
from services.activity.events import MEMBERS_PER_CHUNK
from services.directory import known_resources
from services.directory.mapping import Reference
from services.errors import Invalid
from services.organizations import OrganizationRef
from services.queries import numbers

PER_PAGE: Final = 100

_UNKNOWN_PAGE: Final = "This page of the list is not known. Begin at the first page."


@dataclass(frozen=True)
class MovedMember:
    """Who came or left. No name: purged since. No resource: not here any more."""

    id: str
    is_added: bool
    name: str | None
    resource: Reference | None


@dataclass(frozen=True)
class MembersPage:
    """A page of those whom an event moved; `first` counts from 1.

    `previous` and `next` are cursors; that of the first page is empty, and None means
    that there is no such page.
    """

    event: HistoryEvent
    members: tuple[MovedMember, ...]
    first: int
    previous: str | None
    next: str | None

    @property
    def last(self) -> int:
        """The place of the last member of the page."""
        return self.first + len(self.members) - 1

    @property
    def n_members(self) -> int:
        """How many the event moved in all."""
        return self.event.n_added + self.event.n_removed


def page(
    organization: OrganizationRef, number: int, *, cursor: str = ""
) -> MembersPage:
    """Raises `NotFound` as `history.members_of` does, and `Invalid` ("cursor")."""
    event, _, _ = history.members_of(organization, number)
    n_members = event.n_added + event.n_removed
    start = _start(cursor, n_members)
    end = start + PER_PAGE
    return MembersPage(
        event,
        _read(organization, event, start, min(end, n_members)),
        start + 1,
        None if not start else str(start - PER_PAGE) if start > PER_PAGE else "",
        str(end) if end < n_members else None,
    )


def _start(cursor: str, n_members: int) -> int:
    if not cursor:
        return 0
    start = numbers.read(cursor)
    if start is None or start >= n_members or start % PER_PAGE:
        raise Invalid("cursor", _UNKNOWN_PAGE)
    return start


@reading
def _read(
    connection: Connection,
    organization: OrganizationRef,
    event: HistoryEvent,
    start: int,
    end: int,
) -> tuple[MovedMember, ...]:
    added = _ids(connection, organization, event, range(start, min(end, event.n_added)))
    left = range(max(start - event.n_added, 0), max(end - event.n_added, 0))
    removed = _ids(connection, organization, event, left, is_added=False)
    # The names of these members alone; what else the event speaks of is not asked for.
    asked = replace(event, added=added, removed=removed, changes={})
    known = known_resources.read(connection, organization, [asked])
    return (
        *(_member(one, known.get(one), is_added=True) for one in added),
        *(_member(one, known.get(one), is_added=False) for one in removed),
    )


def _ids(
    connection: Connection,
    organization: OrganizationRef,
    event: HistoryEvent,
    places: range,
    *,
    is_added: bool = True,
) -> tuple[str, ...]:
    if not places:
        return ()
    column = ChangedMembers.added if is_added else ChangedMembers.removed
    begin, end = places.start // MEMBERS_PER_CHUNK, places[-1] // MEMBERS_PER_CHUNK
    chunks = connection.scalars(
        select(column)
        .join(ChangeEvent, ChangeEvent.seq == ChangedMembers.event_seq)
        .where(
            ChangeEvent.organization_seq == organization.seq,
            ChangeEvent.number == event.number,
            ChangedMembers.chunk.between(begin, end),
        )
        .order_by(ChangedMembers.chunk)
    )
    ids = [one for chunk in chunks for one in chunk]
    skipped = begin * MEMBERS_PER_CHUNK
    return tuple(ids[places.start - skipped : places.stop - skipped])


def _member(id_: str, known: Known | None, *, is_added: bool) -> MovedMember:
    if known is None:
        return MovedMember(id_, is_added, None, None)
    link = known.reference if known.is_here else None
    return MovedMember(id_, is_added, known.reference.name, link)
