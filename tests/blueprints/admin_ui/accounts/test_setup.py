"""Set-up: the first minutes of an installation, once."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from blueprints import setup_code
from services import organizations
from services.access import admins
from services.organizations import OrganizationRef
from tests.conftest import PASSWORD, make_admin

FIELDS = {
    "organization": "Harbour & Co",
    "name": "Ada",
    "email": "ada@harbour.example",
    "password": PASSWORD,
}


@pytest.fixture
def path(app: Flask) -> str:
    with app.app_context():
        return setup_code.path()


def code_of(path: str) -> str:
    return path.partition("code=")[2]


def send(client: FlaskClient, path: str, **changed: str) -> TestResponse:
    page = client.get("/setup").text
    token = re.search(r'name="csrf_token"\s+value="([^"]+)"', page)
    assert token
    fields = {"code": code_of(path)} | FIELDS | changed | {"csrf_token": token[1]}
    return client.post("/setup", data=fields)


def made(app: Flask) -> tuple[int, int]:
    with app.app_context():
        return admins.count(), len(organizations.list_all())


def test_the_address_opens_the_form_without_a_field_for_the_code(
    client: FlaskClient, path: str
) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert f'type="hidden" name="code" value="{code_of(path)}"' in page.text
    assert "One-time code" not in page.text
    assert 'autocomplete="new-password"' in page.text


def test_the_code_does_not_leave_the_page(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"


def test_without_a_code_there_is_a_field_and_the_command(client: FlaskClient) -> None:
    page = client.get("/setup").text
    assert "One-time code" in page
    assert "flask setup-link" in page


@pytest.mark.parametrize("code", ["x", "0" * 32, "ü", "<b>"])
def test_a_wrong_code_is_said_to_be_one(
    app: Flask, client: FlaskClient, path: str, code: str
) -> None:
    page = client.get("/setup", query_string={"code": code})
    assert page.status_code == 200
    assert "This is not the code of this installation" in page.text
    answer = send(client, path, code=code)
    assert answer.status_code == 422
    assert "This is not the code of this installation" in answer.text
    assert made(app) == (0, 0)


def test_both_are_made_and_connecting_is_next(
    app: Flask, client: FlaskClient, path: str
) -> None:
    answer = send(client, path)
    assert (answer.status_code, answer.location) == (303, "/o/harbour-co/connect")
    assert made(app) == (1, 1)
    page = client.get("/o/harbour-co/connect")
    assert page.status_code == 200
    assert "Harbour &amp; Co" in page.text
    assert "Connect Okta" in page.text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"code": ""}, "Enter the one-time code"),
        ({"organization": ""}, "Enter the name of your organization"),
        ({"organization": "株式会社"}, "cannot be part of an address"),
        ({"organization": "x" * 101}, "Give a name of 1 to 100 characters"),
        ({"name": " "}, "Enter your name"),
        ({"email": "ada"}, "is not an e-mail address"),
        ({"email": "a\x00@b"}, "is not an e-mail address"),
        ({"password": ""}, "Enter a password"),
        ({"password": "too short"}, "15 to 128 characters"),
        ({"password": "harbour-harbour-harbour"}, "repeats itself"),
    ],
)
def test_an_unusable_form_comes_back_with_what_was_typed(
    app: Flask, client: FlaskClient, path: str, changed: dict[str, str], said: str
) -> None:
    answer = send(client, path, **changed)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Harbour &amp; Co" in answer.text or "organization" in changed
    assert PASSWORD not in answer.text
    assert made(app) == (0, 0)


def test_a_form_without_a_token_makes_nothing(
    app: Flask, client: FlaskClient, path: str
) -> None:
    answer = client.post("/setup", data={"code": code_of(path)} | FIELDS)
    assert answer.status_code == 422
    assert made(app) == (0, 0)


def test_it_is_gone_once_an_admin_exists(
    app: Flask, client: FlaskClient, path: str, acme: OrganizationRef
) -> None:
    waiting = app.test_client()
    page = waiting.get(path).text
    token = re.search(r'name="csrf_token"\s+value="([^"]+)"', page)
    make_admin(app, "viewer", acme)
    assert token
    fields = {"code": code_of(path), "csrf_token": token[1]} | FIELDS
    assert client.get(path).status_code == 404
    assert client.get("/setup").status_code == 404
    assert waiting.post("/setup", data=fields).status_code == 404
    assert made(app) == (1, 1)
