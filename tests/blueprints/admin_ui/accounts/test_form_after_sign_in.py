"""A form that outlived its session: kept, and offered once one is back."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from services.access import admins
from services.organizations import OrganizationRef
from tests.admin_client import AdminClient
from tests.conftest import PASSWORD, make_admin
from tests.page_fields import hidden_fields


@pytest.fixture
def ada(app: Flask, acme: OrganizationRef) -> str:
    return make_admin(app, "admin", acme)


@pytest.fixture
def email(app: Flask, ada: str) -> str:
    with app.app_context():
        return admins.get(ada).email


def sign_in(
    client: AdminClient, email: str, password: str = PASSWORD, **more: str
) -> TestResponse:
    """Fill in the page's form, with what it keeps, and send it."""
    page = client.get("/login", next=more.pop("next_", ""))
    fields = hidden_fields(page) | {"email": email, "password": password, **more}
    return client.post("/login", fields, with_token=False)


def expire(client: AdminClient) -> None:
    """The session ends while a page is open; the cookie stays."""
    with client.app.app_context(), client.browser.session_transaction() as cookie:
        cookie["_user_id"] = "a session that ended"


def test_a_half_filled_form_survives_signing_in_again(
    app: Flask, admin: AdminClient, email: str
) -> None:
    fields = {"retention_days": "45", "note": "<b>&ünï", "password": "a secret"}
    admin.get("/account")
    admin.post("/session/extend")
    expire(admin)
    asked = admin.post("settings/retention?x=1", fields)
    assert asked.status_code == 401
    assert "What you typed is kept." in asked.text
    assert "a secret" not in asked.text
    kept = hidden_fields(asked) | {"email": email, "password": PASSWORD}
    offered = admin.post("/login", kept, with_token=False)
    assert offered.status_code == 200
    assert "Your form was kept" in offered.text
    assert 'action="/o/acme/settings/retention?x=1"' in offered.text
    again = hidden_fields(offered)
    assert (again["retention_days"], again["note"]) == ("45", "<b>&ünï")
    assert "password" not in again
    sent = admin.post("settings/retention?x=1", again, with_token=False)
    assert (sent.status_code, sent.location) == (303, "/o/acme/settings")


def test_a_wrong_password_keeps_the_form_too(admin: AdminClient, email: str) -> None:
    admin.post("/session/extend")
    expire(admin)
    asked = admin.post("settings/retention", {"retention_days": "45"})
    wrong = hidden_fields(asked) | {"email": email, "password": "wrong"}
    again = admin.post("/login", wrong, with_token=False)
    assert again.status_code == 422
    assert "retention_days=45" in hidden_fields(again)["kept_fields"]


@pytest.mark.parametrize("action", ["//evil.example/", "https://evil.example/", ""])
def test_a_kept_form_goes_nowhere_else(
    anonymous: AdminClient, email: str, action: str
) -> None:
    answer = sign_in(anonymous, email, kept_action=action, kept_fields="a=1")
    assert (answer.status_code, answer.location) == (303, "/")


def test_a_form_of_another_site_is_not_kept(anonymous: AdminClient, ada: str) -> None:
    fields = {"retention_days": "1"}
    answer = anonymous.post("settings/retention", fields, with_token=False)
    assert answer.status_code == 401
    assert "retention_days" not in answer.text


def test_what_is_too_large_is_not_kept(admin: AdminClient) -> None:
    admin.post("/session/extend")
    expire(admin)
    answer = admin.post("settings/retention", {"note": "x" * 70_000})
    assert answer.status_code == 401
    assert "kept_fields" not in answer.text


def test_htmx_asks_in_a_dialog_and_the_page_stays(
    admin: AdminClient, email: str
) -> None:
    admin.post("/session/extend")
    expire(admin)
    asked = admin.post("settings/retention", {"retention_days": "45"}, htmx=True)
    assert asked.status_code == 401
    assert asked.headers["HX-Retarget"] == "#sign-in"
    assert asked.headers["HX-Reswap"] == "innerHTML"
    assert "<html" not in asked.text
    fields = hidden_fields(asked) | {"email": email, "password": "wrong"}
    refused = admin.post("/login", fields, htmx=True, with_token=False)
    assert (refused.status_code, refused.headers["HX-Retarget"]) == (422, "#sign-in")
    fields["password"] = PASSWORD
    done = admin.post("/login", fields, htmx=True, with_token=False)
    told = json.loads(done.headers["HX-Trigger"])["signed-in"]
    assert (done.status_code, done.text) == (200, "")
    assert done.headers["Session-Seconds"] == "1800"
    fields = {"retention_days": "45", "csrf_token": told["csrf"]}
    sent = admin.post("settings/retention", fields, with_token=False)
    assert sent.status_code == 303
