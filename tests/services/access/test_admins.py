"""Admins: who may sign in. Made by Rollcall alone, never by SCIM."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Admin, AdminRole, ChangeEvent
from models.database import db
from services.access import admins, roles
from services.access.admins import NewAdmin
from services.errors import AlreadyTaken, Invalid
from services.organizations import OrganizationRef
from services.origin import Actor, Origin

ORIGIN = Origin(Actor("command", "line", "the command line"), datetime.now(UTC))
PASSWORD = "correct horse battery"
ADA = NewAdmin("Ada@acme.example", "Ada", "owner", PASSWORD)


def row_of(admin_id: str) -> Admin:
    with Session(db.engine) as session:
        return session.scalars(select(Admin).where(Admin.id == admin_id)).one()


def roles_of(admin_id: str) -> list[tuple[int, str]]:
    joined = select(AdminRole).join(Admin, Admin.seq == AdminRole.admin_seq)
    chosen = joined.where(Admin.id == admin_id).order_by(AdminRole.organization_seq)
    with Session(db.engine) as session:
        return [(one.organization_seq, one.role) for one in session.scalars(chosen)]


def event_of(admin_id: str) -> ChangeEvent:
    statement = select(ChangeEvent).where(ChangeEvent.resource_id == admin_id)
    with Session(db.engine) as session:
        return session.scalars(statement).one()


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_an_owner_without_an_organization_owns_the_install() -> None:
    row = row_of(admins.create(ADA, origin=ORIGIN))
    assert row.is_instance_owner
    assert (row.email, row.name) == ("Ada@acme.example", "Ada")
    assert roles_of(row.id) == []
    assert row.created_at == ORIGIN.at


@pytest.mark.parametrize("role", roles.ROLES)
def test_a_role_is_held_in_each_organization_named(
    acme: OrganizationRef, globex: OrganizationRef, role: roles.Role
) -> None:
    new = replace(ADA, role=role, organizations=[acme, globex])
    made = admins.create(new, origin=ORIGIN)
    assert roles_of(made) == [(acme.seq, role), (globex.seq, role)]
    assert not row_of(made).is_instance_owner


@pytest.mark.parametrize("role", ["admin", "helpdesk", "viewer"])
def test_a_lesser_role_needs_an_organization(role: roles.Role) -> None:
    with pytest.raises(Invalid, match=f"The role {role} is given in an") as caught:
        admins.create(replace(ADA, role=role), origin=ORIGIN)
    assert caught.value.attribute == "organization"
    assert admins.count() == 0


def test_the_password_is_hashed_by_argon2_and_kept_nowhere_else() -> None:
    row = row_of(admins.create(ADA, origin=ORIGIN))
    assert row.password_hash.startswith("$argon2id$")
    assert PasswordHasher().verify(row.password_hash, PASSWORD)
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(row.password_hash, PASSWORD + " ")
    assert PASSWORD not in str(event_of(row.id).changes)


@pytest.mark.parametrize("password", ["", "x" * 14, "x" * 129, " " * 14])
def test_a_password_has_15_to_128_characters(password: str) -> None:
    with pytest.raises(Invalid, match="15 to 128 characters") as caught:
        admins.create(replace(ADA, password=password), origin=ORIGIN)
    assert caught.value.attribute == "password"
    assert "xxxx" not in caught.value.detail


@pytest.mark.parametrize(
    "password",
    ["grün wie Meergras", "mit Leerzeichen …", "我们在这里输入一个很长的密码好吗"],
)
def test_any_characters_make_a_password(password: str) -> None:
    row = row_of(admins.create(replace(ADA, password=password), origin=ORIGIN))
    assert PasswordHasher().verify(row.password_hash, password)


def test_a_password_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        admins.create(replace(ADA, password="\ud800" * 20), origin=ORIGIN)
    assert caught.value.attribute == "password"


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "@acme.example",
        "ada@",
        "a da@acme.example",
        "a@b@c",
        "a@b\x00",
        "x" * 65 + "@acme.example",
        "ada@" + "x" * 256,
    ],
)
def test_what_is_no_email_address_is_refused(email: str) -> None:
    with pytest.raises(Invalid, match="is not an e-mail address") as caught:
        admins.create(replace(ADA, email=email), origin=ORIGIN)
    assert caught.value.attribute == "email"
    assert caught.value.detail.isprintable()


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "A\nda", "\ud800"])
def test_an_unusable_name_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="name of 1 to 100") as caught:
        admins.create(replace(ADA, name=name), origin=ORIGIN)
    assert caught.value.attribute == "name"


@pytest.mark.parametrize("email", ["Ada@acme.example", "ada@ACME.example"])
def test_an_email_in_use_is_refused_in_any_case(email: str) -> None:
    admins.create(ADA, origin=ORIGIN)
    with pytest.raises(AlreadyTaken, match=f"an admin {email} already") as caught:
        admins.create(replace(ADA, email=email), origin=ORIGIN)
    assert caught.value.attribute == "email"
    assert admins.count() == 1


def test_admins_are_counted() -> None:
    before = admins.count()
    admins.create(ADA, origin=ORIGIN)
    assert (before, admins.count()) == (0, 1)


def test_making_an_admin_is_an_event_of_the_install(acme: OrganizationRef) -> None:
    new = replace(ADA, role="admin", organizations=[acme])
    event = event_of(admins.create(new, origin=ORIGIN))
    assert (event.organization_seq, event.number) == (None, None)
    assert (event.action, event.resource_type) == ("created", "Admin")
    assert event.resource_name == "Ada"
    assert event.changes == {
        "role": [None, "admin"],
        "organizations": [None, ["acme"]],
    }


def test_a_refused_admin_leaves_nothing(acme: OrganizationRef) -> None:
    admins.create(ADA, origin=ORIGIN)
    new = replace(ADA, role="viewer", organizations=[acme])
    with pytest.raises(AlreadyTaken):
        admins.create(new, origin=ORIGIN)
    with Session(db.engine) as session:
        assert session.scalar(select(func.count()).select_from(AdminRole)) == 0
