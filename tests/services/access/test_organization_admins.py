"""Admins of an organization: roles change, and an owner always stays."""

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
from services.access import admins, organization_admins
from services.access.roles import Role
from services.errors import Invalid, NotFound
from services.organizations import OrganizationRef
from services.origin import Actor, Origin
from tests.admin_client import UNKNOWN_ID
from tests.conftest import make_admin

ORIGIN = Origin(Actor("admin", "x", "Ada"), datetime.now(UTC))


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def change(
    organization: OrganizationRef, admin_id: str, role: Role, *, is_above: bool = False
) -> None:
    organization_admins.change_role(
        organization, admin_id, role, by_instance_owner=is_above, origin=ORIGIN
    )


def remove(
    organization: OrganizationRef, admin_id: str, *, is_above: bool = False
) -> str:
    return organization_admins.remove(
        organization, admin_id, by_instance_owner=is_above, origin=ORIGIN
    )


def roles_in(organization: OrganizationRef) -> dict[str, str]:
    return {one.id: one.role for one in organization_admins.list_all(organization)}


def test_what_somebody_owns_alone_is_told(
    app: Flask, acme: OrganizationRef, globex: OrganizationRef
) -> None:
    ada, bo = make_admin(app, "owner", acme, globex), make_admin(app, "owner", globex)
    make_admin(app, "admin", acme)
    before = organization_admins.owned_alone(ada)
    admins.disable(bo, origin=ORIGIN)
    assert before == ["Acme"]
    assert organization_admins.owned_alone(ada) == ["Acme", "Globex"]
    assert organization_admins.owned_alone(bo) == []


def test_a_role_is_changed(app: Flask, acme: OrganizationRef) -> None:
    viewer = make_admin(app, "viewer", acme)
    change(acme, viewer, "owner")
    assert roles_in(acme) == {viewer: "owner"}


def test_a_role_is_taken_here_and_not_elsewhere(
    app: Flask, acme: OrganizationRef, globex: OrganizationRef
) -> None:
    admin = make_admin(app, "admin", acme, globex)
    assert remove(acme, admin) == "Ada Admin"
    assert roles_in(acme) == {}
    assert roles_in(globex) == {admin: "admin"}
    assert admins.get(admin).organizations == ("Globex",)


@pytest.mark.parametrize("is_above", [False, True])
def test_the_last_owner_stays(
    app: Flask, acme: OrganizationRef, is_above: bool
) -> None:
    owner = make_admin(app, "owner", acme)
    make_admin(app, "admin", acme)
    with pytest.raises(Invalid, match="is the only owner of Acme"):
        remove(acme, owner, is_above=is_above)
    with pytest.raises(Invalid, match="Make somebody else an owner first"):
        change(acme, owner, "admin", is_above=is_above)
    assert roles_in(acme)[owner] == "owner"
    assert organization_admins.get(acme, owner).is_last_owner


def test_one_of_two_owners_may_go(app: Flask, acme: OrganizationRef) -> None:
    first, second = make_admin(app, "owner", acme), make_admin(app, "owner", acme)
    assert not organization_admins.get(acme, first).is_last_owner
    remove(acme, first)
    assert organization_admins.get(acme, second).is_last_owner


def test_an_owner_who_cannot_sign_in_does_not_count(
    app: Flask, acme: OrganizationRef
) -> None:
    make_admin(app, "owner")
    first, second = make_admin(app, "owner", acme), make_admin(app, "owner", acme)
    admins.disable(second, origin=ORIGIN)
    with pytest.raises(Invalid, match="only owner"):
        remove(acme, first)
    remove(acme, second)
    assert roles_in(acme) == {first: "owner"}


def test_two_owners_who_remove_each_other_leave_one(
    app: Flask, acme: OrganizationRef
) -> None:
    owners = [make_admin(app, "owner", acme) for _ in range(2)]
    barrier = Barrier(2)

    def take(admin_id: str) -> str:
        with app.app_context():
            barrier.wait()
            try:
                remove(acme, admin_id)
            except Invalid:
                return "stays"
        return "removed"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(take, owners))
    assert outcomes == ["removed", "stays"]
    assert len(roles_in(acme)) == 1


def test_an_owner_of_the_install_is_touched_by_their_like_only(
    app: Flask, acme: OrganizationRef
) -> None:
    make_admin(app, "owner", acme)
    other = make_admin(app, "admin", acme)
    admins.set_instance_owner(other, True, origin=ORIGIN)
    with pytest.raises(Invalid, match="Only another owner of it"):
        change(acme, other, "viewer")
    with pytest.raises(Invalid, match="Only another owner of it"):
        remove(acme, other)
    change(acme, other, "viewer", is_above=True)
    assert roles_in(acme)[other] == "viewer"


@pytest.mark.parametrize("admin_id", ["", "x", "\x00", UNKNOWN_ID])
def test_an_unknown_admin_is_not_found(acme: OrganizationRef, admin_id: str) -> None:
    with pytest.raises(NotFound):
        change(acme, admin_id, "viewer")
    with pytest.raises(NotFound):
        remove(acme, admin_id)
    with pytest.raises(NotFound):
        organization_admins.get(acme, admin_id)


def test_an_admin_of_another_organization_is_not_found(
    app: Flask, acme: OrganizationRef, globex: OrganizationRef
) -> None:
    stranger = make_admin(app, "viewer", globex)
    with pytest.raises(NotFound):
        change(acme, stranger, "owner")
    with pytest.raises(NotFound):
        remove(acme, stranger)
    assert roles_in(globex) == {stranger: "viewer"}


def test_changes_are_events_of_the_organization(
    app: Flask, acme: OrganizationRef
) -> None:
    viewer = make_admin(app, "viewer", acme)
    change(acme, viewer, "admin")
    change(acme, viewer, "admin")
    remove(acme, viewer)
    statement = (
        select(ChangeEvent.action, ChangeEvent.changes)
        .where(
            ChangeEvent.organization_seq == acme.seq, ChangeEvent.resource_id == viewer
        )
        .order_by(ChangeEvent.number)
    )
    with Session(db.engine) as session:
        told = [(row[0], row[1]) for row in session.execute(statement)]
    assert told == [
        ("updated", {"role": ["viewer", "admin"]}),
        ("removed", {"role": ["admin", None]}),
    ]


def test_owners_of_the_install_are_named(app: Flask, acme: OrganizationRef) -> None:
    make_admin(app, "viewer", acme)
    make_admin(app, "owner")
    gone = make_admin(app, "owner")
    admins.disable(gone, origin=ORIGIN)
    assert organization_admins.instance_owners() == ["Ada Owner"]
