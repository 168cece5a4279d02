"""The wall before every page: who is there, what they may do, did they mean it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from services import organizations
from services.access import admins, sessions
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.admin_client import HTMX, AdminClient
from tests.conftest import make_admin

NOT_HERE = "There is no such page here."


def seconds_left(answer: object) -> int:
    return int(answer.headers["Session-Seconds"])  # type: ignore[attr-defined]  # an answer


def last_use(client: AdminClient, secret: str) -> datetime:
    with client.app.app_context():
        found = sessions.find(secret, datetime.now(UTC))
    assert found is not None
    return found.last_used_at


def test_a_page_asks_who_is_there_and_leads_back(anonymous: AdminClient) -> None:
    answer = anonymous.get("tokens", sort="-name")
    parts = urlsplit(answer.location)
    assert (answer.status_code, parts.path) == (303, "/login")
    assert parse_qs(parts.query) == {"next": ["/o/acme/tokens?sort=-name"]}


def test_htmx_asks_in_a_dialog_and_the_page_stays(anonymous: AdminClient) -> None:
    answer = anonymous.get("tokens", htmx=True)
    assert answer.status_code == 401
    assert answer.headers["HX-Retarget"] == "#sign-in"
    assert answer.headers["HX-Push-Url"] == "false"
    assert "Sign in again" in answer.text


def test_what_asks_by_itself_opens_no_dialog(anonymous: AdminClient) -> None:
    answer = anonymous.browser.get("/o/acme/", headers={**HTMX, "X-Polled": "1"})
    assert (answer.status_code, answer.mimetype) == (401, "text/plain")
    assert answer.text == "Your session has ended."
    assert "HX-Retarget" not in answer.headers


@pytest.mark.parametrize("slug", ["acme", "ACME", "Acme"])
def test_an_organization_is_found_in_any_case(owner: AdminClient, slug: str) -> None:
    assert owner.get(f"/o/{slug}/").status_code == 200


@pytest.mark.parametrize(
    "slug", ["acme", "nowhere", "x" * 300, "a--b", "%F0%9F%A6%8A", "%00", "acme%20"]
)
def test_another_organization_is_like_none(stranger: AdminClient, slug: str) -> None:
    answer = stranger.get(f"/o/{slug}/")
    assert answer.status_code == 404
    assert NOT_HERE in answer.text
    assert "Acme" not in answer.text


def test_an_owner_of_the_installation_is_told_that_it_does_not_exist(
    instance_owner: AdminClient,
) -> None:
    answer = instance_owner.get("/o/nowhere/")
    assert answer.status_code == 404
    assert instance_owner.get("/o/acme/").status_code == 200


def test_a_dead_session_is_asked_again(owner: AdminClient) -> None:
    owner.get("/account")
    with owner.app.app_context():
        admin_id = sessions.find(_secret(owner), datetime.now(UTC)).admin_id
        sessions.end_all(admin_id, origin=Origin.of_command_line())
    assert owner.get("").status_code == 303


def test_a_disabled_admin_is_out_at_once(app: Flask, acme: OrganizationRef) -> None:
    spare = make_admin(app, "owner")
    admin_id = make_admin(app, "owner", acme)
    client = AdminClient(app, admin_id)
    assert client.get("").status_code == 200
    with app.app_context():
        admins.disable(admin_id, origin=Origin.of_command_line())
    assert client.get("").status_code == 303
    assert spare != admin_id


@pytest.mark.parametrize(
    "cookie", ["", "x", "x" * 5_000, "\x00", "ünïcode", "1", "null"]
)
def test_a_made_up_secret_opens_nothing(anonymous: AdminClient, cookie: str) -> None:
    with anonymous.browser.session_transaction() as held:
        held["_user_id"] = cookie
    assert anonymous.get("").status_code == 303


def test_a_cookie_of_another_key_opens_nothing(owner: AdminClient) -> None:
    owner.app.config["SECRET_KEY"] = "another" * 10
    assert owner.get("").status_code == 303


def _secret(client: AdminClient) -> str:
    with client.browser.session_transaction() as held:
        return str(held["_user_id"])


def test_a_session_ends_for_who_stays_away(app: Flask, acme: OrganizationRef) -> None:
    client = AdminClient(app, None)
    admin_id = make_admin(app, "owner", acme)
    client.sign_in(admin_id, datetime.now(UTC) - timedelta(minutes=29))
    assert client.get("").status_code == 200
    client.sign_in(admin_id, datetime.now(UTC) - timedelta(minutes=31))
    assert client.get("").status_code == 303


def test_a_request_keeps_one_signed_in(app: Flask, acme: OrganizationRef) -> None:
    client = AdminClient(app, None)
    at = datetime.now(UTC) - timedelta(minutes=20)
    secret = client.sign_in(make_admin(app, "owner", acme), at)
    answer = client.get("")
    assert 1_790 <= seconds_left(answer) <= 1_800
    assert last_use(client, secret) > at + timedelta(minutes=19)


def test_a_page_tells_itself_what_its_own_request_left(
    app: Flask, acme: OrganizationRef
) -> None:
    client = AdminClient(app, None)
    at = datetime.now(UTC) - timedelta(minutes=29)
    client.sign_in(make_admin(app, "owner", acme), at)
    answer = client.get("")
    told = re.search(r'name="session-seconds" content="(\d+)"', answer.text)
    assert told
    assert int(told[1]) == seconds_left(answer)
    assert int(told[1]) >= 1_790


def test_a_use_that_is_not_noted_yet_promises_nothing(
    app: Flask, acme: OrganizationRef
) -> None:
    client = AdminClient(app, None)
    at = datetime.now(UTC) - timedelta(seconds=50)
    client.sign_in(make_admin(app, "owner", acme), at)
    assert seconds_left(client.get("")) <= 1_750


def test_what_a_page_asks_by_itself_keeps_nobody_signed_in(
    app: Flask, acme: OrganizationRef
) -> None:
    client = AdminClient(app, None)
    at = datetime.now(UTC) - timedelta(minutes=20)
    secret = client.sign_in(make_admin(app, "owner", acme), at)
    answer = client.browser.get("/o/acme/", headers={**HTMX, "X-Polled": "1"})
    assert 590 <= seconds_left(answer) <= 600
    assert last_use(client, secret) == at


def test_twelve_hours_are_the_end_whatever_is_asked(
    app: Flask, acme: OrganizationRef
) -> None:
    client = AdminClient(app, None)
    begun = datetime.now(UTC) - timedelta(hours=11, minutes=59)
    secret = client.sign_in(make_admin(app, "owner", acme), begun)
    with app.app_context():
        found = sessions.find(secret, begun)
        at = datetime.now(UTC) - timedelta(minutes=2)
        sessions.note_use(found.id, at=at, address="127.0.0.1")
    answer = client.get("")
    assert 50 <= seconds_left(answer) <= 60
    assert answer.headers["Session-Is-Final"] == "1"
    assert 'name="session-is-final" content="1"' in answer.text


def test_a_session_that_can_go_on_is_not_final(owner: AdminClient) -> None:
    answer = owner.get("")
    assert answer.headers["Session-Is-Final"] == "0"
    assert 'name="session-is-final" content="0"' in answer.text


@pytest.mark.parametrize("token", [{}, {"csrf_token": ""}, {"csrf_token": "made up"}])
def test_a_form_without_a_good_token_is_kept(
    owner: AdminClient, token: dict[str, str]
) -> None:
    typed = {
        "name": "Harbour <&> Co",
        "tags": ["a", "b"],
        "password": "hunter2",
        **token,
    }
    answer = owner.post("settings/name", typed, with_token=False)
    assert answer.status_code == 422
    assert "Nothing you typed is lost" in answer.text
    assert 'name="name" value="Harbour &lt;&amp;&gt; Co"' in answer.text
    assert answer.text.count('name="tags"') == 2
    assert "hunter2" not in answer.text
    assert "made up" not in answer.text


def test_a_kept_form_is_sent_with_one_button(owner: AdminClient) -> None:
    owner.post("settings/name", {"name": "Harbour"}, with_token=False)
    answer = owner.post("settings/name", {"name": "Harbour"})
    with owner.app.app_context():
        assert organizations.get("acme").name == "Harbour"
    assert answer.status_code == 303


def test_a_token_of_another_browser_is_refused(
    owner: AdminClient, instance_owner: AdminClient
) -> None:
    token = instance_owner._ask_for_token()
    answer = owner.post("settings/name", {"csrf_token": token}, with_token=False)
    assert answer.status_code == 422


def test_htmx_sends_the_token_in_a_header(owner: AdminClient) -> None:
    token = owner._ask_for_token()
    answer = owner.browser.post("/session/extend", headers={"X-CSRFToken": token})
    assert answer.status_code == 204


@pytest.mark.parametrize(
    ("site", "status"),
    [("cross-site", 403), ("same-origin", 204), ("same-site", 204), ("none", 204)],
)
def test_a_form_of_another_site_is_refused(
    owner: AdminClient, site: str, status: int
) -> None:
    headers = {"Sec-Fetch-Site": site, "X-CSRFToken": owner._ask_for_token()}
    answer = owner.browser.post("/session/extend", headers=headers)
    assert answer.status_code == status
    assert ("another site" in answer.text) is (status == 403)


def test_pages_stay_out_of_caches(owner: AdminClient, anonymous: AdminClient) -> None:
    answers = [owner.get(""), owner.get("", htmx=True), anonymous.get("/login")]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    assert all("HX-Request" in answer.headers["Vary"] for answer in answers)


def test_signing_out_kills_the_cookie(owner: AdminClient) -> None:
    secret = _secret(owner)
    owner.post("/logout")
    other = AdminClient(owner.app, None)
    with other.browser.session_transaction() as held:
        held["_user_id"] = secret
    assert other.get("").status_code == 303
