"""Signing in and out in the browser, and what happens to what one was doing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from flask import Flask
from structlog.testing import LogCapture
from werkzeug.test import TestResponse

from services.access import admins
from services.organizations import OrganizationRef
from tests.admin_client import AdminClient
from tests.conftest import PASSWORD, make_admin
from tests.page_fields import hidden_fields

WRONG = "Email or password is wrong."


def token_in(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token"\s+value="([^"]+)"', page.text)
    assert found, page.text[:500]
    return found[1]


@pytest.fixture
def ada(app: Flask, acme: OrganizationRef) -> str:
    return make_admin(app, "admin", acme)


@pytest.fixture
def email(app: Flask, ada: str) -> str:
    with app.app_context():
        return admins.get(ada).email


@pytest.fixture
def log() -> Iterator[LogCapture]:
    capture = LogCapture()
    before = structlog.get_config()["processors"]
    structlog.configure(processors=[capture])
    yield capture
    structlog.configure(processors=before)


def sign_in(
    client: AdminClient, email: str, password: str = PASSWORD, **more: str
) -> TestResponse:
    """Fill in the page's form, with what it keeps, and send it."""
    page = client.get("/login", next=more.pop("next_", ""))
    fields = hidden_fields(page) | {"email": email, "password": password, **more}
    return client.post("/login", fields, with_token=False)


def test_the_page_has_a_label_for_each_field_and_welcomes_password_managers(
    anonymous: AdminClient, ada: str
) -> None:
    page = anonymous.get("/login").text
    assert '<label for="sign-in-email"' in page
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert 'data-reveal="sign-in-password"' in page


def test_email_and_password_sign_in(anonymous: AdminClient, email: str) -> None:
    answer = sign_in(anonymous, email)
    assert (answer.status_code, answer.location) == (303, "/")
    assert anonymous.get("/account").status_code == 200


def test_the_page_that_was_asked_for_comes_next(
    anonymous: AdminClient, email: str
) -> None:
    asked = anonymous.get("settings", tab=1)
    assert (asked.status_code, asked.location) == (
        303,
        "/login?next=%2Fo%2Facme%2Fsettings%3Ftab%3D1",
    )
    answer = sign_in(anonymous, email, next_="/o/acme/settings?tab=1")
    assert answer.location == "/o/acme/settings?tab=1"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/\tx",
        "/a\r\nLocation: //evil.example",
        "/%09/evil.example\x00",
        "",
    ],
)
def test_next_never_leads_elsewhere(
    anonymous: AdminClient, email: str, elsewhere: str
) -> None:
    answer = sign_in(anonymous, email, next=elsewhere)
    assert (answer.status_code, answer.location) == (303, "/")


def test_whoever_is_signed_in_goes_straight_on(admin: AdminClient) -> None:
    answer = admin.get("/login", next="/account/sessions")
    assert (answer.status_code, answer.location) == (303, "/account/sessions")


@pytest.mark.parametrize("name", ["", "nobody@acme.example", "<script>alert(1)"])
def test_one_answer_for_unknown_accounts_and_wrong_passwords(
    anonymous: AdminClient, email: str, name: str
) -> None:
    answer = sign_in(anonymous, name or email, "not the password")
    assert answer.status_code == 422
    assert WRONG in answer.text
    assert "not the password" not in answer.text
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": "", "password": PASSWORD}, "Enter your email"),
        ({"email": "ada@acme.example", "password": ""}, "Enter your password"),
        ({"email": "a\x00@b", "password": "\x00"}, WRONG),
        ({"email": "x" * 50_000, "password": "x" * 50_000}, WRONG),
    ],
)
def test_an_unusable_form_comes_back(
    anonymous: AdminClient, ada: str, fields: dict[str, str], said: str
) -> None:
    answer = sign_in(anonymous, **fields)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_form_without_a_token_signs_nobody_in(
    anonymous: AdminClient, email: str
) -> None:
    fields = {"email": email, "password": PASSWORD}
    answer = anonymous.post("/login", fields, with_token=False)
    assert answer.status_code == 422
    assert PASSWORD not in answer.text
    assert anonymous.get("/account").status_code == 303


def test_too_many_tries_have_to_wait(anonymous: AdminClient, email: str) -> None:
    answers = [sign_in(anonymous, email, "wrong") for _ in range(10)]
    assert {answer.status_code for answer in answers} == {422}
    assert WRONG in answers[-1].text
    answer = sign_in(anonymous, email)
    assert "Too many tries. Try again in 1 minute." in answer.text
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")


def test_an_address_that_was_refused_too_often_has_to_wait(
    app: Flask, anonymous: AdminClient, email: str
) -> None:
    limit = app.extensions["refusal_limit"]
    assert [limit.allows("127.0.0.1") for _ in range(1_001)][-1] is False
    answer = sign_in(anonymous, email, "wrong")
    assert answer.status_code == 429
    assert "Too many tries. Try again in" in answer.text
    assert f'value="{email}"' in answer.text
    assert "token, then" not in answer.text


def test_refusals_are_logged_without_what_was_typed(
    anonymous: AdminClient, email: str, log: LogCapture
) -> None:
    sign_in(anonymous, email, "a secret typed wrong")
    (entry,) = [one for one in log.entries if one["event"] == "sign-in refused"]
    assert (entry["cause"], entry["address"]) == ("SignInRefused", "127.0.0.1")
    assert email not in str(log.entries)
    assert "a secret" not in str(log.entries)


def test_signing_in_changes_everything_in_the_cookie(
    anonymous: AdminClient, email: str
) -> None:
    before = token_in(anonymous.get("/login"))
    with anonymous.browser.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
        raw = cookie["csrf_token"]
    sign_in(anonymous, email)
    with anonymous.browser.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie.get("csrf_token") != raw
    assert before


def test_signing_in_anew_ends_the_session_before(
    app: Flask, acme: OrganizationRef, anonymous: AdminClient, email: str, ada: str
) -> None:
    sign_in(anonymous, email)
    thief = AdminClient(app, None)
    with anonymous.browser.session_transaction() as cookie:
        stolen = cookie["_user_id"]
    with thief.browser.session_transaction() as cookie:
        cookie["_user_id"] = stolen
    assert thief.get("/account").status_code == 200
    # The page itself goes straight on, so the form is sent by hand.
    fields = {"email": email, "password": PASSWORD}
    assert anonymous.post("/login", fields).status_code == 303
    assert thief.get("/account").status_code == 303


def test_signing_out_kills_the_cookie_for_good(app: Flask, ada: str) -> None:
    client, thief = AdminClient(app, ada), AdminClient(app, None)
    with client.browser.session_transaction() as cookie:
        stolen = cookie["_user_id"]
    answer = client.post("/logout")
    assert (answer.status_code, answer.location) == (303, "/login")
    assert "You are signed out." in client.get("/login").text
    with thief.browser.session_transaction() as cookie:
        cookie["_user_id"] = stolen
    assert thief.get("/account").status_code == 303


def test_signing_out_asks_for_a_token_and_for_a_post(admin: AdminClient) -> None:
    refused = admin.post("/logout", with_token=False)
    assert refused.status_code == 422
    assert admin.get("/logout").status_code == 405
    assert admin.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(minutes=31), "You were signed out after 30 minutes"),
        (timedelta(hours=12), "You were signed out after 12 hours."),
    ],
)
def test_the_page_says_why_it_asks(
    app: Flask, ada: str, age: timedelta, said: str
) -> None:
    client = AdminClient(app, None)
    client.sign_in(ada, at=datetime.now(UTC) - age)
    answer = client.get("/account")
    assert answer.location == "/login?next=%2Faccount"
    assert said in client.get("/login").text


def test_a_stranger_is_told_nothing(anonymous: AdminClient, ada: str) -> None:
    page = anonymous.get("/login").text
    assert "signed out" not in page
    assert "session" not in page


def test_history_is_brought_back_after_signing_in(
    anonymous: AdminClient, ada: str
) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    answer = anonymous.browser.get("/o/acme/admins", headers=headers)
    assert (answer.status_code, answer.location) == (
        303,
        "/login?next=%2Fo%2Facme%2Fadmins",
    )


def test_before_set_up_the_page_says_so(app: Flask) -> None:
    page = app.test_client().get("/login").text
    assert "Rollcall is not set up yet" in page
    assert 'href="/setup"' in page


def test_staying_signed_in_takes_a_click(app: Flask, ada: str) -> None:
    client = AdminClient(app, None)
    client.sign_in(ada, at=datetime.now(UTC) - timedelta(minutes=29))
    answer = client.post("/session/extend", htmx=True)
    assert answer.status_code == 204
    assert int(answer.headers["Session-Seconds"]) > 1_700


def test_pages_of_the_door_are_kept_nowhere(anonymous: AdminClient, ada: str) -> None:
    page = anonymous.get("/login")
    assert page.headers["Cache-Control"] == "no-store"
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["Vary"].count("HX-Request") == 1
