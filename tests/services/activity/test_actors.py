"""What actors are called today, and where users and groups may come from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from models import User
from models.database import db
from services.access import admins, tokens
from services.access.admins import NewAdmin
from services.activity import actors
from services.directory import users
from services.organizations import OrganizationRef
from services.origin import COMMAND_LINE, Actor, Origin

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
BY_HAND = Origin(COMMAND_LINE, NOW)


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def okta(acme: OrganizationRef) -> str:
    return tokens.create(acme, "Okta", origin=BY_HAND).public_id


def add_user(organization: OrganizationRef, actor: Actor, user_name: str) -> None:
    users.create(organization, {"userName": user_name}, origin=Origin(actor, NOW))


def from_source(organization: OrganizationRef, key: str) -> list[str]:
    clause = actors.came_from(User.source, organization, key)
    statement = sa.select(User.name).where(clause).order_by(User.name)
    with db.engine.connect() as connection:
        return list(connection.scalars(statement))


def test_every_kind_of_actor_has_a_name(acme: OrganizationRef, okta: str) -> None:
    new = NewAdmin("ada@acme.example", "Ada", "owner", "velvet otter canyon 7431")
    ada = admins.create(new, origin=BY_HAND)
    keys = [f"token:{okta}", f"admin:{ada}", "command:line", "system:purge"]
    names = actors.names(acme, keys)
    assert [names[key] for key in keys] == [
        *("Okta", "Ada", "the command line", "Rollcall")
    ]


def test_an_actor_nobody_knows_has_a_name_too(acme: OrganizationRef) -> None:
    names = actors.names(acme, ["token:AAAAAAAAAA", "admin:gone"])
    assert names == {
        "token:AAAAAAAAAA": "token rcl_AAAAAAAAAA…",
        "admin:gone": "a former admin",
    }
    assert actors.names(acme, []) == {}


def test_a_token_of_another_organization_has_no_name_here(
    acme: OrganizationRef, globex: OrganizationRef, okta: str
) -> None:
    key = f"token:{okta}"
    assert actors.names(acme, [key])[key] == "Okta"
    assert actors.names(globex, [key])[key] == f"token rcl_{okta}…"


def test_an_admin_without_a_role_here_has_no_name_here(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    new = NewAdmin(
        "eve@globex.example", "Eve", "viewer", "velvet otter canyon 7431", (globex,)
    )
    key = f"admin:{admins.create(new, origin=BY_HAND)}"
    assert actors.names(globex, [key])[key] == "Eve"
    assert actors.names(acme, [key])[key] == "a former admin"


def test_a_token_and_its_successor_are_one_source(
    acme: OrganizationRef, globex: OrganizationRef, okta: str
) -> None:
    newer = tokens.rotate(acme, okta, origin=BY_HAND)
    tokens.create(acme, "Entra", origin=BY_HAND)
    tokens.create(acme, "Reports", scope="read", origin=BY_HAND)
    tokens.create(globex, "Elsewhere", origin=BY_HAND)
    found = actors.sources(acme)
    labels = ["Entra", "Okta", "Admins, by hand", "The command line"]
    assert [one.label for one in found] == labels
    assert found[1].key == f"token:{newer.public_id}"


def test_a_source_finds_what_any_of_its_tokens_brought(
    acme: OrganizationRef, globex: OrganizationRef, okta: str
) -> None:
    newer = tokens.rotate(acme, okta, origin=BY_HAND)
    foreign = tokens.create(globex, "Okta", origin=BY_HAND)
    add_user(acme, Actor("token", okta, "Okta"), "bo")
    add_user(acme, Actor("token", newer.public_id, "Okta"), "cy")
    add_user(acme, Actor("admin", "ada", "Ada"), "di")
    add_user(acme, Actor("token", foreign.public_id, "Okta"), "ed")
    assert from_source(acme, f"token:{newer.public_id}") == ["bo", "cy"]
    assert from_source(acme, f"token:{okta}") == ["bo", "cy"]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("admin", ["bo", "cy"]),
        ("admin:ada", ["bo"]),
        ("command:line", ["di"]),
        ("token:AAAAAAAAAA", []),
        ("tok%", []),
        ("", []),
    ],
)
def test_a_source_is_an_admin_or_any_admin_or_the_command_line(
    acme: OrganizationRef, key: str, expected: list[str]
) -> None:
    add_user(acme, Actor("admin", "ada", "Ada"), "bo")
    add_user(acme, Actor("admin", "zed", "Zed"), "cy")
    add_user(acme, COMMAND_LINE, "di")
    assert from_source(acme, key) == expected
