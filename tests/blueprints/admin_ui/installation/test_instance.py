"""Everybody who may sign in: the page of those who own the install."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from services.access import admins
from services.access.roles import Role
from services.organizations import OrganizationRef
from tests.admin_client import UNKNOWN_ID, AdminClient
from tests.conftest import make_admin


@pytest.fixture
def cy(app: Flask, acme: OrganizationRef) -> str:
    return make_admin(app, "viewer", acme)


def is_owner(app: Flask, admin_id: str) -> bool:
    with app.app_context():
        return admins.get(admin_id).is_instance_owner


def is_disabled(app: Flask, admin_id: str) -> bool:
    with app.app_context():
        return admins.get(admin_id).disabled_at is not None


@pytest.mark.parametrize("role", ["owner", "admin", "helpdesk", "viewer"])
def test_no_role_in_an_organization_is_enough(
    app: Flask, acme: OrganizationRef, cy: str, role: Role
) -> None:
    client = AdminClient(app, make_admin(app, role, acme))
    pages = ["/admins", "/admins/invite", f"/admins/{cy}/disable"]
    pages.append(f"/admins/{cy}/instance-owner")
    seen = [client.get(page) for page in pages]
    done = [
        client.post("/admins/invite", {"email": "x@acme.example"}).status_code,
        client.post(f"/admins/{cy}/disable").status_code,
        client.post(f"/admins/{cy}/instance-owner", {"is_owner": "y"}).status_code,
    ]
    assert ({one.status_code for one in seen}, set(done)) == ({403}, {403})
    assert "Only owners of this Rollcall installation" in seen[0].text
    assert (is_owner(app, cy), is_disabled(app, cy)) == (False, False)


def test_nobody_is_asked_to_sign_in(anonymous: AdminClient, cy: str) -> None:
    assert anonymous.get("/admins").location == "/login?next=%2Fadmins"
    assert anonymous.post(f"/admins/{cy}/disable", with_token=False).status_code == 401


def test_all_are_listed(app: Flask, instance_owner: AdminClient, cy: str) -> None:
    page = instance_owner.get("/admins").text
    assert "Ada Viewer" in page
    assert "Acme" in page
    assert "Instance owner" in page
    assert "Password only" in page


def test_the_question_names_what_somebody_owns_alone(
    app: Flask, acme: OrganizationRef, instance_owner: AdminClient, cy: str
) -> None:
    ada = make_admin(app, "owner", acme)
    alone = "They are the only owner of Acme."
    assert alone in instance_owner.get(f"/admins/{ada}/disable").text
    assert alone not in instance_owner.get(f"/admins/{cy}/disable").text


def test_an_admin_is_disabled_and_enabled_again(
    app: Flask, instance_owner: AdminClient, cy: str
) -> None:
    client = AdminClient(app, cy)
    assert client.get("/account").status_code == 200
    question = instance_owner.get(f"/admins/{cy}/disable").text
    assert "Disable Ada Viewer?" in question
    answer = instance_owner.post(f"/admins/{cy}/disable")
    assert (answer.status_code, answer.location) == (303, "/admins")
    assert client.get("/account").status_code == 303
    assert f'action="/admins/{cy}/enable"' in instance_owner.get("/admins").text
    instance_owner.post(f"/admins/{cy}/enable")
    assert not is_disabled(app, cy)


def test_the_install_gets_another_owner_and_loses_them(
    app: Flask, instance_owner: AdminClient, cy: str
) -> None:
    question = instance_owner.get(f"/admins/{cy}/instance-owner").text
    assert "Make Ada Viewer an instance owner?" in question
    instance_owner.post(f"/admins/{cy}/instance-owner", {"is_owner": "y"})
    assert is_owner(app, cy)
    question = instance_owner.get(f"/admins/{cy}/instance-owner").text
    assert "Take ownership from Ada Viewer?" in question
    instance_owner.post(f"/admins/{cy}/instance-owner")
    assert not is_owner(app, cy)


@pytest.mark.parametrize("htmx", [False, True])
def test_the_last_owner_stays_and_the_page_says_so(app: Flask, htmx: bool) -> None:
    ada = make_admin(app, "owner")
    client = AdminClient(app, ada)
    disabled = client.post(f"/admins/{ada}/disable", htmx=htmx)
    demoted = client.post(f"/admins/{ada}/instance-owner", htmx=htmx)
    assert (disabled.status_code, demoted.status_code) == (422, 422)
    assert "is the only owner of this installation" in disabled.text
    assert "Make somebody else an owner of it first" in demoted.text
    assert is_owner(app, ada)


def test_an_owner_of_the_install_is_invited_and_the_link_withdrawn(
    instance_owner: AdminClient, anonymous: AdminClient
) -> None:
    made = instance_owner.post("/admins/invite", {"email": "bo@acme.example"})
    link = re.search(r"/invitations/[\w-]{43}", made.text)
    assert link
    assert anonymous.get(link[0]).status_code == 200
    listed = instance_owner.get("/admins").text
    withdraw = re.search(r"/admins/invitations/[\w-]{36}/withdraw", listed)
    assert withdraw
    assert instance_owner.post(withdraw[0]).status_code == 303
    assert anonymous.get(link[0]).status_code == 404


@pytest.mark.parametrize("email", ["", "bo", "\x00@b"])
def test_an_unusable_invitation_comes_back(
    instance_owner: AdminClient, email: str
) -> None:
    answer = instance_owner.post("/admins/invite", {"email": email})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize("admin_id", ["x", "%00", UNKNOWN_ID])
def test_a_forged_id_is_not_found(instance_owner: AdminClient, admin_id: str) -> None:
    seen = [
        instance_owner.get(f"/admins/{admin_id}/disable"),
        instance_owner.get(f"/admins/{admin_id}/instance-owner"),
        instance_owner.post(f"/admins/{admin_id}/disable"),
        instance_owner.post(f"/admins/{admin_id}/enable"),
        instance_owner.post(f"/admins/{admin_id}/instance-owner"),
        instance_owner.post(f"/admins/invitations/{admin_id}/withdraw"),
    ]
    assert {one.status_code for one in seen} == {404}


def test_an_action_without_a_token_does_nothing(
    app: Flask, instance_owner: AdminClient, cy: str
) -> None:
    done = [
        instance_owner.post(f"/admins/{cy}/disable", with_token=False),
        instance_owner.post(
            f"/admins/{cy}/instance-owner", {"is_owner": "y"}, with_token=False
        ),
    ]
    assert {one.status_code for one in done} == {422}
    assert (is_owner(app, cy), is_disabled(app, cy)) == (False, False)
