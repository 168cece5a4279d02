"""The request log as it is read: in order, found by whatever is remembered of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from scim.attributes import Document
from services.activity import log_gaps, request_log, request_writing
from services.activity.log_gaps import Gap
from services.activity.log_queries import PROBLEM, LogQuery
from services.activity.request_log import LogPage
from services.directory import users
from services.errors import Invalid, NotFound
from services.organizations import OrganizationRef
from services.origin import Actor, Origin, new_id
from tests.services.activity.test_request_buffer import entry

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
ADA = Origin(Actor("admin", "ada", "Ada Lovelace"), NOON + timedelta(hours=5))


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def write(organization: OrganizationRef | None, *rows: dict[str, Any]) -> None:
    """Rows a minute apart, from noon on, named /0, /1, …"""
    request_writing.write(
        [
            entry(organization, **{"at": at(place), "path": f"/{place}", **row})
            for place, row in enumerate(rows)
        ]
    )


def paths(page: LogPage) -> list[str]:
    """Without what was done to make the organization."""
    return [row.path for row in page.rows if row.kind != "command"]


def find(organization: OrganizationRef, **query: Any) -> list[str]:
    return paths(request_log.page(organization, LogQuery(**query)))


def test_the_newest_comes_first_whenever_it_was_written(acme: OrganizationRef) -> None:
    write(acme, {}, {}, {})
    write(acme, {"at": at(0.5), "path": "/late"})
    assert find(acme) == ["/2", "/1", "/late", "/0"]


def test_a_row_is_told_with_all_but_its_bodies(acme: OrganizationRef) -> None:
    write(acme, {"facts": {"total": 3}, "notes": ["a note"], "status": 404})
    row = request_log.page(acme, LogQuery(kind="scim")).rows[0]
    assert (row.facts, row.notes, row.status) == ({"total": 3}, ["a note"], 404)
    assert (row.at, row.method, row.response_bytes) == (NOON, "GET", 2)
    assert not hasattr(row, "request_body")


def test_pages_follow_each_other_without_a_gap(acme: OrganizationRef) -> None:
    write(acme, *[{"at": NOON} for _ in range(7)])
    scim = LogQuery(kind="scim")
    first = request_log.page(acme, scim, count=3)
    second = request_log.page(acme, scim, cursor=first.older, count=3)
    third = request_log.page(acme, scim, cursor=second.older, count=3)
    back = request_log.page(acme, scim, cursor=second.newer, count=3)
    assert paths(first) + paths(second) + paths(third) == [
        f"/{n}" for n in range(6, -1, -1)
    ]
    assert (third.older, first.newer) == (None, None)
    assert paths(back) == paths(first)


def test_another_organizations_rows_are_not_there(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    write(acme, {"id": new_id()})
    shared = new_id()
    write(globex, {"id": shared, "path": "/theirs"})
    assert find(globex) == ["/theirs"]
    assert find(acme, request_id=shared) == []
    with pytest.raises(NotFound):
        request_log.get(acme, shared)


ROWS: list[dict[str, Any]] = [
    {},
    {"outcome": "changed", "method": "PATCH", "resource_id": "u1"},
    {"outcome": "refused", "method": "POST", "status": 409, "provider": "Okta"},
    {"outcome": "failed", "status": 500, "token_public_id": "7Qm2abcdef"},
    {"outcome": "already", "method": "DELETE", "kind": "admin"},
]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "43210"),
        ({"outcome": "read"}, "0"),
        ({"outcome": "changed"}, "1"),
        ({"outcome": "refused"}, "2"),
        ({"outcome": "failed"}, "3"),
        ({"outcome": "already"}, "4"),
        ({"outcome": PROBLEM}, "32"),
        ({"method": "GET"}, "30"),
        ({"method": "DELETE"}, "4"),
        ({"kind": "scim"}, "3210"),
        ({"kind": "admin"}, "4"),
        ({"resource_id": "u1"}, "1"),
        ({"provider": "Okta"}, "2"),
        ({"token": "7Qm2abcdef"}, "3"),
        ({"since": at(2)}, "432"),
        ({"until": at(2)}, "10"),
        ({"since": at(1), "until": at(3)}, "21"),
        ({"outcome": PROBLEM, "since": at(3)}, "3"),
        ({"method": "POST", "outcome": "refused", "provider": "Okta"}, "2"),
        ({"method": "\0\ud800"}, ""),
        ({"outcome": "nonsense"}, ""),
    ],
)
def test_rows_are_found_by(
    acme: OrganizationRef, query: dict[str, Any], found: str
) -> None:
    write(acme, *ROWS)
    assert find(acme, **query) == [f"/{place}" for place in found]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("Needle", "43210"),
        ("nEEDle", "43210"),
        ("in the path", "0"),
        ("in the body", "1"),
        ("in the answer", "2"),
        ("in a note", "3"),
        ("in the words", "4"),
        ("100%", ""),
        ("needle_in", ""),
        ("\0", ""),
    ],
)
def test_a_text_is_found_wherever_it_stands(
    acme: OrganizationRef, q: str, found: str
) -> None:
    write(
        acme,
        {"path": "/0 needle in the path"},
        {"request_body": '"a needle in the body"'},
        {"response_body": '"a needle in the answer"'},
        {"notes": ["a needle in a note"]},
        {"detail": "a needle in the words"},
        {},
    )
    assert [path[:2] for path in find(acme, q=q)] == [f"/{place}" for place in found]


def test_a_change_is_found_by_the_name_of_the_person(acme: OrganizationRef) -> None:
    document: Document = {"userName": "ana@example.com", "displayName": "Ana Silva"}
    bo = users.create(acme, document, origin=ADA)
    page = request_log.page(acme, LogQuery(q="ana silva"))
    assert [(row.kind, row.resource_id) for row in page.rows] == [("admin", bo.id)]
    assert page.rows[0].actor_name == "Ada Lovelace"


def test_a_search_says_how_far_it_looked_and_goes_on(
    acme: OrganizationRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_log, "SEARCHED_AT_ONCE", 4)
    write(acme, *[{"detail": "needle" if place < 3 else ""} for place in range(9)])
    query = LogQuery(q="needle", kind="scim")
    first = request_log.page(acme, query)
    second = request_log.page(acme, query, cursor=first.older)
    third = request_log.page(acme, query, cursor=second.older)
    assert (paths(first), first.searched_back_to) == ([], at(5))
    assert (paths(second), second.searched_back_to) == (["/2", "/1"], at(1))
    assert (paths(third), third.older, third.searched_back_to) == (["/0"], None, None)


def test_a_search_that_finds_much_is_paged(acme: OrganizationRef) -> None:
    write(acme, *[{"detail": "needle"} for _ in range(5)])
    query = LogQuery(q="needle")
    first = request_log.page(acme, query, count=3)
    second = request_log.page(acme, query, cursor=first.older, count=3)
    assert paths(first) == ["/4", "/3", "/2"]
    assert (paths(second), second.older) == (["/1", "/0"], None)


def test_new_rows_are_counted(
    acme: OrganizationRef, globex: OrganizationRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_log, "MOST_NEW", 3)
    write(acme, {})
    seq = request_log.page(acme).newest_seq
    assert request_log.count_newer(acme, LogQuery(), seq) == 0
    write(acme, {"at": at(-60)}, {"outcome": "refused"})
    assert request_log.count_newer(acme, LogQuery(), seq) == 2
    assert request_log.count_newer(acme, LogQuery(outcome=PROBLEM), seq) == 1
    assert request_log.count_newer(globex, LogQuery(), seq) == 0
    write(acme, {}, {}, {})
    assert request_log.count_newer(acme, LogQuery(), seq) == 3


def test_one_row_is_told_with_its_bodies(acme: OrganizationRef) -> None:
    wanted = new_id()
    write(acme, {"id": wanted, "request_body": "[1]", "response_body": None})
    found = request_log.get(acme, wanted)
    assert (found.request.id, found.request.path) == (wanted, "/0")
    assert (found.request_body, found.response_body) == ("[1]", None)


@pytest.mark.parametrize(
    "request_id", ["", "7", "\0", "00000000-0000-7000-8000-000000000000"]
)
def test_a_row_that_is_not_there_is_said_so(
    acme: OrganizationRef, request_id: str
) -> None:
    with pytest.raises(NotFound, match="older than what is kept"):
        request_log.get(acme, request_id)


def test_what_belongs_to_nobody_is_for_the_instance(acme: OrganizationRef) -> None:
    wanted = new_id()
    write(None, {"id": wanted}, {})
    write(acme, {"path": "/ours"})
    page = request_log.for_instance(count=1)
    older = request_log.for_instance(cursor=page.older)
    assert paths(page) + paths(older) == ["/1", "/0"]
    assert request_log.get_for_instance(wanted).response_body == "{}"
    assert find(acme) == ["/ours"]


@pytest.mark.parametrize("cursor", ["", "x", "WzAsMCwwXQ", "\0"])
def test_a_foreign_cursor_is_refused(acme: OrganizationRef, cursor: str) -> None:
    with pytest.raises(Invalid):
        request_log.page(acme, cursor=cursor)


def test_gaps_are_told_the_latest_first(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    old, new, others = (
        request_writing.Gap(seq, "", at(start), at(start + 1), start + 1)
        for seq, start in ((acme.seq, 0), (acme.seq, 60), (None, 60))
    )
    request_writing.write_gaps([old, new, others])
    told = [Gap(at(60), at(61), 61), Gap(at(0), at(1), 1)]
    assert log_gaps.since(acme, at(-5)) == told
    assert log_gaps.since(acme, at(2)) == told[:1]
    assert log_gaps.since(globex, at(-5)) == []
    assert log_gaps.since(None, at(-5)) == told[:1]
