"""Which resources a request has to do with: what it was about, changed, or moved.

A member that came to a group or left it is one of them. They are written with the rows
of the request log and read to find the requests of a resource in their order, of a
group that is in most of the log as quickly as of a person who is in it twice. Requests
that only read, which are most, are found by an index of the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Executable,
    Select,
    Subquery,
    Text,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    select,
    text,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite

from models import ChangedMembers, ChangeEvent, Request, RequestSubject, audit
from models.database import Base
from services.activity.request_rows import Entry
from services.queries.comparing import Listed, is_listed

_TABLE: Final = Base.metadata.tables[RequestSubject.__tablename__]
_REQUESTS: Final = Base.metadata.tables[Request.__tablename__]
_COLUMNS: Final = ("organization_seq", "resource_id", "at", "request_seq")


def add_answers(connection: Connection, entries: Sequence[Entry]) -> None:
    """Note what these requests were about, as far as their rows say and need it."""
    about = [one.id for one in entries if one.outcome != "read" and one.resource_id]
    if about:
        statement = _of_answers(connection.dialect.name)
        connection.execute(statement, {"request_ids": about})


def add_changes(
    connection: Connection,
    organization_seq: int,
    numbers: range,
    *,
    moved_members: bool = True,
) -> None:
    """Note what the events of these numbers changed, and whom they moved.

    The rows of their requests are there already.
    """
    given = {
        "organization_seq": organization_seq,
        "first": numbers.start,
        "last": numbers.stop - 1,
    }
    dialect = connection.dialect.name
    connection.execute(_of_changes(dialect), given)
    if moved_members:
        connection.execute(_of_moved(dialect), given)


# Each is built once: with every change it would cost as much as to run it.
@cache
def _of_answers(dialect: str) -> Executable:
    ids = bindparam("request_ids", type_=Listed(Text()))
    return _insert(
        dialect,
        select(
            _REQUESTS.c.organization_seq,
            _REQUESTS.c.resource_id,
            _REQUESTS.c.at,
            _REQUESTS.c.seq,
        ).where(
            is_listed(dialect, _REQUESTS.c.id, ids),
            _REQUESTS.c.organization_seq.is_not(None),
            _REQUESTS.c.resource_id.is_not(None),
        ),
    )


@cache
def _of_changes(dialect: str) -> Executable:
    return _insert(dialect, _changed(ChangeEvent.resource_id).distinct())


@cache
def _of_moved(dialect: str) -> Executable:
    moved = (ChangedMembers.added, ChangedMembers.removed)
    return _insert(dialect, union_all(*(_members(dialect, ids) for ids in moved)))


def _members(dialect: str, ids: Any) -> Select[Any]:  # Any: mapped JSON text; columns
    """The requests of the events for each member that one column names."""
    text = type_coerce(ids, Text)
    one = (
        func.json_each(text).table_valued("value")
        if dialect == "sqlite"
        else func.json_array_elements_text(cast(text, JSON)).table_valued("value")
    )
    changed = _changed(one.c.value).join(
        ChangedMembers, ChangedMembers.event_seq == ChangeEvent.seq
    )
    return changed.join(one, ids.is_not(None))


def _changed(resource_id: Any) -> Select[Any]:  # Any: a column of text; the columns
    """A row for each event of those numbers, of the request that made it."""
    return (
        select(
            ChangeEvent.organization_seq,
            resource_id,
            _REQUESTS.c.at,
            _REQUESTS.c.seq,
        )
        .join(_REQUESTS, _REQUESTS.c.id == ChangeEvent.request_id)
        .where(
            ChangeEvent.organization_seq == bindparam("organization_seq"),
            ChangeEvent.number.between(bindparam("first"), bindparam("last")),
        )
    )


def _insert(dialect: str, found: Any) -> Executable:  # Any: a select, or several
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(_TABLE).from_select(_COLUMNS, found).on_conflict_do_nothing()


def of(
    organization_seq: int | None, resource_id: str, *, with_reads: bool = True
) -> Subquery:
    """The places of a resource's requests in the log: `request_seq` and `at`."""
    found = select(_TABLE.c.request_seq, _TABLE.c.at).where(
        *_is(organization_seq, resource_id)
    )
    if not with_reads:
        return found.subquery()
    reads = select(_REQUESTS.c.seq, _REQUESTS.c.at).where(
        _REQUESTS.c.organization_seq == organization_seq,
        # Not "equals": SQLite would put the value into the shard's expression as well,
        # and no longer find the index.
        resource_id <= _REQUESTS.c.resource_id,
        resource_id >= _REQUESTS.c.resource_id,
        literal_column(audit.SHARD, Text) == resource_id[audit.SHARD_FROM - 1 :],
        text(audit.READS),
    )
    return union_all(found, reads).subquery()


def has(organization_seq: int | None, resource_id: str) -> ColumnElement[bool]:
    """Whether a row of `requests`, if it is no read, is one of them."""
    mine = exists().where(
        *_is(organization_seq, resource_id),
        _REQUESTS.c.at == _TABLE.c.at,
        _REQUESTS.c.seq == _TABLE.c.request_seq,
    )
    return mine.correlate(_REQUESTS)


def _is(
    organization_seq: int | None, resource_id: str
) -> tuple[ColumnElement[bool], ...]:
    return (
        _TABLE.c.organization_seq == organization_seq,
        _TABLE.c.resource_id == resource_id,
    )
