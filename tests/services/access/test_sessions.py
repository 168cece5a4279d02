"""Sessions: rows that end by being deleted, so that old cookies are dead at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AdminSession, ChangeEvent
from models.database import db
from services.access import accounts, admins, sessions
from services.access.sessions import IDLE, LONGEST, RECENT
from services.errors import NotFound
from services.organizations import OrganizationRef
from services.origin import Actor, Origin, new_id
from tests import listening
from tests.conftest import make_admin

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ORIGIN = Origin(Actor("admin", "x", "Ada"), NOW)
AGENT = "Mozilla/5.0 Firefox/140"
TICK = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def ada(app: Flask, acme: OrganizationRef) -> str:
    return make_admin(app, "helpdesk", acme)


def start(admin_id: str, at: datetime = NOW, address: str = "192.0.2.1") -> str:
    return sessions.start(admin_id, at=at, address=address, user_agent=AGENT)


def id_of(secret: str, at: datetime = NOW) -> str:
    found = sessions.find(secret, at)
    assert found is not None
    return found.id


def events_of(admin_id: str, action: str) -> list[ChangeEvent]:
    statement = select(ChangeEvent).where(
        ChangeEvent.resource_id == admin_id, ChangeEvent.action == action
    )
    with Session(db.engine) as session:
        return list(session.scalars(statement))


def test_the_secret_says_who_is_there(ada: str) -> None:
    found = sessions.find(start(ada), NOW)
    assert found is not None
    assert (found.admin_id, found.name) == (ada, "Ada Helpdesk")
    assert found.roles == {"acme": "helpdesk"}
    assert found.actor == Actor("admin", ada, "Ada Helpdesk")
    assert (found.theme, found.time_zone, found.uses_single_keys) == (
        "system",
        "UTC",
        True,
    )


def test_roles_are_those_of_the_organization(
    app: Flask, acme: OrganizationRef, globex: OrganizationRef, ada: str
) -> None:
    found = sessions.find(start(ada), NOW)
    assert found is not None
    assert found.role_in("acme") == "helpdesk"
    assert found.role_in("globex") is None


def test_an_instance_owner_is_owner_everywhere(app: Flask) -> None:
    found = sessions.find(start(make_admin(app, "owner")), NOW)
    assert found is not None
    assert found.is_instance_owner
    assert found.role_in("anything") == "owner"


def test_the_secret_is_long_and_not_kept(ada: str) -> None:
    first, second = start(ada), start(ada)
    assert first != second
    assert len(first) == 43
    with Session(db.engine) as session:
        kept = list(session.scalars(select(AdminSession.digest)))
    assert [len(one) for one in kept] == [32, 32]
    assert first.encode() not in kept


@pytest.mark.parametrize("secret", ["", "x", "ü" * 43, "\x00", "x" * 10_000])
def test_an_unknown_secret_opens_nothing(ada: str, secret: str) -> None:
    start(ada)
    assert sessions.find(secret, NOW) is None
    assert sessions.find_ending(secret, NOW) == "ended"


def test_a_session_ends_after_half_an_hour_without_a_request(ada: str) -> None:
    secret = start(ada)
    found = sessions.find(secret, NOW + IDLE - TICK)
    assert found is not None
    assert found.ends_at == NOW + IDLE
    assert sessions.find(secret, NOW + IDLE) is None
    assert sessions.find_ending(secret, NOW + IDLE) == "idle"


def test_a_session_ends_after_twelve_hours_in_any_case(ada: str) -> None:
    secret = start(ada)
    last = NOW + LONGEST - timedelta(minutes=1)
    sessions.note_use(id_of(secret), at=last, address="192.0.2.2")
    found = sessions.find(secret, NOW + LONGEST - TICK)
    assert found is not None
    assert found.ends_at == NOW + LONGEST
    assert sessions.find(secret, NOW + LONGEST) is None
    assert sessions.find_ending(secret, NOW + LONGEST) == "longest"


def test_a_request_keeps_the_session(ada: str) -> None:
    secret = start(ada)
    at = NOW + timedelta(minutes=20)
    sessions.note_use(id_of(secret), at=at, address="192.0.2.9")
    found = sessions.find(secret, NOW + timedelta(minutes=45))
    assert found is not None
    assert found.last_used_at == at
    (listed,) = sessions.list_of(ada, NOW + timedelta(minutes=45))
    assert listed.address == "192.0.2.9"


def test_the_use_is_written_once_a_minute(ada: str) -> None:
    secret = start(ada)
    soon = NOW + timedelta(seconds=59)
    sessions.note_use(id_of(secret), at=soon, address="192.0.2.9")
    found = sessions.find(secret, soon)
    assert found is not None
    assert found.last_used_at == NOW
    assert not found.is_use_due(soon)
    assert found.is_use_due(NOW + timedelta(minutes=1))


def test_finding_takes_two_statements(ada: str) -> None:
    secret = start(ada)
    with listening.statements() as said:
        sessions.find(secret, NOW)
    selects = [one for one in said if one.startswith("SELECT")]
    assert len(selects) == 2


def test_signing_out_kills_the_secret(ada: str) -> None:
    here, there = start(ada), start(ada)
    sessions.end(id_of(here), admin_id=ada, origin=ORIGIN)
    assert sessions.find(here, NOW) is None
    assert sessions.find(there, NOW) is not None
    assert len(events_of(ada, "signed_out")) == 1


@pytest.mark.parametrize("session_id", ["", "x", "\x00", "00000000-0000-7000-8000-0"])
def test_what_is_no_session_is_not_found(ada: str, session_id: str) -> None:
    with pytest.raises(NotFound):
        sessions.end(session_id, admin_id=ada, origin=ORIGIN)


def test_another_admins_session_is_not_found(
    app: Flask, globex: OrganizationRef, ada: str
) -> None:
    secret = start(make_admin(app, "viewer", globex))
    with pytest.raises(NotFound):
        sessions.end(id_of(secret), admin_id=ada, origin=ORIGIN)
    assert sessions.find(secret, NOW) is not None


def test_all_sessions_but_one_end(ada: str) -> None:
    here, *others = [start(ada) for _ in range(3)]
    n_ended = sessions.end_all(ada, but=id_of(here), origin=ORIGIN)
    assert n_ended == 2
    assert [sessions.find(one, NOW) for one in others] == [None, None]
    assert sessions.find(here, NOW) is not None


def test_ending_nothing_is_no_event(ada: str) -> None:
    here = start(ada)
    assert sessions.end_all(ada, but=id_of(here), origin=ORIGIN) == 0
    assert events_of(ada, "signed_out") == []


def test_disabling_kills_every_secret(app: Flask, ada: str) -> None:
    make_admin(app, "owner")
    secrets = [start(ada), start(ada)]
    admins.disable(ada, origin=ORIGIN)
    assert [sessions.find(one, NOW) for one in secrets] == [None, None]
    with pytest.raises(NotFound):
        start(ada)


def test_a_new_password_kills_the_other_secrets(ada: str) -> None:
    here, there = start(ada), start(ada)
    accounts.change_password(
        ada, "tramway pickle orbit", but=id_of(here), origin=ORIGIN
    )
    assert sessions.find(here, NOW) is not None
    assert sessions.find(there, NOW) is None


def test_the_password_given_again_makes_a_new_secret(ada: str) -> None:
    old = start(ada)
    at = NOW + timedelta(minutes=20)
    new = sessions.confirm(id_of(old), at=at)
    found = sessions.find(new, at)
    assert sessions.find(old, at) is None
    assert found is not None
    assert (found.authenticated_at, found.created_at) == (at, NOW)


def test_a_session_that_is_gone_cannot_be_confirmed(ada: str) -> None:
    with pytest.raises(NotFound, match="Sign in again"):
        sessions.confirm(new_id(), at=NOW)


def test_a_password_counts_as_just_given_for_a_quarter_of_an_hour(ada: str) -> None:
    found = sessions.find(start(ada), NOW)
    assert found is not None
    assert found.is_recent(NOW + RECENT - TICK)
    assert not found.is_recent(NOW + RECENT)


def test_signing_in_is_an_event_and_is_remembered(ada: str) -> None:
    start(ada)
    (happened,) = events_of(ada, "signed_in")
    assert happened.organization_seq is None
    assert happened.actor == f"admin:{ada}"
    assert happened.changes == {"address": [None, "192.0.2.1"], "device": [None, AGENT]}
    assert admins.get(ada).last_signed_in_at == NOW


def test_live_sessions_are_listed_the_last_used_first(ada: str) -> None:
    start(ada, NOW - timedelta(hours=1), "192.0.2.1")
    start(ada, NOW - timedelta(minutes=10), "192.0.2.2")
    start(ada, NOW, "192.0.2.3")
    listed = sessions.list_of(ada, NOW)
    assert [one.address for one in listed] == ["192.0.2.3", "192.0.2.2"]


def test_sessions_of_days_ago_are_forgotten(ada: str) -> None:
    start(ada, NOW - timedelta(days=2))
    start(ada)
    with Session(db.engine) as session:
        assert len(list(session.scalars(select(AdminSession)))) == 1


def test_a_long_user_agent_is_cut(ada: str) -> None:
    sessions.start(ada, at=NOW, address="", user_agent="x" * 10_000)
    (listed,) = sessions.list_of(ada, NOW)
    assert len(listed.user_agent) == 400
