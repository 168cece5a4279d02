"""The rows that a search reads: filled for those who were there before."""

from __future__ import annotations

import flask_migrate
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import UserSearch
from models.database import db
from scim import names
from scim.attributes import Document
from services.directory import user_lists, users
from services.directory.user_lists import UserQuery
from services.origin import Origin
from tests.directories import rows

SEARCHED = sa.select(UserSearch.__table__).order_by(UserSearch.user_seq)


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


def test_migration_fills_what_a_write_would_have_written(app, acme, globex):
    origin = Origin.of_command_line()
    email: Document = {"value": "Bo.Work@acme.example"}
    users.create(
        acme,
        {
            "userName": "BO",
            "externalId": "00uÉ",
            "name": {"familyName": "van Ek", "givenName": "Bo"},
            "emails": [email, {"type": "home", "display": "none"}],
            names.ENTERPRISE_USER: {"department": "IT"},
        },
        origin=origin,
    )
    users.create(acme, {"userName": "cy", "active": False}, origin=origin)
    users.create(globex, {"userName": "gus"}, origin=origin)
    written = rows(app, SEARCHED)
    flask_migrate.downgrade(revision="0002")
    flask_migrate.upgrade()
    assert rows(app, SEARCHED) == written
    assert len(written) == 3


def test_who_was_made_without_is_found_after_a_change(app, acme):
    origin = Origin.of_command_line()
    bo = users.create(acme, {"userName": "bo"}, origin=origin).id
    with Session(db.engine) as session:
        session.execute(sa.delete(UserSearch))
        session.commit()
    assert user_lists.read(acme, UserQuery("bo")).counts.all == 0
    users.set_active(acme, bo, False, origin=origin)
    assert user_lists.read(acme, UserQuery("bo")).counts.deactivated == 1
