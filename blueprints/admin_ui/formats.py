"""How values are written on pages: times, numbers, initials, and text from elsewhere.

Everything a provider sent is text of somebody else's making. Jinja escapes it; what is
invisible in it, or turns the direction of what follows, is made visible here, wherever
a template puts it out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, g
from flask.blueprints import BlueprintSetupState
from markupsafe import Markup, escape

# Controls, marks and isolates of direction, soft hyphens, blanks of no width, tags.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff"
    "\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e007f]|\r(?!\n)"
)
# Joiners belong between the parts of emoji, of Arabic and Indic words; elsewhere, and
# at the end of all but Indic words, they make two names look like one.
_JOINING: Final = (
    "\u0600-\u109f\u1780-\u18af\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\ufb50-\ufdff\ufe0f\ufe70-\ufefe"
    "\U0001f000-\U0001faff"
)
_HIDDEN_JOINER: Final = re.compile(
    f"(?<![{_JOINING}])[\u200c\u200d]"
    f"|(?<![\u0900-\u0dff])[\u200c\u200d](?![{_JOINING}])"
)
_MINUTE: Final = 60
_HOUR: Final = 3600
_SECOND_MS: Final = 1000
_KB: Final = 1024


def register(bp: Blueprint) -> None:
    """Give the filters to all templates."""
    bp.record_once(_register)


def _register(state: BlueprintSetupState) -> None:
    app = state.app
    # Called with everything that a template puts out.
    app.jinja_env.finalize = make_visible
    # Parts of a page that are sent out of band are told so by `fragments.show`.
    app.jinja_env.globals["is_oob"] = False
    app.jinja_env.filters |= {
        "ago": ago,
        "as_is": as_is,
        "clock": clock,
        "day": day,
        "exactly": exactly,
        "file_size": file_size,
        "initials": initials,
        "local_input": local_input,
        "moment": moment,
        "number": number,
        "plural": plural,
        "strong": strong,
        "took": took,
        "when": when,
    }


def make_visible(value: Any) -> Any:  # Any: whatever a template puts out
    """Text with its invisible characters written as `⟦U+202E⟧`; the rest as it is."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return spell_unseen(value, _code_point)


def spell_unseen(text: str, spell: Callable[[re.Match[str]], str]) -> str:
    """The text with each invisible character spelt as the caller likes."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub(spell, _HIDDEN_JOINER.sub(spell, text))


def _code_point(found: re.Match[str]) -> str:
    return f"⟦U+{ord(found[0]):04X}⟧"


def strong(text: str) -> Markup:
    """Text whose parts between pairs of `**` are names of buttons: `<strong>`.

    A pair that is not closed stays as it is.
    """
    pieces = [escape(make_visible(piece)) for piece in text.split("**")]
    if len(pieces) % 2 == 0:
        pieces[-2:] = [pieces[-2] + "**" + pieces[-1]]
    return Markup("").join(
        Markup("<strong>{}</strong>").format(piece) if place % 2 else piece
        for place, piece in enumerate(pieces)
    )


def as_is(text: str) -> Markup:
    """Text for a field that is sent back: escaped, and not a character changed."""
    return escape(text)


def number(value: int) -> str:
    """`108640` as `108,640`."""
    return f"{value:,}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 user`, `2 users`, `1 person`, `0 people`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def took(microseconds: int | None) -> str:
    """How long something took: `14 ms`, `1.2 s`; nothing when that is not known."""
    if microseconds is None:
        return ""
    milliseconds = max(round(microseconds / 1000), 1)
    if milliseconds < _SECOND_MS:
        return f"{milliseconds} ms"
    return f"{milliseconds / _SECOND_MS:,.1f} s"


def file_size(n_bytes: int) -> str:
    """`812 bytes`, `16 KB`, `23.4 KB`, `1.5 MB`: a KB has 1,024 bytes."""
    if n_bytes < _KB:
        return plural(n_bytes, "byte")
    size, unit = (n_bytes / _KB, "KB") if n_bytes < _KB**2 else (n_bytes / _KB**2, "MB")
    return f"{size:,.1f}".removesuffix(".0") + f" {unit}"


def initials(name: str) -> str:
    """Of the first and the last word of a name; `?` when nothing can stand for it."""
    words = [word for word in name.split() if word[0].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [w[0] for w in words]
    return "".join(letters).upper() or "?"


def zone() -> ZoneInfo:
    """The admin's time zone; UTC before anybody signed in."""
    signed_in = g.get("signed_in")
    return ZoneInfo(signed_in.time_zone if signed_in else "UTC")


def when(at: datetime | None, otherwise: str = "never") -> Markup:
    """A `<time>`: relative within the hour, else as short as it stays clear.

    The full local time with its zone is its title, which only a pointer finds: the page
    of the thing itself says it with `exactly`.
    """
    if at is None:
        return escape(otherwise)
    now = g.get("now") or datetime.now(UTC)
    local = at.astimezone(zone())
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.isoformat(timespec="seconds"),
        _in_full(local),
        _short(local, now.astimezone(zone())),
    )


def exactly(at: datetime | None, otherwise: str = "never") -> Markup:
    """The same, with the full local time and its zone beside it, for all to read."""
    if at is None:
        return escape(otherwise)
    return Markup('{} <span class="fine">· {}</span>').format(
        when(at), _in_full(at.astimezone(zone()))
    )


def day(at: datetime | None, otherwise: str = "never") -> Markup:
    """A `<time>` that names the day only: `23 Dec`, `4 May 2025`."""
    if at is None:
        return escape(otherwise)
    now = g.get("now") or datetime.now(UTC)
    local, now = at.astimezone(zone()), now.astimezone(zone())
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.isoformat(timespec="seconds"),
        _in_full(local),
        f"{local:%-d %b}" if local.year == now.year else f"{local:%-d %b %Y}",
    )


def moment(at: datetime) -> Markup:
    """A `<time>` to the second: `Today at 14:32:08`, `20 Nov at 09:12:00`."""
    now = g.get("now") or datetime.now(UTC)
    local, now = at.astimezone(zone()), now.astimezone(zone())
    on = f"{local:%-d %b}" if local.year == now.year else f"{local:%-d %b %Y}"
    return Markup('<time datetime="{}" title="{}">{} at {}</time>').format(
        at.isoformat(timespec="seconds"),
        _in_full(local),
        "Today" if local.date() == now.date() else on,
        f"{local:%H:%M:%S}",
    )


def clock(at: datetime) -> Markup:
    """A `<time>` for lists: `14:32:08` today, else `20 Nov 14:32`, `4 May 2025`."""
    now = g.get("now") or datetime.now(UTC)
    local, now = at.astimezone(zone()), now.astimezone(zone())
    text = f"{local:%-d %b %Y}"
    if local.year == now.year:
        text = f"{local:%-d %b %H:%M}"
    if local.date() == now.date():
        text = f"{local:%H:%M:%S}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.isoformat(timespec="seconds"),
        _in_full(local),
        text,
    )


def local_input(at: datetime | None) -> str:
    """A local time as a field of the type `datetime-local` has it."""
    return "" if at is None else f"{at.astimezone(zone()):%Y-%m-%dT%H:%M}"


def ago(span: timedelta) -> str:
    """A length of time in its largest unit: `12 seconds`, `6 days`."""
    seconds = max(int(span.total_seconds()), 0)
    for size, unit in ((86_400, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= size:
            return plural(seconds // size, unit)
    return plural(seconds, "second")


def _in_full(local: datetime) -> str:
    return f"{local:%-d %b %Y, %H:%M:%S} ({zone().key})"


def _short(local: datetime, now: datetime) -> str:
    passed = now - local
    # What happens while a page is made is later than the page's own now.
    if timedelta(seconds=-1) <= passed < timedelta(seconds=5):
        return "just now"
    if timedelta(0) <= passed < timedelta(hours=1):
        return f"{ago(passed)} ago"
    if timedelta(0) < -passed < timedelta(hours=1):
        return f"in {ago(-passed)}"
    if local.date() == now.date():
        return f"{local:%H:%M}"
    if local.year == now.year:
        return f"{local:%-d %b}"
    return f"{local:%-d %b %Y}"
