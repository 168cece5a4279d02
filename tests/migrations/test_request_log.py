"""What the version before wrote into `requests` stays, and may still be written."""

from __future__ import annotations

from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from models.database import db
from services import organizations
from services.activity import request_log
from services.activity.log_queries import LogQuery
from tests.conftest import make_app
from tests.databases import make_on_server

BEFORE = "0003"
ORGANIZATION = """
    INSERT INTO organizations (seq, slug, name, created_at)
    VALUES (1, 'acme', 'Acme', '2026-11-01 12:00:00.000000')
"""
OLD_ROW = """
    INSERT INTO requests (id, organization_seq, token_public_id, at, method, path,
        address, user_agent, notes)
    VALUES ('{id}', 1, '7Qm2abcdef', '2026-11-03 12:00:00.000000', 'PATCH',
        '/scim/v2/Users/1', '192.0.2.1', 'Okta/1.0', '["a note"]')
"""
FIRST, SECOND = (f"00000000-0000-7000-8000-00000000000{n}" for n in (1, 2))


@pytest.fixture
def app(backend: str, tmp_path: Any, worker_id: str) -> Any:
    """An application whose database is that of the version before, with a row."""
    url = (
        f"sqlite:///{tmp_path / 'old.sqlite'}"
        if backend == "sqlite"
        else make_on_server(f"rollcall_old_{worker_id}")
    )
    made = make_app(tmp_path, url)
    with made.app_context():
        flask_migrate.upgrade(revision=BEFORE)
        run(ORGANIZATION, OLD_ROW.format(id=FIRST))
        yield made
        db.engine.dispose()


def run(*statements: str) -> None:
    with db.engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def ids() -> list[str]:
    with db.engine.connect() as connection:
        return list(connection.scalars(sa.text("SELECT id FROM requests ORDER BY seq")))


def test_rows_of_before_and_of_the_roll_are_told_alike(app: Flask) -> None:
    flask_migrate.upgrade()
    run(OLD_ROW.format(id=SECOND))
    acme = organizations.get("acme")
    newer, older = request_log.page(acme, LogQuery(outcome="changed")).rows
    assert (older.id, newer.id) == (FIRST, SECOND)
    assert (older.kind, older.actor) == ("scim", "token:7Qm2abcdef")
    assert (newer.kind, newer.status, newer.facts) == ("scim", None, {})
    assert older.notes == newer.notes == ["a note"]


def test_a_step_back_keeps_what_the_version_before_knows(app: Flask) -> None:
    flask_migrate.upgrade()
    run(
        OLD_ROW.format(id=SECOND),
        "UPDATE requests SET outcome = 'read' WHERE seq > 1",
    )
    flask_migrate.downgrade(revision=BEFORE)
    assert ids() == [FIRST]
    run(OLD_ROW.format(id=SECOND))
    assert ids() == [FIRST, SECOND]
