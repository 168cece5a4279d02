"""Rotation: two tokens live side by side for a while; every change has its event."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ChangeEvent
from models.database import db
from services.access import authentication, credentials, token_lists, tokens
from services.errors import AlreadyTaken, Invalid, TokenRefused
from services.organizations import OrganizationRef
from services.origin import Actor, Origin

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def at(moment: datetime) -> Origin:
    return Origin(Actor("command", "line", "the command line"), moment)


def events_of(public_id: str) -> list[ChangeEvent]:
    statement = select(ChangeEvent).where(ChangeEvent.resource_id == public_id)
    with Session(db.engine) as session:
        return list(session.scalars(statement.order_by(ChangeEvent.number)))


def sign_in(new: tokens.NewToken, now: datetime) -> authentication.Credentials:
    return authentication.identify(
        credentials.read_header(new.text), now, address="192.0.2.1"
    )


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def old(acme: OrganizationRef) -> tokens.NewToken:
    return tokens.create(acme, "Okta", scope="read", origin=at(NOW - DAY))


def test_old_and_new_work_side_by_side_for_a_while(
    acme: OrganizationRef, old: tokens.NewToken
) -> None:
    new = tokens.rotate(acme, old.public_id, overlap=HOUR, origin=at(NOW))
    assert sign_in(new, NOW).public_id == new.public_id
    assert sign_in(old, NOW + HOUR / 2).public_id == old.public_id
    with pytest.raises(TokenRefused, match="expired on 3 Nov 2026"):
        sign_in(old, NOW + HOUR)


def test_the_overlap_is_a_day_unless_said(
    acme: OrganizationRef, old: tokens.NewToken
) -> None:
    new = tokens.rotate(acme, old.public_id, origin=at(NOW))
    found = {one.public_id: one for one in token_lists.list_all(acme, NOW)}
    assert found[old.public_id].expires_at == NOW + DAY
    assert found[old.public_id].replaced_by == new.public_id


def test_without_an_overlap_the_old_one_ends_at_once(
    acme: OrganizationRef, old: tokens.NewToken
) -> None:
    tokens.rotate(acme, old.public_id, overlap=timedelta(0), origin=at(NOW))
    with pytest.raises(TokenRefused) as caught:
        sign_in(old, NOW)
    assert caught.value.cause == "expired"


def test_the_successor_has_the_same_name_and_scope(
    acme: OrganizationRef, old: tokens.NewToken
) -> None:
    new = tokens.rotate(acme, old.public_id, origin=at(NOW))
    found = sign_in(new, NOW)
    assert (found.name, found.may_write) == ("Okta", False)
    assert new.expires_at is None


def test_the_successor_lives_as_long_as_the_old_one_was_made_for(
    acme: OrganizationRef,
) -> None:
    old = tokens.create(acme, "Okta", expires_at=NOW + DAY, origin=at(NOW - 89 * DAY))
    new = tokens.rotate(acme, old.public_id, origin=at(NOW))
    assert new.expires_at == NOW + 90 * DAY


def test_an_overlap_never_outlasts_the_old_token(acme: OrganizationRef) -> None:
    old = tokens.create(acme, "Okta", expires_at=NOW + HOUR, origin=at(NOW - DAY))
    tokens.rotate(acme, old.public_id, overlap=DAY, origin=at(NOW))
    found = {one.public_id: one.expires_at for one in token_lists.list_all(acme, NOW)}
    assert found[old.public_id] == NOW + HOUR


def test_a_replaced_token_is_not_replaced_again(
    acme: OrganizationRef, old: tokens.NewToken
) -> None:
    new = tokens.rotate(acme, old.public_id, origin=at(NOW))
    with pytest.raises(Invalid, match=f"already replaced by {new.public_id}"):
        tokens.rotate(acme, old.public_id, origin=at(NOW))
    assert len(token_lists.list_all(acme, NOW)) == 2


def test_a_revoked_token_is_not_rotated(
    acme: OrganizationRef, old: tokens.NewToken
) -> None:
    tokens.revoke(acme, old.public_id, origin=at(NOW))
    with pytest.raises(Invalid, match=f"Token {old.public_id} is revoked"):
        tokens.rotate(acme, old.public_id, origin=at(NOW))


def test_an_expired_token_is_not_rotated(acme: OrganizationRef) -> None:
    old = tokens.create(acme, "Okta", expires_at=NOW, origin=at(NOW - DAY))
    with pytest.raises(Invalid, match="is expired"):
        tokens.rotate(acme, old.public_id, origin=at(NOW))


def test_the_name_of_a_rotated_token_stays_taken(
    acme: OrganizationRef, old: tokens.NewToken
) -> None:
    tokens.rotate(acme, old.public_id, origin=at(NOW))
    with pytest.raises(AlreadyTaken):
        tokens.create(acme, "Okta", origin=at(NOW))


def test_two_rotations_at_once_make_one_successor(
    app: Flask, acme: OrganizationRef, old: tokens.NewToken
) -> None:
    def rotate() -> str:
        with app.app_context():
            return tokens.rotate(acme, old.public_id, origin=at(NOW)).public_id

    with ThreadPoolExecutor(2) as pool:
        races = [pool.submit(rotate) for _ in range(2)]
    outcomes = {type(race.exception()) for race in races}
    assert outcomes == {type(None), Invalid}
    assert len(token_lists.list_all(acme, NOW)) == 2


def test_making_a_token_is_an_event_without_its_secret(acme: OrganizationRef) -> None:
    new = tokens.create(acme, "Okta", expires_at=NOW + DAY, origin=at(NOW))
    (event,) = events_of(new.public_id)
    assert (event.action, event.resource_type) == ("created", "Token")
    assert (event.resource_name, event.actor) == ("Okta", "command:line")
    assert event.changes == {
        "scope": [None, "full"],
        "expires_at": [None, (NOW + DAY).isoformat()],
    }


def test_rotating_is_an_event_of_both_tokens(
    acme: OrganizationRef, old: tokens.NewToken
) -> None:
    new = tokens.rotate(acme, old.public_id, overlap=HOUR, origin=at(NOW))
    _, replaced = events_of(old.public_id)
    (created,) = events_of(new.public_id)
    assert replaced.action == "replaced"
    assert replaced.changes == {
        "replaced_by": [None, new.public_id],
        "expires_at": [None, (NOW + HOUR).isoformat()],
    }
    assert created.action == "created"
    assert created.request_id == replaced.request_id


def test_revoking_is_one_event_however_often(
    acme: OrganizationRef, old: tokens.NewToken
) -> None:
    tokens.revoke(acme, old.public_id, origin=at(NOW))
    tokens.revoke(acme, old.public_id, origin=at(NOW))
    assert [event.action for event in events_of(old.public_id)] == [
        "created",
        "revoked",
    ]
    assert events_of(old.public_id)[1].changes == {"revoked": [False, True]}
