"""Tokens: renamed, tied to addresses, and the old half of a rotation ended early."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from services.access import authentication, credentials, token_lists, tokens
from services.access.authentication import Credentials
from services.activity import history
from services.errors import AlreadyTaken, Invalid, NotFound, TokenRefused
from services.organizations import OrganizationRef
from services.origin import Actor, Origin
from tests.directories import last_event, n_events

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OFFICE = ["192.0.2.0/24"]


def at(moment: datetime) -> Origin:
    return Origin(Actor("admin", "ada", "Ada"), moment)


def sign_in(new: tokens.NewToken, address: str, now: datetime = NOW) -> Credentials:
    token = credentials.read_header(new.text)
    return authentication.identify(token, now, address=address)


def edit(
    organization: OrganizationRef, public_id: str, name: str, *allowed: str
) -> None:
    tokens.edit(
        organization,
        public_id,
        name=name,
        allowed_addresses=allowed,
        origin=at(NOW),
    )


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def token(acme: OrganizationRef) -> tokens.NewToken:
    return tokens.create(acme, "Okta", origin=at(NOW - DAY))


def names(organization: OrganizationRef) -> list[str]:
    return [one.name for one in token_lists.list_all(organization, NOW)]


def test_a_token_is_refused_from_elsewhere_with_both_named(
    acme: OrganizationRef,
) -> None:
    new = tokens.create(acme, "Okta", allowed_addresses=OFFICE, origin=at(NOW))
    assert sign_in(new, "192.0.2.9").name == "Okta"
    assert sign_in(new, "::ffff:192.0.2.9").name == "Okta"
    with pytest.raises(TokenRefused, match="from the address 198") as caught:
        sign_in(new, "198.51.100.7")
    assert (caught.value.cause, caught.value.public_id) == ("address", new.public_id)
    assert f'Token "Okta" (rcl_{new.public_id}…)' in caught.value.detail


def test_an_address_that_cannot_be_told_is_refused(acme: OrganizationRef) -> None:
    new = tokens.create(acme, "Okta", allowed_addresses=OFFICE, origin=at(NOW))
    with pytest.raises(TokenRefused) as caught:
        sign_in(new, "")
    assert caught.value.cause == "address"


def test_a_token_without_networks_is_good_from_anywhere(
    token: tokens.NewToken,
) -> None:
    assert sign_in(token, "198.51.100.7").name == "Okta"
    assert sign_in(token, "").name == "Okta"


def test_a_token_that_ended_says_so_from_elsewhere_too(acme: OrganizationRef) -> None:
    new = tokens.create(acme, "Okta", allowed_addresses=OFFICE, origin=at(NOW))
    tokens.revoke(acme, new.public_id, origin=at(NOW))
    with pytest.raises(TokenRefused) as caught:
        sign_in(new, "198.51.100.7")
    assert caught.value.cause == "revoked"


def test_a_network_that_is_none_makes_no_token(acme: OrganizationRef) -> None:
    with pytest.raises(Invalid) as caught:
        tokens.create(acme, "Okta", allowed_addresses=["x"], origin=at(NOW))
    assert caught.value.attribute == "allowed_addresses"
    assert names(acme) == []


def test_an_expiry_lies_within_ten_years(acme: OrganizationRef) -> None:
    with pytest.raises(Invalid, match="within ten years") as caught:
        tokens.create(acme, "Okta", expires_at=NOW + 3_654 * DAY, origin=at(NOW))
    assert caught.value.attribute == "expires_at"


def test_a_successor_is_tied_to_the_same_networks(acme: OrganizationRef) -> None:
    old = tokens.create(acme, "Okta", allowed_addresses=OFFICE, origin=at(NOW))
    new = tokens.rotate(acme, old.public_id, origin=at(NOW))
    stored = token_lists.get(acme, new.public_id, NOW)
    assert stored.allowed_addresses == ("192.0.2.0/24",)
    (created,) = history.of_resource(acme, new.public_id).rows
    assert created.changes["allowed_addresses"] == [None, OFFICE]


def test_a_token_takes_another_name_and_other_networks(
    app: Flask, acme: OrganizationRef, token: tokens.NewToken
) -> None:
    edit(acme, token.public_id, " Okta production ", "192.0.2.1", "192.0.2.1/32")
    stored = token_lists.get(acme, token.public_id, NOW)
    assert (stored.name, stored.allowed_addresses) == (
        *("Okta production", ("192.0.2.1/32",)),
    )
    assert (last_event(app).action, last_event(app).actor) == ("updated", "admin:ada")
    assert last_event(app).changes == {
        "name": ["Okta", "Okta production"],
        "allowed_addresses": [[], ["192.0.2.1/32"]],
    }
    assert last_event(app).resource_name == "Okta production"


def test_networks_count_from_the_next_request_on(
    acme: OrganizationRef, token: tokens.NewToken
) -> None:
    edit(acme, token.public_id, "Okta", *OFFICE)
    with pytest.raises(TokenRefused):
        sign_in(token, "198.51.100.7")
    edit(acme, token.public_id, "Okta")
    assert sign_in(token, "198.51.100.7").name == "Okta"


def test_what_is_the_same_is_not_written(
    app: Flask, acme: OrganizationRef, token: tokens.NewToken
) -> None:
    edit(acme, token.public_id, "Okta", *OFFICE)
    before = n_events(app)
    edit(acme, token.public_id, " Okta ", *OFFICE, *OFFICE)
    assert n_events(app) == before


def test_predecessors_take_the_name_too(
    acme: OrganizationRef, token: tokens.NewToken
) -> None:
    second = tokens.rotate(acme, token.public_id, origin=at(NOW))
    third = tokens.rotate(acme, second.public_id, origin=at(NOW))
    tokens.create(acme, "Entra", origin=at(NOW))
    edit(acme, third.public_id, "Okta production", *OFFICE)
    assert names(acme) == ["Entra", *["Okta production"] * 3]
    older = token_lists.get(acme, token.public_id, NOW)
    assert older.allowed_addresses == ()


def test_the_name_of_another_token_is_refused(
    acme: OrganizationRef, globex: OrganizationRef, token: tokens.NewToken
) -> None:
    tokens.create(acme, "Entra", origin=at(NOW))
    tokens.create(globex, "Elsewhere", origin=at(NOW))
    with pytest.raises(AlreadyTaken, match='A token "Entra" exists already') as caught:
        edit(acme, token.public_id, "Entra")
    assert caught.value.attribute == "name"
    edit(acme, token.public_id, "Elsewhere")
    assert names(acme) == ["Entra", "Elsewhere"]


@pytest.mark.parametrize(
    ("name", "network", "attribute"),
    [("", "192.0.2.1", "name"), ("Okta", "192.0.2.1/8", "allowed_addresses")],
)
def test_what_cannot_be_kept_changes_nothing(
    *,
    acme: OrganizationRef,
    token: tokens.NewToken,
    name: str,
    network: str,
    attribute: str,
) -> None:
    with pytest.raises(Invalid) as caught:
        edit(acme, token.public_id, name, network)
    assert caught.value.attribute == attribute
    assert token_lists.get(acme, token.public_id, NOW).allowed_addresses == ()


def test_a_token_that_ended_stays_as_it_is(
    acme: OrganizationRef, token: tokens.NewToken
) -> None:
    tokens.revoke(acme, token.public_id, origin=at(NOW))
    with pytest.raises(Invalid, match="is revoked and stays as it is"):
        edit(acme, token.public_id, "Okta production")
    assert names(acme) == ["Okta"]


def test_the_old_half_of_a_rotation_is_ended_at_once(
    app: Flask, acme: OrganizationRef, token: tokens.NewToken
) -> None:
    new = tokens.rotate(acme, token.public_id, origin=at(NOW))
    tokens.end_now(acme, token.public_id, origin=at(NOW))
    with pytest.raises(TokenRefused, match="was revoked on 3 Nov 2026"):
        sign_in(token, "192.0.2.1")
    assert sign_in(new, "192.0.2.1").name == "Okta"
    assert (last_event(app).action, last_event(app).resource_id) == (
        *("ended", token.public_id),
    )


def test_ending_twice_is_no_error_and_no_event(
    app: Flask, acme: OrganizationRef, token: tokens.NewToken
) -> None:
    tokens.rotate(acme, token.public_id, origin=at(NOW))
    tokens.end_now(acme, token.public_id, origin=at(NOW))
    before = n_events(app)
    tokens.end_now(acme, token.public_id, origin=at(NOW + DAY))
    assert n_events(app) == before


def test_a_token_without_a_successor_is_not_ended_as_an_old_half(
    acme: OrganizationRef, token: tokens.NewToken
) -> None:
    with pytest.raises(Invalid, match="has no successor"):
        tokens.end_now(acme, token.public_id, origin=at(NOW))
    assert sign_in(token, "192.0.2.1").name == "Okta"


def test_another_organizations_token_is_out_of_reach(
    acme: OrganizationRef, globex: OrganizationRef, token: tokens.NewToken
) -> None:
    tokens.rotate(acme, token.public_id, origin=at(NOW))
    with pytest.raises(NotFound, match="There is no token"):
        edit(globex, token.public_id, "Mine")
    with pytest.raises(NotFound, match="There is no token"):
        tokens.end_now(globex, token.public_id, origin=at(NOW))
    assert sign_in(token, "192.0.2.1").organization == acme
