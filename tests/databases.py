"""Databases for tests: migrated once for a whole run, emptied for each test."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import psycopg
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.engine import Engine

from models.database import Base

SERVER_URL = "ROLLCALL_TEST_DATABASE_URL"
"""The variable with the URL of a PostgreSQL server where databases may be made."""

EMPTYING = "emptying"
"""What the connection is called that empties a database of PostgreSQL."""

_IN_MEMORY = Path("/dev/shm")  # noqa: S108  # a folder of the run's own is made in it
_ENOUGH_BYTES = 2 << 30

_COUNT_ANEW = """SELECT setval(format('%I.%I', schemaname, sequencename), 1, false)
  FROM pg_sequences WHERE last_value IS NOT NULL"""


class EmptyFile:
    """A SQLite file, always at the same path, so that its engine may stay known."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.sqlite"
        self._path = folder / "rollcall.sqlite"
        self.template_url = f"sqlite:///{self._template}"

    def emptied(self) -> str:
        """Its URL; what a test before left there is gone."""
        for ending in ("", "-wal", "-shm"):
            # Another file, not another content: somebody may still have it open.
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        shutil.copy(self._template, self._path)
        return f"sqlite:///{self._path}"

    def leave(self, engine: Engine) -> None:
        """Close what is open: the next test has another file."""
        engine.dispose()

    def close(self) -> None:
        """Nothing is kept open."""


class EmptyDatabase:
    """A database of the PostgreSQL server."""

    def __init__(self, name: str) -> None:
        self.template_url = self._url = make_on_server(name)
        # Kept: a new one would read the catalogue, which takes longest of all.
        self._connection = _connect(self._url, EMPTYING)
        self._connection.execute("SET session_replication_role = replica")
        self._pools: dict[Engine, sa.Pool] = {}

    def emptied(self) -> str:
        """Its URL; what a test before left there is gone."""
        names = [table.name for table in Base.metadata.sorted_tables]
        any_rows = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
        filled = self._connection.execute(
            sql.SQL(" UNION ALL ").join(
                any_rows.format(sql.Literal(name), sql.Identifier(name))
                for name in names
            )
        ).fetchall()
        for (name,) in filled:
            # Half the time of TRUNCATE, which makes files anew.
            self._connection.execute(
                sql.SQL("DELETE FROM {}").format(sql.Identifier(name))
            )
        self._connection.execute(_COUNT_ANEW)
        return self._url

    def leave(self, engine: Engine) -> None:
        """Keep what is open, for the next test.

        Not what a test made that did away with the connections before it: it may have
        wanted others, such as do not wait for a lock.
        """
        if self._pools.get(engine) is not engine.pool:
            engine.dispose()
            self._pools[engine] = engine.pool

    def close(self) -> None:
        """Close what was kept open."""
        self._connection.close()


def make_on_server(name: str) -> str:
    """A fresh, empty database on the PostgreSQL server; its URL."""
    url = sa.make_url(os.environ[SERVER_URL])
    with _connect(os.environ[SERVER_URL]) as connection:
        known_as = sql.Identifier(name)
        # An app that an earlier test left may still be connected to it.
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(drop.format(known_as))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(known_as))
    made = url.set(database=name, drivername="postgresql+psycopg")
    return made.render_as_string(hide_password=False)


def folder_in_memory() -> Path | None:
    """A folder for files that need not survive a power cut: no commit waits for a disk.

    None where there is no such place with room in it.
    """
    if not _IN_MEMORY.is_dir() or shutil.disk_usage(_IN_MEMORY).free < _ENOUGH_BYTES:
        return None
    return Path(tempfile.mkdtemp(prefix="rollcall-tests-", dir=_IN_MEMORY))


def _connect(url: str, name: str = "") -> psycopg.Connection:
    plain = sa.make_url(url).set(drivername="postgresql")
    text = plain.render_as_string(hide_password=False)
    return psycopg.connect(text, autocommit=True, application_name=name)
