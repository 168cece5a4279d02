"""A database that is locked, read only or away: said so, never a 500."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from models.database import db
from tests.databases import EMPTYING
from tests.listening import new_connections
from tests.scim_client import ScimClient, load


def only_on(backend: str, wanted: str) -> None:
    if backend != wanted:
        pytest.skip(f"about {wanted} alone")


def test_read_only_database_refuses_writes_and_serves_reads(
    app: Flask, scim: ScimClient, backend: str
) -> None:
    only_on(backend, "postgresql")
    scim.new_user("bo")
    scim.new_user("cy")
    with app.app_context(), new_connections(make_read_only):
        refused = scim.post("/Users", {"userName": "di"})
        found = load(scim.get("/Users?count=1"))
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
    assert found["totalResults"] == 2


def make_read_only(connection: Any, _record: object) -> None:  # Any: the driver's
    connection.execute("SET default_transaction_read_only = on")
    connection.commit()


def test_list_does_not_wait_for_a_writer(
    app: Flask, scim: ScimClient, backend: str
) -> None:
    only_on(backend, "sqlite")
    scim.new_user("bo")
    scim.new_user("cy")
    scim.get("/Users")  # writes the token's last use, so that nothing else is due
    path = app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    answer = scim.get("/Users?count=1")
    waited = time.monotonic() - began
    writer.execute("ROLLBACK")
    writer.close()
    assert load(answer)["totalResults"] == 2
    assert waited < 4, "half of what a writer would wait"


def test_a_connection_that_died_in_the_pool_is_replaced(
    app: Flask, scim: ScimClient, backend: str
) -> None:
    only_on(backend, "postgresql")
    scim.new_user("bo")
    with app.app_context():
        url = db.engine.url
    outside = sa.create_engine(url.set(database="postgres"))
    with outside.connect() as connection:
        ended = connection.execute(
            sa.text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = :name AND application_name != :emptying"
            ),
            {"name": url.database, "emptying": EMPTYING},
        ).scalar_one()
    outside.dispose()
    assert ended > 0
    assert scim.get("/Users").status_code == 200
