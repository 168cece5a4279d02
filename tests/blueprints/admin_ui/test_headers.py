"""What every page tells the browser it may do; and SCIM's answers need not."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.admin_client import AdminClient
from tests.scim_client import ScimClient

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; object-src 'none'"
)
HTTPS = {"base_url": "https://rollcall.example"}
BROWSERS_ALONE = (
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "Permissions-Policy",
    "Strict-Transport-Security",
    "Set-Cookie",
    "Session-Seconds",
    "Session-Is-Final",
)


@pytest.mark.parametrize(
    "address",
    ["/", "/login", "/healthz", "/nowhere", "/o/acme/", "/static/css/rollcall.css"],
)
def test_every_page_has_the_policy(client: FlaskClient, address: str) -> None:
    with client.get(address) as answer:
        headers = answer.headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_pages_of_somebody_signed_in_have_it_too(owner: AdminClient) -> None:
    for answer in (owner.get(""), owner.get("/account"), owner.get("/nowhere")):
        assert answer.headers["Content-Security-Policy"] == POLICY


def test_only_https_asks_for_https(client: FlaskClient) -> None:
    plain, secure = client.get("/login"), client.get("/login", **HTTPS)
    assert "Strict-Transport-Security" not in plain.headers
    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("path", ["/Users", "/Users/nobody", "/nowhere"])
@pytest.mark.parametrize("with_cookie", [True, False])
def test_scim_has_none_of_it(
    owner: AdminClient, scim: ScimClient, path: str, with_cookie: bool
) -> None:
    browser = owner.browser if with_cookie else owner.app.test_client()
    with browser.get(
        f"/scim/v2{path}", headers={"Authorization": f"Bearer {scim.token}"}, **HTTPS
    ) as answer:
        headers = answer.headers
    assert not [name for name in BROWSERS_ALONE if name in headers]
    assert "Cookie" not in headers.get("Vary", "")


def test_a_cookie_alone_opens_no_scim(owner: AdminClient) -> None:
    assert owner.browser.get("/scim/v2/Users").status_code == 401


def test_the_cookie_is_out_of_reach(client: FlaskClient) -> None:
    cookie = client.get("/login").headers["Set-Cookie"]
    assert cookie.startswith("rollcall=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert "Secure" not in cookie


def test_under_https_the_cookie_is_for_this_host_alone(client: FlaskClient) -> None:
    cookie = client.get("/login", **HTTPS).headers["Set-Cookie"]
    assert cookie.startswith("__Host-rollcall=")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_https_is_what_a_trusted_proxy_says(app: Flask, client: FlaskClient) -> None:
    claimed = {"X-Forwarded-Proto": "https"}
    cookie = client.get("/login", headers=claimed).headers["Set-Cookie"]
    assert cookie.startswith("rollcall=")


def test_a_cookie_lasts_as_long_as_the_browser(owner: AdminClient) -> None:
    cookie = owner.get("/account").headers.get("Set-Cookie", "")
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie
