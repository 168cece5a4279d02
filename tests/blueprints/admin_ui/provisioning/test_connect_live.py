"""The panel that waits for a request, and the checklist that ticks itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from services.access import tokens
from services.organizations import OrganizationRef
from services.origin import Actor, Origin
from tests.admin_client import HTMX, AdminClient
from tests.conftest import make_admin
from tests.directories import logged
from tests.scim_client import ScimClient

POLL = re.compile(r'data-poll\s+hx-get="([^"]+)"\s+hx-trigger="every (\w+)"')
MINUTE = timedelta(minutes=1)


@pytest.fixture
def token(app: Flask, acme: OrganizationRef) -> tokens.NewToken:
    made = Origin(Actor("admin", "ada", "Ada"), datetime.now(UTC) - MINUTE)
    with app.app_context():
        return tokens.create(acme, "Okta production", origin=made)


@pytest.fixture
def okta(app: Flask, token: tokens.NewToken) -> ScimClient:
    return ScimClient(app.test_client(), token.text)


def polls(page: str) -> list[tuple[str, str]]:
    """Where the parts of a page ask, and how often."""
    return [(unescape(address), pace) for address, pace in POLL.findall(page)]


def ask(client: AdminClient, page: str, place: int = 0) -> TestResponse:
    return client.browser.get(polls(page)[place][0], headers=HTMX)


def beside(page: str) -> str:
    """The text of the card that tells of the connection, beside the steps."""
    card = page.split('id="this-connection"')[1].split("</section>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", card.split("</h2>")[1]).split())


def aged(client: AdminClient, token: tokens.NewToken, ago: timedelta) -> TestResponse:
    """The panel of a page that was opened so long ago."""
    started = (datetime.now(UTC) - ago).isoformat()
    return client.get(
        "connect/status",
        htmx=True,
        guide="okta",
        token=token.public_id,
        started=started,
    )


def test_nothing_is_answered_while_nothing_changes(
    viewer: AdminClient, token: tokens.NewToken
) -> None:
    page = viewer.get("connect/okta", token=token.public_id).text
    assert "Waiting for Okta’s first request…" in page
    assert [pace for _, pace in polls(page)] == ["2s"]
    answer = ask(viewer, page)
    assert (answer.status_code, answer.text) == (204, "")


def test_a_refusal_is_told_with_cause_and_fix(
    app: Flask, viewer: AdminClient, token: tokens.NewToken
) -> None:
    page = viewer.get("connect/okta", token=token.public_id).text
    answer = ScimClient(app.test_client(), token.text[:-3]).get("/Users")
    logged(app)
    refused = ask(viewer, page).text
    assert "is cut off: 61 characters came, 64 are needed" in refused
    assert "<ol>" in refused
    assert f'/o/acme/activity/{answer.headers["X-Request-Id"]}"' in refused
    assert [pace for _, pace in polls(refused)] == ["2s"]
    assert ask(viewer, refused).status_code == 204


def test_what_is_received_ends_the_waiting_and_ticks_the_list(
    app: Flask, viewer: AdminClient, token: tokens.NewToken, okta: ScimClient
) -> None:
    page = viewer.get("connect/okta", token=token.public_id).text
    okta.get("/Users?startIndex=1&count=2")
    logged(app)
    received = ask(viewer, page).text
    assert "Okta signed in" in received
    panel, checklist = received.split('<section id="checklist"', 1)
    assert polls(panel) == []
    assert 'hx-swap-oob="true"' in checklist
    assert "2 of 9 seen" in checklist
    assert "2 of 9 steps seen" in viewer.get("connect").text


def test_ticks_that_come_after_the_change_they_tell_of_are_waited_for(
    app: Flask, viewer: AdminClient, token: tokens.NewToken, okta: ScimClient
) -> None:
    page = viewer.get("connect/okta", token=token.public_id).text
    okta.post("/Users", {"userName": "bo"})
    received = ask(viewer, page).text
    assert "Okta signed in" in received
    assert "0 of 9 seen" in received
    logged(app)
    assert "3 of 9 seen" in ask(viewer, received).text


def test_the_connection_beside_the_panel_changes_with_it(
    app: Flask, viewer: AdminClient, token: tokens.NewToken, okta: ScimClient
) -> None:
    page = viewer.get("connect/okta", token=token.public_id).text
    assert beside(page).startswith("Status Not used yet Token Okta production")
    okta.get("/Users")
    logged(app)
    received = ask(viewer, page).text
    assert beside(received).startswith("Status Connected Token Okta production")
    assert "Last request just now" in beside(received)
    assert received.count('hx-swap-oob="true"') >= 2
    okta.post("/Users", {"userName": "bo"})
    logged(app)
    assert beside(ask(viewer, received).text).startswith("Status Connected")


@pytest.mark.parametrize(
    ("guide", "agent", "step"),
    [
        ("okta", "curl/8.5.0", "In Okta, open the application"),
        ("entra", "curl/8.5.0", "In the Microsoft Entra admin center"),
        ("other", "curl/8.5.0", "At the provisioning client"),
        ("entra", "Okta SCIM Client 1.0.0", "In Okta, open the application"),
    ],
)
def test_a_refusal_is_mended_where_the_guide_leads(
    *,
    app: Flask,
    viewer: AdminClient,
    token: tokens.NewToken,
    guide: str,
    agent: str,
    step: str,
) -> None:
    page = viewer.get(f"connect/{guide}", token=token.public_id).text
    wrong = ScimClient(app.test_client(), token.text[:-3])
    wrong.get("/Users", **{"User-Agent": agent})
    logged(app)
    assert f"<li>{step}" in ask(viewer, page).text


def test_the_checklist_goes_on_by_itself(
    app: Flask, viewer: AdminClient, token: tokens.NewToken, okta: ScimClient
) -> None:
    okta.get("/Users")
    logged(app)
    page = viewer.get("connect/okta", token=token.public_id).text
    assert [address.split("?")[0] for address, _ in polls(page)] == [
        "/o/acme/connect/checklist"
    ]
    assert ask(viewer, page).status_code == 204
    request = okta.post("/Users", {"userName": "bo"}).headers["X-Request-Id"]
    logged(app)
    ticked = ask(viewer, page).text
    assert "3 of 9 seen" in ticked
    assert f'/o/acme/activity/{request}"' in ticked
    assert "<strong>To App</strong>" in ticked


@pytest.mark.parametrize(
    ("ago", "pace"),
    [(MINUTE, "2s"), (3 * MINUTE, "5s"), (14 * MINUTE, "5s"), (-5 * MINUTE, "2s")],
)
def test_it_asks_less_often_after_two_minutes(
    viewer: AdminClient, token: tokens.NewToken, ago: timedelta, pace: str
) -> None:
    assert [one for _, one in polls(aged(viewer, token, ago).text)] == [pace]


def test_a_page_cannot_begin_in_the_future(
    viewer: AdminClient, token: tokens.NewToken
) -> None:
    ((address, _),) = polls(aged(viewer, token, -60 * MINUTE).text)
    started = datetime.fromisoformat(parse_qs(address)["started"][0])
    assert started <= datetime.now(UTC)


def test_after_a_quarter_of_an_hour_it_stops_and_can_be_resumed(
    viewer: AdminClient, token: tokens.NewToken
) -> None:
    stopped = aged(viewer, token, 16 * MINUTE).text
    assert polls(stopped) == []
    resume = re.search(r'id="resume"\s+href="([^"]+)"\s+hx-get="([^"]+)"', stopped)
    assert resume
    assert viewer.browser.get(unescape(resume[1])).status_code == 200
    again = viewer.browser.get(unescape(resume[2]), headers=HTMX).text
    assert [pace for _, pace in polls(again)] == ["2s"]


@pytest.mark.parametrize(
    "started",
    ["", "x", "2026-01-01", "9999-12-31T23:59", "\0", "0001-01-01T00:00+14:00"],
)
def test_a_time_that_is_none_is_now(
    viewer: AdminClient, token: tokens.NewToken, started: str
) -> None:
    answer = viewer.get(
        "connect/status", htmx=True, token=token.public_id, started=started
    )
    assert answer.status_code == 200
    assert [pace for _, pace in polls(answer.text)] == ["2s"]


@pytest.mark.parametrize("part", ["status", "checklist"])
def test_a_part_asked_for_by_hand_leads_to_the_guide(
    viewer: AdminClient, token: tokens.NewToken, part: str
) -> None:
    answer = viewer.get(
        f"connect/{part}", guide="entra", token=token.public_id, app="x"
    )
    assert answer.status_code == 303
    assert answer.location == f"/o/acme/connect/entra?app=x&token={token.public_id}"


def test_polling_keeps_nobody_signed_in(
    app: Flask, acme: OrganizationRef, token: tokens.NewToken
) -> None:
    client = AdminClient(app, None)
    start = datetime.now(UTC) - 10 * MINUTE
    client.sign_in(make_admin(app, "viewer", acme), start)
    address = f"/o/acme/connect/status?token={token.public_id}"
    answer = client.browser.get(address, headers=HTMX | {"X-Polled": "1"})
    assert answer.status_code == 200
    assert int(answer.headers["Session-Seconds"]) <= 20 * 60


def test_what_names_no_token_is_told_to_the_owner_of_the_installation(
    app: Flask,
    viewer: AdminClient,
    instance_owner: AdminClient,
    token: tokens.NewToken,
) -> None:
    pages = [
        client.get("connect/okta", token=token.public_id).text
        for client in (viewer, instance_owner)
    ]
    ScimClient(app.test_client(), "another-product").get("/Users")
    logged(app)
    assert ask(viewer, pages[0]).status_code == 204
    told = ask(instance_owner, pages[1]).text
    assert "It names no token of this organization" in told
    assert 'href="/activity/' in told
    assert "another-product" not in told


def test_a_token_page_shows_the_connection_and_its_steps(
    app: Flask, viewer: AdminClient, token: tokens.NewToken, okta: ScimClient
) -> None:
    okta.new_user("bo")
    okta.post("/Users", {"userName": "bo"})
    logged(app)
    page = viewer.get(f"tokens/{token.public_id}").text
    assert "Failing: 1 of the last 2 requests" in page
    assert "3 of 9 seen" in page
    assert polls(page) == []
    failed = f"/o/acme/activity?token={token.public_id}&outcome=failed&since=24h"
    assert failed in unescape(page)
