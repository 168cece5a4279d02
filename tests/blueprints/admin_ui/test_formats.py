"""How values are written on pages."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from app import create_app
from blueprints.admin_ui import formats
from services.access.sessions import SignedIn

NOW = datetime(2026, 11, 23, 14, 35, tzinfo=UTC)
# Numbers and signs of these are seen, though their category says "format".
SEEN_FORMATS = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
JOINERS = set("\u200c\u200d")
BLANK_LETTERS = set("\u115f\u1160\u3164\uffa0\u034f\u2800\u17b4\u17b5")


def is_unseen(character: str) -> bool:
    """By what Unicode says of it, not by our own table."""
    if character in SEEN_FORMATS or character in "\t\n\r":
        return False
    if character in BLANK_LETTERS:
        return True
    point = ord(character)
    is_format = unicodedata.category(character) in ("Cf", "Cc", "Zl", "Zp")
    # Egyptian, Kaithi and Duployan signs that arrange what is seen.
    return is_format and point not in range(0x11000, 0x13460)


class Clock:
    """What a template is given while somebody in that time zone looks."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def render(self, source: str, zone: str = "UTC", **values: Any) -> str:
        with self.app.test_request_context():
            g.now = NOW
            g.signed_in = signed_in(zone)
            return self.app.jinja_env.from_string(source).render(**values)


def words_of(markup: str) -> str:
    return re.sub("<[^>]+>", "", markup)


def signed_in(zone: str) -> SignedIn:
    return SignedIn(
        id="s",
        admin_id="a",
        email="ada@example.com",
        name="Ada",
        theme="system",
        time_zone=zone,
        uses_single_keys=True,
        is_instance_owner=False,
        roles={},
        created_at=NOW,
        authenticated_at=NOW,
        last_used_at=NOW,
    )


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    folder: Path = tmp_path_factory.mktemp("formats")
    return Clock(create_app({"ROLLCALL_INSTANCE": str(folder)}))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_nothing_unseen_is_put_out(text: str) -> None:
    shown = formats.make_visible(text)
    assert {one for one in shown if is_unseen(one)} <= JOINERS


@given(st.text(st.characters(max_codepoint=0x5FF)))
def test_joiners_hide_in_no_european_name(text: str) -> None:
    assert not JOINERS & set(formats.make_visible("\u200d".join(text) + "\u200c"))


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_what_is_seen_stays_as_it_is(text: str) -> None:
    kept = "".join(one for one in text if one not in BLANK_LETTERS)
    assert formats.make_visible(kept) == kept


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ada\u202e", "Ada⟦U+202E⟧"),
        ("a\u200bb", "a⟦U+200B⟧b"),
        ("admin\u200d", "admin⟦U+200D⟧"),
        ("\u200dAda", "⟦U+200D⟧Ada"),
        ("ад\u200cмин", "ад⟦U+200C⟧мин"),
        ("علی\u200c", "علی⟦U+200C⟧"),
        ("👩\u200d\u200d🚀", "👩⟦U+200D⟧⟦U+200D⟧🚀"),
        ("\ufeffAda", "⟦U+FEFF⟧Ada"),
        ("a\x00\x1b[31m", "a⟦U+0000⟧⟦U+001B⟧[31m"),
        ("one\rtwo", "one⟦U+000D⟧two"),
        ("\U000e0041", "⟦U+E0041⟧"),
        ("soft\u00adhyphen", "soft⟦U+00AD⟧hyphen"),
    ],
)
def test_what_hides_is_named(text: str, shown: str) -> None:
    assert formats.make_visible(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ada Lovelace",
        "Jürgen Groß",
        "山田 太郎",
        "محمد علی",
        "می\u200cخواهم",
        "ක්\u200dෂ",
        "അവന്\u200d",
        "👩\u200d🚀 👩🏽\u200d🤝\u200d👨🏻 🏳️\u200d🌈",
        "line one\r\nline two\n\tthree",
    ],
)
def test_names_as_people_write_them_are_left_alone(text: str) -> None:
    assert formats.make_visible(text) == text


def test_a_template_shows_what_hides_and_escapes_the_rest(clock: Clock) -> None:
    assert clock.render("{{ x }}", x="<b>\u202e") == "&lt;b&gt;⟦U+202E⟧"
    assert clock.render("{{ x }}", x=Markup("<b>")) == "<b>"
    assert clock.render("{{ x }}", x=7) == "7"


def test_a_value_that_is_sent_back_is_not_changed(clock: Clock) -> None:
    assert clock.render('"{{ x | as_is }}"', x='<\u202e"') == '"&lt;\u202e&#34;"'


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada Lovelace", "AL"),
        ("Rafael Moreno de la Fuente", "RF"),
        ("ada", "A"),
        ("محمد علي", "مع"),
        ("🦊 Fox", "F"),
        ("🦊", "?"),
        ("\u202eAda", "?"),
        ("", "?"),
        ("  ", "?"),
        ("山田 太郎", "山太"),
    ],
)
def test_initials_are_of_the_first_and_the_last_word(name: str, letters: str) -> None:
    assert formats.initials(name) == letters


def test_counts_agree_with_their_nouns() -> None:
    assert formats.plural(1, "user") == "1 user"
    assert formats.plural(0, "user") == "0 users"
    assert formats.plural(4_322, "person", "people") == "4,322 people"
    assert formats.number(108_640) == "108,640"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-5), "0 seconds"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=59), "59 seconds"),
        (timedelta(seconds=60), "1 minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(days=6), "6 days"),
    ],
)
def test_a_span_is_told_in_its_largest_unit(span: timedelta, words: str) -> None:
    assert formats.ago(span) == words


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=-0.4), "just now"),
        (timedelta(seconds=-2), "in 2 seconds"),
        (timedelta(seconds=12), "12 seconds ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=3), "11:35"),
        (timedelta(days=3), "20 Nov"),
        (timedelta(days=400), "19 Oct 2025"),
        (timedelta(minutes=-4), "in 4 minutes"),
        (timedelta(hours=-3), "17:35"),
        (timedelta(days=-30), "23 Dec"),
        (timedelta(days=-60), "22 Jan 2027"),
    ],
)
def test_a_time_is_as_short_as_it_stays_clear(
    clock: Clock, before: timedelta, words: str
) -> None:
    shown = clock.render("{{ at | when }}", at=NOW - before)
    assert words_of(shown) == words


@pytest.mark.parametrize(
    ("zone", "words", "title"),
    [
        ("UTC", "23:30", "23 Nov 2026, 23:30:00 (UTC)"),
        ("Asia/Tokyo", "24 Nov", "24 Nov 2026, 08:30:00 (Asia/Tokyo)"),
        ("America/New_York", "18:30", "23 Nov 2026, 18:30:00 (America/New_York)"),
        ("Asia/Kathmandu", "24 Nov", "24 Nov 2026, 05:15:00 (Asia/Kathmandu)"),
    ],
)
def test_a_time_is_that_of_the_admins_zone(
    clock: Clock, zone: str, words: str, title: str
) -> None:
    at = NOW.replace(hour=23, minute=30)
    shown = clock.render("{{ at | when }}", zone, at=at)
    assert words_of(shown) == words
    assert f'title="{title}"' in shown
    assert 'datetime="2026-11-23T23:30:00+00:00"' in shown


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOW, "23 Nov"),
        (NOW.replace(year=2025, month=5, day=4), "4 May 2025"),
        (NOW.replace(month=12, day=31, hour=20), "1 Jan 2027"),
    ],
)
def test_a_day_is_that_of_the_admins_zone(
    clock: Clock, at: datetime, words: str
) -> None:
    shown = clock.render("{{ at | day }}", "Asia/Tokyo", at=at)
    assert words_of(shown) == words


def test_what_never_happened_has_a_word(clock: Clock) -> None:
    assert clock.render("{{ None | when }} {{ None | day }}") == "never never"
    assert clock.render("{{ None | when('<not yet>') }}") == "&lt;not yet&gt;"


def test_before_anybody_signed_in_times_are_utc(clock: Clock) -> None:
    with clock.app.test_request_context():
        shown = clock.app.jinja_env.from_string("{{ at | day }}").render(at=NOW)
    assert "(UTC)" in shown


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOW, "Today at 14:35:00"),
        (NOW.replace(day=1, second=7), "1 Nov at 14:35:07"),
        (NOW.replace(year=2025), "23 Nov 2025 at 14:35:00"),
    ],
)
def test_a_moment_is_told_to_the_second(clock: Clock, at: datetime, words: str) -> None:
    shown = clock.render("{{ at | moment }}", "UTC", at=at)
    assert words_of(shown) == words
    assert f'datetime="{at.isoformat(timespec="seconds")}"' in shown


def test_a_time_is_told_in_full_for_all_to_read(clock: Clock) -> None:
    shown = clock.render("{{ at | exactly }}", "Europe/Amsterdam", at=NOW)
    full = "23 Nov 2026, 15:35:00 (Europe/Amsterdam)"
    assert words_of(shown) == f"just now · {full}"
    assert f">· {full}<" in shown


def test_a_time_that_never_was_has_no_long_form(clock: Clock) -> None:
    assert clock.render("{{ none | exactly }}", "UTC", none=None) == "never"
