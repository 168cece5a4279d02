"""Reads in words: look-ups, lists, single reads, and many of them as one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.activity import read_words
from services.activity.read_words import ReadKind
from services.activity.request_log import LoggedRequest
from services.activity.sentences import Part, Sentences
from services.directory.mapping import Reference

ANA = Reference("User", "ana", "Ana Silva")
FACTS = {"total": 4322, "start_index": 101, "count": 100, "n_found": 100}
NOBODY = Part("")
LOOK_UP = {
    "attribute": "userName",
    "operator": "eq",
    "value": "ana.silva@acme.example",
    "total": 1,
    "n_found": 1,
}


def read(path: str, **columns: Any) -> LoggedRequest:
    values: dict[str, Any] = dict.fromkeys(LoggedRequest.__annotations__)
    values |= {"kind": "scim", "method": "GET", "outcome": "read", "status": 200}
    values |= {"at": datetime(2026, 11, 3, tzinfo=UTC), "facts": {}, "notes": []}
    return LoggedRequest(**(values | {"path": f"/scim/v2{path}"} | columns))


def listed(start: int, n_found: int = 100, **facts: Any) -> LoggedRequest:
    found = FACTS | {"start_index": start, "n_found": n_found} | facts
    return read(f"/Users?startIndex={start}&count=100", facts=found)


def told(request: LoggedRequest, subject: Part = NOBODY) -> Sentences:
    return read_words.tell(request, subject, "Okta")


def said(parts: tuple[Part, ...]) -> str:
    return "".join(part.text for part in parts)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "Listed users 101 to 200 of 4,322"),
        ({"start_index": 4322, "n_found": 1}, "Listed user 4,322 of 4,322"),
        (
            {"start_index": 5000, "n_found": 0},
            "Listed users from 5,000 on: none of 4,322",
        ),
        ({"total": 0, "n_found": 0}, "Listed users: none yet"),
        ({"count": 0, "n_found": 0}, "Counted users: 4,322"),
    ],
)
def test_a_list_says_which_part_of_how_many(
    facts: dict[str, int], expected: str
) -> None:
    assert said(told(read("/Users", facts=FACTS | facts)).short) == expected


def test_a_list_of_which_nothing_is_known_is_still_a_list() -> None:
    assert said(told(read("/Groups")).full) == "Okta listed groups"


@pytest.mark.parametrize(
    ("path", "facts", "short", "full"),
    [
        (
            "/Users",
            {},
            "Looked up ana.silva: found",
            "Okta looked up ana.silva@acme.example: found",
        ),
        (
            "/Users",
            {"total": 0},
            "Looked up ana.silva@acme.example: nobody",
            "Okta looked up ana.silva@acme.example: nobody",
        ),
        (
            "/Users",
            {"attribute": "urn:ietf:params:scim:schemas:core:2.0:User:userName"},
            "Looked up ana.silva: found",
            "Okta looked up ana.silva@acme.example: found",
        ),
        (
            "/Users",
            {"attribute": "externalId", "value": "00u1", "total": 3},
            "Looked up external ID 00u1: 3 found",
            "Okta looked up external ID 00u1: 3 found",
        ),
        (
            "/Groups",
            {"attribute": "displayName", "value": "Engineering", "total": 0},
            "Looked up group Engineering: none",
            "Okta looked up group Engineering: none",
        ),
        (
            "/Users",
            {"value": "hidden", "attribute": "externalId", "total": 0},
            "Looked up a person by a hidden external ID: nobody",
            "Okta looked up a person by a hidden external ID: nobody",
        ),
        (
            "/Groups",
            {"value": "hidden", "attribute": "displayName"},
            "Looked up a group by a hidden value: found",
            "Okta looked up a group by a hidden value: found",
        ),
    ],
)
def test_a_look_up_says_whether_there_is_such_a_person(
    path: str, facts: dict[str, Any], short: str, full: str
) -> None:
    found = told(read(f"{path}?filter=x", facts=LOOK_UP | facts))
    assert said(found.short) == short
    assert said(found.full) == full


def test_who_was_found_can_be_opened() -> None:
    request = read("/Users?filter=x", facts=LOOK_UP)
    assert told(request, Part("Ana Silva", ANA)).short[1] == Part("ana.silva", ANA)


@pytest.mark.parametrize(
    ("query", "facts", "expected"),
    [
        (
            "filter=userName%20sw%20%22ana%22",
            {"attribute": "userName", "operator": "sw", "value": "ana", "total": 3},
            'Searched users: userName sw "ana": 3 found',
        ),
        (
            "filter=active%20eq%20true",
            {"attribute": "active", "operator": "eq", "value": True, "total": 0},
            "Searched users: active eq true: none found",
        ),
        (
            "filter=urn:ietf:params:scim:x:2.0:User:department+pr",
            {"total": 1},
            "Searched users: department pr: 1 found",
        ),
        ("filter=hidden", {"total": 1}, "Searched users: hidden: 1 found"),
    ],
)
def test_any_other_filter_is_a_search(
    query: str, facts: dict[str, Any], expected: str
) -> None:
    assert said(told(read(f"/Users?{query}", facts=facts)).short) == expected


def test_a_long_filter_is_cut() -> None:
    path = f"/Users?filter=userName+co+{'a' * 300}"
    assert said(told(read(path)).short).endswith("aaa…: none found")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/ServiceProviderConfig", "Read the service provider configuration"),
        ("/ResourceTypes", "Read the resource types"),
        ("/ResourceTypes/User", "Read the resource type User"),
        ("/Schemas", "Read the schemas"),
        ("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", "Read the schema User"),
    ],
)
def test_discovery_is_named(path: str, expected: str) -> None:
    assert said(told(read(path)).short) == expected


def test_one_resource_is_read_by_name() -> None:
    request = read("/Users/ana", resource_id="ana")
    found = told(request, Part("Ana Silva", ANA))
    assert found.short == (Part("Read "), Part("Ana Silva", ANA))
    assert found.full == (Part("Okta read "), Part("Ana Silva", ANA))
    unchanged = told(read("/Users/ana", status=304), Part("Ana Silva", ANA))
    assert said(unchanged.short) == "Read Ana Silva: not changed since"


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        (
            [listed(start) for start in (301, 201, 101, 1)],
            "Listed users 1 to 400 of 4,322 (4 requests)",
        ),
        ([listed(1)] * 3, "Listed users 1 to 100 of 4,322 (3 requests)"),
        ([listed(1), listed(201), listed(401)], "Listed users (3 requests)"),
        ([listed(1, 0)] * 3, "Listed users: none (3 requests)"),
        (
            [
                read("/Users?filter=x", facts=LOOK_UP | {"value": value})
                for value in ("a", "b", "B")
            ],
            "Looked up 2 people (3 requests)",
        ),
        (
            [read(f"/Groups/{id_}", resource_id=id_) for id_ in ("a", "a", "a")],
            "Read 1 group (3 requests)",
        ),
        ([read("/Users?filter=active+pr")] * 3, "Searched users (3 requests)"),
        ([read("/Schemas")] * 3, "Read what is supported here (3 requests)"),
    ],
)
def test_reads_of_one_kind_are_told_as_one(
    requests: list[LoggedRequest], expected: str
) -> None:
    assert said(read_words.tell_many(requests, "Okta").short) == expected


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        (read("/Users"), ReadKind("list", "User")),
        (read("/Users/"), ReadKind("list", "User")),
        (read("/Groups/x"), ReadKind("read", "Group")),
        (read("/Users?filter=x", facts=LOOK_UP), ReadKind("look up", "User")),
        (read("/Users?filter=a+pr"), ReadKind("search", "User")),
        (read("/Schemas/x"), ReadKind("discover")),
    ],
)
def test_reads_are_of_kinds(request_: LoggedRequest, kind: ReadKind) -> None:
    assert read_words.kind_of(request_) == kind
