"""Tokens that may be used from some addresses only, at the door."""

from __future__ import annotations

import pytest
from flask import Flask

from services.access import token_lists, tokens
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.refusals import detail_of
from tests.scim_client import ScimClient

ORIGIN = Origin.of_command_line()


def make_client(app: Flask, organization: OrganizationRef, network: str) -> ScimClient:
    """Speaks SCIM from 127.0.0.1, as Flask's client does."""
    with app.app_context():
        new = tokens.create(
            organization, "Okta", allowed_addresses=[network], origin=ORIGIN
        )
    return ScimClient(app.test_client(), new.text)


@pytest.mark.parametrize("network", ["127.0.0.1", "127.0.0.0/8", "::ffff:127.0.0.1"])
def test_a_token_opens_the_door_from_where_it_may(
    app: Flask, acme: OrganizationRef, network: str
) -> None:
    client = make_client(app, acme, network)
    assert client.get("/Users").status_code == 200
    assert client.new_user("bo")["userName"] == "bo"


@pytest.mark.parametrize("path", ["/Users", "/Schemas", "/nowhere"])
def test_from_elsewhere_a_good_token_is_forbidden_and_told_why(
    app: Flask, acme: OrganizationRef, path: str
) -> None:
    answer = make_client(app, acme, "203.0.113.0/24").get(path)
    detail = detail_of(answer, 403)
    assert "may not be used from the address 127.0.0.1" in detail
    assert "WWW-Authenticate" not in answer.headers


def test_a_refusal_is_no_use_of_the_token(app: Flask, acme: OrganizationRef) -> None:
    make_client(app, acme, "203.0.113.0/24").get("/Users").close()
    with app.app_context():
        (stored,) = token_lists.list_all(acme, ORIGIN.at)
    assert stored.last_used_at is None


def test_refusals_are_counted_as_those_of_other_tokens(
    app: Flask, acme: OrganizationRef
) -> None:
    client = make_client(app, acme, "203.0.113.0/24")
    limit = app.config["ROLLCALL_REFUSALS_PER_MINUTE"]
    refusals = app.extensions["refusal_limit"]
    assert all(refusals.allows("127.0.0.1") for _ in range(limit))
    assert client.get("/Users").status_code == 429
