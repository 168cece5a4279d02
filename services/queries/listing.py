"""Pages of a list: exact totals, one stable order, and walks that lose nobody.

A client walks `startIndex` pages in order. Where a page ended is remembered for ten
minutes, so that the next one continues strictly after it: what is deleted meanwhile
shifts nothing. A page that nobody walked to is found by offset. The total of a walk
never sinks while it lasts, since a client that stops at `totalResults` would otherwise
leave out the last people after deletes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    bindparam,
    case,
    delete,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import Counter, Group, ListWalk, User
from models.database import Busy, Seq, writing_if_free
from scim import filters
from services.organizations import OrganizationRef

T = TypeVar("T")
log = structlog.get_logger()

MEMORY = timedelta(minutes=10)
"""How long a walk may pause between two pages."""


@dataclass(frozen=True)
class Query:
    """What of a list is asked for.

    `start_index` is 1-based, `count` already bounded.
    """

    filter: filters.Filter | None = None
    start_index: int = 1
    count: int = 100
    text: str = ""

    @property
    def next_index(self) -> int:
        """Where the following page starts."""
        return self.start_index + self.count


@dataclass(frozen=True)
class Walker:
    """Who walks: a token. Its walks are its own."""

    token_seq: int
    now: datetime


@dataclass(frozen=True)
class Page(Generic[T]):
    """Resources of a list, and how many there are in all (`totalResults`)."""

    total: int
    start_index: int
    resources: tuple[T, ...]


@dataclass(frozen=True)
class Slice:
    """The rows of a page before they are made into resources."""

    total: int
    rows: Sequence[Any]  # Any: rows of the caller's columns
    last_seq: int | None


@dataclass(frozen=True)
class _Walk:
    """What was remembered of a walk: its last row so far, and its total."""

    after_seq: int
    total: int


@dataclass(frozen=True)
class PageOf:
    """The statements that read pages of one table, built once."""

    model: type[User] | type[Group]
    page: Select[*tuple[Any, ...]]  # Any: the caller's columns
    total: Select[int]


def columns(
    model: type[User] | type[Group], *names: str
) -> tuple[ColumnElement[Any], ...]:  # Any: the type of each column
    """Columns of the table itself.

    A cached statement adapts its result to each new statement column by column, and
    comparing the mapped attributes for that costs as much as running a look-up.
    """
    return tuple(model.__table__.c[name] for name in names)


def page_of(
    model: type[User] | type[Group],
    selected: Sequence[ColumnElement[Any]],  # Any: as PageOf
) -> PageOf:
    """Pages of a table in creation order; the first column is its `seq`."""
    counted = Counter.n_users if model is User else Counter.n_groups
    organization_seq = bindparam("organization_seq", type_=Seq)
    return PageOf(
        model,
        select(*selected)
        .where(model.organization_seq == organization_seq)
        .order_by(model.seq)
        .limit(bindparam("count", type_=Integer)),
        select(counted).where(Counter.organization_seq == organization_seq),
    )


def find(
    connection: Connection,
    pages: PageOf,
    organization: OrganizationRef,
    clause: ColumnElement[bool] | None,
    query: Query,
    walker: Walker | None,
) -> Slice:
    """Read the rows of one page, and count. One to three statements."""
    walk = _recall(connection, pages, organization, query, walker)
    rows = _rows(connection, pages, organization, clause, query, walk)
    is_whole_list = query.start_index == 1 and len(rows) < query.count
    if is_whole_list:
        return Slice(len(rows), rows, None)
    total = _total(connection, pages, organization, clause)
    if walk is not None:
        total = max(total, walk.total)
    return Slice(total, rows, rows[-1][0] if rows else None)


def _rows(
    connection: Connection,
    pages: PageOf,
    organization: OrganizationRef,
    clause: ColumnElement[bool] | None,
    query: Query,
    walk: _Walk | None,
) -> Sequence[Any]:  # Any: rows of the caller's columns
    if not query.count:
        return []
    statement = pages.page
    if clause is not None:
        statement = statement.where(clause)
    if walk is not None:
        statement = statement.where(pages.model.seq > walk.after_seq)
    elif query.start_index > 1:
        statement = statement.offset(query.start_index - 1)
    parameters = {"organization_seq": organization.seq, "count": query.count}
    return connection.execute(statement, parameters).all()


def _total(
    connection: Connection,
    pages: PageOf,
    organization: OrganizationRef,
    clause: ColumnElement[bool] | None,
) -> int:
    if clause is None:
        parameters = {"organization_seq": organization.seq}
        return connection.scalar(pages.total, parameters) or 0
    counted = select(func.count()).where(
        pages.model.organization_seq == organization.seq, clause
    )
    return connection.scalar(counted) or 0


def _key(pages: PageOf, query: Query) -> str:
    text = f"{pages.model.__tablename__}\n{query.count}\n{query.text}"
    return hashlib.sha256(text.encode()).hexdigest()


_RECALLED = select(ListWalk.after_seq, ListWalk.total).where(
    ListWalk.organization_seq == bindparam("organization_seq"),
    ListWalk.token_seq == bindparam("token_seq"),
    ListWalk.key == bindparam("key"),
    ListWalk.start_index == bindparam("start_index"),
    ListWalk.expires_at > bindparam("now"),
)


def _recall(
    connection: Connection,
    pages: PageOf,
    organization: OrganizationRef,
    query: Query,
    walker: Walker | None,
) -> _Walk | None:
    if walker is None or query.start_index == 1:
        return None
    parameters = {
        "organization_seq": organization.seq,
        "token_seq": walker.token_seq,
        "key": _key(pages, query),
        "start_index": query.start_index,
        "now": walker.now,
    }
    row = connection.execute(_RECALLED, parameters).one_or_none()
    return row and _Walk(row.after_seq, row.total)


def remember(
    pages: PageOf,
    organization: OrganizationRef,
    query: Query,
    found: Slice,
    walker: Walker | None,
) -> None:
    """Keep where the page ended, if another follows and somebody walks.

    A walk that cannot be kept, since the database is busy, is not worth failing a read
    for: the next page is then found by offset.
    """
    is_last = found.total < query.next_index or len(found.rows) < query.count
    if walker is None or is_last or found.last_seq is None:
        return
    try:
        _remember(
            {
                "organization_seq": organization.seq,
                "token_seq": walker.token_seq,
                "key": _key(pages, query),
                "start_index": query.next_index,
                "after_seq": found.last_seq,
                "total": found.total,
                "expires_at": walker.now + MEMORY,
            },
            walker.now,
        )
    except Busy:
        log.warning("list walk not kept", organization=organization.slug)


@writing_if_free
def _remember(session: Session, row: dict[str, Any], now: datetime) -> None:
    session.execute(delete(ListWalk).where(ListWalk.expires_at <= now))
    insert: Callable[..., Any] = (  # Any: the two dialects share no base class
        sqlite.insert
        if session.get_bind().dialect.name == "sqlite"
        else postgresql.insert
    )
    statement = insert(ListWalk).values(row)
    new, old = statement.excluded, ListWalk
    # Two walks by one token share the memory: each continues where the one that is less
    # far ended. Somebody may then come twice; nobody is left out.
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["organization_seq", "token_seq", "key", "start_index"],
            set_={
                "after_seq": case(
                    (old.after_seq < new.after_seq, old.after_seq), else_=new.after_seq
                ),
                "total": case((old.total > new.total, old.total), else_=new.total),
                "expires_at": new.expires_at,
            },
        )
    )
