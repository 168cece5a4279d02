"""The transaction recipe under races: nothing lost, nothing refused for being busy."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from models import Counter
from models.database import Busy, db, reading, writing
from services.organizations import OrganizationRef

THREADS, ROUNDS = 8, 25


@reading
def read_count(connection: Connection, organization_seq: int) -> int:
    return connection.scalars(
        select(Counter.n_users).where(Counter.organization_seq == organization_seq)
    ).one()


@writing
def increment(session: Session, organization_seq: int) -> None:
    """Read, compute in Python, write: what loses updates without the recipe."""
    counter = session.scalars(
        select(Counter)
        .where(Counter.organization_seq == organization_seq)
        .with_for_update()
    ).one()
    counter.n_users = counter.n_users + 1


def test_racing_read_modify_writes_lose_nothing(
    app: Flask, acme: OrganizationRef
) -> None:
    start = Barrier(THREADS)

    def race() -> None:
        start.wait()
        with app.app_context():
            for _ in range(ROUNDS):
                read_count(acme.seq)
                increment(acme.seq)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda _: race(), range(THREADS)))
    with app.app_context():
        assert read_count(acme.seq) == THREADS * ROUNDS


def test_a_write_that_raises_leaves_nothing(app: Flask, acme: OrganizationRef) -> None:
    @writing
    def fail(session: Session) -> None:
        session.get_one(Counter, acme.seq).n_users = 7
        session.flush()
        raise ZeroDivisionError

    with app.app_context():
        with pytest.raises(ZeroDivisionError):
            fail()
        assert read_count(acme.seq) == 0


def test_a_read_sees_one_snapshot(app: Flask, acme: OrganizationRef) -> None:
    @reading
    def read_twice(connection: Connection) -> tuple[int, int]:
        statement = select(Counter.n_users)
        before = connection.scalars(statement).one()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(write_elsewhere).result()
        return before, connection.scalars(statement).one()

    def write_elsewhere() -> None:
        with app.app_context():
            increment(acme.seq)

    with app.app_context():
        assert read_twice() == (0, 0)
        assert read_count(acme.seq) == 1


def test_a_database_that_is_away_is_busy_and_not_an_error(
    app: Flask, acme: OrganizationRef
) -> None:
    @writing
    def write_into_nothing(session: Session) -> None:
        from sqlalchemy.exc import OperationalError

        raise OperationalError("statement", {}, Exception("gone"))

    with app.app_context(), pytest.raises(Busy):
        write_into_nothing()


def test_sqlite_connections_keep_their_promises(app: Flask, backend: str) -> None:
    if backend != "sqlite":
        pytest.skip("PostgreSQL has no pragmas")
    with app.app_context(), db.engine.connect() as connection:
        read = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert read == ["wal", 2, 1]
