"""Accounts: what an admin sets for themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ChangeEvent
from models.database import db
from services.access import accounts, admin_security, admins, sessions, sign_in
from services.access.accounts import Profile
from services.errors import Invalid, NotFound
from services.organizations import OrganizationRef
from services.origin import Actor, Origin, new_id
from tests.admin_client import UNKNOWN_ID
from tests.conftest import PASSWORD, make_admin

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ORIGIN = Origin(Actor("admin", "x", "Ada"), NOW)
PROFILE = Profile("Ada L.", "dark", "Europe/Berlin", False)
OTHER = "tramway pickle orbit"


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def ada(app: Flask, acme: OrganizationRef) -> str:
    return make_admin(app, "viewer", acme)


def changes_of(admin_id: str) -> list[tuple[str, object]]:
    statement = (
        select(ChangeEvent.action, ChangeEvent.changes)
        .where(ChangeEvent.resource_id == admin_id)
        .order_by(ChangeEvent.seq)
    )
    with Session(db.engine) as session:
        return [(row[0], row[1]) for row in session.execute(statement)][1:]


def test_choices_are_kept(ada: str) -> None:
    accounts.change_profile(ada, PROFILE, origin=ORIGIN)
    secret = sessions.start(ada, at=NOW, address="", user_agent="")
    found = sessions.find(secret, NOW)
    assert found is not None
    assert (found.name, found.theme) == ("Ada L.", "dark")
    assert (found.time_zone, found.uses_single_keys) == ("Europe/Berlin", False)


def test_only_what_differs_is_told(ada: str) -> None:
    accounts.change_profile(ada, PROFILE, origin=ORIGIN)
    accounts.change_profile(ada, replace(PROFILE, theme="light"), origin=ORIGIN)
    accounts.change_profile(ada, replace(PROFILE, theme="light"), origin=ORIGIN)
    told = changes_of(ada)
    assert len(told) == 2
    assert told[1] == ("updated", {"theme": ["dark", "light"]})


@pytest.mark.parametrize(
    ("changed", "attribute"),
    [
        ({"name": " "}, "name"),
        ({"name": "A\nda"}, "name"),
        ({"theme": "pink"}, "theme"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
    ],
)
def test_what_cannot_be_chosen_is_refused(
    ada: str, changed: dict[str, str], attribute: str
) -> None:
    with pytest.raises(Invalid) as caught:
        accounts.change_profile(ada, replace(PROFILE, **changed), origin=ORIGIN)  # type: ignore[arg-type]  # wrong on purpose
    assert caught.value.attribute == attribute
    assert changes_of(ada) == []


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/New_York"])
def test_zones_are_places(name: str) -> None:
    zones = accounts.time_zones()
    assert name in zones
    assert not {"EST5EDT", "Etc/GMT+5", "localtime", "Factory"} & zones


@pytest.mark.parametrize("admin_id", ["", "\x00", UNKNOWN_ID])
def test_nobodys_account_is_not_found(admin_id: str) -> None:
    with pytest.raises(NotFound):
        accounts.change_profile(admin_id, PROFILE, origin=ORIGIN)
    with pytest.raises(NotFound):
        accounts.change_password(admin_id, OTHER, origin=ORIGIN)


def test_a_new_password_replaces_the_old(ada: str) -> None:
    email = admins.get(ada).email
    accounts.change_password(ada, OTHER, origin=ORIGIN)
    assert sign_in.check(email, OTHER, address="", at=NOW) == ada
    with pytest.raises(sign_in.SignInRefused):
        sign_in.check(email, PASSWORD, address="", at=NOW)
    assert changes_of(ada)[0] == ("password_changed", {})


@pytest.mark.parametrize("password", ["short", "ada viewer acme 2026", "x" * 200])
def test_a_bad_password_changes_nothing(ada: str, password: str) -> None:
    with pytest.raises(Invalid):
        accounts.change_password(ada, password, origin=ORIGIN)
    assert changes_of(ada) == []


def test_whoever_runs_the_server_sets_a_password(ada: str) -> None:
    email = admins.get(ada).email
    secret = sessions.start(ada, at=NOW, address="", user_agent="")
    assert accounts.reset_password(email.upper(), OTHER, origin=ORIGIN) == "Ada Viewer"
    assert sessions.find(secret, NOW) is None
    assert sign_in.check(email, OTHER, address="", at=NOW) == ada


def test_nobodys_password_is_not_set() -> None:
    with pytest.raises(NotFound, match=r"no admin bo@acme\.example"):
        accounts.reset_password("bo@acme.example", OTHER, origin=ORIGIN)
    with pytest.raises(Invalid):
        accounts.reset_password("bo", OTHER, origin=ORIGIN)


def test_the_last_sign_ins_are_told_the_newest_first(ada: str) -> None:
    addresses = [f"192.0.2.{place}" for place in range(12)]
    for place, address in enumerate(addresses):
        at = NOW + timedelta(minutes=place)
        sessions.start(ada, at=at, address=address, user_agent="Firefox/140")
    told = admin_security.of(ada).sign_ins
    assert [one.address for one in told] == addresses[:1:-1]
    assert told[0].at == NOW + timedelta(minutes=11)
    assert told[0].user_agent == "Firefox/140"


def test_the_password_is_as_old_as_its_last_change(ada: str) -> None:
    assert admin_security.of(ada).password_set_at == admins.get(ada).created_at
    accounts.change_password(ada, OTHER, origin=ORIGIN)
    assert admin_security.of(ada).password_set_at == NOW


def test_nobodys_security_is_not_found() -> None:
    with pytest.raises(NotFound):
        admin_security.of(new_id())
    with pytest.raises(NotFound):
        admin_security.of("\x00")
