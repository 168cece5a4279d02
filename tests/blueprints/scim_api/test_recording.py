"""Every request under `/scim/v2` leaves a row, whatever comes of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from services.organizations import OrganizationRef
from tests.directories import logged
from tests.scim_client import ScimClient, load
from tests.served import fill


def requests_of(app: Flask) -> list[Any]:
    """The rows of what came by SCIM."""
    return [row for row in logged(app) if row.kind == "scim"]


def last(app: Flask) -> Any:
    return requests_of(app)[-1]


def public_id(token: str) -> str:
    return token.split("_")[1]


def test_a_read_is_told_with_what_it_asked_and_found(
    app: Flask, scim: ScimClient, acme: OrganizationRef
) -> None:
    bo = scim.new_user("bo")
    answer = scim.get("/Users?filter=userName+eq+%22bo%22&count=5")
    row = last(app)
    assert (row.organization_seq, row.outcome, row.status) == (acme.seq, "read", 200)
    assert row.path == "/scim/v2/Users?filter=userName+eq+%22bo%22&count=5"
    assert (row.resource_type, row.resource_id) == ("User", bo["id"])
    assert row.facts == {
        **{"total": 1, "start_index": 1, "count": 5, "n_found": 1},
        **{"attribute": "userName", "operator": "eq", "value": "bo"},
    }
    assert (row.request_body, row.response_body) == (None, answer.text)
    assert row.response_bytes == len(answer.data)


def test_who_asked_from_where_is_told(app: Flask, scim: ScimClient) -> None:
    before = datetime.now(UTC)
    scim.get("/Users", User_Agent="Okta SCIM Client 1.0.0")
    row = last(app)
    assert row.token_public_id == public_id(scim.token)
    assert (row.actor, row.actor_name) == (f"token:{row.token_public_id}", "Okta full")
    assert (row.address, row.user_agent) == ("127.0.0.1", "Okta SCIM Client 1.0.0")
    assert row.provider == "Okta"
    assert before <= row.at <= datetime.now(UTC)
    assert 0 < row.duration_us < 10_000_000


@pytest.mark.parametrize("path", ["/Users", "/Users/7", "/Nothing", "/Schemas", ""])
def test_the_id_of_a_request_is_in_its_answer(
    app: Flask, scim: ScimClient, path: str
) -> None:
    first, second = (scim.get(path, X_Request_Id="theirs") for _ in range(2))
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
    assert second.headers["X-Request-Id"] == last(app).id


def test_a_change_and_its_answer_are_one_row(app: Flask, scim: ScimClient) -> None:
    answer = scim.post("/Users", {"userName": "bo", "title": "Dr"})
    (row,) = requests_of(app)
    assert (row.outcome, row.status, row.method) == ("changed", 201, "POST")
    assert row.id == answer.headers["X-Request-Id"]
    assert row.resource_id == load(answer)["id"]
    assert row.request_body == '{"userName":"bo","title":"Dr"}'
    assert row.request_bytes == len(row.request_body)
    assert row.response_body == answer.text


def test_a_write_that_changes_nothing_says_so(app: Flask, scim: ScimClient) -> None:
    bo = scim.new_user("bo", title="Dr")
    operation = {"op": "replace", "path": "title", "value": "Dr"}
    scim.patch(f"/Users/{bo['id']}", operation)
    row = last(app)
    assert (row.outcome, row.status) == ("already", 200)
    assert (row.resource_type, row.resource_id) == ("User", bo["id"])


def test_what_was_read_leniently_stands_on_the_row(
    app: Flask, scim: ScimClient
) -> None:
    bo = scim.new_user("bo")
    scim.patch(f"/Users/{bo['id']}", {"op": "replace", "value": {"active": "True"}})
    row = last(app)
    assert row.outcome == "already"
    assert row.notes == ['Read the text "True" as true for active.']


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "/Users/7", None, (404, None, "not_found")),
        ("GET", "/Nothing", None, (404, None, "unknown_address")),
        ("DELETE", "/Users", None, (405, None, "method")),
        ("GET", "/Users?filter=x", None, (400, "invalidFilter", "unreadable")),
        ("POST", "/Users", {"userName": "BO"}, (409, "uniqueness", "taken")),
        ("POST", "/Users", b"{", (400, "invalidSyntax", "not_json")),
        ("POST", "/Bulk", {}, (501, None, "bulk")),
    ],
)
def test_a_refusal_is_told_with_its_cause(
    app: Flask, scim: ScimClient, method: str, path: str, body: Any, expected: Any
) -> None:
    scim.new_user("bo")
    answer = scim.request(method, path, body)
    row = last(app)
    assert (row.status, row.scim_type, row.cause) == expected
    assert (row.outcome, row.detail) == ("refused", load(answer)["detail"])
    assert row.response_body == answer.text


def test_a_body_that_is_too_large_is_told_by_its_size(
    app: Flask, scim: ScimClient
) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 200_000
    answer = scim.request("POST", "/Users", b'{"title":"' + b"x" * 300_000)
    row = last(app)
    assert answer.status_code == 413
    assert (row.status, row.cause) == (413, "too_large")
    assert (row.request_body, row.request_bytes) == (None, 300_010)


def test_a_fault_of_ours_is_told_as_failed(
    app: Flask, scim: ScimClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    app.testing = False
    monkeypatch.setattr("services.directory.users.get", fail)
    answer = scim.get("/Users/7")
    row = last(app)
    assert (row.outcome, row.status) == ("failed", 500)
    assert row.id in load(answer)["detail"]


def test_a_streamed_answer_keeps_its_head_and_its_size(
    app: Flask, scim: ScimClient, acme: OrganizationRef
) -> None:
    with app.app_context():
        fill(acme, 2_100, 1, 2_100)
    answer = scim.get("/Groups")
    text = answer.text
    answer.close()
    row = last(app)
    assert (row.outcome, row.status) == ("read", 200)
    assert row.response_bytes == len(text) > 200_000
    assert row.response_body == text[: 16 * 1024]


def test_an_answer_that_is_not_read_to_its_end_is_told(
    app: Flask, scim: ScimClient, acme: OrganizationRef
) -> None:
    with app.app_context():
        fill(acme, 2_100, 1, 2_100)
    answer = scim.get("/Groups")
    answer.close()
    row = last(app)
    assert row.status == 200
    assert 0 < row.response_bytes < 200_000


def test_a_head_request_has_no_answer_body(app: Flask, scim: ScimClient) -> None:
    scim.request("HEAD", "/Users")
    row = last(app)
    assert (row.outcome, row.status) == ("read", 200)
    assert (row.response_body, row.response_bytes) == (None, 0)


def test_without_the_log_only_changes_leave_a_row(app: Flask, scim: ScimClient) -> None:
    buffer = app.extensions.pop("request_log")
    scim.new_user("bo")
    answer = scim.get("/Users")
    app.extensions["request_log"] = buffer
    (row,) = requests_of(app)
    assert (row.outcome, row.status) == ("changed", None)
    assert answer.headers["X-Request-Id"]


@pytest.mark.parametrize("path", ["/healthz", "/scim", "/scim/v3/Users"])
def test_what_is_not_scim_leaves_no_row(
    app: Flask, acme: OrganizationRef, path: str
) -> None:
    app.test_client().get(path)
    assert requests_of(app) == []
