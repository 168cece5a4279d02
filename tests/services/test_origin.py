"""Where a change comes from, and how a client's text is made fit for a sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services import origin
from services.origin import Actor, Origin

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def test_new_ids_are_uuids_of_version_7_that_sort_by_age() -> None:
    made = [origin.new_id() for _ in range(100)]
    assert made == sorted(made)
    assert len(set(made)) == 100
    assert {UUID(one).version for one in made} == {7}


def test_what_is_made_here_is_an_id() -> None:
    assert origin.is_id(origin.new_id())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "00000000-0000-7000-8000-00000000000",
        "00000000-0000-7000-8000-0000000000000",
        "00000000-0000-7000-8000-00000000000A",
        "00000000-0000-7000-8000-000000000000\n",
        "00000000-0000-7000-8000-00000000000٣",
        "\x00",
        "\ud800",
    ],
)
def test_what_cannot_be_an_id_is_told_without_the_database(text: str) -> None:
    assert not origin.is_id(text)


def test_an_actor_is_remembered_by_kind_and_id() -> None:
    assert Actor("token", "7Qm2", "Okta").key == "token:7Qm2"
    assert origin.COMMAND_LINE.key == "command:line"


def test_the_command_line_acts_now_and_without_a_request() -> None:
    before = datetime.now(UTC)
    made = Origin.of_command_line()
    assert before <= made.at <= datetime.now(UTC)
    assert made.actor == origin.COMMAND_LINE
    assert made.request is None


def test_two_origins_share_neither_id_nor_notes() -> None:
    one, other = Origin.of_command_line(), Origin.of_command_line()
    one.notes.append("read False as false")
    assert one.request_id != other.request_id
    assert other.notes == []


@pytest.mark.parametrize(
    ("previous", "expected"),
    [
        (NOW - TICK, NOW),
        (NOW, NOW + TICK),
        (NOW + timedelta(days=1), NOW + timedelta(days=1) + TICK),
    ],
)
def test_an_instant_never_goes_back(previous: datetime, expected: datetime) -> None:
    assert origin.instant_after(NOW, previous) == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
        ("a\nb\x00\x1b", "a\\u000ab\\u0000\\u001b"),
        ("\ud800", "\\ud800"),
        ("\u202egnp", "\\u202egnp"),
        ("Zoë 😀", "Zoë 😀"),
    ],
)
def test_a_clients_text_is_cut_and_its_controls_are_shown(
    text: str, shown: str
) -> None:
    assert origin.shorten(text) == shown
    assert origin.shorten(text).isprintable()


def test_a_text_is_cut_where_it_is_asked() -> None:
    assert origin.shorten("Negotiate", 5) == "Nego…"


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a, b"),
        (list("abcdefghij"), "a, b, c, d, e, f, g, h, i, j"),
        (list("abcdefghijkl"), "a, b, c, d, e, f, g, h, i, j and 2 more"),
        (["x" * 36] * 8, ", ".join(["x" * 36] * 5) + " and 3 more"),
        (["x" * 500] * 2, "x" * 39 + "… and 1 more"),
    ],
)
def test_ids_are_named_as_long_as_they_can_be_read(ids: list[str], said: str) -> None:
    assert origin.enumerate_ids(ids) == said
