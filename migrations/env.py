"""Runs the migrations in one transaction, on the application's database."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

import models  # noqa: F401 - fills the metadata
from models.database import Base, db

LOCK = 0x726F6C6C  # one migration at a time on PostgreSQL


def run() -> None:
    """Migrate. A second process that starts meanwhile waits, then finds it done."""
    engine = db.engine.execution_options(begin="BEGIN IMMEDIATE")
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if not is_sqlite:
            connection.execute(
                text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK}
            )
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=is_sqlite,
            compare_type=True,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
