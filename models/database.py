"""The database: one metadata, one recipe for transactions, two engines to run it on.

Every read runs in one consistent snapshot and every write in a transaction that holds
the write lock from its first statement. `reading` and `writing` are the only ways in;
no code outside `services/` uses them. Deliberately absent: sessions that live as long
as a request. Authentication, a service call and a streamed answer are each a
transaction of their own, so that a slow client never holds a lock.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import orjson
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Integer, MetaData, Text, event, text
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import TypeDecorator

P = ParamSpec("P")
T = TypeVar("T")

BUSY_TIMEOUT_SECONDS = 8.0
"""How long a SQLite write waits for another one before it gives up (503)."""

_BUSY_MILLISECONDS = int(BUSY_TIMEOUT_SECONDS * 1000)
_HURRIED_MILLISECONDS = 300
_UNHURRIED_MILLISECONDS = 2_000

LOCK_TIMEOUT_SECONDS = 8.0
"""The same for a row lock of PostgreSQL."""

_UNUSABLE = {
    "25006",  # PostgreSQL is read only, while a standby takes over
    "42P01",  # there is no such table: not migrated, as SQLite says by itself
    "42703",  # there is no such column
}
_ATTEMPTS = 4
_PAUSE_SECONDS = 0.02


class Busy(Exception):
    """The database is away, locked or contended for too long; try again later."""


class Base(DeclarativeBase):
    """The metadata all tables share. `db.Model` is not used: it fails strict typing."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)

Seq = BigInteger().with_variant(Integer(), "sqlite")
"""Creation order within a table: the order of every list, and the key of every join."""

KeyText = Text().with_variant(Text(collation="C"), "postgresql")
"""Text compared and sorted by code point on both databases: keys made in Python."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware datetimes in UTC on this side, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Refuse naive datetimes; SQLite stores UTC without an offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place here")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Hand out aware datetimes in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


class JsonText(TypeDecorator[Any]):  # Any: the JSON value is typed by its column
    """A JSON value kept as text, so that keys keep their order on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write compact JSON; None stays NULL."""
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read it back."""
        return None if value is None else orjson.loads(value)


_engines: WeakKeyDictionary[Engine, tuple[Engine, Engine]] = WeakKeyDictionary()


def prepare(engine: Engine) -> None:
    """Give a fresh engine the recipe: pragmas, kinds of BEGIN.

    Called once by `app.py`.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
        readers, writers = engine, engine.execution_options(begin="BEGIN IMMEDIATE")
    else:
        event.listen(engine, "connect", _set_timeouts)
        readers = engine.execution_options(isolation_level="REPEATABLE READ")
        writers = engine.execution_options(isolation_level="READ COMMITTED")
    _engines[engine] = (readers, writers)


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not begin transactions by itself: its deferred BEGIN loses
    # updates.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    _use_wal(cursor)
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -32000")
    cursor.close()


def _use_wal(cursor: sqlite3.Cursor) -> None:
    """Let readers go on beside a writer; the file keeps it once it is set.

    Two processes that open a fresh file at once may meet here, and SQLite does not wait
    for this lock however long its timeout.
    """
    for pause_seconds in (0.05, 0.1, 0.2, 0.4, 0.8):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            time.sleep(pause_seconds)
        else:
            return
    cursor.execute("PRAGMA journal_mode = WAL")


def _set_timeouts(connection: Any, _record: object) -> None:  # Any: a driver connection
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{int(LOCK_TIMEOUT_SECONDS * 1000)}ms'")
    connection.commit()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    _set_synchronous(connection, options.get("synchronous", "FULL"))
    driver: Any = connection.connection.driver_connection  # Any: a sqlite3.Connection
    if "begin" not in options:
        # Neither this nor the time-out touches the file, so that there is no error to
        # name. By the library each would cost as much as the query.
        driver.execute("BEGIN")
        return
    if "busy_timeout" not in options:
        connection.exec_driver_sql(options["begin"])
        return
    driver.execute(f"PRAGMA busy_timeout = {options['busy_timeout']}")
    try:
        connection.exec_driver_sql(options["begin"])
    finally:
        driver.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")


def _set_synchronous(connection: Connection, wanted: str) -> None:
    """Before the transaction: within one it would change nothing."""
    known = connection.info
    if known.get("synchronous", "FULL") != wanted:
        connection.exec_driver_sql(f"PRAGMA synchronous = {wanted}")
        known["synchronous"] = wanted


@contextmanager
def read_connection() -> Iterator[Connection]:
    """A connection over one consistent snapshot. For answers that are streamed.

    Raises `Busy` when the database cannot be reached.
    """
    readers, _ = _engines[db.engine]
    with _busy_named(), readers.connect() as connection:
        yield connection


def reading(work: Callable[Concatenate[Connection, P], T]) -> Callable[P, T]:
    """Run the function in one read transaction; callers leave the connection out.

    Reads get a connection and rows, writes a session and entities: what is only read
    needs no unit of work, which costs as much as the query.
    """

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with read_connection() as connection:
            return work(connection, *args, **kwargs)

    return run


def writing(work: Callable[Concatenate[Session, P], T]) -> Callable[P, T]:
    """Run the function in one write transaction; callers leave the session out.

    Commits when it returns, rolls back when it raises. A conflict with another writer
    (unique key, stale version, deadlock) runs it again from the start, where its own
    checks find the other's work and name it. Raises `Busy` when it cannot get through.
    """

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        _, writers = _engines[db.engine]
        for attempt in range(1, _ATTEMPTS):
            try:
                return _write_once(writers, work, *args, **kwargs)
            except (IntegrityError, StaleDataError):
                pass
            except DBAPIError as error:
                if not _is_conflict(error):
                    raise _named(error) from error
            time.sleep(_PAUSE_SECONDS * attempt)
        with _busy_named():
            return _write_once(writers, work, *args, **kwargs)

    return run


def writing_if_free(work: Callable[Concatenate[Session, P], T]) -> Callable[P, T]:
    """As `writing`, for what may be left out: `Busy` soon while another writes."""

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        _, writers = _engines[db.engine]
        hurried = writers.execution_options(busy_timeout=_HURRIED_MILLISECONDS)
        with _busy_named():
            return _write_once(hurried, work, *args, **kwargs)

    return run


def writing_loosely(
    work: Callable[Concatenate[Session, P], T],
) -> Callable[P, T]:
    """As `writing_if_free`, and a power cut may take what it wrote last.

    For what nobody was promised: it does not wait for the disk, nor make others wait.
    It has more patience with other writers, since nobody waits for it.
    """

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        _, writers = _engines[db.engine]
        options = {"busy_timeout": _UNHURRIED_MILLISECONDS, "synchronous": "NORMAL"}
        with _busy_named():
            return _write_once(
                writers.execution_options(**options), _relaxed(work), *args, **kwargs
            )

    return run


def _relaxed(
    work: Callable[Concatenate[Session, P], T],
) -> Callable[Concatenate[Session, P], T]:
    """The same for PostgreSQL, where a transaction says so itself."""

    def run(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> T:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SET LOCAL synchronous_commit TO off"))
        return work(session, *args, **kwargs)

    return run


def _write_once(
    writers: Engine,
    work: Callable[Concatenate[Session, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    with Session(writers, autoflush=False, expire_on_commit=False) as session:
        result = work(session, *args, **kwargs)
        session.commit()
        return result


@contextmanager
def _busy_named() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        raise _named(error) from error


def _named(error: DBAPIError | PoolTimeout) -> Exception:
    """`Busy` for a database away, locked, read only or not migrated; else itself."""
    if isinstance(error, (OperationalError, PoolTimeout)):
        return Busy()
    is_away = error.connection_invalidated or _sqlstate(error) in _UNUSABLE
    return Busy() if is_away else error


def _is_conflict(error: DBAPIError) -> bool:
    """Whether PostgreSQL ended it for another's sake: serialization, deadlock."""
    return _sqlstate(error) in {"40001", "40P01"}


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)
