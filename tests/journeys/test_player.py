"""The player itself: a wrong answer fails a journey, a right one passes it.

The server here answers whatever the test gives it, whatever is asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from tests.journeys import player
from tests.journeys.journey import Journey
from tests.journeys.matching import BrokenJourney
from tests.journeys.player import play
from tests.journeys.stage import JourneyFailed

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
USER = {"id": "u1", "userName": "bo@acme.example", "active": True, "emails": []}


@dataclass
class Teller:
    """A server that gives its answers in turn, and remembers what it was asked."""

    base_url: str = ""
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def says(self, status: int, body: Any, **headers: str) -> None:
        """Add an answer; `body` is text as it stands, or JSON."""
        text = body if isinstance(body, str) else json.dumps(body)
        kind = {"Content-Type": "application/scim+json", **headers}
        self.answers.append((status, kind, text.encode()))

    told: list[list[str]] = field(default_factory=list)

    def activity(self, slug: str) -> list[list[str]]:
        return self.told

    def new_organization(self) -> str:
        return "acme"

    def new_token(self, slug: str, scope: str = "full", state: str = "live") -> str:
        return f"token-{slug}-{scope}-{state}"

    def load(
        self, slug: str, *, users: int, groups: int, members_per_group: int
    ) -> None:
        raise NotImplementedError


@pytest.fixture
def teller() -> Iterator[Teller]:
    teller = Teller()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *arguments: object) -> None:
            pass

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            sent = dict(self.headers.items())
            teller.asked.append((self.command, self.path, sent, body))
            status, headers, content = teller.answers.pop(0)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": len(content)}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    server = HTTPServer(("127.0.0.1", 0), Handler)
    teller.base_url = f"http://127.0.0.1:{server.server_port}/scim/v2"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield teller
    server.shutdown()
    thread.join()
    server.server_close()


def reading(**expect: Any) -> Journey:
    """A journey of one GET that expects 200 and what is given."""
    step = {
        "says": "A user is read.",
        "request": {"method": "GET", "path": "/Users/u1"},
        "expect": {"status": 200, **expect},
    }
    return Journey("A test", "okta.md §0", (step,))


def walking(**instructions: Any) -> Journey:
    """A journey of one walk over two users, one to a page."""
    walk = {"path": "/Users", "count": 1, "total": 2, **instructions}
    return Journey("A walk", "okta.md §0", ({"says": "All.", "walk": walk},))


def page(start: Any, *ids: str, total: Any = 2, per_page: Any = None) -> dict[str, Any]:
    return {
        "schemas": [LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(ids) if per_page is None else per_page,
        "Resources": [{"id": identifier} for identifier in ids],
    }


def telling(*activity: Any) -> Journey:
    """A journey of one read, of which the activity says that."""
    return replace(reading(), activity=activity)


@pytest.mark.parametrize(
    "line", ["Okta read Bo u1", ["Okta read Bo {{id}}"], ["Okta read Bo u1"]]
)
def test_the_activity_is_read_with_what_was_kept(teller: Teller, line: Any) -> None:
    teller.says(200, USER)
    teller.told = [["Okta read Bo u1"]]
    journey = telling(line)

    play(replace(journey, steps=(journey.steps[0] | {"keep": {"id": "/id"}},)), teller)

    assert teller.answers == []


@pytest.mark.parametrize(
    "told",
    [[], [["Okta read Ana"]], [["Okta read Bo", "a note"]], [["Okta read Bo"]] * 2],
)
def test_the_activity_must_be_what_the_journey_says(
    teller: Teller, told: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player, "LOGGED_WITHIN_SECONDS", 0.1)
    teller.says(200, USER)
    teller.told = told

    with pytest.raises(JourneyFailed, match="Okta read Bo"):
        play(telling("Okta read Bo"), teller)


@pytest.mark.parametrize(
    "expect",
    [
        {},
        {"body": {"id": "u1", "active": True}},
        {"body": {"$exactly": USER}},
        {"absent": ["/password"], "empty": ["/emails", "/title"]},
        {"headers": {"content-TYPE": "application/scim+json"}},
        {"body": {"userName": {"$matches": "bo@.*"}, "emails": {"$length": 0}}},
        {"text_lacks": ["secret"], "within_ms": 5_000},
    ],
)
def test_what_is_expected_passes(teller: Teller, expect: dict[str, Any]) -> None:
    teller.says(200, USER)

    play(reading(**expect), teller)

    assert teller.answers == []


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ({"status": 201}, "status: expected 201, got 200"),
        ({"body": {"id": "u2"}}, "/id: expected 'u2', got 'u1'"),
        ({"body": {"title": "x"}}, "/title is missing"),
        ({"body": {"title": None}}, "/title is missing"),
        ({"body": {"active": 1}}, "/active: expected 1, got True"),
        ({"body": {"active": "true"}}, "/active"),
        ({"body": {"$exactly": {"id": "u1"}}}, "userName"),
        ({"body": {"emails": [{}]}}, "/emails"),
        ({"body": {"userName": {"$matches": "bo"}}}, "/userName"),
        ({"body": {"userName": {"$not": "bo@acme.example"}}}, "/userName"),
        ({"absent": ["/active"]}, "/active is there"),
        ({"empty": ["/userName"]}, "/userName is not empty"),
        ({"headers": {"ETag": {"$matches": ".+"}}}, "headers/etag is missing"),
        ({"headers": {"Content-Type": "text/html"}}, "headers/content-type"),
        ({"text_lacks": ["acme.example"]}, "stands in the answer"),
        ({"within_ms": 0}, "ms, more than 0"),
    ],
)
def test_what_is_not_as_expected_fails(
    teller: Teller, expect: dict[str, Any], words: str
) -> None:
    teller.says(200, USER)

    with pytest.raises(JourneyFailed) as failed:
        play(reading(**expect), teller)

    assert words in str(failed.value)
    assert "step 1: A user is read." in str(failed.value)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("1", 1),
        (1, "1"),
        (True, 1),
        (0, False),
        (1.0, 1),
        (None, ""),
        ([], {}),
        ({"$ref": 1}, {"$ref": "1"}),
        ([1, 2], {"$only": [1]}),
        ([1], {"$only": [1, 1]}),
        ([1], {"$contains": [2]}),
        ([1], {"$contains": [1, 1]}),
        ([2, 1], [1, 2]),
        (3, {"$any": ["3", 4]}),
        (True, {"$type": "number"}),
        ("7", {"$type": "number"}),
    ],
)
def test_value_of_another_type_or_shape_fails(
    teller: Teller, answer: Any, expected: Any
) -> None:
    teller.says(200, {"value": answer})

    with pytest.raises(JourneyFailed, match="/value"):
        play(reading(body={"value": expected}), teller)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, "<p>Hello</p>", "not JSON"),
        (200, '{"id": "u1", "id": "u2"}', "twice"),
        (200, {"id": "token-acme-full-live"}, "a token came back"),
        (200, {"id": "bulkId:1", "meta": {"resourceType": "User"}}, "the id is"),
        (200, page("1", "u1"), "/startIndex"),
        (200, page(1, "u1", per_page=100), "itemsPerPage is 100, but 1 came"),
        (404, {"detail": "Gone."}, "/schemas is missing"),
        (404, {"schemas": [ERROR], "status": 404, "detail": "Gone."}, "/status"),
        (404, {"schemas": [ERROR], "status": "404", "detail": "Gone"}, "sentence"),
        (404, {"schemas": [ERROR], "status": "404", "detail": "x" * 400 + "."}, "401"),
    ],
)
def test_rule_for_every_answer_is_held(
    teller: Teller, status: int, body: Any, words: str
) -> None:
    teller.says(status, body)

    with pytest.raises(JourneyFailed) as failed:
        play(reading(status=status), teller)

    assert words in str(failed.value)


def test_other_media_type_fails(teller: Teller) -> None:
    teller.says(200, USER, **{"Content-Type": "text/html"})

    with pytest.raises(JourneyFailed, match="media type is text/html"):
        play(reading(), teller)


@pytest.mark.parametrize(
    "pages",
    [
        [page(1, "u1"), page(2, "u1")],
        [page(1, "u1"), page(2)],
        [page(1, "u1"), page(2, "u2", total=3)],
        [page(1, "u1"), page(1, "u2")],
        [page(1, "u1", "u2"), page(2)],
        [page(1, "u1", total="2"), page(2, "u2")],
    ],
    ids=["twice", "lost", "total", "start", "too-many", "text"],
)
def test_walk_that_goes_wrong_fails(teller: Teller, pages: list[Any]) -> None:
    teller.says(200, pages[0])
    teller.says(200, pages[1])

    with pytest.raises(JourneyFailed, match=r"A walk"):
        play(walking(), teller)


def test_walk_asks_for_the_pages_as_okta_does(teller: Teller) -> None:
    teller.says(200, page(1, "u1"))
    teller.says(200, page(2, "u2"))

    play(walking(each={"id": {"$matches": "u."}}, contains=[{"id": "u2"}]), teller)

    assert [path for _, path, _, _ in teller.asked] == [
        "/scim/v2/Users?startIndex=1&count=1",
        "/scim/v2/Users?startIndex=2&count=1",
    ]


def test_variable_that_was_never_kept_is_the_journeys_fault(teller: Teller) -> None:
    teller.says(200, USER)

    with pytest.raises(BrokenJourney, match="nobody"):
        play(reading(body={"id": "{{nobody}}"}), teller)
