"""Connect: the guides, the token made in them, and who gets in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask

from services.access import token_lists, tokens
from services.access.token_lists import StoredToken
from services.organizations import OrganizationRef
from services.origin import Actor, Origin
from tests.admin_client import HTMX, AdminClient
from tests.conftest import PASSWORD, make_admin
from tests.directories import logged
from tests.scim_client import ScimClient

SECRET = re.compile(r"rcl_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}")
GUIDES = ["connect/okta", "connect/entra", "connect/other"]
HOUR = timedelta(hours=1)


def make_token(
    app: Flask, organization: OrganizationRef, name: str = "Okta production"
) -> tokens.NewToken:
    made = Origin(Actor("admin", "ada", "Ada"), datetime.now(UTC) - HOUR)
    with app.app_context():
        return tokens.create(organization, name, origin=made)


def stored(app: Flask, organization: OrganizationRef) -> list[StoredToken]:
    with app.app_context():
        return token_lists.list_all(organization, datetime.now(UTC))


def form_of(page: str) -> dict[str, str]:
    key = re.search(r'name="form_key"[^>]*value="([^"]+)"', page)
    assert key
    return {"name": "Okta production", "expires": "365", "form_key": key[1]}


def words(page: str) -> str:
    """The text of a page, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_choice_leads_to_each_guide(viewer: AdminClient) -> None:
    page = viewer.get("connect").text
    for guide in GUIDES:
        assert f'href="/o/acme/{guide}"' in page
    assert "Connections" not in words(page)


def test_connections_are_told_with_how_far_they_are(
    app: Flask, acme: OrganizationRef, viewer: AdminClient
) -> None:
    token = make_token(app, acme, "HR & Co")
    headers = {"User-Agent": "Okta SCIM Client 1.0.0"}
    ScimClient(app.test_client(), token.text).get("/Users", **headers)
    logged(app)
    page = viewer.get("connect").text
    assert "Connected · last request just now" in words(page)
    assert "2 of 9 steps seen. Next: User looked up." in words(page)
    assert f"/o/acme/connect/okta?token={token.public_id}" in page


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        (
            "own",
            [
                "SCIM connector base URL",
                "Unique identifier field for users",
                "Supported provisioning actions",
                "Authentication Mode HTTP Header",
                "Authorization The token from step 1",
            ],
        ),
        ("bearer", ["SCIM 2.0 Base Url", "OAuth Bearer Token"]),
        ("header", ["Base URL", "API Token", "sends it exactly as it is pasted"]),
        ("nonsense", ["SCIM connector base URL"]),
    ],
)
def test_each_kind_of_okta_app_has_its_own_fields(
    viewer: AdminClient, kind: str, labels: list[str]
) -> None:
    page = viewer.get("connect/okta", app=kind).text
    assert [one for one in labels if one not in words(page)] == []
    assert "https://rollcall.example/scim/v2</code>" in page
    assert "Okta advises using different groups" in words(page)


def test_another_kind_of_app_changes_the_fields_alone(
    app: Flask, acme: OrganizationRef, admin: AdminClient
) -> None:
    made = admin.post("connect/okta", form_of(admin.get("connect/okta").text)).text
    assert "loads the page again without the token" in words(made)
    link = re.search(r'id="app-header"[^>]*hx-get="([^"]+)" hx-target="#fields"', made)
    assert link
    part = admin.browser.get(unescape(link[1]), headers=HTMX).text
    assert part.lstrip().startswith('<li id="fields"')
    assert "API Token" in part
    assert "Token created" not in part


def test_no_token_is_lost_while_there_is_none(viewer: AdminClient) -> None:
    page = viewer.get("connect/okta", token="new").text
    assert 'id="app-header"' in page
    assert 'hx-target="#fields"' not in page


def test_entra_is_told_in_its_own_words(viewer: AdminClient) -> None:
    said = words(viewer.get("connect/entra").text)
    assert "Tenant URL" in said
    assert "Secret Token" in said
    assert "Press “Test Connection”" in said
    assert "Provision on demand" in said


def test_an_address_that_okta_cannot_reach_is_warned_of(
    app: Flask, viewer: AdminClient
) -> None:
    warning = "Okta and Entra cannot reach this address"
    assert warning not in viewer.get("connect/okta").text
    app.config["ROLLCALL_PUBLIC_URL"] = "http://192.168.1.4:8000"
    assert warning in viewer.get("connect/okta").text
    app.config["ROLLCALL_PUBLIC_URL"] = "http://rollcall.example.com"
    assert "take https addresses only" in viewer.get("connect").text


@pytest.mark.parametrize("guide", GUIDES)
def test_a_token_is_made_in_place_and_shown_once(
    app: Flask, acme: OrganizationRef, admin: AdminClient, guide: str
) -> None:
    fields = form_of(admin.get(guide).text)
    answer = admin.post(guide, fields)
    (token,) = stored(app, acme)
    secret = SECRET.search(answer.text)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert secret
    assert secret[0].split("_")[1] == token.public_id
    assert (token.name, token.scope) == ("Okta production", "full")
    again = admin.post(guide, fields)
    assert (again.status_code, len(stored(app, acme))) == (303, 1)
    assert again.location.endswith(f"/o/acme/{guide}?token={token.public_id}")
    page = admin.get(guide, token=token.public_id).text
    assert not SECRET.search(page)
    assert f"which ends in {token.last_four}, was shown once" in words(page)


@pytest.mark.parametrize(
    ("expires", "days"), [("90", 90), ("365", 365), ("never", None)]
)
def test_a_token_lives_for_as_long_as_was_chosen(
    app: Flask, acme: OrganizationRef, admin: AdminClient, expires: str, days: int
) -> None:
    admin.post("connect/okta", {"name": "x", "expires": expires})
    (token,) = stored(app, acme)
    lives = token.expires_at and (token.expires_at - token.created_at).days
    assert lives == days


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": " ", "expires": "365"}, "Enter a name for the token"),
        ({"name": "x"}, "Choose when the token expires"),
        ({"name": "x", "expires": "date"}, "Not a valid choice"),
        ({"name": "Okta production", "expires": "90"}, "exists already"),
        ({"name": "x" * 200, "expires": "90"}, "name"),
        ({}, "Enter a name for the token"),
    ],
)
def test_a_form_that_cannot_be_taken_comes_back(
    *,
    app: Flask,
    acme: OrganizationRef,
    admin: AdminClient,
    fields: dict[str, str],
    said: str,
) -> None:
    make_token(app, acme)
    answer = admin.post("connect/okta", fields)
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert not SECRET.search(answer.text)
    assert len(stored(app, acme)) == 1


def test_the_password_is_asked_for_again_after_a_while(
    app: Flask, acme: OrganizationRef
) -> None:
    client = AdminClient(app, None)
    client.sign_in(make_admin(app, "admin", acme), datetime.now(UTC) - HOUR / 3)
    fields = {"name": "Okta", "expires": "365", "form_key": "a"}
    asked = client.post("connect/okta?app=header", fields)
    assert "Your password" in asked.text
    assert 'action="/o/acme/connect/okta?app=header"' in asked.text
    assert stored(app, acme) == []
    answer = client.post(
        "connect/okta?app=header", fields | {"confirm_password": PASSWORD}
    )
    assert SECRET.search(answer.text)
    assert "API Token" in answer.text


def test_a_token_that_was_never_used_is_gone_on_with(
    app: Flask, acme: OrganizationRef, admin: AdminClient
) -> None:
    token = make_token(app, acme)
    page = admin.get("connect/okta").text
    assert "Token created" in words(page)
    assert f"/o/acme/tokens/{token.public_id}/rotate" in page
    other = admin.get("connect/okta", token="new").text
    assert "Create a provisioning token" in words(other)
    assert 'value="Okta production"' not in other
    assert f"/o/acme/connect/okta?token={token.public_id}" in other


@pytest.mark.parametrize(
    ("name", "agent"), [("Main", "Okta SCIM Client 1.0.0"), ("To Okta", "curl/8.5.0")]
)
def test_a_guide_opens_with_the_token_that_works_for_the_provider(
    *, app: Flask, acme: OrganizationRef, viewer: AdminClient, name: str, agent: str
) -> None:
    token = ScimClient(app.test_client(), make_token(app, acme, name).text)
    other = ScimClient(app.test_client(), make_token(app, acme, "HR").text)
    token.get("/Users", **{"User-Agent": agent}).close()
    other.get("/Users", **{"User-Agent": "curl/8.5.0"}).close()
    logged(app)
    assert f"“ {name} ”" in words(viewer.get("connect/okta").text)
    assert "Create a provisioning token" in viewer.get("connect/entra").text
    assert "Create a provisioning token" in viewer.get("connect/other").text


def test_a_viewer_is_told_who_makes_the_token(
    app: Flask, acme: OrganizationRef, viewer: AdminClient
) -> None:
    page = viewer.get("connect/okta").text
    assert "Somebody with the role of an admin creates it." in page
    assert 'method="post" action="/o/acme/connect' not in page
    make_token(app, acme)
    assert "/rotate" not in viewer.get("connect/okta").text


@pytest.mark.parametrize("guide", GUIDES)
def test_only_admins_make_tokens_here(
    *,
    app: Flask,
    acme: OrganizationRef,
    helpdesk: AdminClient,
    anonymous: AdminClient,
    stranger: AdminClient,
    admin: AdminClient,
    guide: str,
) -> None:
    fields = {"name": "x", "expires": "365"}
    assert helpdesk.post(guide, fields).status_code == 403
    assert stranger.post(guide, fields).status_code == 404
    assert anonymous.post(guide, fields, with_token=False).status_code == 401
    assert admin.post(guide, fields, with_token=False).status_code == 422
    assert stored(app, acme) == []


@pytest.mark.parametrize(
    "address", ["connect", *GUIDES, "connect/status", "connect/checklist"]
)
def test_others_do_not_get_in(
    anonymous: AdminClient, stranger: AdminClient, address: str
) -> None:
    assert anonymous.get(address).status_code == 303
    assert anonymous.get(address, htmx=True).status_code == 401
    assert stranger.get(address).status_code == 404


@pytest.mark.parametrize("public_id", ["Nobodys123", "%00", "x" * 500, "../x"])
def test_a_token_that_is_not_there_is_404(admin: AdminClient, public_id: str) -> None:
    for address in ("connect/okta", "connect/status", "connect/checklist"):
        answer = admin.get(address, token=public_id, htmx=address != "connect/okta")
        assert answer.status_code == 404


def test_a_token_of_another_organization_is_404(
    app: Flask, globex: OrganizationRef, admin: AdminClient
) -> None:
    token = make_token(app, globex)
    for address in ("connect/okta", "connect/status", "connect/checklist"):
        assert admin.get(address, token=token.public_id).status_code == 404
