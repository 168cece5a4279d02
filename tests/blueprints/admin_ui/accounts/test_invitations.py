"""The page behind an invitation: for newcomers, for admins, and for nobody else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from services.access import admins, invitations, organization_admins
from services.access.roles import Role
from services.organizations import OrganizationRef
from services.origin import Actor, Origin
from tests.admin_client import AdminClient
from tests.conftest import PASSWORD, make_admin

BO = "bo@acme.example"
NEWCOMER = {"name": "Bo", "password": PASSWORD}


def invite(
    app: Flask,
    organization: OrganizationRef | None,
    email: str = BO,
    role: Role = "helpdesk",
    at: datetime | None = None,
) -> str:
    origin = Origin(Actor("admin", "x", "Ada"), at or datetime.now(UTC))
    with app.app_context():
        made = invitations.invite(organization, email, role, origin=origin)
    return f"/invitations/{made.secret}"


def accept(client: AdminClient, path: str, **fields: str) -> TestResponse:
    page = client.get(path).text
    token = re.search(r'name="csrf_token"\s+value="([^"]+)"', page)
    assert token
    sent = fields | {"csrf_token": token[1]}
    return client.post(path, sent, with_token=False)


def email_of(app: Flask, admin_id: str) -> str:
    with app.app_context():
        return admins.get(admin_id).email


def roles_in(app: Flask, organization: OrganizationRef) -> dict[str, str]:
    with app.app_context():
        found = organization_admins.list_all(organization)
    return {one.email: one.role for one in found}


def test_a_newcomer_chooses_a_name_and_a_password(
    app: Flask, acme: OrganizationRef, anonymous: AdminClient
) -> None:
    path = invite(app, acme)
    page = anonymous.get(path)
    assert page.status_code == 200
    assert "You are invited to" in page.text
    answer = accept(anonymous, path, **NEWCOMER)
    assert (answer.status_code, answer.location) == (303, "/o/acme/")
    assert roles_in(app, acme) == {BO: "helpdesk"}
    assert anonymous.get("/account").status_code == 200


def test_the_secret_does_not_leave_the_page(
    app: Flask, acme: OrganizationRef, anonymous: AdminClient
) -> None:
    page = anonymous.get(invite(app, acme))
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "?" not in "".join(re.findall(r'action="([^"]*)"', page.text))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": " "}, "Enter your name"),
        ({"name": "x" * 200}, "Give a name of 1 to 100"),
        ({"password": ""}, "Enter a password"),
        ({"password": "too short"}, "15 to 128 characters"),
        ({"password": "bo.acme.example-acme"}, "easy to guess"),
    ],
)
def test_an_unusable_answer_comes_back(
    app: Flask,
    acme: OrganizationRef,
    anonymous: AdminClient,
    changed: dict[str, str],
    said: str,
) -> None:
    answer = accept(anonymous, invite(app, acme), **(NEWCOMER | changed))
    assert answer.status_code == 422
    assert said in answer.text
    assert PASSWORD not in answer.text
    assert roles_in(app, acme) == {}


@pytest.mark.parametrize("secret", ["x", "%00", "0" * 43, "ü", "<b>"])
def test_a_dead_link_says_what_to_do(anonymous: AdminClient, secret: str) -> None:
    page = anonymous.get(f"/invitations/{secret}")
    assert page.status_code == 404
    assert "Ask whoever sent it for a new one" in " ".join(page.text.split())


def test_a_link_is_dead_once_it_was_used_or_is_old(
    app: Flask, acme: OrganizationRef, anonymous: AdminClient
) -> None:
    path = invite(app, acme)
    old = invite(
        app, acme, "cy@acme.example", at=datetime.now(UTC) - timedelta(hours=73)
    )
    accept(anonymous, path, **NEWCOMER)
    assert AdminClient(app, None).get(path).status_code == 404
    assert AdminClient(app, None).get(old).status_code == 404


def test_a_form_without_a_token_makes_nobody(
    app: Flask, acme: OrganizationRef, anonymous: AdminClient
) -> None:
    answer = anonymous.post(invite(app, acme), NEWCOMER, with_token=False)
    assert answer.status_code == 422
    assert roles_in(app, acme) == {}


def test_an_admin_who_is_signed_in_accepts_with_one_click(
    app: Flask, acme: OrganizationRef, globex: OrganizationRef
) -> None:
    bo = make_admin(app, "viewer", globex)
    client, email = AdminClient(app, bo), email_of(app, bo)
    path = invite(app, acme, email)
    page = client.get(path).text
    assert "Accept invitation" in page
    assert 'type="password"' not in page
    answer = accept(client, path)
    assert answer.location == "/o/acme/"
    assert roles_in(app, acme) == {email: "helpdesk"}


def test_an_admin_who_is_not_signed_in_gives_the_password(
    app: Flask, acme: OrganizationRef, globex: OrganizationRef
) -> None:
    email = email_of(app, make_admin(app, "viewer", globex))
    path, client = invite(app, acme, email), AdminClient(app, None)
    refused = accept(client, path, password="wrong")
    assert refused.status_code == 422
    assert "Email or password is wrong." in refused.text
    assert roles_in(app, acme) == {}
    answer = accept(client, path, password=PASSWORD)
    assert answer.location == "/o/acme/"
    assert roles_in(app, acme) == {email: "helpdesk"}


def test_guessing_the_password_of_an_invitation_has_to_wait(
    app: Flask, acme: OrganizationRef, globex: OrganizationRef
) -> None:
    email = email_of(app, make_admin(app, "viewer", globex))
    path, client = invite(app, acme, email), AdminClient(app, None)
    for _ in range(10):
        accept(client, path, password="wrong")
    answer = accept(client, path, password=PASSWORD)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert "Too many tries" in answer.text
    assert roles_in(app, acme) == {}


def test_somebody_else_is_told_whom_it_is_for(
    app: Flask, acme: OrganizationRef, stranger: AdminClient, globex: OrganizationRef
) -> None:
    email = email_of(app, make_admin(app, "viewer", globex))
    path = invite(app, acme, email)
    page = stranger.get(path).text
    assert f"This invitation is for {email}" in page
    assert "Accept invitation" not in page
    answer = stranger.post(path)
    assert answer.status_code == 422
    assert roles_in(app, acme) == {}


def test_an_owner_of_the_install_is_made(app: Flask, anonymous: AdminClient) -> None:
    answer = accept(anonymous, invite(app, None, role="owner"), **NEWCOMER)
    assert answer.location == "/organizations"
    assert "Organizations of this installation" in anonymous.get("/organizations").text


def test_the_secret_is_not_in_the_log(
    app: Flask,
    acme: OrganizationRef,
    anonymous: AdminClient,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = invite(app, acme)

    def fail(*_: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(invitations, "get", fail)
    answer = anonymous.get(path)
    logged = capsys.readouterr().err
    assert answer.status_code == 500
    assert '"path": "/invitations/' in logged
    assert path.rpartition("/")[2] not in logged
