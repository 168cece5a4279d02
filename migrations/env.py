"""Runs the migrations in one transaction, on the application's database."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

import models  # noqa: F401 - fills the metadata
from models.database import Base, db

LOCK = 0x726F6C6C  # one migration at a time on PostgreSQL


def run() -> None:
    """Migrate. A second process that starts meanwhile waits, then finds it done."""
    engine = db.engine.execution_options(begin="BEGIN IMMEDIATE")
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            migrate_sqlite(connection)
        else:
            migrate_postgresql(connection)


def migrate_sqlite(connection: Connection) -> None:
    """With foreign keys unchecked until the end.

    A change of a table makes it anew, and dropping the old one would take along what
    refers to it.
    """
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection is closed")
    driver.execute("PRAGMA foreign_keys = OFF")  # without effect inside a transaction
    try:
        migrate(connection)
        if connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
            raise RuntimeError("the migration left rows that refer to nothing")
        connection.commit()
    finally:
        connection.rollback()
        driver.execute("PRAGMA foreign_keys = ON")


def migrate_postgresql(connection: Connection) -> None:
    """One at a time, however long the other takes."""
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    migrate(connection)
    connection.commit()


def migrate(connection: Connection) -> None:
    """Run what is to be run, without committing."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
