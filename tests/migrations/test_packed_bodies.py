"""PostgreSQL packs long bodies of the log in its quicker way."""

from __future__ import annotations

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from models.database import db
from services.activity import request_writing
from services.organizations import OrganizationRef
from tests.services.activity.test_request_buffer import entry

BEFORE = "0009"
LONG = '{"userName": "bo"}' * 1_000
PACKED_BY = sa.text(
    "SELECT pg_column_compression(request_body), pg_column_compression(response_body)"
    " FROM requests WHERE kind = 'scim' ORDER BY seq"
)
BODIES = sa.text("SELECT request_body, response_body FROM requests WHERE kind = 'scim'")


@pytest.fixture(autouse=True)
def _on_postgresql(app: Flask, backend: str) -> None:
    if backend != "postgresql":
        pytest.skip("SQLite packs nothing")


def test_bodies_are_packed_by_lz4_and_those_of_before_stay(
    app: Flask, acme: OrganizationRef
) -> None:
    long = entry(acme, request_body=LONG, response_body=LONG)
    with app.app_context():
        flask_migrate.downgrade(revision=BEFORE)
        request_writing.write([long])
        flask_migrate.upgrade()
        request_writing.write([long._replace(id="another")])
        with db.engine.connect() as connection:
            packed = connection.execute(PACKED_BY).all()
            bodies = connection.execute(BODIES).all()
    assert packed == [("pglz", "pglz"), ("lz4", "lz4")]
    assert bodies == [(LONG, LONG)] * 2
