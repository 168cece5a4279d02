"""The fixtures keep requests apart, so that no test passes for the wrong reason.

pytest-flask holds a context open around every test, and its client does so between two
requests: what one request puts on `g` is then seen by the next, even by another client.
"""

from __future__ import annotations

import pytest
from flask import Flask, g, has_app_context, has_request_context
from flask.testing import FlaskClient

from services.organizations import OrganizationRef
from tests.scim_client import ScimClient


@pytest.fixture
def remembering(app: Flask) -> Flask:
    """With an address that counts on `g`, and tells how often it was asked."""

    @app.get("/counted")
    def count() -> str:
        g.count = g.get("count", 0) + 1
        return str(g.count)

    return app


def test_no_context_is_open_around_a_test(app: Flask, client: FlaskClient) -> None:
    assert not has_request_context()
    assert not has_app_context()


@pytest.mark.usefixtures("acme", "globex", "scim", "scim_of_globex")
def test_no_fixture_leaves_a_context_open() -> None:
    assert not has_request_context()
    assert not has_app_context()


def test_a_request_leaves_nothing_to_the_next(
    remembering: Flask, client: FlaskClient
) -> None:
    answers = [client.get("/counted").text, client.get("/counted").text]
    assert answers == ["1", "1"]
    assert not has_app_context()


def test_a_request_leaves_nothing_to_another_client(
    remembering: Flask, client: FlaskClient
) -> None:
    first = client.get("/counted")
    second = remembering.test_client().get("/counted")
    assert (first.text, second.text) == ("1", "1")


def test_a_token_is_not_left_to_the_next_request(
    client: FlaskClient, scim: ScimClient
) -> None:
    assert scim.get("/Users").status_code == 200
    assert client.get("/scim/v2/Users").status_code == 401


def test_two_clients_keep_to_their_organizations(
    scim: ScimClient, scim_of_globex: ScimClient
) -> None:
    bo = scim.new_user("bo")
    theirs = scim_of_globex.get(f"/Users/{bo['id']}")
    ours = scim.get(f"/Users/{bo['id']}")
    assert (theirs.status_code, ours.status_code) == (404, 200)


def test_each_test_begins_with_an_empty_directory(
    acme: OrganizationRef, globex: OrganizationRef, scim: ScimClient
) -> None:
    assert (acme.seq, globex.seq) == (1, 2)
    assert scim.get("/Users").json["totalResults"] == 0
