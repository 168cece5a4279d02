"""The activity of an organization in words: the request log, and what it means.

Read here, worded elsewhere: what a request says in `meaning`, what a change says in
`change_words`, what to do about a refusal in `catalogue`. A page takes the same few
statements however much its requests changed: only the first changes of each are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from models.database import reading
from services.activity import catalogue, first_changes, meaning, read_words, request_log
from services.activity.catalogue import Explanation
from services.activity.change_words import HistoryEvent, Known
from services.activity.log_queries import EVERYTHING, NOT_READ, LogQuery
from services.activity.meaning import Made
from services.activity.read_words import ReadKind
from services.activity.request_log import LoggedRequest, LogPage
from services.activity.sentences import Part
from services.directory import known_resources
from services.organizations import OrganizationRef

FOLDED_FROM: Final = 3
"""So many reads of one kind in a row are told as one."""

MOST_EVENTS: Final = 10
"""Changes of one request that a row knows; the others are paged by who opens it."""


@dataclass(frozen=True)
class ToldRequest:
    """A request and what it means.

    `sentence` leaves out who did it, for a list that says so beside it; `full` stands
    alone. `events` are the first `MOST_EVENTS` changes it made, in their order,
    `n_events` counts all. `explanation` is for what was refused or failed.
    """

    request: LoggedRequest
    sentence: tuple[Part, ...]
    full: tuple[Part, ...]
    events: tuple[HistoryEvent, ...] = ()
    n_events: int = 0
    explanation: Explanation | None = None

    @property
    def who(self) -> str:
        """Who did it: the provider, if recognised, else the token or the admin."""
        return meaning.who(self.request)

    @property
    def unnamed_provider(self) -> str:
        """The provider, if recognised, where the name of the token does not say it."""
        one = self.request
        is_said = one.provider.casefold() in one.actor_name.casefold()
        return one.provider if one.actor_name and not is_said else ""

    @property
    def outcome(self) -> str:
        """What came of it, in a word or two: `Already so`."""
        return meaning.OUTCOMES.get(self.request.outcome, self.request.outcome)


@dataclass(frozen=True)
class FoldedReads:
    """Reads of one kind by one sender with nothing between them, the newest first."""

    rows: tuple[ToldRequest, ...]
    sentence: tuple[Part, ...]
    full: tuple[Part, ...]


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


def read_page(
    connection: Connection,
    organization: OrganizationRef,
    query: LogQuery = EVERYTHING,
    *,
    cursor: str | None = None,
    count: int = 50,
    is_brief: bool = False,
) -> ToldPage:
    """The rows that match, newest first; raises `Invalid` ("cursor").

    `is_brief` as of `first_changes.read`.
    """
    found = request_log.read_page(
        connection, organization, query, cursor=cursor, count=count
    )
    rows = read(connection, organization, found.rows, is_brief=is_brief)
    return ToldPage(rows, found)


page = reading(read_page)
"""`read_page` in a transaction of its own."""


def for_instance(*, cursor: str | None = None, count: int = 50) -> ToldPage:
    """Requests whose organization nobody could tell; raises `Invalid` ("cursor")."""
    found = request_log.for_instance(cursor=cursor, count=count)
    return ToldPage(tuple(_tell(one) for one in found.rows), found)


def get_for_instance(request_id: str) -> ToldExchange:
    """One of them; raises `NotFound`."""
    found = request_log.get_for_instance(request_id)
    return ToldExchange(_tell(found.request), found.request_body, found.response_body)


@reading
def of_resource(
    connection: Connection,
    organization: OrganizationRef,
    resource_id: str,
    *,
    cursor: str | None = None,
    count: int = 20,
) -> ToldPage:
    """The timeline of a user or a group, the newest first, also after it is gone.

    Requests that changed it, were to change it and were refused, or found it as they
    wanted it; no reads. Of those that changed many it is only told how many. Raises
    `Invalid` ("cursor").
    """
    query = LogQuery(outcome=NOT_READ, resource_id=resource_id)
    return read_page(
        connection, organization, query, cursor=cursor, count=count, is_brief=True
    )


@reading
def earlier_tries(
    connection: Connection,
    organization: OrganizationRef,
    request: LoggedRequest,
    *,
    most: int = 5,
) -> tuple[LoggedRequest, ...]:
    """Refused or failed requests before this one with its address and result.

    The newest first. None, when this one was neither refused nor failed.
    """
    return request_log.read_earlier_tries(connection, organization, request, most)


@reading
def get(
    connection: Connection, organization: OrganizationRef, request_id: str
) -> ToldExchange:
    """One request; raises `NotFound`, also for another organization's."""
    found = request_log.read(connection, organization, request_id)
    (told,) = read(connection, organization, [found.request])
    return ToldExchange(told, found.request_body, found.response_body)


def fold(rows: Sequence[ToldRequest]) -> tuple[ToldRequest | FoldedReads, ...]:
    """The rows; `FOLDED_FROM` reads of one kind in a row, or more, told as one."""
    folded: list[ToldRequest | FoldedReads] = []
    for key, neighbours in groupby(rows, _fold_key):
        run = tuple(neighbours)
        if key is None or len(run) < FOLDED_FROM:
            folded += run
        else:
            said = read_words.tell_many([one.request for one in run], run[0].who)
            folded.append(FoldedReads(run, said.short, said.full))
    return tuple(folded)


def _fold_key(row: ToldRequest) -> tuple[ReadKind, str | None, str] | None:
    one = row.request
    if one.outcome != "read" or one.kind != meaning.SCIM:
        return None
    return read_words.kind_of(one), one.token_public_id, one.provider


def read(
    connection: Connection,
    organization: OrganizationRef,
    requests: Sequence[LoggedRequest],
    *,
    is_brief: bool = False,
) -> tuple[ToldRequest, ...]:
    """What these requests mean; `is_brief` as of `first_changes.read`."""
    # What was read, refused or already so has changed nothing.
    ids = [one.id for one in requests if one.outcome in ("changed", "failed")]
    changed = first_changes.read(
        connection, organization, ids, MOST_EVENTS, is_brief=is_brief
    )
    others = {one.resource_id or "" for one in requests if one.id not in changed} - {""}
    known = known_resources.read_names(connection, organization, others)
    return tuple(
        _tell(one, known, changed.get(one.id, meaning.NOTHING)) for one in requests
    )


def _tell(
    request: LoggedRequest,
    known: Mapping[str, Known] = MappingProxyType({}),
    made: Made = meaning.NOTHING,
) -> ToldRequest:
    said = meaning.tell(request, known, made)
    return ToldRequest(
        request,
        said.short,
        said.full,
        made.events,
        made.n_events,
        catalogue.explain(request),
    )
