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
from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import Counter, Group, ListWalk, User
from models.database import Busy, writing
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


def find(
    session: Session,
    model: type[User] | type[Group],
    columns: Select[*tuple[Any, ...]],  # Any: the caller's columns
    organization: OrganizationRef,
    clause: ColumnElement[bool] | None,
    query: Query,
    walker: Walker | None,
) -> Slice:
    """Count, and read the rows of one page in creation order. Two or three statements.

    `columns` selects from `model`, its first column being `seq`.
    """
    conditions = [model.organization_seq == organization.seq]
    if clause is not None:
        conditions.append(clause)
    total = _total(session, model, organization, clause, conditions)
    walk = _recall(session, model, organization, query, walker)
    statement = columns.where(*conditions).order_by(model.seq).limit(query.count)
    if walk is not None:
        total = max(total, walk.total)
        statement = statement.where(model.seq > walk.after_seq)
    elif query.start_index > 1:
        statement = statement.offset(query.start_index - 1)
    rows = session.execute(statement).all() if query.count else []
    return Slice(total, rows, rows[-1][0] if rows else None)


def _total(
    session: Session,
    model: type[User] | type[Group],
    organization: OrganizationRef,
    clause: ColumnElement[bool] | None,
    conditions: Sequence[ColumnElement[bool]],
) -> int:
    if clause is None:
        kept = Counter.n_users if model is User else Counter.n_groups
        counted = select(kept).where(Counter.organization_seq == organization.seq)
    else:
        counted = select(func.count()).select_from(model).where(*conditions)
    return session.scalar(counted) or 0


def _key(model: type[User] | type[Group], query: Query) -> str:
    text = f"{model.__tablename__}\n{query.count}\n{query.text}"
    return hashlib.sha256(text.encode()).hexdigest()


def _recall(
    session: Session,
    model: type[User] | type[Group],
    organization: OrganizationRef,
    query: Query,
    walker: Walker | None,
) -> ListWalk | None:
    if walker is None or query.start_index == 1:
        return None
    return session.scalar(
        select(ListWalk).where(
            ListWalk.organization_seq == organization.seq,
            ListWalk.token_seq == walker.token_seq,
            ListWalk.key == _key(model, query),
            ListWalk.start_index == query.start_index,
            ListWalk.expires_at > walker.now,
        )
    )


def remember(
    model: type[User] | type[Group],
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
                "key": _key(model, query),
                "start_index": query.next_index,
                "after_seq": found.last_seq,
                "total": found.total,
                "expires_at": walker.now + MEMORY,
            },
            walker.now,
        )
    except Busy:
        log.warning("list walk not kept", organization=organization.slug)


@writing
def _remember(session: Session, row: dict[str, Any], now: datetime) -> None:
    session.execute(delete(ListWalk).where(ListWalk.expires_at <= now))
    insert: Callable[..., Any] = (  # Any: the two dialects share no base class
        sqlite.insert
        if session.get_bind().dialect.name == "sqlite"
        else postgresql.insert
    )
    session.execute(
        insert(ListWalk)
        .values(row)
        .on_conflict_do_update(
            index_elements=["organization_seq", "token_seq", "key", "start_index"],
            set_={name: row[name] for name in ("after_seq", "total", "expires_at")},
        )
    )
