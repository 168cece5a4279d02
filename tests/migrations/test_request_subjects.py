"""The upgrade finds whom the log tells of, as whoever writes the log does now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from models import RequestSubject
from models.database import Base, db
from services import organizations
from services.activity import request_writing
from services.directory import group_actions, groups, users
from services.origin import Origin
from tests.conftest import make_app
from tests.databases import make_on_server
from tests.services.activity.test_request_buffer import entry

BEFORE = "0007"
WITH_READS = "0008"
NEW = Origin.of_command_line


@pytest.fixture
def app(backend: str, tmp_path: Path, worker_id: str) -> Iterator[Flask]:
    """An application with users who were looked up, came to a group, and left it."""
    url = (
        f"sqlite:///{tmp_path / 'old.sqlite'}"
        if backend == "sqlite"
        else make_on_server(f"rollcall_subjects_{worker_id}")
    )
    made = make_app(tmp_path, url)
    with made.app_context():
        flask_migrate.upgrade()
        fill()
        yield made
        db.engine.dispose()


def fill() -> None:
    organizations.create("Acme", slug="acme", origin=NEW())
    acme = organizations.get("acme")
    ids = [
        users.create(acme, {"userName": name}, origin=NEW()).id for name in ("bo", "cy")
    ]
    crew = groups.create(acme, {"displayName": "Crew"}, ids, origin=NEW())
    group_actions.remove_member(acme, crew.id, ids[0], origin=NEW())
    looked_up = entry(acme, resource_id=ids[1], resource_type="User", method="GET")
    request_writing.write([looked_up, entry(None, resource_id=ids[1])])


def subjects() -> set[tuple[Any, ...]]:
    table = Base.metadata.tables[RequestSubject.__tablename__]
    with db.engine.connect() as connection:
        return {tuple(row) for row in connection.execute(sa.select(table))}


def test_what_the_log_tells_of_is_taken_over(app: Flask) -> None:
    written = subjects()
    flask_migrate.downgrade(revision=BEFORE)
    flask_migrate.upgrade()
    assert subjects() == written
    # The organization; the group made and left; bo three times, and cy twice.
    assert len(written) == 1 + 2 + 3 + 2


def test_reads_are_written_again_for_who_goes_back(app: Flask) -> None:
    written = subjects()
    flask_migrate.downgrade(revision=WITH_READS)
    with db.engine.connect() as connection:
        reads = connection.execute(
            sa.text("SELECT count(*) FROM request_subjects WHERE is_read")
        ).scalar_one()
    flask_migrate.upgrade()
    assert reads == 1
    assert subjects() == written
