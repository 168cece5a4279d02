"""Nothing that is kept beside a password tells what it was, nor is spoilt by it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from flask import Flask

from tests.blueprints.scim_api.test_recording import last
from tests.scim_client import ScimClient, load

WORDS = ("active", "user", "User", "members", "must", "Rollcall", "bo", "urn", "2.0")
"""Passwords that stand in every answer."""


@pytest.mark.parametrize("word", WORDS)
def test_no_gap_in_an_answer_tells_a_password(
    app: Flask, scim: ScimClient, word: str
) -> None:
    sent = {"userName": "bo", "displayName": word, "password": word}
    answer = scim.request("POST", "/Users", sent)
    row = last(app)
    assert row.response_body == answer.text
    assert orjson.loads(row.request_body) == sent | {"password": "hidden"}
    assert row.notes[-1] == "The password was ignored: Rollcall keeps no passwords."


@pytest.mark.parametrize("word", WORDS)
def test_no_gap_in_an_error_tells_a_password(
    app: Flask, scim: ScimClient, word: str
) -> None:
    sent = {"userName": "bo", "password": word, "active": "perhaps"}
    answer = scim.request("POST", "/Users", sent)
    row = last(app)
    assert answer.status_code == 400
    assert row.detail == load(answer)["detail"]
    assert row.response_body == answer.text


@pytest.mark.parametrize(
    "sent",
    [
        {"userName": "bo2", "password": "bo2"},
        {"userName": "x", "password": "2.0", "schemas": ["urn:core:2.0:Users"]},
        {"userName": "x", "password": "123", "active": "123"},
    ],
)
def test_no_error_hides_what_the_body_shows(
    app: Flask, scim: ScimClient, sent: dict[str, Any]
) -> None:
    scim.new_user("bo2")
    answer = scim.request("POST", "/Users", sent)
    row = last(app)
    assert answer.status_code in (400, 409)
    assert (row.detail, row.response_body) == (load(answer)["detail"], answer.text)


@pytest.mark.parametrize(
    ("query", "begin"),
    [
        ("count=X1&pwd=X1", 'count is "X1"'),
        ("count=X1&pwd=X2", 'count is "X1"'),
        ("filter=pwd%20eq%20X2", 'The filter cannot be read at character 8, near "hid'),
    ],
)
def test_what_an_error_quotes_of_an_address_is_what_is_kept_of_it(
    app: Flask, scim: ScimClient, query: str, begin: str
) -> None:
    scim.get(f"/Users?{query}")
    row = last(app)
    assert row.path.endswith("=hidden")
    assert row.detail.startswith(begin)


def test_the_usual_photos_of_entra_leave_the_notes_whole(
    app: Flask, scim: ScimClient
) -> None:
    bo = scim.new_user("bo")
    answer = scim.patch(
        f"/Users/{bo['id']}",
        {"op": "Add", "path": 'photos[type eq "photo"].value', "value": "https://x/1"},
        {"op": "Replace", "path": "active", "value": "perhaps"},
    )
    row = last(app)
    assert 'Read the operation "Replace" as replace.' in row.notes
    assert (row.detail, row.response_body) == (load(answer)["detail"], answer.text)
    assert "https://x/1" not in repr(tuple(row))


TOKEN_TAIL = "Kq7vB2nX9" * 5


def test_what_looks_like_a_token_is_hidden_in_the_answer_to_it_too(
    app: Flask, scim: ScimClient
) -> None:
    scim.request("POST", "/Users", {"userName": "bo", "nickName": TOKEN_TAIL})
    row = last(app)
    assert TOKEN_TAIL[4:] not in row.request_body + row.response_body


def test_a_token_of_another_kind_is_hidden_in_what_is_read(
    app: Flask, scim: ScimClient
) -> None:
    signed = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP"
    bo = scim.new_user("bo", nickName=signed)
    answer = scim.get(f"/Users/{bo['id']}")
    assert signed in answer.text
    assert signed[4:] not in last(app).response_body


def test_the_words_of_photos_are_left_in_answers_and_notes(
    app: Flask, scim: ScimClient
) -> None:
    photo = {"value": "https://x.example/bo.png", "type": "photo", "display": "value"}
    sent = {"userName": "bo", "photos": [photo], "photoUrl": "x", "title": "photo"}
    answer = scim.request("POST", "/Users", sent)
    row = last(app)
    assert orjson.loads(row.response_body) == load(answer) | {"photos": "hidden"}
    assert '"photoUrl" is not an attribute of User and was ignored.' in row.notes


def test_a_refused_person_has_the_name_that_was_sent(
    app: Flask, scim: ScimClient
) -> None:
    sent = {"displayName": "Bo Ek", "password": "Bo Ek", "active": "perhaps"}
    scim.request("POST", "/Users", sent)
    assert last(app).facts == {"name": "Bo Ek"}


PICTURE = "data:image/png;base64,iVBORw0KGgo="


@pytest.mark.parametrize(
    ("sent", "secret"),
    [
        ({"photos": "https://x.example/bo.png"}, "x.example"),
        ({"photos": [{"value": 20_261_201}]}, "20261201"),
        ({"photos": [{"primary": "Xyzzy"}]}, "Xyzzy"),
        ({"photos": [{"primary": "Xyzzy\n" * 20}]}, "Xyzzy"),
        ({"photos": [{"primary": 'Xyzzy "\\" ' * 9}]}, "Xyzzy"),
        ({"photos": [{"value": PICTURE, "primary": PICTURE}]}, "iVBOR"),
    ],
)
def test_what_an_error_or_note_quotes_of_what_is_hidden_is_hidden(
    app: Flask, scim: ScimClient, sent: dict[str, Any], secret: str
) -> None:
    answer = scim.request("POST", "/Users", {"userName": "bo"} | sent)
    row = last(app)
    assert secret in answer.text
    assert secret not in repr(tuple(row))


def test_a_path_that_names_a_password_is_quoted_nowhere(
    app: Flask, scim: ScimClient
) -> None:
    bo = scim.new_user("bo")
    path = "emails[password eq active]"
    answer = scim.patch(f"/Users/{bo['id']}", {"op": "add", "path": path, "value": "y"})
    row = last(app)
    assert 'near "active"' in load(answer)["detail"]
    assert "active" not in repr((row.detail, row.response_body, row.request_body))


def test_a_long_answer_is_looked_through_when_something_was_hidden(
    app: Flask, scim: ScimClient
) -> None:
    sent = {
        **{"userName": "bo", "password": "Xyzzy86", "nickName": "my pin: Xyzzy86"},
        "roles": [{"value": f"role {n}" + "x" * 80} for n in range(60)],
    }
    answer = scim.request("POST", "/Users", sent)
    row = last(app)
    assert "my pin: Xyzzy86" in answer.text
    assert "Xyzzy86" not in row.request_body + row.response_body
    assert len(row.response_body) > 4_096
