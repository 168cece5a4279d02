"""The admins of an organization: roles, invitations, and the owner who stays."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask

from services.access import admins, invitations, organization_admins
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.admin_client import UNKNOWN_ID, AdminClient
from tests.conftest import make_admin

BO = "bo@acme.example"
LINK = re.compile(r"https://rollcall\.example/invitations/([\w-]{43})")


@pytest.fixture
def cy(app: Flask, acme: OrganizationRef) -> str:
    return make_admin(app, "viewer", acme)


def role_of(app: Flask, organization: OrganizationRef, admin_id: str) -> str:
    with app.app_context():
        return organization_admins.get(organization, admin_id).role


def pending(app: Flask, organization: OrganizationRef) -> list[str]:
    with app.app_context():
        found = invitations.list_pending(organization, datetime.now(UTC))
    return [one.id for one in found]


def addresses(admin_id: str) -> list[str]:
    return [
        "admins",
        "admins/invite",
        f"admins/{admin_id}/role",
        f"admins/{admin_id}/remove",
    ]


def test_the_list_says_who_may_do_what(app: Flask, owner: AdminClient, cy: str) -> None:
    make_admin(app, "owner")
    page = owner.get("admins").text
    assert "Ada Viewer" in page
    assert "Password only" in page
    assert "Only owner" in page
    assert "cannot be removed or made something less" in page
    assert "Owner of this installation" in page


@pytest.mark.parametrize("role", ["admin", "helpdesk", "viewer"])
def test_only_owners_come_here(
    app: Flask, acme: OrganizationRef, cy: str, role: str
) -> None:
    client = AdminClient(app, make_admin(app, role, acme))  # type: ignore[arg-type]  # a role
    seen = [client.get(address).status_code for address in addresses(cy)]
    done = [
        client.post("admins/invite", {"email": BO, "role": "owner"}).status_code,
        client.post(f"admins/{cy}/role", {"role": "owner"}).status_code,
        client.post(f"admins/{cy}/remove").status_code,
    ]
    assert (set(seen), set(done)) == ({403}, {403})
    assert role_of(app, acme, cy) == "viewer"
    assert pending(app, acme) == []


def test_nobody_is_asked_to_sign_in(anonymous: AdminClient, cy: str) -> None:
    seen = [anonymous.get(address) for address in addresses(cy)]
    assert {one.status_code for one in seen} == {303}
    assert all("/login?next=" in one.location for one in seen)


def test_another_organization_is_not_found(
    app: Flask, acme: OrganizationRef, stranger: AdminClient, cy: str
) -> None:
    seen = [stranger.get(address).status_code for address in addresses(cy)]
    done = [
        stranger.post("admins/invite", {"email": BO, "role": "owner"}).status_code,
        stranger.post(f"admins/{cy}/role", {"role": "owner"}).status_code,
        stranger.post(f"/o/globex/admins/{cy}/role", {"role": "owner"}).status_code,
        stranger.post(f"/o/globex/admins/{cy}/remove").status_code,
    ]
    assert (set(seen), set(done)) == ({404}, {404})
    assert role_of(app, acme, cy) == "viewer"


def test_an_action_without_a_token_does_nothing(
    app: Flask, acme: OrganizationRef, owner: AdminClient, cy: str
) -> None:
    done = [
        owner.post("admins/invite", {"email": BO, "role": "owner"}, with_token=False),
        owner.post(f"admins/{cy}/role", {"role": "owner"}, with_token=False),
        owner.post(f"admins/{cy}/remove", with_token=False),
    ]
    assert {one.status_code for one in done} == {422}
    assert role_of(app, acme, cy) == "viewer"
    assert pending(app, acme) == []


def test_a_role_is_changed(
    app: Flask, acme: OrganizationRef, owner: AdminClient, cy: str
) -> None:
    answer = owner.post(f"admins/{cy}/role", {"role": "helpdesk"})
    assert (answer.status_code, answer.location) == (303, "/o/acme/admins")
    assert role_of(app, acme, cy) == "helpdesk"
    assert "Ada Viewer is now helpdesk." in owner.get("admins").text


def test_a_role_may_be_changed_in_a_dialog(owner: AdminClient, cy: str) -> None:
    part = owner.get(f"admins/{cy}/role", htmx=True)
    assert 'id="dialog-title"' in part.text
    assert "<html" not in part.text
    page = owner.get(f"admins/{cy}/role").text
    assert "<html" in page
    answer = owner.post(f"admins/{cy}/role", {"role": "admin"}, htmx=True)
    assert answer.headers["HX-Redirect"] == "/o/acme/admins"


@pytest.mark.parametrize("role", ["", "king", "OWNER", "\x00"])
def test_a_role_that_is_none_comes_back(
    app: Flask, acme: OrganizationRef, owner: AdminClient, cy: str, role: str
) -> None:
    answer = owner.post(f"admins/{cy}/role", {"role": role})
    invited = owner.post("admins/invite", {"email": BO, "role": role})
    assert (answer.status_code, invited.status_code) == (422, 422)
    assert "Choose a role" in answer.text
    assert "Choose a role" in invited.text
    assert role_of(app, acme, cy) == "viewer"


def test_an_admin_is_removed_after_a_question(
    app: Flask, acme: OrganizationRef, owner: AdminClient, cy: str
) -> None:
    question = owner.get(f"admins/{cy}/remove").text
    assert "Remove Ada Viewer?" in question
    assert "lose their role of viewer in Acme" in question
    answer = owner.post(f"admins/{cy}/remove")
    page = owner.get("admins").text
    assert answer.status_code == 303
    assert "has no role in Acme any more" in page
    assert cy not in page


@pytest.mark.parametrize("htmx", [False, True])
def test_the_last_owner_stays_and_the_page_says_so(
    app: Flask, acme: OrganizationRef, htmx: bool
) -> None:
    ada = make_admin(app, "owner", acme)
    client = AdminClient(app, ada)
    removed = client.post(f"admins/{ada}/remove", htmx=htmx)
    demoted = client.post(f"admins/{ada}/role", {"role": "viewer"}, htmx=htmx)
    assert (removed.status_code, demoted.status_code) == (422, 422)
    assert "is the only owner of Acme" in removed.text
    assert "Make somebody else an owner first" in demoted.text
    assert role_of(app, acme, ada) == "owner"


def test_whoever_removes_themselves_goes_elsewhere(
    app: Flask, acme: OrganizationRef, owner: AdminClient
) -> None:
    ada = make_admin(app, "owner", acme)
    client = AdminClient(app, ada)
    answer = client.post(f"admins/{ada}/remove")
    assert answer.location == "/organizations"
    assert "No role anywhere" in client.get("/organizations").text
    assert client.get("/o/acme/").status_code == 404


def test_an_owner_of_the_install_is_out_of_reach(
    app: Flask, acme: OrganizationRef, owner: AdminClient, cy: str
) -> None:
    with app.app_context():
        admins.set_instance_owner(cy, True, origin=Origin.of_command_line())
    page = owner.get("admins").text
    answer = owner.post(f"admins/{cy}/remove")
    assert f"admins/{cy}/remove" not in page
    assert answer.status_code == 422
    assert "Only another owner of it" in answer.text


@pytest.mark.parametrize("admin_id", ["x", "%00", "..", UNKNOWN_ID])
def test_a_forged_id_is_not_found(owner: AdminClient, admin_id: str) -> None:
    assert owner.get(f"admins/{admin_id}/role").status_code == 404
    assert owner.post(f"admins/{admin_id}/remove").status_code == 404


def test_an_invitation_is_a_link_that_is_shown_once(
    app: Flask, acme: OrganizationRef, owner: AdminClient
) -> None:
    answer = owner.post("admins/invite", {"email": BO, "role": "helpdesk"})
    found = LINK.search(answer.text)
    assert answer.status_code == 200
    assert found
    assert "data-copy" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    listed = owner.get("admins").text
    assert BO in listed
    assert found[1] not in listed


def test_loading_the_page_again_makes_no_second_link(
    app: Flask, acme: OrganizationRef, owner: AdminClient, anonymous: AdminClient
) -> None:
    key = re.search(
        r'name="form_key"[^>]*value="([^"]+)"', owner.get("admins/invite").text
    )
    assert key
    fields = {"email": BO, "role": "viewer", "form_key": key[1]}
    link = LINK.search(owner.post("admins/invite", fields).text)
    again = owner.post("admins/invite", fields)
    assert link
    assert again.location == "/o/acme/admins"
    assert "The link was shown once" in owner.get("admins").text
    assert anonymous.get(f"/invitations/{link[1]}").status_code == 200


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("", "Enter an email"),
        ("bo", "is not an e-mail address"),
        ("b\x00o@acme.example", "is not an e-mail address"),
        ("x" * 5000, "is not an e-mail address"),
    ],
)
def test_an_unusable_invitation_comes_back(
    app: Flask, acme: OrganizationRef, owner: AdminClient, email: str, said: str
) -> None:
    answer = owner.post("admins/invite", {"email": email, "role": "viewer"})
    assert answer.status_code == 422
    assert said in answer.text
    assert pending(app, acme) == []


def test_whoever_has_a_role_is_not_invited(
    app: Flask, owner: AdminClient, cy: str
) -> None:
    with app.app_context():
        email = admins.get(cy).email
    answer = owner.post("admins/invite", {"email": email, "role": "admin"})
    assert answer.status_code == 422
    assert "is viewer of Acme already" in answer.text


def test_an_invitation_is_withdrawn(
    app: Flask, acme: OrganizationRef, owner: AdminClient, anonymous: AdminClient
) -> None:
    made = owner.post("admins/invite", {"email": BO, "role": "viewer"})
    found = LINK.search(made.text)
    (invitation_id,) = pending(app, acme)
    answer = owner.post(f"admins/invitations/{invitation_id}/withdraw")
    assert found
    assert answer.status_code == 303
    assert pending(app, acme) == []
    assert anonymous.get(f"/invitations/{found[1]}").status_code == 404


def test_an_invitation_elsewhere_cannot_be_withdrawn(
    app: Flask, acme: OrganizationRef, owner: AdminClient, stranger: AdminClient
) -> None:
    owner.post("admins/invite", {"email": BO, "role": "viewer"})
    (invitation_id,) = pending(app, acme)
    address = f"admins/invitations/{invitation_id}/withdraw"
    assert stranger.post(address).status_code == 404
    assert stranger.post(f"/o/globex/{address}").status_code == 404
    assert owner.post("admins/invitations/%00/withdraw").status_code == 404
    assert pending(app, acme) == [invitation_id]
