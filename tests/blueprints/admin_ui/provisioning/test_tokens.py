"""Pages of tokens: the list, one token, and what may change of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from services.access import authentication, credentials, token_lists, tokens
from services.access.token_lists import StoredToken
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.admin_client import AdminClient

SECRET = re.compile(r"rcl_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}")
ROUTES = [
    ("GET", "tokens/{}/edit"),
    ("POST", "tokens/{}/edit"),
    ("GET", "tokens/{}/rotate"),
    ("POST", "tokens/{}/rotate"),
    ("GET", "tokens/{}/revoke"),
    ("POST", "tokens/{}/revoke"),
    ("POST", "tokens/{}/end"),
]

Make = Callable[..., tokens.NewToken]


@pytest.fixture
def make(app: Flask, acme: OrganizationRef) -> Make:
    def make_token(name: str = "Okta", **options: Any) -> tokens.NewToken:
        with app.app_context():
            origin = Origin.of_command_line()
            return tokens.create(acme, name, origin=origin, **options)

    return make_token


def stored(app: Flask, organization: OrganizationRef) -> list[StoredToken]:
    with app.app_context():
        return token_lists.list_all(organization, datetime.now(UTC))


def use(app: Flask, new: tokens.NewToken, ago: timedelta = timedelta(0)) -> None:
    at = datetime.now(UTC) - ago
    with app.app_context():
        text = credentials.read_header(new.text)
        found = authentication.identify(text, at, address="203.0.113.9")
        authentication.note_use(
            found.token_seq, at=at, address="203.0.113.9", user_agent="Okta SCIM"
        )


def ask(client: AdminClient, method: str, address: str) -> TestResponse:
    return client.get(address) if method == "GET" else client.post(address)


def test_the_list_shows_what_tells_tokens_apart(
    app: Flask, admin: AdminClient, make: Make
) -> None:
    new = make(scope="read")
    use(app, new)
    page = admin.get("tokens").text
    assert f"rcl_{new.public_id}…" in page
    assert "Read only" in page
    assert "203.0.113.9 · Okta SCIM" in page
    assert new.text.split("_")[2] not in page


def test_without_tokens_the_next_step_is_said(
    admin: AdminClient, viewer: AdminClient
) -> None:
    assert "No tokens yet" in admin.get("tokens").text
    assert "/o/acme/tokens/new" in admin.get("tokens").text
    assert "/o/acme/tokens/new" not in viewer.get("tokens").text


def test_tokens_that_ended_stand_apart(
    app: Flask, acme: OrganizationRef, admin: AdminClient, make: Make
) -> None:
    with app.app_context():
        ended = make("Old").public_id
        tokens.revoke(acme, ended, origin=Origin.of_command_line())
    page = admin.get("tokens").text
    assert "1 token that has ended" in page
    assert "No token works any more" in page
    assert "Revoked" in page


def test_a_viewer_reads_and_changes_nothing(viewer: AdminClient, make: Make) -> None:
    new = make()
    for address in ("tokens", f"tokens/{new.public_id}"):
        page = viewer.get(address)
        assert page.status_code == 200
        assert "/edit" not in page.text
        assert "/rotate" not in page.text
        assert "/revoke" not in page.text


@pytest.mark.parametrize(("method", "address"), [*ROUTES, ("POST", "tokens/new")])
@pytest.mark.parametrize("role", ["viewer", "helpdesk"])
def test_lesser_roles_are_refused_with_a_sentence(
    request: pytest.FixtureRequest, make: Make, role: str, method: str, address: str
) -> None:
    client: AdminClient = request.getfixturevalue(role)
    answer = ask(client, method, address.format(make().public_id))
    assert answer.status_code == 403
    assert "You need the role of an admin" in answer.text


@pytest.mark.parametrize(
    ("method", "address"), [*ROUTES, ("GET", "tokens/{}"), ("GET", "tokens/{0}?")]
)
def test_another_organizations_token_is_not_there(
    app: Flask,
    globex: OrganizationRef,
    admin: AdminClient,
    stranger: AdminClient,
    make: Make,
    *,
    method: str,
    address: str,
) -> None:
    with app.app_context():
        origin = Origin.of_command_line()
        theirs = tokens.create(globex, "Okta", origin=origin).public_id
    ours = make().public_id
    assert ask(admin, method, address.format(theirs)).status_code == 404
    assert ask(stranger, method, address.format(ours)).status_code == 404


@pytest.mark.parametrize(
    ("method", "address"), [*ROUTES, ("GET", "tokens"), ("GET", "tokens/new")]
)
def test_nobody_gets_in_without_signing_in(
    anonymous: AdminClient, make: Make, method: str, address: str
) -> None:
    path = address.format(make().public_id)
    options = {"with_token": False} if method == "POST" else {}
    send = anonymous.get if method == "GET" else anonymous.post
    answer = send(path, **options)  # type: ignore[arg-type]  # of one or the other
    assert answer.status_code in (303, 401)
    assert SECRET.search(answer.text) is None


@pytest.mark.parametrize("public_id", ["AAAAAAAAAA", "x", "%00", "a" * 300])
def test_what_is_no_token_is_not_found(admin: AdminClient, public_id: str) -> None:
    assert admin.get(f"tokens/{public_id}").status_code == 404
    assert admin.post(f"tokens/{public_id}/revoke").status_code == 404


def test_a_token_is_edited(
    app: Flask, acme: OrganizationRef, admin: AdminClient, make: Make
) -> None:
    public_id = make(allowed_addresses=["203.0.113.0/24"]).public_id
    address = f"tokens/{public_id}/edit"
    assert "203.0.113.0/24" in admin.get(address).text
    answer = admin.post(address, {"name": "Okta 2", "allowed_addresses": "::1"})
    (token,) = stored(app, acme)
    assert (answer.status_code, answer.location) == (
        *(303, f"/o/acme/tokens/{public_id}"),
    )
    assert (token.name, token.allowed_addresses) == ("Okta 2", ("::1/128",))


@pytest.mark.parametrize("htmx", [False, True])
def test_an_edit_that_cannot_be_kept_comes_back(
    admin: AdminClient, make: Make, htmx: bool
) -> None:
    address = f"tokens/{make().public_id}/edit"
    fields = {"name": "Okta", "allowed_addresses": "office"}
    answer = admin.post(address, fields, htmx=htmx)
    assert answer.status_code == 422
    assert "&#34;office&#34; is not an IP address or network" in answer.text
    assert ("<html" in answer.text) is not htmx


def test_a_tokens_page_tells_its_history(admin: AdminClient, make: Make) -> None:
    page = admin.get(f"tokens/{make().public_id}").text
    assert "was created" in page
    assert "By <bdi>the command line</bdi>" in page
    assert "From anywhere" in page


def test_a_foreign_cursor_is_no_server_error(admin: AdminClient, make: Make) -> None:
    answer = admin.get(f"tokens/{make().public_id}", cursor="x")
    assert 400 <= answer.status_code < 500
