"""The two statements that write the request log, each made once.

A row begins with a change, in its transaction, and is completed after the answer; or it
is written whole, when nothing was changed. Who comes second finds the row by its id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeAlias

from sqlalchemy import Dialect, Executable, case, func, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import Request
from models.database import Base

Row: TypeAlias = Mapping[str, Any]  # Any: values of the columns
Write: TypeAlias = Callable[[Session, Sequence[Row]], None]

_TABLE: Final = Base.metadata.tables[Request.__tablename__]

_KNOWN_AFTERWARDS: Final = (
    *("status", "scim_type", "cause", "detail", "duration_us", "provider", "facts"),
    *("notes", "request_bytes", "response_bytes", "request_body", "response_body"),
)
_FILLED: Final = tuple(one.name for one in _TABLE.columns if one.name != "seq")


def write_change(session: Session, row: Row) -> None:
    """Begin the row of a request that changes something; nothing when it is there."""
    session.execute(_beginning(session.get_bind().dialect.name), row)


def write_answers(session: Session, rows: Sequence[Row]) -> None:
    """Complete rows that were begun, and write the others. They have every column."""
    _completing(session.get_bind().dialect)(session, rows)


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
    names = getattr(compiled, "positiontup", None)
    processors = {
        name: processor
        for name in _FILLED
        if (processor := _processor(name, dialect)) is not None
    }

    def write(session: Session, rows: Sequence[Row]) -> None:
        given: list[Any] = []  # Any: tuples or mappings, as the driver wants them
        for row in rows:
            bound = dict(row)
            for name, processor in processors.items():
                bound[name] = processor(bound[name])
            given.append(tuple(bound[name] for name in names) if names else bound)
        session.connection().exec_driver_sql(str(compiled), given)

    return write


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
