"""Owners of the install, and who is kept out: one owner always stays."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ChangeEvent
from models.database import db
from services.access import admins
from services.errors import Invalid, NotFound
from services.organizations import OrganizationRef
from services.origin import Actor, Origin
from tests.admin_client import UNKNOWN_ID
from tests.conftest import make_admin

NOW = datetime.now(UTC)
ORIGIN = Origin(Actor("admin", "x", "Ada"), NOW)


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def actions_of(admin_id: str) -> list[str]:
    statement = (
        select(ChangeEvent.action)
        .where(ChangeEvent.resource_id == admin_id)
        .order_by(ChangeEvent.seq)
    )
    with Session(db.engine) as session:
        return list(session.scalars(statement))


def test_an_admin_is_disabled_and_enabled(app: Flask, acme: OrganizationRef) -> None:
    viewer = make_admin(app, "viewer", acme)
    admins.disable(viewer, origin=ORIGIN)
    assert admins.get(viewer).disabled_at == NOW
    admins.enable(viewer, origin=ORIGIN)
    assert admins.get(viewer).disabled_at is None
    assert actions_of(viewer) == ["created", "disabled", "enabled"]


def test_doing_it_twice_is_no_error_and_no_event(
    app: Flask, acme: OrganizationRef
) -> None:
    viewer = make_admin(app, "viewer", acme)
    admins.enable(viewer, origin=ORIGIN)
    admins.disable(viewer, origin=ORIGIN)
    admins.disable(viewer, origin=ORIGIN)
    admins.set_instance_owner(viewer, False, origin=ORIGIN)
    assert actions_of(viewer) == ["created", "disabled"]


def test_an_admin_is_made_an_instance_owner(app: Flask, acme: OrganizationRef) -> None:
    viewer = make_admin(app, "viewer", acme)
    make_admin(app, "owner")
    admins.set_instance_owner(viewer, True, origin=ORIGIN)
    assert admins.get(viewer).is_instance_owner
    admins.set_instance_owner(viewer, False, origin=ORIGIN)
    made = admins.get(viewer)
    assert (made.is_instance_owner, made.organizations) == (False, ("Acme",))


def test_the_last_instance_owner_stays(app: Flask) -> None:
    owner = make_admin(app, "owner")
    with pytest.raises(Invalid, match="only owner of this installation"):
        admins.set_instance_owner(owner, False, origin=ORIGIN)
    with pytest.raises(Invalid, match="cannot be disabled"):
        admins.disable(owner, origin=ORIGIN)
    made = admins.get(owner)
    assert (made.is_instance_owner, made.disabled_at) == (True, None)


def test_a_disabled_instance_owner_does_not_count(app: Flask) -> None:
    owner, gone = make_admin(app, "owner"), make_admin(app, "owner")
    admins.disable(gone, origin=ORIGIN)
    with pytest.raises(Invalid, match="only owner of this installation"):
        admins.disable(owner, origin=ORIGIN)


def test_two_instance_owners_who_disable_each_other_leave_one(app: Flask) -> None:
    owners = [make_admin(app, "owner") for _ in range(2)]
    barrier = Barrier(2)

    def disable(admin_id: str) -> str:
        with app.app_context():
            barrier.wait()
            try:
                admins.disable(admin_id, origin=ORIGIN)
            except Invalid:
                return "stays"
        return "disabled"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(disable, owners)) == ["disabled", "stays"]


def test_all_admins_are_listed_instance_owners_first(
    app: Flask, acme: OrganizationRef, globex: OrganizationRef
) -> None:
    admin = make_admin(app, "admin", globex, acme)
    owner = make_admin(app, "owner")
    viewer = make_admin(app, "viewer", acme)
    listed = admins.list_all()
    assert [one.id for one in listed] == [owner, admin, viewer]
    assert [one.organizations for one in listed] == [(), ("Acme", "Globex"), ("Acme",)]


@pytest.mark.parametrize("admin_id", ["", "x", "\x00", UNKNOWN_ID])
def test_nobody_is_not_found(app: Flask, admin_id: str) -> None:
    make_admin(app, "owner")
    with pytest.raises(NotFound):
        admins.get(admin_id)
    with pytest.raises(NotFound):
        admins.disable(admin_id, origin=ORIGIN)
    with pytest.raises(NotFound):
        admins.enable(admin_id, origin=ORIGIN)
    with pytest.raises(NotFound):
        admins.set_instance_owner(admin_id, True, origin=ORIGIN)
