"""The password again, before a secret is made by somebody who signed in long ago."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from services.access import invitations, sessions, token_lists
from services.organizations import OrganizationRef
from tests.admin_client import AdminClient
from tests.conftest import PASSWORD, make_admin
from tests.page_fields import hidden_fields

FIELDS = {"name": "Okta <b>", "expires": "never", "scope": "full"}


@pytest.fixture
def client(app: Flask, acme: OrganizationRef) -> AdminClient:
    """An admin who signed in twenty minutes ago."""
    made = AdminClient(app, None)
    at = datetime.now(UTC) - timedelta(minutes=20)
    made.sign_in(make_admin(app, "admin", acme), at=at)
    return made


def names(app: Flask, acme: OrganizationRef) -> list[str]:
    with app.app_context():
        return [one.name for one in token_lists.list_all(acme, datetime.now(UTC))]


def invited(app: Flask, organization: OrganizationRef | None) -> list[str]:
    with app.app_context():
        found = invitations.list_pending(organization, datetime.now(UTC))
    return [one.email for one in found]


def secret_of(client: AdminClient) -> str:
    with client.browser.session_transaction() as cookie:
        return str(cookie["_user_id"])


def test_the_form_waits_in_the_page_that_asks(
    app: Flask, acme: OrganizationRef, client: AdminClient
) -> None:
    asked = client.post("tokens/new", FIELDS)
    assert asked.status_code == 200
    assert "Enter your password" in asked.text
    assert 'action="/o/acme/tokens/new"' in asked.text
    assert hidden_fields(asked)["name"] == "Okta <b>"
    assert names(app, acme) == []


def test_the_right_password_goes_on_and_changes_the_secret(
    app: Flask, acme: OrganizationRef, client: AdminClient
) -> None:
    asked, before = client.post("tokens/new", FIELDS), secret_of(client)
    fields = hidden_fields(asked) | {"confirm_password": PASSWORD}
    done = client.post("tokens/new", fields, with_token=False)
    assert done.status_code == 200
    assert names(app, acme) == ["Okta <b>"]
    assert secret_of(client) != before
    with app.app_context():
        found = sessions.find(secret_of(client), datetime.now(UTC))
        assert sessions.find(before, datetime.now(UTC)) is None
    assert found is not None
    assert found.is_recent(datetime.now(UTC))


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("wrong", "This is not your password."),
        ("", "Enter your password"),
        ("\x00" * 20, "This is not your password."),
    ],
)
def test_a_wrong_password_makes_nothing_and_keeps_the_form(
    app: Flask,
    acme: OrganizationRef,
    client: AdminClient,
    password: str,
    said: str,
) -> None:
    fields = FIELDS | {"confirm_password": password}
    answer = client.post("tokens/new", fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert hidden_fields(answer)["name"] == "Okta <b>"
    assert "confirm_password" not in hidden_fields(answer)
    assert names(app, acme) == []


def test_guessing_has_to_wait(client: AdminClient) -> None:
    fields = FIELDS | {"confirm_password": "wrong"}
    for _ in range(10):
        client.post("tokens/new", fields)
    answer = client.post("tokens/new", FIELDS | {"confirm_password": PASSWORD})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert "Too many tries" in answer.text
    # The script shows the dialog again for 422 alone.
    asked = client.post("tokens/new", FIELDS | {"confirm_password": "x"}, htmx=True)
    assert (asked.status_code, asked.headers["Retry-After"]) == (422, "60")


def test_htmx_asks_in_the_dialog(client: AdminClient) -> None:
    asked = client.post("tokens/new", FIELDS, htmx=True)
    assert asked.headers["HX-Retarget"] == "#dialog"
    assert "<html" not in asked.text


def test_an_invitation_waits_for_the_password(
    app: Flask, acme: OrganizationRef
) -> None:
    client = AdminClient(app, None)
    at = datetime.now(UTC) - timedelta(minutes=20)
    client.sign_in(make_admin(app, "owner", acme), at=at)
    asked = client.post("admins/invite", {"email": "bo@acme.example", "role": "admin"})
    assert "Enter your password" in asked.text
    assert invited(app, acme) == []
    fields = hidden_fields(asked) | {"confirm_password": PASSWORD}
    done = client.post("admins/invite", fields, with_token=False)
    assert "https://rollcall.example/invitations/" in done.text
    assert invited(app, acme) == ["bo@acme.example"]


def test_an_owner_of_the_install_is_invited_after_the_password(
    app: Flask, acme: OrganizationRef
) -> None:
    client = AdminClient(app, None)
    at = datetime.now(UTC) - timedelta(minutes=20)
    client.sign_in(make_admin(app, "owner"), at=at)
    asked = client.post("/admins/invite", {"email": "bo@acme.example"})
    assert "Enter your password" in asked.text
    assert invited(app, None) == []
    fields = hidden_fields(asked) | {"confirm_password": PASSWORD}
    done = client.post("/admins/invite", fields, with_token=False)
    assert "https://rollcall.example/invitations/" in done.text
    assert invited(app, None) == ["bo@acme.example"]


def test_somebody_who_just_signed_in_is_not_asked(
    app: Flask, acme: OrganizationRef, admin: AdminClient
) -> None:
    done = admin.post("tokens/new", FIELDS)
    assert "Enter your password" not in done.text
    assert names(app, acme) == ["Okta <b>"]
