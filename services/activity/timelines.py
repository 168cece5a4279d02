"""The story of one resource: its requests, each with what it changed of this resource.

The rows are those of the activity. A request that changed hundreds, or moved hundreds
into a group, is told here by what it did to this one alone. Requests are kept for some
days only, changes always: what is older than the log is in `history.before_log`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from models.database import reading
from services.activity import history, moves, told
from services.activity.change_words import HistoryEvent, Part
from services.activity.told import ToldRequest
from services.organizations import OrganizationRef


@dataclass(frozen=True)
class TimelineRow:
    """A request, and its changes of the resource; none when it was refused, say.

    `is_moved`: one of them is that the resource came to a group or left it.
    """

    told: ToldRequest
    events: tuple[HistoryEvent, ...]
    is_moved: bool = False

    @property
    def n_others(self) -> int:
        """How many changes of other resources the request made."""
        return self.told.n_events - len(self.events)

    @property
    def sentence(self) -> tuple[Part, ...]:
        """What happened to the resource."""
        if self.events and (self.n_others or self.is_moved):
            return self.events[0].sentence
        return self.told.sentence


@dataclass(frozen=True)
class Timeline:
    """A page, the newest first, and the cursors of its neighbours.

    `has_more_before_log`: this is the last page, and there are changes from before it.
    """

    rows: tuple[TimelineRow, ...]
    newer: str | None
    older: str | None
    has_more_before_log: bool


def of_resource(
    organization: OrganizationRef,
    resource_id: str,
    *,
    cursor: str | None = None,
    count: int = 20,
) -> Timeline:
    """A page of the story, also of what is gone; raises `Invalid` ("cursor")."""
    found = told.of_resource(organization, resource_id, cursor=cursor, count=count)
    rows = _told(organization, resource_id, found.rows)
    older = found.page.older
    return Timeline(
        rows,
        found.page.newer,
        older,
        older is None
        and bool(history.before_log(organization, resource_id, count=1).rows),
    )


@reading
def _told(
    connection: Connection,
    organization: OrganizationRef,
    resource_id: str,
    rows: tuple[ToldRequest, ...],
) -> tuple[TimelineRow, ...]:
    n_events = {row.request.id: row.n_events for row in rows if row.n_events}
    own = history.read_of_resource(connection, organization, resource_id, n_events)
    moved = moves.read(connection, organization, resource_id, n_events)
    found = tuple(
        TimelineRow(
            row,
            own.get(row.request.id, ()) + moved.get(row.request.id, ()),
            row.request.id in moved,
        )
        for row in rows
    )
    return tuple(_whole(connection, organization, row) for row in found)


def _whole(
    connection: Connection, organization: OrganizationRef, row: TimelineRow
) -> TimelineRow:
    """The row; if its many changes are all of this resource, with all of them told."""
    if row.told.n_events <= history.FEW_EVENTS or row.n_others or row.is_moved:
        return row
    (whole,) = told.read(connection, organization, [row.told.request])
    return replace(row, told=whole)
