"""What an address of the activity asks for, and how times are written in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, g

from blueprints.admin_ui import formats
from blueprints.admin_ui.activity import log_query
from services.access.sessions import SignedIn

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SIGNED_IN = SignedIn(
    *("s", "a", "ada@example.com", "Ada", "light", "Europe/Berlin", True, True, {}),
    *(NOW, NOW, NOW),
)


@pytest.fixture(autouse=True)
def _as_somebody_in_berlin(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        g.now, g.signed_in = NOW, SIGNED_IN
        yield


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("", NOW - timedelta(days=1)),
        ("1h", NOW - timedelta(hours=1)),
        ("30d", NOW - timedelta(days=30)),
        ("all", None),
        ("nonsense", NOW - timedelta(days=1)),
        # No other time zone can tell the ends of the calendar.
        ("0001-01-01T00:00:00+00:00", NOW - timedelta(days=1)),
        ("9999-12-31T23:59:59+00:00", NOW - timedelta(days=1)),
        # Local: Berlin is an hour ahead.
        ("2026-11-20T14:02", datetime(2026, 11, 20, 13, 2, tzinfo=UTC)),
        ("2026-11-20T14:02:00+00:00", datetime(2026, 11, 20, 14, 2, tzinfo=UTC)),
    ],
)
def test_a_range_is_understood(since: str, expected: datetime | None) -> None:
    assert log_query.read({"since": since}, NOW).query.since == expected


def test_the_end_of_a_range_is_enough() -> None:
    asked = log_query.read({"until": "2026-11-20T14:02"}, NOW)
    assert asked.query.since is None
    assert asked.query.until == datetime(2026, 11, 20, 13, 2, tzinfo=UTC)


def test_an_address_says_the_same_when_it_is_read_again() -> None:
    given = {"since": "2026-11-20T14:02", "until": "2026-11-21", "q": " x ", "who": "y"}
    once = log_query.read(given, NOW)
    assert log_query.read(once.arguments, NOW) == once
    assert once.arguments["q"] == "x"
    assert "who" not in once.arguments


def test_what_goes_without_saying_is_not_in_the_address() -> None:
    asked = log_query.read({"since": "24h", "outcome": "", "kind": "x"}, NOW)
    assert asked.arguments == {}
    assert asked.address("acme") == "/o/acme/activity"
    assert asked.range_words == " in the last 24 hours"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOW, ">13:00:00<"),
        (NOW - timedelta(days=1), ">23 Nov 13:00<"),
        (NOW - timedelta(days=400), ">20 Oct 2025<"),
    ],
)
def test_times_in_a_list_are_as_short_as_they_stay_clear(
    at: datetime, expected: str
) -> None:
    assert expected in formats.clock(at)


def test_a_field_of_a_time_has_it_as_the_browser_writes_it() -> None:
    assert formats.local_input(NOW) == "2026-11-24T13:00"
    assert formats.local_input(None) == ""
