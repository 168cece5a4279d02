"""The account: what everybody may change about themselves."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask

from blueprints.admin_ui.accounts import devices
from services.access import admins, sessions
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.admin_client import AdminClient
from tests.conftest import PASSWORD, make_admin

OTHER = "tramway pickle orbit"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)
PAGES = ["/account", "/account/sessions", "/account/security", "/account/password"]
PROFILE = {"name": "Ada L.", "theme": "dark", "time_zone": "Europe/Berlin"}


@pytest.fixture
def ada(app: Flask, acme: OrganizationRef) -> str:
    return make_admin(app, "viewer", acme)


def start(app: Flask, admin_id: str, agent: str, address: str = "192.0.2.1") -> str:
    with app.app_context():
        return sessions.start(
            admin_id, at=datetime.now(UTC), address=address, user_agent=agent
        )


def id_of(app: Flask, secret: str) -> str:
    with app.app_context():
        found = sessions.find(secret, datetime.now(UTC))
    assert found is not None
    return found.id


def is_live(app: Flask, secret: str) -> bool:
    with app.app_context():
        return sessions.find(secret, datetime.now(UTC)) is not None


@pytest.mark.parametrize("page", PAGES)
def test_each_page_is_there_for_the_least_role(viewer: AdminClient, page: str) -> None:
    answer = viewer.get(page)
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert 'aria-current="page"' in answer.text


@pytest.mark.parametrize("page", PAGES)
def test_no_page_is_there_for_nobody(anonymous: AdminClient, page: str) -> None:
    answer = anonymous.get(page)
    assert answer.status_code == 303
    assert answer.location.startswith("/login?next=%2Faccount")


@pytest.mark.parametrize(
    "action",
    ["/account", "/account/password", "/account/sessions/end-others"],
)
def test_an_action_without_a_token_does_nothing(
    viewer: AdminClient, action: str
) -> None:
    answer = viewer.post(action, PROFILE, with_token=False)
    assert answer.status_code == 422
    assert "Your form was kept" in answer.text
    assert "Ada Viewer" in viewer.get("/account").text


def test_choices_change_the_page(viewer: AdminClient) -> None:
    answer = viewer.post("/account", PROFILE)
    assert (answer.status_code, answer.location) == (303, "/account")
    page = viewer.get("/account").text
    assert 'data-theme="dark"' in page
    assert 'value="Ada L."' in page
    assert 'value="Europe/Berlin"' in page
    assert re.search(r'name="single-keys"\s+content="0"', page)


def test_htmx_gets_the_whole_page_anew(viewer: AdminClient) -> None:
    answer = viewer.post("/account", PROFILE, htmx=True)
    assert answer.headers["HX-Redirect"] == "/account"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": " "}, "Enter your name"),
        ({"name": "x" * 101}, "Give a name of 1 to 100 characters"),
        ({"theme": "pink"}, "Choose"),
        ({"theme": ""}, "Choose"),
        ({"time_zone": "Mars/Olympus"}, "Choose a time zone of the list"),
        ({"time_zone": "\x00"}, "Choose a time zone of the list"),
    ],
)
def test_what_cannot_be_chosen_comes_back(
    viewer: AdminClient, changed: dict[str, str], said: str
) -> None:
    answer = viewer.post("/account", PROFILE | changed)
    assert answer.status_code == 422
    assert said in answer.text
    part = viewer.post("/account", PROFILE | changed, htmx=True)
    assert part.status_code == 422
    assert part.text.lstrip().startswith("<form")


def test_the_time_zones_can_be_searched(viewer: AdminClient) -> None:
    page = viewer.get("/account").text
    assert 'list="time-zones"' in page
    assert '<option value="Asia/Tokyo">' in page


def change(client: AdminClient, old: str, new: str) -> int:
    fields = {"old_password": old, "new_password": new}
    return client.post("/account/password", fields).status_code


def test_a_new_password_ends_all_other_sessions(app: Flask, ada: str) -> None:
    client, other = AdminClient(app, ada), start(app, ada, FIREFOX)
    with client.browser.session_transaction() as cookie:
        before = cookie["_user_id"]
    assert change(client, PASSWORD, OTHER) == 303
    assert client.get("/account").status_code == 200
    assert not is_live(app, other)
    # This browser has a new secret, too.
    assert not is_live(app, before)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("wrong", OTHER, "This is not your current password."),
        (PASSWORD, "short", "15 to 128 characters"),
        (PASSWORD, "ada viewer at acme", "easy to guess"),
        ("", OTHER, "Enter your current password"),
        (PASSWORD, "", "Enter a new password"),
    ],
)
def test_a_password_that_cannot_be_changed_says_why(
    app: Flask, ada: str, old: str, new: str, said: str
) -> None:
    client, other = AdminClient(app, ada), start(app, ada, FIREFOX)
    fields = {"old_password": old, "new_password": new}
    answer = client.post("/account/password", fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert PASSWORD not in answer.text
    assert is_live(app, other)
    assert client.get("/account").status_code == 200


def test_guessing_the_old_password_has_to_wait(app: Flask, ada: str) -> None:
    client = AdminClient(app, ada)
    assert [change(client, "wrong", OTHER) for _ in range(10)] == [422] * 10
    fields = {"old_password": PASSWORD, "new_password": OTHER}
    answer = client.post("/account/password", fields)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert "Too many tries" in answer.text


def test_sessions_are_listed_in_words_and_this_one_is_marked(
    app: Flask, ada: str
) -> None:
    client = AdminClient(app, ada)
    start(app, ada, FIREFOX, "198.51.100.7")
    page = client.get("/account/sessions").text
    assert "Firefox on Linux" in page
    assert "198.51.100.7" in page
    assert page.count("This browser") == 1
    assert "Sign out all others" in page


def test_another_browser_is_signed_out(app: Flask, ada: str) -> None:
    client, other = AdminClient(app, ada), start(app, ada, FIREFOX)
    answer = client.post(f"/account/sessions/{id_of(app, other)}/end")
    assert (answer.status_code, answer.location) == (303, "/account/sessions")
    assert not is_live(app, other)
    assert "That browser is signed out." in client.get("/account/sessions").text


def test_signing_this_browser_out_is_signing_out(app: Flask, ada: str) -> None:
    client = AdminClient(app, ada)
    with client.browser.session_transaction() as cookie:
        secret = cookie["_user_id"]
    answer = client.post(f"/account/sessions/{id_of(app, secret)}/end")
    assert answer.location == "/login"
    assert client.get("/account").status_code == 303


def test_all_others_are_signed_out(app: Flask, ada: str) -> None:
    client = AdminClient(app, ada)
    others = [start(app, ada, FIREFOX), start(app, ada, CHROME)]
    client.post("/account/sessions/end-others")
    page = client.get("/account/sessions").text
    assert [is_live(app, one) for one in others] == [False, False]
    assert "2 other browsers are signed out." in page
    assert "Sign out all others" not in page


def test_somebody_elses_session_is_not_found(
    app: Flask, ada: str, globex: OrganizationRef
) -> None:
    other = start(app, make_admin(app, "viewer", globex), FIREFOX)
    client = AdminClient(app, ada)
    answer = client.post(f"/account/sessions/{id_of(app, other)}/end")
    assert answer.status_code == 404
    assert is_live(app, other)


@pytest.mark.parametrize("session_id", ["x", "%00", "1' OR 1=1"])
def test_a_forged_id_is_not_found(viewer: AdminClient, session_id: str) -> None:
    answer = viewer.post(f"/account/sessions/{session_id}/end")
    assert answer.status_code == 404


def test_security_says_what_guards_the_account(app: Flask, ada: str) -> None:
    client = AdminClient(app, ada)
    start(app, ada, CHROME, "203.0.113.9")
    page = client.get("/account/security").text
    assert "Password only" in page
    assert "Chrome on Windows" in page
    assert "203.0.113.9" in page


def test_disabling_throws_out_at_once(app: Flask, ada: str) -> None:
    client = AdminClient(app, ada)
    make_admin(app, "owner")
    assert client.get("/account").status_code == 200
    with app.app_context():
        admins.disable(ada, origin=Origin.of_command_line())
    assert client.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (FIREFOX, "Firefox on Linux"),
        (CHROME, "Chrome on Windows"),
        (CHROME + " Edg/140.0", "Edge on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU) Version/18 Mobile Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Macintosh) Version/18 Safari/605.1", "Safari on macOS"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile", "Chrome on Android"),
        ("curl/8.5.0", "curl"),
        ("Something (Windows)", "A browser on Windows"),
        ("", "An unknown browser"),
    ],
)
def test_a_device_is_told_in_words(agent: str, said: str) -> None:
    assert devices.describe(agent) == said
