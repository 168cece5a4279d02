"""The two statements that write the request log, each made once.

A row begins with a change, in its transaction, and is completed after the answer; or it
is written whole, when nothing was changed. Who comes second finds the row by its id.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from itertools import chain, count
from typing import Any, Final, NamedTuple, TypeAlias

from psycopg import RawCursor
from sqlalchemy import Connection, Dialect, Executable, case, func, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import Request
from models.database import Base

_Values: TypeAlias = Sequence[Any]  # Any: of the columns, as the driver writes them
_Process: TypeAlias = Callable[[Any], Any]  # Any: a value, as we and as it writes it
_Run: TypeAlias = Callable[[Connection, Sequence[_Values]], None]


class Entry(NamedTuple):
    """A row, but for what only the database can tell.

    The columns stand in their order, so that a row is written as it is. No column is
    `claimed`, the public id that a refused token names, as far as one can see.
    """

    id: str
    organization_seq: int | None
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
    request_body: str | None
    response_body: str | None
    claimed: str = ""


_TABLE: Final = Base.metadata.tables[Request.__tablename__]

_KNOWN_AFTERWARDS: Final = (
    *("status", "scim_type", "cause", "detail", "duration_us", "provider", "facts"),
    *("notes", "request_bytes", "response_bytes", "request_body", "response_body"),
)
FILLED: Final = Entry._fields[:-1]
"""The columns of a row that is written whole."""

_MOST_ROWS_AT_ONCE: Final = 32
"""Rows of one statement, for which the driver lets go of the interpreter.

After each statement it has to be won back from the threads that answer requests, so
that few long ones are best. What is left takes half as many, and so on down to one: six
texts, which the driver prepares once.
"""

_BY_NAME: Final = re.compile(r"%\(\w+\)s")
"""A place holder for PostgreSQL's driver."""


def write_change(session: Session, row: Mapping[str, Any]) -> None:  # Any: columns
    """Begin the row of a request that changes something; nothing when it is there."""
    session.execute(_beginning(session.get_bind().dialect.name), row)


def write_answers(connection: Connection, entries: Sequence[Entry]) -> None:
    """Complete rows that were begun, and write the others."""
    dialect = connection.dialect
    processors = _processors(dialect)
    values = [_values(one, processors) for one in entries]
    with _as_written(connection):
        _completing(dialect)(connection, values)


@contextmanager
def _as_written(connection: Connection) -> Iterator[None]:
    """Statements go to PostgreSQL as they are.

    Its driver looks each through for place holders first, and keeps what it finds of
    short ones alone; for many rows that would take as long as all the rest.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    driver: Any = connection.connection.driver_connection  # Any: of psycopg
    usual, driver.cursor_factory = driver.cursor_factory, RawCursor
    try:
        yield
    finally:
        driver.cursor_factory = usual


def _values(entry: Entry, processors: Sequence[tuple[int, _Process]]) -> _Values:
    *values, _ = entry
    for place, process in processors:
        values[place] = process(values[place])
    return values


@cache
def _beginning(dialect: str) -> Executable:
    return _insert(dialect).on_conflict_do_nothing(index_elements=["id"])


@cache
def _processors(dialect: Dialect) -> Sequence[tuple[int, _Process]]:
    """What makes the driver's value of ours, by the place of the column."""
    types = (_TABLE.c[name].type.dialect_impl(dialect) for name in FILLED)
    found = enumerate(one.bind_processor(dialect) for one in types)
    return [(place, process) for place, process in found if process]


@cache
def _completing(dialect: Dialect) -> _Run:
    """The statement in the words of the driver.

    The library's care for each value of each row would cost more than the row.
    """
    compiled = _completion(dialect.name).compile(
        dialect=dialect, column_keys=list(FILLED)
    )
    begin, values, end = _around_values(_BY_NAME.sub("?", str(compiled)))
    is_postgresql = dialect.name == "postgresql"

    @cache
    def text(n_rows: int) -> str:
        rows = ", ".join([values] * n_rows)
        return begin + (_numbered(rows) if is_postgresql else rows) + end

    def run(connection: Connection, given: Sequence[_Values]) -> None:
        start, n_rows = 0, _MOST_ROWS_AT_ONCE
        while left := len(given) - start:
            while n_rows > left:
                n_rows //= 2
            group = tuple(chain.from_iterable(given[start : start + n_rows]))
            connection.exec_driver_sql(text(n_rows), group)
            start += n_rows

    return run


def _around_values(statement: str) -> tuple[str, str, str]:
    """`INSERT … VALUES `, the one row's place holders, and what follows them."""
    begin, keyword, rest = statement.partition("VALUES ")
    values, parenthesis, end = rest.partition(")")
    return begin + keyword, values + parenthesis, end


def _numbered(text: str) -> str:
    """The place holders as PostgreSQL itself has them: `$1`, `$2` and so on."""
    numbers = count(1)
    return re.sub(r"\?", lambda _: f"${next(numbers)}", text)


def _completion(dialect: str) -> sqlite.Insert | postgresql.Insert:
    statement = _insert(dialect).inline()
    new, old = statement.excluded, _TABLE.c
    # What changed something says so, unless the answer failed after all.
    outcome = case(
        (new.outcome == literal_column("'failed'"), new.outcome), else_=old.outcome
    )
    about = {
        name: func.coalesce(old[name], new[name])
        for name in ("resource_type", "resource_id")
    }
    return statement.on_conflict_do_update(
        index_elements=["id"],
        set_={name: new[name] for name in _KNOWN_AFTERWARDS}
        | about
        | {"outcome": outcome},
    )


def _insert(dialect: str) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(_TABLE) if dialect == "sqlite" else postgresql.insert(_TABLE)
