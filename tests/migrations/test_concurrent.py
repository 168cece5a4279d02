"""Migrations beside data and beside each other."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from models import Membership, User, UserValue, database
from models.database import db
from tests.directories import rows
from tests.scim_client import ScimClient
from tests.served import ROOT

ALTERED = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "test", "{head}"


def upgrade():
    with op.batch_alter_table("users") as table:
        table.alter_column("name", existing_type=sa.Text(), nullable=True)


def downgrade():
    with op.batch_alter_table("users") as table:
        table.alter_column("name", existing_type=sa.Text(), nullable=False)
"""


def test_altering_a_table_keeps_what_refers_to_it(
    app: Flask, scim: ScimClient, tmp_path: Path
) -> None:
    scim.new_group("Engineering", scim.new_user("bo", title="Engineer")["id"])
    folder = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", folder)
    with app.app_context():
        head = newest()
        (folder / "versions" / "test_altered.py").write_text(ALTERED.format(head=head))
        flask_migrate.upgrade(directory=str(folder))
        flask_migrate.downgrade(directory=str(folder))
    assert [count(app, one) for one in (User, UserValue, Membership)] == [1, 1, 1]


def newest() -> str:
    with db.engine.connect() as connection:
        return str(connection.exec_driver_sql("SELECT * FROM alembic_version").scalar())


def count(app: Flask, model: type[database.Base]) -> int:
    return int(rows(app, sa.select(sa.func.count()).select_from(model))[0][0])


def test_second_migration_waits_for_the_first(
    app: Flask, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if backend != "postgresql":
        pytest.skip("SQLite's own lock is waited for by busy_timeout")
    monkeypatch.setattr(database, "LOCK_TIMEOUT_SECONDS", 0.2)
    with app.app_context():
        db.engine.dispose()
        first = db.engine.connect()
        first.execute(
            sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": 0x726F6C6C}
        )
        release = threading.Timer(0.8, first.rollback)
        release.start()
        flask_migrate.upgrade()
        release.join()
        first.close()
        assert newest() == "0010"
