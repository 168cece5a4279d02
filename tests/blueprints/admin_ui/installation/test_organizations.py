"""Organizations: where one may go, and what owners of the install do with them."""

from __future__ import annotations

import pytest
from flask import Flask

from services import organizations
from services.access.roles import Role
from services.organizations import OrganizationRef
from tests.admin_client import AdminClient
from tests.conftest import make_admin, make_token
from tests.scim_client import ScimClient

MANAGED = ["rename", "suspend"]


def names(app: Flask) -> list[str]:
    with app.app_context():
        return [one.name for one in organizations.list_all()]


def is_suspended(app: Flask, slug: str = "acme") -> bool:
    with app.app_context():
        return organizations.describe(slug).is_suspended


def test_an_owner_of_the_install_sees_all(
    instance_owner: AdminClient, globex: OrganizationRef
) -> None:
    page = instance_owner.get("/organizations").text
    assert 'href="/o/acme/"' in page
    assert 'href="/o/globex/"' in page
    assert "New organization" in page
    assert "no request yet" in page


@pytest.mark.parametrize("role", ["owner", "admin", "helpdesk", "viewer"])
def test_others_see_a_switcher_of_their_own(
    app: Flask, acme: OrganizationRef, globex: OrganizationRef, role: Role
) -> None:
    page = AdminClient(app, make_admin(app, role, acme)).get("/organizations").text
    assert 'href="/o/acme/"' in page
    assert role.capitalize() in page
    assert "Globex" not in page
    assert "/organizations/" not in page


@pytest.mark.parametrize("role", ["owner", "viewer"])
def test_what_is_for_owners_of_the_install_is_refused_with_a_sentence(
    app: Flask, acme: OrganizationRef, role: Role
) -> None:
    client = AdminClient(app, make_admin(app, role, acme))
    addresses = [
        "/organizations/new",
        *(f"/organizations/acme/{one}" for one in MANAGED),
    ]
    seen = [client.get(address) for address in addresses]
    done = [client.post(address, {"name": "X"}) for address in addresses]
    assert {one.status_code for one in (*seen, *done)} == {403}
    assert "Only owners of this Rollcall installation" in seen[0].text
    assert names(app) == ["Acme"]
    assert not is_suspended(app)


def test_organizations_of_others_are_not_found(
    app: Flask, stranger: AdminClient
) -> None:
    addresses = [f"/organizations/acme/{one}" for one in (*MANAGED, "resume")]
    seen = [stranger.get(address) for address in addresses[:-1]]
    done = [stranger.post(address) for address in addresses]
    assert {one.status_code for one in (*seen, *done)} == {404}
    assert not is_suspended(app)


def test_nobody_is_asked_to_sign_in(anonymous: AdminClient) -> None:
    assert anonymous.get("/organizations").location == "/login?next=%2Forganizations"
    answer = anonymous.post("/organizations/acme/suspend", with_token=False)
    assert answer.status_code == 401


def test_one_is_made_and_opened(app: Flask, instance_owner: AdminClient) -> None:
    fields = {"name": "Harbour & Co", "slug": ""}
    answer = instance_owner.post("/organizations/new", fields)
    assert (answer.status_code, answer.location) == (303, "/o/harbour-co/")
    assert names(app) == ["Acme", "Harbour & Co"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": " "}, "Enter a name for the organization"),
        ({"name": "x" * 101}, "Give a name of 1 to 100"),
        ({"name": "ACME"}, "exists already"),
        ({"name": "株式会社"}, "cannot be part of an address"),
        ({"name": "X", "slug": "Not A Slug"}, "cannot be part of an address"),
        ({"name": "X", "slug": "\x00"}, "cannot be part of an address"),
    ],
)
def test_an_unusable_form_comes_back(
    app: Flask, instance_owner: AdminClient, fields: dict[str, str], said: str
) -> None:
    answer = instance_owner.post("/organizations/new", fields)
    assert answer.status_code == 422
    assert said in answer.text
    part = instance_owner.post("/organizations/new", fields, htmx=True)
    assert part.text.lstrip().startswith("<form")
    assert names(app) == ["Acme"]


def test_one_is_renamed_in_a_dialog_or_on_a_page(
    app: Flask, instance_owner: AdminClient
) -> None:
    part = instance_owner.get("/organizations/acme/rename", htmx=True)
    assert 'id="dialog-title"' in part.text
    assert "<html" not in part.text
    assert "<html" in instance_owner.get("/organizations/acme/rename").text
    refused = instance_owner.post("/organizations/acme/rename", {"name": ""}, htmx=True)
    assert refused.status_code == 422
    answer = instance_owner.post("/organizations/acme/rename", {"name": "Acme & Sons"})
    assert answer.location == "/organizations"
    assert names(app) == ["Acme & Sons"]
    assert "Acme is now Acme &amp; Sons." in instance_owner.get("/organizations").text


def test_suspending_refuses_the_tokens_and_resuming_lets_them_in(
    app: Flask, acme: OrganizationRef, instance_owner: AdminClient
) -> None:
    scim = ScimClient(app.test_client(), make_token(app, acme))
    question = instance_owner.get("/organizations/acme/suspend").text
    assert "Suspend Acme?" in question
    assert "tokens answer 403 at once" in question
    instance_owner.post("/organizations/acme/suspend")
    assert scim.get("/Users").status_code == 403
    listed = instance_owner.get("/organizations").text
    assert "Suspended" in listed
    assert 'action="/organizations/acme/resume"' in listed
    instance_owner.post("/organizations/acme/resume")
    assert scim.get("/Users").status_code == 200


def test_an_action_without_a_token_does_nothing(
    app: Flask, instance_owner: AdminClient
) -> None:
    done = [
        instance_owner.post("/organizations/new", {"name": "X"}, with_token=False),
        instance_owner.post("/organizations/acme/suspend", with_token=False),
        instance_owner.post(
            "/organizations/acme/rename", {"name": "X"}, with_token=False
        ),
    ]
    assert {one.status_code for one in done} == {422}
    assert names(app) == ["Acme"]
    assert not is_suspended(app)


@pytest.mark.parametrize("slug", ["nowhere", "%00", "a%20b", "x" * 200])
def test_an_unknown_one_is_not_found(instance_owner: AdminClient, slug: str) -> None:
    assert instance_owner.get(f"/organizations/{slug}/rename").status_code == 404
    assert instance_owner.post(f"/organizations/{slug}/suspend").status_code == 404


def test_names_are_shown_as_text(instance_owner: AdminClient) -> None:
    name = "<script>alert(1)</script> \u202e&co"
    fields = {"name": "<script>alert(1)</script> &co", "slug": "odd"}
    instance_owner.post("/organizations/new", fields)
    page = instance_owner.get("/organizations").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;co" in page
    refused = instance_owner.post("/organizations/new", {"name": name, "slug": "odd2"})
    assert refused.status_code == 422
