"""Whether the database can be used: reachable, and migrated as the code expects."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from models.database import Busy, db, reading

_MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def find_problem() -> str | None:
    """What keeps the service from working, in a sentence; None when nothing does."""
    try:
        if is_migrated():
            return None
    except (Busy, SQLAlchemyError):
        return "The database cannot be reached."
    return "The database is not migrated. Run flask db upgrade."


def is_migrated() -> bool:
    """Whether the schema is the one the code was written for; raises `Busy`."""
    return _current_revision() == newest_revision()


@cache
def newest_revision() -> str | None:
    """The revision that the code was written for."""
    return ScriptDirectory(str(_MIGRATIONS)).get_current_head()


@reading
def _current_revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def let_go() -> None:
    """Close the pooled connections: they do not survive the fork of a worker."""
    db.engine.dispose()
