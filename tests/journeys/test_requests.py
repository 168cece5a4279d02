"""The requests a journey sends: Okta's headers, kept values, echoes, long lists."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.journeys.filling import Variables, fill
from tests.journeys.journey import problems
from tests.journeys.matching import JSON, BrokenJourney
from tests.journeys.stage import prepare
from tests.journeys.wire import Request

KEPT: dict[str, JSON] = {
    "token": "t0k3n",
    "ids": ["u1", "u2", "u3"],
    "n": 7,
    "user": {"id": "u1", "name": {"givenName": "Bo"}, "title": "x", "meta": {}},
}


def prepared(method: str = "GET", path: str = "/Users", **request: Any) -> Request:
    return prepare({"method": method, "path": path, **request}, KEPT)


def sent(**request: Any) -> Any:
    return json.loads(prepared("PUT", **request).body or b"")


def test_read_carries_oktas_headers_and_no_content_type() -> None:
    headers = prepared().headers

    assert headers["User-Agent"] == "Okta SCIM Client 1.0.0"
    assert headers["Authorization"] == "Bearer t0k3n"
    assert "Content-Type" not in headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_write_carries_content_type_even_without_body(method: str) -> None:
    request = prepared(method)

    assert request.headers["Content-Type"] == "application/scim+json; charset=utf-8"
    assert request.body is None


def test_header_can_be_replaced_or_left_out() -> None:
    headers = prepared(headers={"Authorization": "{{token}}", "Accept": None}).headers

    assert headers["Authorization"] == "t0k3n"
    assert "Accept" not in headers


def test_journey_of_another_client_sends_its_own_headers() -> None:
    own = {"User-Agent": None, "Content-Type": "application/json"}

    read = prepare({"method": "GET", "path": "/Users"}, KEPT, own).headers
    write = prepare({"method": "PATCH", "path": "/Users"}, KEPT, own).headers

    assert "User-Agent" not in read
    assert "Content-Type" not in read
    assert write["Content-Type"] == "application/json"
    assert write["Authorization"] == "Bearer t0k3n"


def test_value_in_a_path_is_encoded_and_the_rest_is_not() -> None:
    values: Variables = {**KEPT, "name": 'a b"&'}

    request = prepare({"method": "GET", "path": "/Users?q={{name}}@x"}, values)

    assert request.target == "/Users?q=a%20b%22%26@x"


def test_raw_body_goes_out_as_it_stands() -> None:
    assert prepared("POST", raw='{"a": ').body == b'{"a": '
    assert prepared("POST", raw="").body == b""


def test_whole_placeholder_keeps_its_type_and_a_part_becomes_text() -> None:
    assert fill("{{n}}", KEPT) == 7
    assert fill("no {{n}}", KEPT) == "no 7"
    assert fill({"id": "{{ids/1}}"}, KEPT) == {"id": "u2"}


def test_each_is_spliced_into_its_list() -> None:
    give: JSON = {"of": "ids", "from": 1, "to": 3, "give": {"value": "{{each}}"}}

    assert fill([0, {"$each": give}], KEPT) == [0, {"value": "u2"}, {"value": "u3"}]


def test_each_beyond_the_list_is_the_journeys_fault() -> None:
    with pytest.raises(BrokenJourney, match="no elements 0 to 4"):
        fill([{"$each": {"of": "ids", "to": 4, "give": "{{each}}"}}], KEPT)


def test_echo_changes_a_copy() -> None:
    changes = {"/name/givenName": "Cy", "/active": False}

    body = sent(echo={"document": "user", "set": changes, "drop": ["/title"]})

    assert body["name"] == {"givenName": "Cy"}
    assert (body["active"], "title" in body) == (False, False)
    assert fill("{{user/name}}", KEPT) == {"givenName": "Bo"}


STEP = {
    "says": "A step.",
    "request": {"method": "GET", "path": "/Users"},
    "expect": {"status": 200},
}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"expekt": {}}, "step has an unknown key expekt"),
        ({"says": "No full stop"}, "says is no sentence"),
        ({"expect": {}}, "expect lacks status"),
        ({"expect": {"status": 200, "body": {"$match": 1}}}, "no operator $match"),
        ({"request": {"method": "GET", "path": "Users"}}, "does not begin with"),
        ({"request": {"method": "PUT", "path": "/", "raw": "", "body": 1}}, "more"),
        ({"request": {"method": "GET", "path": "/{{it}}"}}, "it is used before"),
        (
            {"request": {"method": "PUT", "path": "/", "echo": {"document": "d"}}},
            "d is",
        ),
        ({"expect": {"status": 200, "body": ["{{expired_token}}"]}}, "is used before"),
    ],
)
def test_step_that_is_not_well_formed_is_named(
    change: dict[str, Any], fault: str
) -> None:
    document = {"title": "t", "source": "s", "steps": [{**STEP, **change}]}

    [found] = problems(document)

    assert found.startswith("step 1: ")
    assert fault in found


def test_variable_is_known_after_the_step_that_keeps_it() -> None:
    using = {**STEP, "request": {"method": "GET", "path": "/Users/{{it}}"}}
    steps = [{**STEP, "keep": {"it": "/id"}}, using]

    assert problems({"title": "t", "source": "s", "steps": steps}) == []
    assert problems({"title": "t", "source": "s", "steps": steps[::-1]}) != []
