"""The request log as it is read: an organization's activity, newest first.

One list for what came by SCIM and what was done in the browser or at the server, found
by whatever an admin remembers of it. What a row means is said elsewhere; how it came
here is in `request_buffer`. Free text is looked for in the newest rows alone, step by
step, and a page says how far it looked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    TextClause,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
    type_coerce,
)

from models import ChangeEvent, Request, RequestLogGap
from models.audit import COMMON, PROBLEMS
from models.database import Base, reading
from services.activity import touching
from services.errors import NotFound
from services.organizations import OrganizationRef
from services.origin import is_id, shorten
from services.queries import keyset
from services.queries.keyset import Key, Order, Stretch

PROBLEM: Final = "problem"
"""As an outcome to look for: refused or failed."""

NOT_READ: Final = "not_read"
"""As an outcome to look for: whatever is no read."""

SEARCHED_AT_ONCE: Final = 2_000
"""Rows that one page looks through for a free text."""

TRIES_SEARCHED: Final = 2_000
"""Refused and failed requests among which earlier tries are looked for."""

MOST_NEW: Final = 100
"""New rows that are counted; more are "100 or more"."""

_LONGEST_TEXT: Final = 200


@dataclass(frozen=True)
class LogQuery:
    """Which rows; what is empty leaves nobody out.

    `outcome` is one of a row, `PROBLEM` or `NOT_READ`; `token` a public id; requests
    about `resource_id` are found, and those that changed it; `since` counts, `until`
    does not; `q` is looked for in what was sent and answered, and in names, but not in
    bodies without `in_bodies`: who may not read them must not find by them.
    """

    outcome: str = ""
    method: str = ""
    token: str = ""
    provider: str = ""
    kind: str = ""
    resource_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    request_id: str = ""
    q: str = ""
    in_bodies: bool = True

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return self != LogQuery(in_bodies=self.in_bodies)


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


@dataclass(frozen=True)
class Gap:
    """A time in which requests came that left no row."""

    since: datetime
    until: datetime
    n_dropped: int


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
    query: LogQuery = LogQuery(),
    *,
    cursor: str | None = None,
    count: int = 50,
) -> LogPage:
    """The rows that match, newest first; raises `Invalid` ("cursor")."""
    if query.q.strip():
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
    newer = Stretch(seq < _SEQ, True, MOST_NEW)
    found = _matching(organization.seq, query, newer).where(seq < _SEQ).limit(MOST_NEW)
    statement = select(func.count()).select_from(found.subquery())
    return int(connection.execute(statement).scalar_one())


@reading
def count_up_to(
    connection: Connection, organization: OrganizationRef, query: LogQuery, most: int
) -> int:
    """How many rows match, counted no further than `most`.

    The free text is not looked for.
    """
    newest = Stretch(None, True, most)
    matching = _matching(organization.seq, query, newest)
    found = matching.with_only_columns(_SEQ).limit(most)
    statement = select(func.count()).select_from(found.subquery())
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


@reading
def gaps(
    connection: Connection, organization: OrganizationRef | None, since: datetime
) -> list[Gap]:
    """When rows had to be dropped since then, the latest first.

    Without an organization: rows that would have belonged to none.
    """
    seq = organization.seq if organization else None
    rows = connection.execute(
        select(RequestLogGap.since, RequestLogGap.until, RequestLogGap.n_dropped)
        .where(
            RequestLogGap.organization_seq.is_not_distinct_from(seq),
            RequestLogGap.until >= since,
        )
        .order_by(RequestLogGap.until.desc())
    )
    return [Gap(*row) for row in rows]


_ALL: Final = Stretch(None, True, SEARCHED_AT_ONCE)
"""For what is asked of no resource, where it is left to the database."""


def _matching(
    organization_seq: int | None, query: LogQuery, wanted: Stretch = _ALL
) -> Select[Any]:  # Any: the columns of a row
    """All rows that match; of those of a resource, the stretch at least."""
    clauses = _clauses(query)
    if query.resource_id:
        # Not the organization again: SQLite would walk its whole log by that index.
        return select(*_COLUMNS).where(
            touching.of_resource(
                *(organization_seq, _storable(query.resource_id), _changing(query)),
                *(clauses, wanted),
            )
        )
    if organization_seq is None:
        return select(*_COLUMNS).where(_TABLE.c.organization_seq.is_(None), *clauses)
    return select(*_COLUMNS).where(
        _TABLE.c.organization_seq == organization_seq, *clauses
    )


def _changing(query: LogQuery) -> touching.Changing:
    if query.outcome in (PROBLEM, "failed"):
        return "failed"
    is_none = query.outcome in ("read", "refused", "already") or query.method == "GET"
    return "none" if is_none else "any"


def _clauses(query: LogQuery) -> list[ColumnElement[bool] | TextClause]:
    wanted = {
        "outcome": "" if query.outcome in (PROBLEM, NOT_READ) else query.outcome,
        "method": query.method,
        "kind": query.kind,
        "token_public_id": query.token,
        "provider": query.provider,
        "id": query.request_id,
    }
    found: list[ColumnElement[bool] | TextClause] = [
        _TABLE.c[name] == _storable(value) for name, value in wanted.items() if value
    ]
    # Said as the indexes say it, word for word.
    found += [
        text(f"requests.{name} <> '{most}'")
        for name, most in COMMON.items()
        if wanted[name] not in ("", most)
    ]
    if query.outcome == NOT_READ:
        found.append(text(f"requests.outcome <> '{COMMON['outcome']}'"))
    if query.outcome == PROBLEM:
        found.append(text(f"requests.{PROBLEMS}"))
    if query.since:
        found.append(query.since <= _AT)
    if query.until:
        found.append(query.until > _AT)
    return found


def _storable(value: str) -> str:
    """A text that a database can look for; NUL and lone surrogates are in none."""
    return value.replace("\0", "\ufffd").encode(errors="replace").decode()


def _page(
    connection: Connection,
    organization_seq: int | None,
    query: LogQuery,
    cursor: str | None,
    count: int,
) -> LogPage:
    def matching(wanted: Stretch) -> Select[Any]:  # Any: as in _matching
        return _matching(organization_seq, query, wanted)

    window = keyset.read(connection, matching, _ORDER, cursor, count)
    return LogPage(
        tuple(_stored(row) for row in window.rows),
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
    """Look through the next rows for a text; onwards only."""

    def places(wanted: Stretch) -> Select[Any]:  # Any: a seq and an id
        matching = _matching(organization_seq, query, wanted)
        return matching.with_only_columns(_SEQ, _TABLE.c.id)

    looked = keyset.read(connection, places, _ORDER, cursor, SEARCHED_AT_ONCE)
    ids = [row.id for row in looked.rows]
    found = connection.execute(
        select(*_COLUMNS)
        .where(_SEQ.in_([row.seq for row in looked.rows]), _contains(query, ids))
        .order_by(_AT.desc(), _SEQ.desc())
        .limit(count + 1)
    ).all()
    older, back_to = looked.next, looked.rows[-1][2] if looked.next else None
    if len(found) > count:
        last = found[count - 1]
        older, back_to = keyset.after(last.at, last.seq), last.at
    rows = tuple(_stored(row) for row in found[:count])
    return LogPage(rows, None, older, _newest_seq(connection), back_to)


def _contains(query: LogQuery, request_ids: Sequence[str]) -> ColumnElement[bool]:
    """Whether a text is in a row, or in the name of what it changed.

    The ids are said, so that nobody looks through the changes of all other requests.
    """
    wanted = _storable(shorten(query.q.strip(), _LONGEST_TEXT))
    named = select(ChangeEvent.request_id).where(
        ChangeEvent.request_id.in_(request_ids),
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
