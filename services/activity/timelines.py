"""The story of one resource: its requests, each with what it changed of this resource.

The rows are those of the activity. A request that changed hundreds is told here by what
it did to this one alone. Requests are kept for some days only, changes always: what is
older than the log is in `history.before_log`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from models.database import reading
from services.activity import history, told
from services.activity.change_words import HistoryEvent, Part
from services.activity.told import ToldRequest
from services.organizations import OrganizationRef


@dataclass(frozen=True)
class TimelineRow:
    """A request, and its changes of the resource; none when it was refused, say."""

    told: ToldRequest
    events: tuple[HistoryEvent, ...]

    @property
    def n_others(self) -> int:
        """How many changes of other resources the request made."""
        return self.told.n_events - len(self.events)

    @property
    def sentence(self) -> tuple[Part, ...]:
        """What happened to the resource."""
        if self.events and self.n_others:
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
    events = _events(organization, resource_id, found.rows)
    older = found.page.older
    return Timeline(
        tuple(TimelineRow(row, events.get(row.request.id, ())) for row in found.rows),
        found.page.newer,
        older,
        older is None
        and bool(history.before_log(organization, resource_id, count=1).rows),
    )


@reading
def _events(
    connection: Connection,
    organization: OrganizationRef,
    resource_id: str,
    rows: tuple[ToldRequest, ...],
) -> dict[str, tuple[HistoryEvent, ...]]:
    ids = [row.request.id for row in rows if row.n_events]
    found = history.read_of_resource(connection, organization, resource_id, ids)
    return dict(found)
