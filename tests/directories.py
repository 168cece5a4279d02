"""A directory that the tests of one module share, and looks into the tables.

Where a test changes nothing, or only what it makes itself, an application for each test
would cost more than the test. A module takes either these or `app`, never both: the
PostgreSQL database is one and the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from models import ChangedMembers, ChangeEvent, Counter, Request
from models.database import Base, db
from tests.conftest import make_app, make_organization, make_token
from tests.databases import EmptyDatabase, EmptyFile
from tests.scim_client import ScimClient, load


@pytest.fixture(scope="module")
def shared_app(
    migrated: EmptyFile | EmptyDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("shared")
    # As many connections as the races have threads.
    app = make_app(folder, migrated.emptied(), ROLLCALL_THREADS="16")
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def shared_scim(shared_app: Flask) -> ScimClient:
    """Speaks SCIM with Acme's token, all through the module."""
    organization = make_organization(shared_app, "Acme")
    return ScimClient(shared_app.test_client(), make_token(shared_app, organization))


@pytest.fixture
def emptied_scim(shared_scim: ScimClient) -> Iterator[ScimClient]:
    """The same for tests that begin with nobody there: whoever was made is deleted."""
    yield shared_scim
    for path in ("/Groups", "/Users"):
        page = load(shared_scim.get(f"{path}?count=1000&attributes=id"))
        for one in page["Resources"]:
            shared_scim.delete(f"{path}/{one['id']}")


def rows(app: Flask, statement: sa.Select[*tuple[Any, ...]]) -> list[Any]:
    """What the tables hold, read past every service."""
    with app.app_context(), Session(db.engine) as session:
        return list(session.execute(statement))


def last_event(app: Flask) -> Any:
    """The newest change event."""
    newest = sa.select(ChangeEvent).order_by(ChangeEvent.seq.desc()).limit(1)
    return rows(app, newest)[0][0]


def n_events(app: Flask) -> int:
    return int(rows(app, sa.select(sa.func.count()).select_from(ChangeEvent))[0][0])


def changed_members(app: Flask) -> list[tuple[list[str], list[str]]]:
    """Added and removed ids of the newest event, chunk by chunk."""
    chunks = (
        sa.select(ChangedMembers.added, ChangedMembers.removed)
        .where(ChangedMembers.event_seq == last_event(app).seq)
        .order_by(ChangedMembers.chunk)
    )
    return [(row.added, row.removed) for row in rows(app, chunks)]


def last_notes(app: Flask) -> list[str]:
    """What the newest request that changed something was noted to be read as."""
    app.extensions["request_log"].flush()
    changing = sa.select(Request.notes).where(Request.outcome == "changed")
    newest = changing.order_by(Request.seq.desc()).limit(1)
    return list(rows(app, newest)[0][0])


def logged(app: Flask) -> list[Any]:
    """The rows of the request log, once all are written, in the order of arrival."""
    app.extensions["request_log"].flush()
    table = Base.metadata.tables[Request.__tablename__]
    return rows(app, sa.select(table).order_by(table.c.at, table.c.seq))


def totals(app: Flask, organization_seq: int) -> tuple[int, int, int]:
    """Users, active users and groups, as the counters have them."""
    counters = sa.select(Counter.n_users, Counter.n_active_users, Counter.n_groups)
    found = rows(app, counters.where(Counter.organization_seq == organization_seq))
    return tuple(found[0])
