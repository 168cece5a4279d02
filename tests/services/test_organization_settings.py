"""What can be set about an organization, and how lists and switchers see it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ChangeEvent
from models.database import db
from services import organizations
from services.access import authentication, credentials
from services.errors import Invalid, NotFound
from services.organizations import OrganizationRef
from services.origin import Actor, Origin
from tests.conftest import make_organization, make_token

NOW = datetime.now(UTC)
ORIGIN = Origin(Actor("command", "line", "the command line"), NOW)


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def changes_of(organization: OrganizationRef) -> list[object]:
    statement = (
        select(ChangeEvent.changes)
        .where(ChangeEvent.organization_seq == organization.seq)
        .order_by(ChangeEvent.number)
    )
    with Session(db.engine) as session:
        return list(session.scalars(statement))[1:]


def test_a_fresh_organization_is_described(acme: OrganizationRef) -> None:
    found = organizations.describe("ACME")
    assert (found.slug, found.name, found.retention_days) == ("acme", "Acme", 30)
    assert (found.n_users, found.n_groups) == (0, 0)
    assert not found.is_suspended
    assert found.last_request_at is None


def test_the_last_request_is_the_last_use_of_any_token(
    app: Flask, acme: OrganizationRef
) -> None:
    make_token(app, acme, "read")
    text = credentials.read_header(f"Bearer {make_token(app, acme)}")
    used = authentication.identify(text, NOW, address="192.0.2.1")
    authentication.note_use(used.token_seq, at=NOW, address="", user_agent="Okta")
    assert organizations.describe("acme").last_request_at == NOW
    assert [one.last_request_at for one in organizations.list_all()] == [NOW]


def test_another_name_leaves_the_address(acme: OrganizationRef) -> None:
    organizations.rename("acme", " Acme & Sons ", origin=ORIGIN)
    organizations.rename("acme", "Acme & Sons", origin=ORIGIN)
    assert organizations.get("acme").name == "Acme & Sons"
    assert changes_of(acme) == [{"name": ["Acme", "Acme & Sons"]}]


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "A\nB"])
def test_an_unusable_name_is_refused(acme: OrganizationRef, name: str) -> None:
    with pytest.raises(Invalid) as caught:
        organizations.rename("acme", name, origin=ORIGIN)
    assert caught.value.attribute == "name"
    assert organizations.get("acme").name == "Acme"


@pytest.mark.parametrize("days", [1, 90, 365])
def test_retention_is_set_in_days(acme: OrganizationRef, days: int) -> None:
    organizations.set_retention("acme", days, origin=ORIGIN)
    organizations.set_retention("acme", days, origin=ORIGIN)
    assert organizations.describe("acme").retention_days == days
    assert changes_of(acme) == [{"retention_days": [30, days]}]


@pytest.mark.parametrize("days", [0, -1, 366, 2**70])
def test_too_short_or_too_long_is_refused(acme: OrganizationRef, days: int) -> None:
    with pytest.raises(Invalid, match="from 1 to 365") as caught:
        organizations.set_retention("acme", days, origin=ORIGIN)
    assert caught.value.attribute == "retention_days"
    assert organizations.describe("acme").retention_days == 30


def test_suspending_twice_keeps_the_first_time(acme: OrganizationRef) -> None:
    organizations.suspend("acme", origin=ORIGIN)
    later = Origin(ORIGIN.actor, datetime(2100, 1, 1, tzinfo=UTC))
    organizations.suspend("acme", origin=later)
    assert organizations.describe("acme").suspended_at == NOW
    assert changes_of(acme) == [{"suspended": [False, True]}]


def test_a_switcher_has_those_asked_for_by_name(app: Flask) -> None:
    for name in ("beta", "Alpha", "Gamma"):
        make_organization(app, name)
    some = organizations.list_for({"gamma", "beta", "unknown"})
    assert [one.name for one in some] == ["beta", "Gamma"]
    assert [one.name for one in organizations.list_for(None)] == [
        "Alpha",
        "beta",
        "Gamma",
    ]
    assert organizations.list_for([]) == []


@pytest.mark.parametrize("slug", ["globex", "", "\x00", "a b"])
def test_an_unknown_one_is_not_found(acme: OrganizationRef, slug: str) -> None:
    with pytest.raises(NotFound):
        organizations.describe(slug)
    with pytest.raises(NotFound):
        organizations.rename(slug, "Other", origin=ORIGIN)
    with pytest.raises(NotFound):
        organizations.set_retention(slug, 10, origin=ORIGIN)
