"""The upgrade takes over what the request log tells of connections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from models.database import db
from tests.conftest import make_app
from tests.databases import make_on_server

BEFORE = "0005"

REQUESTS = [
    ("r1", "GET", "/scim/v2/Users", 401, "token"),
    ("r2", "GET", "/scim/v2/Schemas", 200, "token"),
    ("r3", "GET", "/scim/v2/Users?filter=userName%20eq%20%22bo%22", 200, "token"),
    ("r4", "POST", "/scim/v2/Users", 201, "token"),
    ("r5", "POST", "/scim/v2/Users", 201, "token"),
    ("r6", "POST", "/scim/v2/Groups", 409, "token"),
    ("r7", "PATCH", "/scim/v2/Groups/1", 204, "token"),
    ("r8", "GET", "/scim/v2/Users", 401, "other"),
    ("r9", "POST", "/users/new", None, None),
]
EVENTS = [("r4", "created", "User", 0), ("r5", "created", "User", 0)]
EVENTS += [("r7", "updated", "Group", 3), ("r9", "deactivated", "User", 0)]


@pytest.fixture
def app(backend: str, tmp_path: Path, worker_id: str) -> Iterator[Flask]:
    """An application whose database is that of the version before, with rows."""
    url = (
        f"sqlite:///{tmp_path / 'old.sqlite'}"
        if backend == "sqlite"
        else make_on_server(f"rollcall_ticks_{worker_id}")
    )
    made = make_app(tmp_path, url)
    with made.app_context():
        flask_migrate.upgrade(revision=BEFORE)
        fill()
        yield made
        db.engine.dispose()


def fill() -> None:
    at = "2026-11-03 12:00:00.000000"
    insert("organizations", [{"seq": 1, "slug": "acme", "name": "A", "created_at": at}])
    requests = [
        {
            "id": id_,
            "organization_seq": 1,
            "token_public_id": token,
            "kind": "scim" if token else "admin",
            "at": at,
            "method": method,
            "path": path,
            "status": status,
            "address": "192.0.2.1",
            "user_agent": "Okta",
            "notes": "[]",
        }
        for id_, method, path, status, token in REQUESTS
    ]
    insert("requests", requests)
    events = [
        {
            "organization_seq": 1,
            "number": number,
            "request_id": request,
            "at": at,
            "actor": "token:token",
            "actor_name": "Okta",
            "action": action,
            "resource_type": type_,
            "resource_id": "1",
            "resource_name": "x",
            "changes": "{}",
            "n_added": n_added,
            "n_removed": 0,
        }
        for number, (request, action, type_, n_added) in enumerate(EVENTS, start=1)
    ]
    insert("change_events", events)


def insert(table: str, rows: list[dict[str, Any]]) -> None:
    names = ", ".join(rows[0])
    values = ", ".join(f":{name}" for name in rows[0])
    with db.engine.begin() as connection:
        connection.execute(
            sa.text(f"INSERT INTO {table} ({names}) VALUES ({values})"),  # noqa: S608 - ours
            rows,
        )


def test_the_first_request_of_each_step_is_taken_over(app: Flask) -> None:
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        found = connection.execute(
            sa.text("SELECT token_public_id, step, request_id FROM connection_ticks")
        ).all()
    assert {(token, step): request for token, step, request in found} == {
        ("token", "reached"): "r1",
        ("token", "accepted"): "r2",
        ("token", "discovery"): "r2",
        ("token", "looked_up"): "r3",
        ("token", "created"): "r4",
        ("token", "group_pushed"): "r7",
        ("token", "members_changed"): "r7",
        ("other", "reached"): "r8",
    }


def test_a_step_back_and_forth_loses_nothing_of_the_log(app: Flask) -> None:
    flask_migrate.upgrade()
    flask_migrate.downgrade(revision=BEFORE)
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        count = sa.text("SELECT count(*) FROM connection_ticks")
        assert connection.scalar(count) == 8
