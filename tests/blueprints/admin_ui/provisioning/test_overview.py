"""The overview: first steps of a new organization, then what works and what not."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import quote

import pytest
from flask import Flask

from services import organizations
from services.access import accounts, authentication, credentials, tokens
from services.access.accounts import Profile
from services.directory import users
from services.organizations import OrganizationRef
from services.origin import Actor, Origin
from tests.admin_client import AdminClient
from tests.conftest import make_admin
from tests.log_rows import add_requests, refused

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


def add_user(app: Flask, organization: OrganizationRef, name: str) -> str:
    with app.app_context():
        return users.create(
            organization, {"userName": name}, origin=Origin.of_command_line()
        ).id


def test_a_new_organization_gets_its_first_steps(admin: AdminClient) -> None:
    page = admin.get("").text
    assert "Welcome, Ada" in page
    assert "Create a provisioning token" in page
    assert 'href="/o/acme/connect/okta"' in page
    assert 'href="/o/acme/connect/entra"' in page


def test_a_viewer_is_told_who_takes_the_step(viewer: AdminClient) -> None:
    page = viewer.get("").text
    assert "Somebody with the role of an admin creates it." in page
    assert "Create token" not in page
    assert "/users/new" not in page


def test_the_steps_tick_themselves(
    app: Flask, acme: OrganizationRef, admin: AdminClient
) -> None:
    token = make_token(app, acme)
    made = admin.get("steps", htmx=True).text
    use(app, token)
    done = admin.get("steps", htmx=True).text
    assert "Provisioning token created" in made
    assert "Go on with the guide" in made
    assert "hx-trigger" in made
    assert "Okta signed in" in done
    assert "hx-trigger" not in done


def test_after_the_first_request_the_overview_takes_over(
    app: Flask, acme: OrganizationRef, admin: AdminClient
) -> None:
    use(app, make_token(app, acme, "HR push"))
    page = admin.get("").text
    assert "<bdi>HR push</bdi> is connected" in page
    assert "Nothing. That is good news." in page
    assert "Welcome" not in page


@pytest.mark.parametrize("part", ["health", "steps"])
def test_a_part_asked_for_by_hand_leads_to_the_page(
    admin: AdminClient, part: str
) -> None:
    answer = admin.get(part)
    assert (answer.status_code, answer.location) == (303, "/o/acme/")


def test_the_card_of_the_connection_asks_for_itself(
    app: Flask, acme: OrganizationRef, admin: AdminClient
) -> None:
    use(app, make_token(app, acme), "Okta SCIM Client 1.0.0")
    part = admin.get("health", htmx=True).text
    assert part.strip().startswith("<section")
    assert 'id="health"' in part
    assert "data-poll" in part
    assert "<bdi>Okta</bdi> is connected" in part


def test_a_polled_card_keeps_nobody_signed_in(
    app: Flask, acme: OrganizationRef
) -> None:
    client = AdminClient(app, None)
    start = datetime.now(UTC) - timedelta(minutes=10)
    client.sign_in(make_admin(app, "viewer", acme), start)
    headers = {"HX-Request": "true", "X-Polled": "1"}
    answer = client.browser.get("/o/acme/health", headers=headers)
    assert answer.status_code == 200
    assert int(answer.headers["Session-Seconds"]) <= 20 * 60


def test_the_figures_lead_to_what_they_count(
    app: Flask, acme: OrganizationRef, viewer: AdminClient
) -> None:
    add_user(app, acme, "bo")
    with app.app_context():
        now = datetime.now(UTC)
        add_requests(acme, "okta", [now] * 7, duration_us=18_000)
        add_requests(acme, "okta", [now], **refused())
    page = unescape(viewer.get("").text)
    figures = re.findall(r'id="health-(\w+)"\s+href="([^"]+)">([\d,]+)<', page)
    assert ("groups", "/o/acme/groups", "0") in figures
    assert ("users", "/o/acme/users", "1") in figures
    assert ("requests", "/o/acme/activity?kind=scim&since=24h", "8") in figures
    assert ("failed", "/o/acme/activity?outcome=failed&since=24h", "1") in figures
    assert "12% of requests" in page


def test_recent_changes_say_who_and_lead_there(
    app: Flask, acme: OrganizationRef, viewer: AdminClient
) -> None:
    user = add_user(app, acme, "bo <b>")
    page = viewer.get("").text
    assert "<bdi>bo &lt;b&gt;</bdi></a><bdi> was created</bdi>" in page
    assert f'href="/o/acme/users/{user}"' in page
    assert "By <bdi>the command line</bdi>" in page


def test_the_chart_is_drawn_by_the_server_with_a_sentence(
    app: Flask, acme: OrganizationRef, viewer: AdminClient
) -> None:
    add_user(app, acme, "bo")
    page = viewer.get("").text
    assert 'role="img"' in page
    assert "Changes a day over 14 days: between 0 and 2, 2 so far today; " in page
    assert len(re.findall(r'<rect class="(?:ok|now)"', page)) == 14
    assert 'class="bad"' not in page
    assert "style=" not in page


def test_the_chart_counts_what_its_links_list(
    app: Flask, acme: OrganizationRef, viewer: AdminClient
) -> None:
    add_user(app, acme, "bo")
    page = unescape(viewer.get("").text)
    first = datetime.combine(
        datetime.now(UTC).date() - 13 * DAY, datetime.min.time(), UTC
    )
    since = quote(first.isoformat(), safe=":")
    found = re.findall(r'href="([^"]+)">([^<]+ changes in [^<]+)<', page)
    assert [words for _, words in found] == ["2 changes in 2 requests"]
    assert found[0][0] == f"/o/acme/activity?since={since}&outcome=changed"
    listed = viewer.browser.get(found[0][0]).text
    assert listed.count("<bdi> was created</bdi>") == 1


def test_a_token_that_ends_soon_needs_attention(
    app: Flask, acme: OrganizationRef, viewer: AdminClient
) -> None:
    add_user(app, acme, "bo")
    soon = datetime.now(UTC) + 6 * DAY + timedelta(hours=1)
    token = make_token(app, acme, expires_at=soon)
    page = viewer.get("").text
    assert "Token “Okta” expires in 6 days" in page
    assert f'href="/o/acme/tokens/{token.public_id}"' in page
    assert "1 item" in page


def test_no_token_left_leads_admins_to_a_new_one_and_tells_others(
    app: Flask, acme: OrganizationRef, admin: AdminClient, viewer: AdminClient
) -> None:
    token = make_token(app, acme)
    use(app, token)
    with app.app_context():
        tokens.revoke(acme, token.public_id, origin=Origin.of_command_line())
    mine, theirs = admin.get("").text, viewer.get("").text
    assert '<a href="/o/acme/tokens/new">No token works any more</a>' in mine
    assert "No token works any more" in theirs
    assert "/tokens/new" not in theirs
    assert "No token works: nothing can be provisioned" in theirs


def test_a_suspended_organization_says_so(
    app: Flask,
    acme: OrganizationRef,
    viewer: AdminClient,
    instance_owner: AdminClient,
) -> None:
    add_user(app, acme, "bo")
    with app.app_context():
        organizations.suspend("acme", origin=Origin.of_command_line())
    assert 'id="health-title">' in viewer.get("").text
    assert "The organization is suspended" in viewer.get("").text
    assert (
        '<a href="/organizations">Provisioning is paused</a>' not in viewer.get("").text
    )
    page = instance_owner.get("").text
    assert '<a href="/organizations">Provisioning is paused</a>' in page


def test_every_kind_of_attention_has_words(
    app: Flask, acme: OrganizationRef, admin: AdminClient
) -> None:
    token = make_token(app, acme)
    by_token = Origin(Actor("token", token.public_id, "Okta"), datetime.now(UTC))
    ids = [add_user(app, acme, f"u{number}") for number in range(20)]
    for one in ids:
        with app.app_context():
            users.set_active(acme, one, False, origin=by_token)
    make_token(app, acme, "Old", expires_at=datetime.now(UTC) - DAY)
    page = admin.get("").text
    assert "20 users were deactivated or deleted on" in page
    assert "By Okta, on one day." in page
    assert "status=deactivated" in page
    assert "Token “Old” expired on" in page


def test_days_are_those_of_the_admins_time_zone(
    app: Flask, acme: OrganizationRef
) -> None:
    admin_id = make_admin(app, "viewer", acme)
    with app.app_context():
        profile = Profile("Ada", "system", "Pacific/Kiritimati", True)
        accounts.change_profile(admin_id, profile, origin=Origin.of_command_line())
    add_user(app, acme, "bo")
    page = AdminClient(app, admin_id).get("").text
    days = re.findall(r"<title>\s*(\d+ \w+): \d+ change", page)
    last = datetime.now(UTC) + timedelta(hours=14)
    assert days[-1] == f"{last:%-d %b}"


@pytest.mark.parametrize("address", ["", "health", "steps"])
def test_others_do_not_get_in(
    anonymous: AdminClient, stranger: AdminClient, address: str
) -> None:
    assert anonymous.get(address).status_code == 303
    assert anonymous.get(address, htmx=True).status_code == 401
    assert stranger.get(address).status_code == 404
