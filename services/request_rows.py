"""The two statements that write the request log, each made once.

A row begins with a change, in its transaction, and is completed after the answer; or it
is written whole, when nothing was changed. Who comes second finds the row by its id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeAlias

from sqlalchemy import Executable, Table, case, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import Request
from models.database import Base

Row: TypeAlias = Mapping[str, Any]  # Any: values of the columns

_TABLE: Final = Base.metadata.tables[Request.__tablename__]

_KNOWN_AFTERWARDS: Final = (
    *("status", "scim_type", "cause", "detail", "duration_us", "provider", "facts"),
    *("notes", "request_bytes", "response_bytes", "request_body", "response_body"),
)


def write_change(session: Session, row: Row) -> None:
    """Begin the row of a request that changes something; nothing when it is there."""
    session.execute(_beginning(session.get_bind().dialect.name), row)


def write_answers(session: Session, rows: Sequence[Row]) -> None:
    """Complete rows that were begun, and write the others."""
    session.execute(_completing(session.get_bind().dialect.name), rows)


@cache
def _beginning(dialect: str) -> Executable:
    return _insert(dialect).on_conflict_do_nothing(index_elements=["id"])


@cache
def _completing(dialect: str) -> Executable:
    statement = _insert(dialect)
    new, old = statement.excluded, _TABLE.c
    # What changed something says so, unless the answer failed after all.
    outcome = case((new.outcome == "failed", new.outcome), else_=old.outcome)
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
    table: Table = _TABLE
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
