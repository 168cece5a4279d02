"""Listening to the engine, which tests of one process share: never beyond a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from models.database import db


@contextmanager
def listening(
    identifier: str,
    listener: Callable[..., Any],  # Any: SQLAlchemy looks at no result
) -> Iterator[None]:
    """Have the listener called at this event of the current application's engine."""
    engine = db.engine
    event.listen(engine, identifier, listener)
    try:
        yield
    finally:
        event.remove(engine, identifier, listener)


@contextmanager
def new_connections(
    prepare: Callable[..., None],  # of a connection and its record
) -> Iterator[None]:
    """Have only connections that are made now, and leave none of them to others."""
    db.engine.dispose()
    with listening("connect", prepare):
        try:
            yield
        finally:
            db.engine.dispose()


@contextmanager
def impatience() -> Iterator[None]:
    """Nobody waits long for what another has locked."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    short = "PRAGMA busy_timeout = 50" if is_sqlite else "SET lock_timeout = 50"

    def hurry(connection: Any, _record: object) -> None:  # Any: the driver's
        connection.cursor().execute(short)
        connection.commit()

    with new_connections(hurry):
        yield


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that are executed meanwhile, as they come."""
    executed: list[str] = []

    def note(_connection: object, _cursor: object, said: str, *_: object) -> None:
        executed.append(said)

    with listening("before_cursor_execute", note):
        yield executed
