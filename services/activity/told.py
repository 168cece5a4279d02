"""The activity of an organization in words: the request log, and what it means.

Read here, worded elsewhere: what a request says in `meaning`, what a change says in
`change_words`, what to do about a refusal in `catalogue`. A page takes the same few
statements however much its requests changed: only the first changes of each are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from models.database import reading
from services.activity import catalogue, history, meaning, request_log
from services.activity.catalogue import Explanation
from services.activity.change_words import HistoryEvent, Part
from services.activity.request_log import LoggedRequest, LogPage, LogQuery
from services.organizations import OrganizationRef

MOST_EVENTS: Final = 10
"""Changes of one request that a row knows; the others are paged by who opens it."""

_EVERYTHING: Final = LogQuery()


@dataclass(frozen=True)
class ToldRequest:
    """A request and what it means.

    `events` are the first `MOST_EVENTS` changes it made, in their order, `n_events`
    counts all. `explanation` is for what was refused or failed.
    """

    request: LoggedRequest
    sentence: tuple[Part, ...]
    events: tuple[HistoryEvent, ...] = ()
    n_events: int = 0
    explanation: Explanation | None = None


@dataclass(frozen=True)
class ToldPage:
    """A page as `request_log.LogPage`, its rows told."""

    rows: tuple[ToldRequest, ...]
    page: LogPage


@dataclass(frozen=True)
class ToldExchange:
    """One request with the heads of its bodies; None where nothing was sent or kept."""

    told: ToldRequest
    request_body: str | None
    response_body: str | None


@reading
def page(
    connection: Connection,
    organization: OrganizationRef,
    query: LogQuery = _EVERYTHING,
    *,
    cursor: str | None = None,
    count: int = 50,
) -> ToldPage:
    """The rows that match, newest first; raises `Invalid` ("cursor")."""
    found = request_log.read_page(
        connection, organization, query, cursor=cursor, count=count
    )
    return ToldPage(_told(connection, organization, found.rows), found)


@reading
def get(
    connection: Connection, organization: OrganizationRef, request_id: str
) -> ToldExchange:
    """One request; raises `NotFound`, also for another organization's."""
    found = request_log.read(connection, organization, request_id)
    (told,) = _told(connection, organization, [found.request])
    return ToldExchange(told, found.request_body, found.response_body)


def _told(
    connection: Connection,
    organization: OrganizationRef,
    requests: Sequence[LoggedRequest],
) -> tuple[ToldRequest, ...]:
    # What was read, refused or already so has changed nothing.
    ids = [one.id for one in requests if one.outcome in ("changed", "failed")]
    firsts = (
        history.read_firsts(connection, organization, ids, MOST_EVENTS) if ids else {}
    )
    return tuple(_tell(one, *firsts.get(one.id, (0, ()))) for one in requests)


def _tell(
    request: LoggedRequest, n_events: int, events: tuple[HistoryEvent, ...]
) -> ToldRequest:
    return ToldRequest(
        request,
        meaning.sentence(request, events, n_events),
        events,
        n_events,
        catalogue.explain(request),
    )
