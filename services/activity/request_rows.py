"""The two statements that write the request log, each made once.

A row begins with a change, in its transaction, and is completed after the answer; or it
is written whole, when nothing was changed. Who comes second finds the row by its id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Dialect, Executable, case, func, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import Request
from models.database import Base

Row: TypeAlias = Mapping[str, Any]  # Any: values of the columns
Write: TypeAlias = Callable[[Connection, Sequence[Row]], None]
_Run: TypeAlias = Callable[[Connection, Sequence[Sequence[Any]]], None]  # Any: as Row

_TABLE: Final = Base.metadata.tables[Request.__tablename__]

_KNOWN_AFTERWARDS: Final = (
    *("status", "scim_type", "cause", "detail", "duration_us", "provider", "facts"),
    *("notes", "request_bytes", "response_bytes", "request_body", "response_body"),
)
_FILLED: Final = tuple(one.name for one in _TABLE.columns if one.name != "seq")

_ROWS_AT_ONCE: Final = 20
"""Rows of one statement of SQLite, for which the driver lets go of the interpreter.

After each statement it has to be won back from the threads that answer requests.
"""


def write_change(session: Session, row: Row) -> None:
    """Begin the row of a request that changes something; nothing when it is there."""
    session.execute(_beginning(session.get_bind().dialect.name), row)


def write_answers(connection: Connection, rows: Sequence[Row]) -> None:
    """Complete rows that were begun, and write the others. They have every column."""
    _completing(connection.dialect)(connection, rows)


@cache
def _beginning(dialect: str) -> Executable:
    return _insert(dialect).on_conflict_do_nothing(index_elements=["id"])


@cache
def _completing(dialect: Dialect) -> Write:
    """The statement in the words of the driver.

    The library's care for each value of each row would cost more than the row.
    """
    compiled = _completion(dialect.name).compile(
        dialect=dialect, column_keys=list(_FILLED)
    )
    names = getattr(compiled, "positiontup", None) or _FILLED
    values_of = itemgetter(*names)
    processors = [
        (place, processor)
        for place, name in enumerate(names)
        if (processor := _processor(name, dialect))
    ]
    run = _by_place(str(compiled)) if compiled.positional else _by_name(str(compiled))

    def written(row: Row) -> Sequence[Any]:  # Any: as the driver writes it
        values = list(values_of(row))
        for place, processor in processors:
            values[place] = processor(values[place])
        return values

    def write(connection: Connection, rows: Sequence[Row]) -> None:
        run(connection, [written(row) for row in rows])

    return write


def _by_name(statement: str) -> _Run:
    def run(connection: Connection, given: Sequence[Sequence[Any]]) -> None:
        rows = [dict(zip(_FILLED, one, strict=True)) for one in given]
        connection.exec_driver_sql(statement, rows)

    return run


def _by_place(statement: str) -> _Run:
    """Many rows in a statement, and the rest one by one: two texts, prepared once."""
    begin, values, end = _around_values(statement)
    of_many = begin + ", ".join([values] * _ROWS_AT_ONCE) + end

    def run(connection: Connection, given: Sequence[Sequence[Any]]) -> None:
        n_grouped = len(given) - len(given) % _ROWS_AT_ONCE
        for start in range(0, n_grouped, _ROWS_AT_ONCE):
            group = given[start : start + _ROWS_AT_ONCE]
            connection.exec_driver_sql(of_many, tuple(chain.from_iterable(group)))
        rest = [tuple(one) for one in given[n_grouped:]]
        if rest:
            connection.exec_driver_sql(statement, rest)

    return run


def _around_values(statement: str) -> tuple[str, str, str]:
    """`INSERT … VALUES `, the one row's place holders, and what follows them."""
    begin, keyword, rest = statement.partition("VALUES ")
    values, parenthesis, end = rest.partition(")")
    return begin + keyword, values + parenthesis, end


def _processor(name: str, dialect: Dialect) -> Callable[[Any], Any] | None:
    # Any: a value of the column, as we and as the driver write it
    return _TABLE.c[name].type.dialect_impl(dialect).bind_processor(dialect)


def _completion(dialect: str) -> sqlite.Insert | postgresql.Insert:
    statement = _insert(dialect)
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
