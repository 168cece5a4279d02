"""Provisioning tokens: made once, found by what was sent, ended at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ProvisioningToken
from models.database import db
from services import organizations
from services.access import authentication, credentials, token_lists, tokens
from services.access.credentials import TokenText
from services.errors import (
    AlreadyTaken,
    Invalid,
    NotFound,
    OrganizationSuspended,
    TokenRefused,
)
from services.organizations import OrganizationRef
from services.origin import Actor, Origin

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def at(moment: datetime) -> Origin:
    return Origin(Actor("command", "line", "the command line"), moment)


def row_of(public_id: str) -> ProvisioningToken:
    chosen = ProvisioningToken.public_id == public_id
    with Session(db.engine) as session:
        return session.scalars(select(ProvisioningToken).where(chosen)).one()


def note_use(token_seq: int, at: datetime, address: str, user_agent: str) -> None:
    authentication.note_use(token_seq, at=at, address=address, user_agent=user_agent)


def sign_in(new: tokens.NewToken, now: datetime = NOW) -> authentication.Credentials:
    return authentication.identify(
        credentials.read_header(new.text), now, address="192.0.2.1"
    )


def refusal_of(new: tokens.NewToken, now: datetime = NOW) -> TokenRefused:
    with pytest.raises(TokenRefused) as caught:
        sign_in(new, now)
    return caught.value


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def token(acme: OrganizationRef) -> tokens.NewToken:
    return tokens.create(acme, "Okta", origin=at(NOW - DAY))


def test_a_token_opens_its_own_organization(
    acme: OrganizationRef, globex: OrganizationRef, token: tokens.NewToken
) -> None:
    found = sign_in(token)
    assert found.organization == acme != globex
    assert (found.public_id, found.name) == (token.public_id, "Okta")
    assert found.may_write
    assert found.last_used_at is None


def test_a_read_only_token_may_not_write(acme: OrganizationRef) -> None:
    new = tokens.create(acme, "Reports", scope="read", origin=at(NOW))
    assert not sign_in(new).may_write
    assert [one.scope for one in token_lists.list_all(acme, NOW)] == ["read"]


def test_neither_text_nor_secret_is_stored(token: tokens.NewToken) -> None:
    row = row_of(token.public_id)
    assert row.digest == TokenText(token.text).digest
    stored = [str(getattr(row, column.key)) for column in row.__table__.columns]
    assert token.text.split("_")[2] not in " ".join(stored)
    assert row.last_four == token.text[-4:]


def test_a_list_shows_what_tells_tokens_apart_the_newest_first(
    acme: OrganizationRef, globex: OrganizationRef, token: tokens.NewToken
) -> None:
    newer = tokens.create(acme, "Entra", expires_at=NOW + DAY, origin=at(NOW))
    tokens.create(globex, "Okta", origin=at(NOW))
    found = token_lists.list_all(acme, NOW)
    assert [one.public_id for one in found] == [newer.public_id, token.public_id]
    assert [one.name for one in found] == ["Entra", "Okta"]
    assert [one.expires_at for one in found] == [NOW + DAY, None]
    assert [one.last_four for one in found] == [newer.text[-4:], token.text[-4:]]


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "Ok\x00ta", "Ok\nta", "\ud800"])
def test_an_unusable_name_is_refused(acme: OrganizationRef, name: str) -> None:
    with pytest.raises(Invalid, match="1 to 100 characters") as caught:
        tokens.create(acme, name, origin=at(NOW))
    assert caught.value.attribute == "name"
    assert token_lists.list_all(acme, NOW) == []


def test_the_longest_name_is_kept_without_its_outer_blanks(
    acme: OrganizationRef,
) -> None:
    tokens.create(acme, f"  {'ü' * 100} ", origin=at(NOW))
    assert [one.name for one in token_lists.list_all(acme, NOW)] == ["ü" * 100]


@pytest.mark.parametrize("expiry", [NOW, NOW - MINUTE])
def test_an_expiry_lies_in_the_future(acme: OrganizationRef, expiry: datetime) -> None:
    with pytest.raises(Invalid, match="lies in the future") as caught:
        tokens.create(acme, "Okta", expires_at=expiry, origin=at(NOW))
    assert caught.value.attribute == "expires_at"


def test_a_name_in_use_is_refused(
    acme: OrganizationRef, globex: OrganizationRef, token: tokens.NewToken
) -> None:
    with pytest.raises(AlreadyTaken, match='A token "Okta" exists already') as caught:
        tokens.create(acme, " Okta ", origin=at(NOW))
    assert caught.value.attribute == "name"
    assert sign_in(tokens.create(globex, "Okta", origin=at(NOW))).organization == globex


def test_the_name_of_a_revoked_or_expired_token_is_free(
    acme: OrganizationRef, token: tokens.NewToken
) -> None:
    tokens.revoke(acme, token.public_id, origin=at(NOW))
    second = tokens.create(acme, "Okta", expires_at=NOW + DAY, origin=at(NOW))
    third = tokens.create(acme, "Okta", origin=at(NOW + DAY))
    states = {one.public_id: one.state for one in token_lists.list_all(acme, NOW + DAY)}
    assert states[token.public_id] == "revoked"
    assert states[second.public_id] == "expired"
    assert states[third.public_id] == "active"


def test_an_unknown_token_is_refused(acme: OrganizationRef) -> None:
    made = credentials.make()
    with pytest.raises(TokenRefused, match="is not known here") as caught:
        authentication.identify(made, NOW, address="192.0.2.1")
    assert caught.value.cause == "unknown"
    assert f"rcl_{made.public_id}…" in caught.value.detail


def test_a_known_name_with_another_secret_is_unknown(token: tokens.NewToken) -> None:
    body = token.text[:15] + "A" * 43
    forged = TokenText(body + credentials._checksum(body))
    with pytest.raises(TokenRefused) as caught:
        authentication.identify(forged, NOW, address="192.0.2.1")
    assert caught.value.cause == "unknown"
    assert "Okta" not in caught.value.detail


def test_a_token_ends_at_the_instant_of_its_expiry(acme: OrganizationRef) -> None:
    new = tokens.create(acme, "Okta", expires_at=NOW, origin=at(NOW - DAY))
    assert sign_in(new, NOW - MINUTE).name == "Okta"
    refusal = refusal_of(new, NOW)
    assert (refusal.cause, refusal.public_id) == ("expired", new.public_id)
    assert f'Token "Okta" (rcl_{new.public_id}…) expired on 3 Nov' in refusal.detail


def test_a_revoked_token_is_refused_with_the_day(
    acme: OrganizationRef, token: tokens.NewToken
) -> None:
    tokens.revoke(acme, token.public_id, origin=at(NOW))
    refusal = refusal_of(token)
    assert (refusal.cause, refusal.public_id) == ("revoked", token.public_id)
    assert f"(rcl_{token.public_id}…) was revoked on 3 Nov 2026" in refusal.detail
    assert "does not come back" in refusal.detail


def test_revoked_is_said_before_expired(acme: OrganizationRef) -> None:
    new = tokens.create(acme, "Okta", expires_at=NOW, origin=at(NOW - DAY))
    tokens.revoke(acme, new.public_id, origin=at(NOW - MINUTE))
    assert refusal_of(new).cause == "revoked"


def test_revoking_twice_keeps_the_first_day(
    acme: OrganizationRef, token: tokens.NewToken
) -> None:
    tokens.revoke(acme, token.public_id, origin=at(NOW))
    tokens.revoke(acme, token.public_id, origin=at(NOW + DAY))
    assert row_of(token.public_id).revoked_at == NOW


def test_a_suspended_organization_is_said_to_good_tokens_only(
    acme: OrganizationRef, token: tokens.NewToken
) -> None:
    organizations.suspend("acme", origin=at(NOW))
    with pytest.raises(OrganizationSuspended, match="this organization is paused"):
        sign_in(token)
    tokens.revoke(acme, token.public_id, origin=at(NOW))
    assert refusal_of(token).cause == "revoked"


@pytest.mark.parametrize("public_id", ["AAAAAAAAAA", "", "x" * 300, "\x00", "\ud800"])
def test_a_token_that_is_not_there_is_not_found(
    acme: OrganizationRef, public_id: str
) -> None:
    with pytest.raises(NotFound, match="There is no token"):
        tokens.revoke(acme, public_id, origin=at(NOW))
    with pytest.raises(NotFound, match="There is no token"):
        tokens.rotate(acme, public_id, origin=at(NOW))
    with pytest.raises(NotFound, match="There is no token"):
        token_lists.organization_of(public_id)


def test_another_organizations_token_is_not_found(
    acme: OrganizationRef, globex: OrganizationRef, token: tokens.NewToken
) -> None:
    with pytest.raises(NotFound):
        tokens.revoke(globex, token.public_id, origin=at(NOW))
    with pytest.raises(NotFound):
        tokens.rotate(globex, token.public_id, origin=at(NOW))
    assert sign_in(token).organization == acme


def test_a_token_leads_to_its_organization(
    acme: OrganizationRef, token: tokens.NewToken
) -> None:
    assert token_lists.organization_of(token.public_id) == acme


def test_a_use_is_due_once_a_minute(token: tokens.NewToken) -> None:
    assert authentication.is_use_due(sign_in(token), NOW)
    seq = sign_in(token).token_seq
    note_use(seq, NOW, "192.0.2.1", "Okta")
    used = sign_in(token)
    assert used.last_used_at == NOW
    assert not authentication.is_use_due(used, NOW + MINUTE - timedelta(microseconds=1))
    assert authentication.is_use_due(used, NOW + MINUTE)


def test_a_use_within_the_minute_is_not_written(
    acme: OrganizationRef, token: tokens.NewToken
) -> None:
    seq = sign_in(token).token_seq
    note_use(seq, NOW, "192.0.2.1", "Okta")
    authentication.note_use(
        seq, at=NOW + MINUTE / 2, address="192.0.2.2", user_agent="x"
    )
    (first,) = token_lists.list_all(acme, NOW)
    authentication.note_use(
        seq, at=NOW + MINUTE, address="192.0.2.3", user_agent="y" * 300
    )
    (second,) = token_lists.list_all(acme, NOW)
    assert (first.last_used_at, first.last_used_address) == (NOW, "192.0.2.1")
    assert second.last_used_at == NOW + MINUTE
    assert second.last_used_address == "192.0.2.3"
    assert second.last_used_agent == "y" * 200
