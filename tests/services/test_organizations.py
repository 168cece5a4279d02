"""Organizations: made once, found by their slug, paused and resumed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ChangeEvent
from models.database import db
from services import organizations
from services.directory import users
from services.errors import AlreadyTaken, Invalid, NotFound
from services.organizations import OrganizationRef
from services.origin import Actor, Origin

ORIGIN = Origin(Actor("command", "line", "the command line"), datetime.now(UTC))


def events_of(organization: OrganizationRef) -> list[ChangeEvent]:
    chosen = ChangeEvent.organization_seq == organization.seq
    statement = select(ChangeEvent).where(chosen).order_by(ChangeEvent.number)
    with Session(db.engine) as session:
        return list(session.scalars(statement))


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Acme", "acme"),
        ("Harbour & Co", "harbour-co"),
        ("  Two  Words ", "two-words"),
        ("--A--", "a"),
        ("Straße 7", "stra-e-7"),
        ("x" * 100, "x" * 63),
    ],
)
def test_the_slug_is_made_of_the_name(name: str, slug: str) -> None:
    made = organizations.create(name, origin=ORIGIN)
    assert (made.slug, made.name) == (slug, name.strip())
    assert organizations.get(slug) == made


def test_a_slug_of_ones_own_is_taken_as_it_is() -> None:
    made = organizations.create("株式会社", slug="kabushiki-1", origin=ORIGIN)
    assert organizations.get("kabushiki-1") == made


@pytest.mark.parametrize("name", ["", " \t", "x" * 101, "A\x00", "A\nB", "\ud800"])
def test_an_unusable_name_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="1 to 100 characters") as caught:
        organizations.create(name, slug="acme", origin=ORIGIN)
    assert caught.value.attribute == "name"
    assert organizations.list_all() == []


@pytest.mark.parametrize(
    "slug", ["", "Acme", "a--b", "-a", "a-", "a b", "a/b", "ä", "a\n", "x" * 64]
)
def test_a_slug_that_is_no_part_of_an_address_is_refused(slug: str) -> None:
    with pytest.raises(Invalid, match="cannot be part of an address") as caught:
        organizations.create("Acme", slug=slug, origin=ORIGIN)
    assert caught.value.attribute == "slug"
    assert caught.value.detail.isprintable()


def test_a_name_without_latin_letters_needs_a_slug() -> None:
    with pytest.raises(Invalid, match="Give a short name of lower-case letters"):
        organizations.create("株式会社", origin=ORIGIN)


@pytest.mark.parametrize("name", ["Acme", "ACME!", "acme"])
def test_a_slug_in_use_is_refused(acme: OrganizationRef, name: str) -> None:
    with pytest.raises(AlreadyTaken, match='"acme" exists already') as caught:
        organizations.create(name, origin=ORIGIN)
    assert caught.value.attribute == "slug"
    assert len(organizations.list_all()) == 1


def test_a_slug_is_found_in_whatever_case(acme: OrganizationRef) -> None:
    assert organizations.get("ACME") == acme == organizations.get("acme")


@pytest.mark.parametrize("slug", ["globex", "", "acme ", "%", "\x00", "\ud800"])
def test_an_unknown_organization_is_not_found(acme: OrganizationRef, slug: str) -> None:
    with pytest.raises(NotFound, match="There is no organization") as caught:
        organizations.get(slug)
    assert caught.value.detail.isprintable()
    with pytest.raises(NotFound, match="There is no organization"):
        organizations.suspend(slug, origin=ORIGIN)


def test_a_list_has_each_organization_with_its_own_totals(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    users.create(acme, {"userName": "bo"}, origin=ORIGIN)
    users.create(acme, {"userName": "cy", "active": False}, origin=ORIGIN)
    found = organizations.list_all()
    assert [(one.slug, one.name) for one in found] == [
        ("acme", "Acme"),
        ("globex", "Globex"),
    ]
    assert [one.n_users for one in found] == [2, 0]
    assert [one.n_active_users for one in found] == [1, 0]
    assert [one.n_groups for one in found] == [0, 0]


def test_a_list_is_sorted_by_name() -> None:
    for name in ("Beta", "Alpha"):
        organizations.create(name, origin=ORIGIN)
    assert [one.name for one in organizations.list_all()] == ["Alpha", "Beta"]
    assert {one.created_at for one in organizations.list_all()} == {ORIGIN.at}


def test_a_suspension_is_seen_and_ends(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    organizations.suspend("ACME", origin=ORIGIN)
    suspended = [one.is_suspended for one in organizations.list_all()]
    organizations.resume("acme", origin=ORIGIN)
    resumed = [one.is_suspended for one in organizations.list_all()]
    assert suspended == [True, False]
    assert resumed == [False, False]


def test_making_and_pausing_are_events(acme: OrganizationRef) -> None:
    organizations.suspend("acme", origin=ORIGIN)
    organizations.resume("acme", origin=ORIGIN)
    created, suspended, resumed = events_of(acme)
    assert (created.action, created.changes) == ("created", {"name": [None, "Acme"]})
    assert suspended.changes == {"suspended": [False, True]}
    assert resumed.changes == {"suspended": [True, False]}
    assert [created.number, suspended.number, resumed.number] == [1, 2, 3]


def test_pausing_what_is_paused_changes_nothing(acme: OrganizationRef) -> None:
    later = Origin(ORIGIN.actor, ORIGIN.at + timedelta(days=1))
    organizations.resume("acme", origin=ORIGIN)
    organizations.suspend("acme", origin=ORIGIN)
    organizations.suspend("acme", origin=later)
    assert [event.action for event in events_of(acme)] == ["created", "suspended"]
