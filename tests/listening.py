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
def statements() -> Iterator[list[str]]:
    """The statements that are executed meanwhile, as they come."""
    executed: list[str] = []

    def note(_connection: object, _cursor: object, said: str, *_: object) -> None:
        executed.append(said)

    with listening("before_cursor_execute", note):
        yield executed
