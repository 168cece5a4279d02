"""Rotating and ending tokens in the browser: asked first, done once, told after."""

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
HOUR = timedelta(hours=1)
ROTATE = {"overlap": "24", "form_key": "k1"}


@pytest.fixture
def token(app: Flask, acme: OrganizationRef) -> tokens.NewToken:
    with app.app_context():
        return tokens.create(acme, "Okta", origin=Origin.of_command_line())


def stored(app: Flask, organization: OrganizationRef) -> list[StoredToken]:
    with app.app_context():
        return token_lists.list_all(organization, datetime.now(UTC))


def use(app: Flask, text: str, ago: timedelta = timedelta(0)) -> None:
    at = datetime.now(UTC) - ago
    with app.app_context():
        token_text = credentials.read_header(text)
        found = authentication.identify(token_text, at, address="203.0.113.9")
        authentication.note_use(
            found.token_seq, at=at, address="203.0.113.9", user_agent="Okta SCIM"
        )


@pytest.mark.parametrize("action", ["rotate", "revoke"])
def test_a_question_is_a_page_or_fits_into_the_dialog(
    admin: AdminClient, token: tokens.NewToken, action: str
) -> None:
    address = f"tokens/{token.public_id}/{action}"
    page, part = admin.get(address), admin.get(address, htmx=True)
    assert "<html" in page.text
    assert "<html" not in part.text
    assert 'id="dialog-title"' in page.text
    assert part.text.strip().startswith('<div class="dialog">')


def test_rotating_shows_the_new_secret_once_beside_the_old_one(
    app: Flask, acme: OrganizationRef, admin: AdminClient, token: tokens.NewToken
) -> None:
    page = admin.post(f"tokens/{token.public_id}/rotate", ROTATE)
    new, old = stored(app, acme)
    (secret,) = set(SECRET.findall(page.text))
    assert page.status_code == 200
    assert secret.split("_")[1] == new.public_id == old.replaced_by
    assert "new, not used yet" in page.text
    assert "old, ends in 1 day" in page.text


def test_rotating_again_by_a_reload_makes_no_third_token(
    app: Flask, acme: OrganizationRef, admin: AdminClient, token: tokens.NewToken
) -> None:
    admin.post(f"tokens/{token.public_id}/rotate", ROTATE)
    again = admin.post(f"tokens/{token.public_id}/rotate", ROTATE)
    new = stored(app, acme)[0]
    assert again.status_code == 303
    assert again.location == f"/o/acme/tokens/{new.public_id}"
    assert len(stored(app, acme)) == 2


@pytest.mark.parametrize(
    ("overlap", "left"), [("0", 0), ("1", 1), ("24", 24), ("168", 168)]
)
def test_the_old_secret_works_on_as_long_as_chosen(
    *,
    app: Flask,
    acme: OrganizationRef,
    admin: AdminClient,
    token: tokens.NewToken,
    overlap: str,
    left: int,
) -> None:
    fields = ROTATE | {"overlap": overlap}
    admin.post(f"tokens/{token.public_id}/rotate", fields)
    new, old = stored(app, acme)
    assert old.expires_at is not None
    assert old.expires_at - new.created_at == left * HOUR


@pytest.mark.parametrize("overlap", ["", "2", "x", "\x00"])
def test_an_overlap_that_is_no_choice_rotates_nothing(
    app: Flask,
    acme: OrganizationRef,
    admin: AdminClient,
    token: tokens.NewToken,
    *,
    overlap: str,
) -> None:
    fields = ROTATE | {"overlap": overlap}
    answer = admin.post(f"tokens/{token.public_id}/rotate", fields)
    assert answer.status_code == 422
    assert SECRET.search(answer.text) is None
    assert len(stored(app, acme)) == 1


def test_a_token_that_cannot_be_rotated_says_why(
    app: Flask, acme: OrganizationRef, admin: AdminClient, token: tokens.NewToken
) -> None:
    with app.app_context():
        tokens.revoke(acme, token.public_id, origin=Origin.of_command_line())
    answer = admin.post(f"tokens/{token.public_id}/rotate", ROTATE)
    assert answer.status_code == 422
    assert "is revoked. Make a new one instead." in answer.text


def test_rotating_after_an_old_sign_in_asks_for_the_password(
    app: Flask, acme: OrganizationRef, token: tokens.NewToken
) -> None:
    client = AdminClient(app, None)
    long_ago = datetime.now(UTC) - timedelta(minutes=16)
    client.sign_in(make_admin(app, "admin", acme), long_ago)
    answer = client.post(f"tokens/{token.public_id}/rotate", ROTATE)
    assert "Enter your password" in answer.text
    assert len(stored(app, acme)) == 1


def test_the_old_one_can_be_ended_once_the_new_one_is_used(
    app: Flask, acme: OrganizationRef, admin: AdminClient, token: tokens.NewToken
) -> None:
    page = admin.post(f"tokens/{token.public_id}/rotate", ROTATE)
    (secret,) = set(SECRET.findall(page.text))
    address = f"tokens/{secret.split('_')[1]}"
    assert "End the old one now" not in admin.get(address).text
    use(app, secret)
    part = admin.get(address, htmx=True).text
    assert "new, in use" in part
    assert "End the old one now" in part
    assert "data-poll" in part


def test_ending_the_old_one_leads_to_the_new_one(
    app: Flask, acme: OrganizationRef, admin: AdminClient, token: tokens.NewToken
) -> None:
    admin.post(f"tokens/{token.public_id}/rotate", ROTATE)
    answer = admin.post(f"tokens/{token.public_id}/end")
    new, old = stored(app, acme)
    part = admin.get(f"tokens/{new.public_id}", htmx=True).text
    assert answer.location == f"/o/acme/tokens/{new.public_id}"
    assert (new.state, old.state) == ("active", "revoked")
    assert "data-poll" not in part


def test_a_token_without_a_successor_is_not_ended_by_hand(
    app: Flask, acme: OrganizationRef, admin: AdminClient, token: tokens.NewToken
) -> None:
    answer = admin.post(f"tokens/{token.public_id}/end")
    page = admin.get(f"tokens/{token.public_id}").text
    assert answer.status_code == 303
    assert "has no successor" in page
    assert stored(app, acme)[0].state == "active"


def test_the_question_names_who_used_the_token_last(
    app: Flask, admin: AdminClient, token: tokens.NewToken
) -> None:
    address = f"tokens/{token.public_id}/revoke"
    assert "Nothing has used this token yet" in admin.get(address).text
    use(app, token.text)
    page = admin.get(address).text
    assert "<bdi>Okta SCIM</bdi> last used this token" in page
    assert "Type its name, Okta," in page


def test_a_token_that_nobody_uses_is_revoked_without_typing(
    app: Flask, acme: OrganizationRef, admin: AdminClient, token: tokens.NewToken
) -> None:
    use(app, token.text, ago=25 * HOUR)
    answer = admin.post(f"tokens/{token.public_id}/revoke")
    assert (answer.status_code, answer.location) == (303, "/o/acme/tokens")
    assert stored(app, acme)[0].state == "revoked"
    assert "Token Okta was revoked." in admin.get("tokens").text


@pytest.mark.parametrize(
    ("typed", "state", "status"),
    [("", "active", 422), ("okta", "active", 422), (" Okta ", "revoked", 303)],
)
def test_a_token_in_use_is_revoked_by_its_name(
    *,
    app: Flask,
    acme: OrganizationRef,
    admin: AdminClient,
    token: tokens.NewToken,
    typed: str,
    state: str,
    status: int,
) -> None:
    use(app, token.text)
    fields = {"typed_name": typed}
    answer = admin.post(f"tokens/{token.public_id}/revoke", fields)
    assert answer.status_code == status
    assert stored(app, acme)[0].state == state
    assert ("Type Okta to revoke it." in answer.text) is (status == 422)


def test_in_the_dialog_a_wrong_name_stays_there_and_a_right_one_leaves(
    app: Flask, admin: AdminClient, token: tokens.NewToken
) -> None:
    use(app, token.text)
    address = f"tokens/{token.public_id}/revoke"
    wrong = admin.post(address, {"typed_name": "x"}, htmx=True)
    right = admin.post(address, {"typed_name": "Okta"}, htmx=True)
    assert wrong.status_code == 422
    assert wrong.text.strip().startswith('<div class="dialog">')
    assert right.headers["HX-Redirect"] == "/o/acme/tokens"


@pytest.mark.parametrize("action", ["rotate", "revoke", "end"])
def test_without_a_csrf_token_nothing_is_done(
    app: Flask,
    acme: OrganizationRef,
    admin: AdminClient,
    token: tokens.NewToken,
    *,
    action: str,
) -> None:
    address = f"tokens/{token.public_id}/{action}"
    answer = admin.post(address, ROTATE, with_token=False)
    assert answer.status_code == 422
    assert [one.state for one in stored(app, acme)] == ["active"]
