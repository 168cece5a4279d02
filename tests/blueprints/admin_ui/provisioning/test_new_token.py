"""A new token in the browser: its secret is shown once, and a form counts once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from services.access import authentication, credentials, token_lists, tokens
from services.access.token_lists import StoredToken
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.admin_client import AdminClient
from tests.conftest import make_admin

SECRET = re.compile(r"rcl_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}")
FIELDS = {"name": "Okta", "scope": "full", "expires": "365", "form_key": "k1"}
STALE = timedelta(minutes=16)


def stored(app: Flask, organization: OrganizationRef) -> list[StoredToken]:
    with app.app_context():
        return token_lists.list_all(organization, datetime.now(UTC))


def test_a_new_token_is_shown_once_and_works(
    app: Flask, acme: OrganizationRef, admin: AdminClient
) -> None:
    page = admin.post("tokens/new", FIELDS)
    (token,) = stored(app, acme)
    found = set(SECRET.findall(page.text))
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert len(found) == 1
    assert f"Bearer {found.copy().pop()}" in page.text
    with app.app_context():
        text = credentials.read_header(found.pop())
        opened = authentication.identify(text, datetime.now(UTC), address="")
    assert opened.public_id == token.public_id


def test_the_page_of_the_secret_has_the_base_url_beside_it(admin: AdminClient) -> None:
    page = admin.post("tokens/new", FIELDS).text
    assert "https://rollcall.example/scim/v2" in page
    assert "Copy token" in page
    assert "cannot reach this address" not in page


def test_the_form_sent_again_makes_no_second_token(
    app: Flask, acme: OrganizationRef, admin: AdminClient
) -> None:
    admin.post("tokens/new", FIELDS)
    again = admin.post("tokens/new", FIELDS)
    (token,) = stored(app, acme)
    page = admin.get(f"tokens/{token.public_id}").text
    assert again.status_code == 303
    assert again.location == f"/o/acme/tokens/{token.public_id}"
    assert "The secret was shown once" in page
    assert SECRET.search(page) is None


def test_the_secret_is_not_in_the_cookie(admin: AdminClient) -> None:
    page = admin.post("tokens/new", FIELDS)
    (secret,) = set(SECRET.findall(page.text))
    with admin.browser.session_transaction() as cookie:
        kept = str(dict(cookie))
    assert secret.split("_")[2] not in kept
    assert secret.split("_")[1] in kept


@pytest.mark.parametrize(
    ("expires", "expires_on", "days"),
    [("90", "", 90), ("365", "2020-01-01", 365), ("never", "", None)],
)
def test_a_token_ends_when_it_was_told_to(
    app: Flask,
    acme: OrganizationRef,
    admin: AdminClient,
    *,
    expires: str,
    expires_on: str,
    days: int | None,
) -> None:
    admin.post("tokens/new", FIELDS | {"expires": expires, "expires_on": expires_on})
    (token,) = stored(app, acme)
    left = token.expires_at and round((token.expires_at - token.created_at).days)
    assert left == days


def test_a_date_means_the_end_of_that_day(
    app: Flask, acme: OrganizationRef, admin: AdminClient
) -> None:
    day = (datetime.now(UTC) + timedelta(days=40)).date()
    fields = {"expires": "date", "expires_on": day.isoformat()}
    admin.post("tokens/new", FIELDS | fields)
    (token,) = stored(app, acme)
    assert token.expires_at == datetime.combine(
        day + timedelta(days=1), datetime.min.time(), UTC
    )


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Enter a name for the token"),
        ("name", " ", "Enter a name for the token"),
        ("name", "x" * 101, "Give a name of 1 to 100 characters"),
        ("scope", "all", "Not a valid choice"),
        ("expires", "", "Choose when the token expires"),
        ("expires_on", "", "Choose a date"),
        ("expires_on", "9999-12-31", "Choose a date"),
        ("expires_on", "2020-01-01", "lies in the future"),
        ("expires_on", "9000-01-01", "within ten years"),
        ("allowed_addresses", "203.0.113.7/24", "Write 203.0.113.0/24"),
        ("allowed_addresses", "\x00 ok", "is not an IP address"),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_an_invalid_form_comes_back_with_what_was_typed(
    app: Flask,
    acme: OrganizationRef,
    admin: AdminClient,
    *,
    field: str,
    value: str,
    said: str,
    htmx: bool,
) -> None:
    fields = FIELDS | {"name": "Okta for <HR>", "expires": "date", field: value}
    answer = admin.post("tokens/new", {"expires_on": "2030-01-01"} | fields, htmx=htmx)
    assert answer.status_code == 422
    assert said in answer.text
    assert "thing needs mending" in answer.text or "things need mending" in answer.text
    assert stored(app, acme) == []


def test_a_name_in_use_is_said_at_its_field(
    app: Flask, acme: OrganizationRef, admin: AdminClient
) -> None:
    with app.app_context():
        tokens.create(acme, "Okta", origin=Origin.of_command_line())
    answer = admin.post("tokens/new", FIELDS)
    assert answer.status_code == 422
    assert "A token &#34;Okta&#34; exists already" in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_networks_are_typed_one_a_line_or_with_commas(
    app: Flask, acme: OrganizationRef, admin: AdminClient
) -> None:
    typed = "203.0.113.0/24\r\n 2001:db8::/32,\r\n\r\n198.51.100.7"
    admin.post("tokens/new", FIELDS | {"allowed_addresses": typed})
    (token,) = stored(app, acme)
    expected = ("203.0.113.0/24", "2001:db8::/32", "198.51.100.7/32")
    assert token.allowed_addresses == expected


def test_an_old_sign_in_has_to_give_the_password_first(
    app: Flask, acme: OrganizationRef
) -> None:
    client = AdminClient(app, None)
    client.sign_in(make_admin(app, "admin", acme), datetime.now(UTC) - STALE)
    answer = client.post("tokens/new", FIELDS | {"name": "Okta & Co"})
    assert "You signed in more than 15 minutes ago" in answer.text
    assert 'value="Okta &amp; Co"' in answer.text
    assert stored(app, acme) == []


def test_a_post_without_a_csrf_token_makes_nothing(
    app: Flask, acme: OrganizationRef, admin: AdminClient
) -> None:
    answer = admin.post("tokens/new", FIELDS, with_token=False)
    assert answer.status_code == 422
    assert "Your form was kept" in answer.text
    assert stored(app, acme) == []
