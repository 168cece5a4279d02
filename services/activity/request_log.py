"""The request log as it is read: an organization's activity, newest first.

One list for what came by SCIM and what was done in the browser or at the server, found
by whatever an admin remembers of it. What a row means is said elsewhere; how it came
here is in `request_buffer`. What no index finds is looked for in the newest rows alone,
step by step, and a page says how far it looked: a free text, and what somebody wants of
one resource.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    func,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
)

from models import ChangeEvent, Request
from models.database import Base, reading
from services.activity import log_queries, request_subjects
from services.activity.log_queries import (
    EVERYTHING,
    NOT_READ,
    PROBLEM,
    PROBLEMS,
    LogQuery,
    storable,
)
from services.errors import NotFound
from services.organizations import OrganizationRef
from services.origin import is_id, shorten
from services.queries import keyset
from services.queries.comparing import among
from services.queries.keyset import Key, Order

SEARCHED_AT_ONCE: Final = 2_000
"""Rows that one page looks through for a free text."""

TRIES_SEARCHED: Final = 2_000
"""Refused and failed requests among which earlier tries are looked for."""

MOST_NEW: Final = 100
"""New rows that are counted; more are "100 or more"."""

_LONGEST_TEXT: Final = 200


@dataclass(frozen=True)
class LoggedRequest:
    """A row. Without a status, its end is not known, or it was no request."""

    seq: int
    id: str
    kind: str
    token_public_id: str | None
    actor: str
    actor_name: str
    at: datetime
    method: str
    path: str
    status: int | None
    scim_type: str | None
    cause: str | None
    detail: str | None
    duration_us: int | None
    address: str
    user_agent: str
    provider: str
    outcome: str
    resource_type: str | None
    resource_id: str | None
    facts: Mapping[str, Any]  # Any: JSON, small
    notes: Sequence[str]
    request_bytes: int | None
    response_bytes: int | None


@dataclass(frozen=True)
class LoggedExchange:
    """A row with the heads of its bodies; None where nothing was sent or kept."""

    request: LoggedRequest
    request_body: str | None
    response_body: str | None


@dataclass(frozen=True)
class LogPage:
    """A page, and the cursors of its neighbours.

    `newest_seq` is for asking later what has come since. `searched_back_to` is how far
    a free text was looked for, when older rows are left.
    """

    rows: tuple[LoggedRequest, ...]
    newer: str | None
    older: str | None
    newest_seq: int
    searched_back_to: datetime | None = None


_TABLE: Final = Base.metadata.tables[Request.__tablename__]
_BODIES: Final = ("request_body", "response_body")
_COLUMNS: Final = [
    _TABLE.c[name] for name in LoggedRequest.__annotations__ if name in _TABLE.c
]
_AT, _SEQ = _TABLE.c.at, _TABLE.c.seq
_SAME: Final = ("method", "path", "status", "cause", "facts")
"""What a try has in common with an earlier one of the same thing."""

_ORDER: Final = Order((Key(_AT, "time"), Key(_SEQ, "number")), is_descending=True)
_SEARCHED: Final = (
    *(_TABLE.c[name] for name in ("path", "detail", "actor_name", "address")),
    *(_TABLE.c[name] for name in ("user_agent", "id", "resource_id")),
    type_coerce(_TABLE.c.notes, Text),
)


def read_page(
    connection: Connection,
    organization: OrganizationRef,
    query: LogQuery = EVERYTHING,
    *,
    cursor: str | None = None,
    count: int = 50,
) -> LogPage:
    """The rows that match, newest first; raises `Invalid` ("cursor")."""
    if query.is_searched:
        return _search(connection, organization.seq, query, cursor, count)
    return _page(connection, organization.seq, query, cursor, count)


page = reading(read_page)
"""`read_page` in a transaction of its own."""


@reading
def for_instance(
    connection: Connection, *, cursor: str | None = None, count: int = 50
) -> LogPage:
    """Requests whose organization nobody could tell, for owners of the instance."""
    return _page(connection, None, LogQuery(), cursor, count)


@reading
def count_newer(
    connection: Connection, organization: OrganizationRef, query: LogQuery, seq: int
) -> int:
    """How many matching rows have come since `newest_seq` was that, up to `MOST_NEW`.

    The free text is not looked for.
    """
    wanted = replace(query, resource_id="")
    matching = _matching(organization.seq, wanted).where(seq < _SEQ)
    if query.resource_id:
        places = request_subjects.of(organization.seq, storable(query.resource_id))
        newest = (
            select(places.c.request_seq)
            .order_by(places.c.at.desc(), places.c.request_seq.desc())
            .limit(SEARCHED_AT_ONCE)
            .subquery()
        )
        matching = matching.where(_SEQ.in_(select(newest)))
    found = matching.with_only_columns(_SEQ).limit(MOST_NEW).subquery()
    statement = select(func.count()).select_from(found)
    return int(connection.execute(statement).scalar_one())


@reading
def count_up_to(
    connection: Connection, organization: OrganizationRef, query: LogQuery, most: int
) -> int:
    """How many rows match, counted no further than `most`.

    The free text is not looked for. Not for what `is_searched`, unless it is problems.
    """
    places, _ = _places(organization.seq, query)
    statement = select(func.count()).select_from(places.limit(most).subquery())
    return int(connection.execute(statement).scalar_one())


def read_earlier_tries(
    connection: Connection,
    organization: OrganizationRef,
    request: LoggedRequest,
    most: int,
) -> tuple[LoggedRequest, ...]:
    """Refused or failed requests before that one with its address and its result.

    The newest first; looked for in the `TRIES_SEARCHED` problems before it.
    """
    if request.outcome not in ("refused", "failed"):
        return ()
    before = (
        _matching(organization.seq, LogQuery(outcome=PROBLEM))
        .with_only_columns(_SEQ)
        .where(tuple_(_AT, _SEQ) < tuple_(*_place_of(request)))
        .order_by(_AT.desc(), _SEQ.desc())
        .limit(TRIES_SEARCHED)
        .subquery()
    )
    same = (
        _TABLE.c[name].is_not_distinct_from(getattr(request, name)) for name in _SAME
    )
    rows = connection.execute(
        select(*_COLUMNS)
        .where(_SEQ.in_(select(before.c.seq)), *same)
        .order_by(_AT.desc(), _SEQ.desc())
        .limit(most)
    )
    return tuple(_stored(row) for row in rows)


def _place_of(request: LoggedRequest) -> tuple[ColumnElement[Any], ...]:  # Any: as Key
    return literal(request.at, _AT.type), literal(request.seq, _SEQ.type)


def read(
    connection: Connection, organization: OrganizationRef, request_id: str
) -> LoggedExchange:
    """One row with its bodies; raises `NotFound`, also for another organization's."""
    return _get(connection, organization.seq, request_id)


get = reading(read)
"""`read` in a transaction of its own."""


@reading
def get_for_instance(connection: Connection, request_id: str) -> LoggedExchange:
    """The same of a row that belongs to no organization."""
    return _get(connection, None, request_id)


def _matching(
    organization_seq: int | None, query: LogQuery
) -> Select[Any]:  # Any: the columns of a row
    """All rows that match, but for a free text."""
    owned = (
        _TABLE.c.organization_seq.is_(None)
        if organization_seq is None
        else _TABLE.c.organization_seq == organization_seq
    )
    return select(*_COLUMNS).where(owned, *log_queries.clauses(query))


def _problems(
    organization_seq: int | None, query: LogQuery
) -> Select[Any]:  # Any: as in _matching
    """Those of a resource: so few that each can be asked whether it is one."""
    alone = LogQuery(outcome=PROBLEM, since=query.since, until=query.until)
    about = request_subjects.has(organization_seq, storable(query.resource_id))
    others = log_queries.unindexed(query)
    return _matching(organization_seq, alone).where(about, *others)


def _page(
    connection: Connection,
    organization_seq: int | None,
    query: LogQuery,
    cursor: str | None,
    count: int,
) -> LogPage:
    if _is_by_subject(query):
        places, order = _places(organization_seq, query)
        window = keyset.read(connection, places, order, cursor, count)
        found = _newest_first(connection, [row[0] for row in window.rows])
        rows = connection.execute(found).all()
    else:
        listed = _listed(organization_seq, query)
        window = keyset.read(connection, listed, _ORDER, cursor, count)
        rows = window.rows
    return LogPage(
        tuple(_stored(row) for row in rows),
        window.previous,
        window.next,
        _newest_seq(connection),
    )


def _search(
    connection: Connection,
    organization_seq: int | None,
    query: LogQuery,
    cursor: str | None,
    count: int,
) -> LogPage:
    """Look through the next rows for what no index finds; onwards only."""
    places, order = _places(organization_seq, query)
    if not _is_by_subject(query):
        places = places.add_columns(_TABLE.c.id)
    looked = keyset.read(connection, places, order, cursor, SEARCHED_AT_ONCE)
    seqs = [row[0] for row in looked.rows]
    wanted = _newest_first(connection, seqs).where(*log_queries.clauses(query))
    if query.q.strip():
        request_ids = _ids(connection, query, looked.rows)
        wanted = wanted.where(_contains(connection, query, request_ids))
    found = connection.execute(wanted.limit(count + 1)).all()
    older, back_to = looked.next, looked.rows[-1][1] if looked.next else None
    if len(found) > count:
        last = found[count - 1]
        older, back_to = keyset.after(last.at, last.seq), last.at
    rows = tuple(_stored(row) for row in found[:count])
    return LogPage(rows, None, older, _newest_seq(connection), back_to)


def _ids(
    connection: Connection,
    query: LogQuery,
    places: Sequence[Any],  # Any: rows as `_search` looks at them
) -> Sequence[str]:
    """The requests that stand there; those found in the log itself say their ids."""
    if not _is_by_subject(query):
        return [place.id for place in places]
    seqs = [place[0] for place in places]
    return connection.scalars(
        select(_TABLE.c.id).where(among(connection, _SEQ, seqs))
    ).all()


def _places(
    organization_seq: int | None, query: LogQuery
) -> tuple[Select[Any], Order]:  # Any: a row's number and its time
    """Where the rows are that an index finds, and what their order is."""
    if not _is_by_subject(query):
        listed = _listed(organization_seq, query)
        return listed.with_only_columns(_SEQ, _AT), _ORDER
    places = request_subjects.of(
        organization_seq,
        storable(query.resource_id),
        with_reads=query.outcome != NOT_READ,
    )
    seq, at = places.c.request_seq, places.c.at
    found = select(seq, at)
    if query.since:
        found = found.where(query.since <= at)
    if query.until:
        found = found.where(query.until > at)
    return found, Order((Key(at, "time"), Key(seq, "number")), is_descending=True)


def _is_by_subject(query: LogQuery) -> bool:
    return bool(query.resource_id) and query.outcome not in PROBLEMS


def _listed(
    organization_seq: int | None, query: LogQuery
) -> Select[Any]:  # Any: as in _matching
    """What is found in the log itself."""
    if query.resource_id:
        return _problems(organization_seq, query)
    return _matching(organization_seq, query)


def _newest_first(
    connection: Connection, seqs: Sequence[int]
) -> Select[Any]:  # Any: the columns of a row
    found = select(*_COLUMNS).where(among(connection, _SEQ, seqs))
    return found.order_by(_AT.desc(), _SEQ.desc())


def _contains(
    connection: Connection, query: LogQuery, request_ids: Sequence[str]
) -> ColumnElement[bool]:
    """Whether a text is in a row, or in the name of what it changed.

    The ids are said, so that nobody looks through the changes of all other requests.
    """
    wanted = storable(shorten(query.q.strip(), _LONGEST_TEXT))
    named = select(ChangeEvent.request_id).where(
        among(connection, ChangeEvent.request_id, request_ids),
        ChangeEvent.resource_name.icontains(wanted, autoescape=True),
    )
    bodies = [_TABLE.c[name] for name in _BODIES] if query.in_bodies else []
    searched = (*_SEARCHED, *bodies)
    columns = (one.icontains(wanted, autoescape=True) for one in searched)
    return or_(*columns, _TABLE.c.id.in_(named))


def _newest_seq(connection: Connection) -> int:
    return connection.execute(select(func.max(_SEQ))).scalar_one() or 0


def _get(
    connection: Connection, organization_seq: int | None, request_id: str
) -> LoggedExchange:
    if not is_id(request_id):
        raise _not_found()
    statement = _matching(organization_seq, LogQuery(request_id=request_id))
    row = connection.execute(
        statement.add_columns(*(_TABLE.c[name] for name in _BODIES))
    ).one_or_none()
    if row is None:
        raise _not_found()
    return LoggedExchange(_stored(row), row.request_body, row.response_body)


def _not_found() -> NotFound:
    return NotFound(
        "There is no such request in the log. It may be older than what is kept."
    )


def _stored(row: Any) -> LoggedRequest:  # Any: a row of _COLUMNS, and keys after them
    return LoggedRequest(*row[: len(_COLUMNS)])
