"""What the overview says of connections: silence, failures, a token that ended."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask

from services.access import authentication, credentials, tokens
from services.organizations import OrganizationRef
from services.origin import Actor, Origin
from tests.admin_client import AdminClient
from tests.directories import logged
from tests.log_rows import add_requests, refused
from tests.scim_client import ScimClient

DAY = timedelta(days=1)


def make_token(
    app: Flask, organization: OrganizationRef, name: str = "Okta", **options: object
) -> tokens.NewToken:
    origin = Origin(Actor("admin", "ada", "Ada"), datetime.now(UTC) - 90 * DAY)
    with app.app_context():
        return tokens.create(organization, name, origin=origin, **options)  # type: ignore[arg-type]  # as named


def use(app: Flask, new: tokens.NewToken, agent: str = "curl") -> None:
    now = datetime.now(UTC)
    with app.app_context():
        text = credentials.read_header(new.text)
        found = authentication.identify(text, now, address="203.0.113.9")
        authentication.note_use(
            found.token_seq, at=now, address="203.0.113.9", user_agent=agent
        )


@pytest.mark.parametrize(
    ("provider", "hours", "says"),
    [
        ("Okta", 26, "<bdi>Okta</bdi> is quiet: no request for 1 day"),
        ("Entra ID", 5, "<bdi>Entra ID</bdi> has stalled: no request for 5 hours"),
    ],
)
def test_silence_is_said_as_the_provider_means_it(
    *,
    app: Flask,
    acme: OrganizationRef,
    viewer: AdminClient,
    provider: str,
    hours: int,
    says: str,
) -> None:
    last = datetime.now(UTC) - timedelta(hours=hours)
    step = DAY if provider == "Okta" else timedelta(minutes=40)
    token = make_token(app, acme)
    with app.app_context():
        times = [last - step * back for back in range(9)]
        add_requests(acme, token.public_id, times, provider=provider)
    assert says in viewer.get("health", htmx=True).text


def test_a_failing_connection_says_so_and_why(
    app: Flask, acme: OrganizationRef, viewer: AdminClient
) -> None:
    token = make_token(app, acme, "HR")
    scim = ScimClient(app.test_client(), token.text)
    scim.new_user("bo")
    answers = [scim.post("/Users", {"userName": "BO"}) for _ in range(2)]
    logged(app)
    newest = answers[-1].headers["X-Request-Id"]
    page = viewer.get("").text
    assert "<bdi>HR</bdi> is failing: 2 of the last 3 requests" in page
    assert 'href="/o/acme/activity?outcome=failed"' in page
    title = "BO could not be created"
    assert f'<a href="/o/acme/activity/{newest}">{title}</a>' in page
    assert "The client tried twice with the token “HR”." in page


def test_whose_requests_fail_is_said_by_name_with_the_cause_below(
    app: Flask, acme: OrganizationRef, viewer: AdminClient
) -> None:
    scim = ScimClient(app.test_client(), make_token(app, acme, "HR").text)
    for name in ("Maria Santos", "Bo Ek"):
        scim.new_user(name)
        refused = scim.post("/Users", {"userName": name, "displayName": name})
        assert refused.status_code == 409
    logged(app)
    page = unescape(viewer.get("").text)
    title = "2 users could not be created: Bo Ek and Maria Santos"
    assert "activity?outcome=failed&method=POST&token=" in page
    assert f">{title}</a>" in page
    assert "The user name is already taken. The provisioning client asked for" in page


@pytest.mark.parametrize("days", [None, 200])
def test_of_the_only_connection_errors_and_expiry_are_told(
    app: Flask, acme: OrganizationRef, viewer: AdminClient, days: int | None
) -> None:
    now = datetime.now(UTC)
    ends = now + days * DAY if days else None
    token = make_token(app, acme, expires_at=ends)
    use(app, token)
    with app.app_context():
        add_requests(acme, token.public_id, [now, now])
        add_requests(acme, token.public_id, [now], **refused())
    page = " ".join(viewer.get("").text.split())
    said = "1 of 3 requests failed in 24 h"
    assert (f"{said}; the token expires <time" in page) == bool(days)
    assert (f"{said}. </p>" in page) == (not days)
    assert 'aria-label="Connections"' not in page


def test_several_connections_are_listed_the_worst_first(
    app: Flask, acme: OrganizationRef, viewer: AdminClient
) -> None:
    good, bad = make_token(app, acme, "good"), make_token(app, acme, "bad")
    use(app, good)
    with app.app_context():
        add_requests(acme, bad.public_id, [datetime.now(UTC)], **refused(provider=""))
    page = viewer.get("").text
    assert page.index("Failing: its only request was refused") < page.index("Connected")
    assert page.count("1 of 1 request failed in 24 h") == 1


def test_a_token_that_expired_in_use_is_said_before_all(
    app: Flask, acme: OrganizationRef, viewer: AdminClient
) -> None:
    ended = datetime.now(UTC) + timedelta(seconds=1)
    token = make_token(app, acme, "HR", expires_at=ended)
    use(app, token)
    use(app, make_token(app, acme, "Other"))
    time.sleep(1.1)
    page = viewer.get("").text
    assert f"Token expired on {ended:%-d %b}: <bdi>HR</bdi> cannot sign in" in page
