"""The activity in an address: what it asks for, and the address of another list.

Without a range an address means the last 24 hours; with a person, a group or a request
it means all that is kept, since whoever follows one wants its whole story. What cannot
be understood is left out, so that an old bookmark still leads to a list, which says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flask import url_for

from blueprints.admin_ui import formats
from services.activity.log_queries import PROBLEM, LogQuery
from services.origin import is_id

RANGES: Final = {
    "1h": ("Last hour", "the last hour", timedelta(hours=1)),
    "24h": ("Last 24 hours", "the last 24 hours", timedelta(hours=24)),
    "7d": ("Last 7 days", "the last 7 days", timedelta(days=7)),
    "30d": ("Last 30 days", "the last 30 days", timedelta(days=30)),
}
"""Label, the same in a sentence, and length of each range that has a name."""

EVERYTHING: Final = "all"
"""The range of all that is kept."""

OUTCOMES: Final = {
    "changed": ("Changes", "changed"),
    "failed": ("Failed", PROBLEM),
    "already": ("Already so", "already"),
    "read": ("Look-ups", "read"),
    "refused": ("Refused", "refused"),
    "error": ("Failed in Rollcall", "failed"),
}
"""As an address names them: label, and what the log calls it."""

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
KINDS: Final = {
    "scim": "By SCIM",
    "admin": "In the browser",
    "command": "At the command line",
    "system": "By Rollcall itself",
}

_DEFAULT: Final = "24h"
_LONGEST: Final = 200
_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 9998
_TIMES: Final = ("since", "until")
_CHECKED: Final = (*_TIMES, "outcome", "kind", "method", "resource")
"""Arguments that may mean nothing."""

_SIMPLE: Final = ("q", "token", "provider", "resource", "request")


@dataclass(frozen=True)
class Asked:
    """What the address says, understood; `span` is a key of `RANGES`, or "".

    `ignored` are the arguments, with their values, that cannot be understood.
    """

    arguments: Mapping[str, str]
    query: LogQuery
    span: str
    ignored: Mapping[str, str] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        """A key of `OUTCOMES`, or ""."""
        return self.arguments.get("outcome", "")

    @property
    def is_live(self) -> bool:
        """Whether the page asks for new rows by itself; not of a time that is over."""
        return "live" in self.arguments and "until" not in self.arguments

    @property
    def narrowing(self) -> set[str]:
        """The arguments that leave rows out, but for those of time."""
        return set(self.arguments) - {"since", "until", "live"}

    @property
    def noun(self) -> tuple[str, str]:
        """What a row is called, and several: some of them may be no requests."""
        query = self.query
        is_scim = query.kind == "scim" or query.token or query.provider
        return ("request", "requests") if is_scim else ("entry", "entries")

    @property
    def range_label(self) -> str:
        """What the menu of ranges says."""
        if self.span:
            return RANGES[self.span][0]
        return "Everything kept" if not self.is_limited else "Chosen time"

    @property
    def is_limited(self) -> bool:
        """Whether the time leaves rows out."""
        return self.query.since is not None or self.query.until is not None

    @property
    def is_backwards(self) -> bool:
        """Whether the time ends before it begins, so that nothing can be in it."""
        since, until = self.query.since, self.query.until
        return bool(since and until and until <= since)

    @property
    def range_words(self) -> str:
        """The time at the end of a sentence, after a blank; nothing for all kept."""
        if self.span:
            return f" in {RANGES[self.span][1]}"
        return " at that time" if self.is_limited else ""

    def without(self, *names: str, **changes: str) -> dict[str, str]:
        """The arguments of another list: some left out, some changed."""
        kept = {k: v for k, v in self.arguments.items() if k not in names}
        return {k: v for k, v in (kept | changes).items() if v}

    def address(self, slug: str, *names: str, **changes: str) -> str:
        """The address of another list, from its first page."""
        arguments = self.without(*names, **changes)
        return _address("list_activity", slug, arguments)

    def address_of(self, slug: str, request_id: str, cursor: str = "") -> str:
        """The address of a request beside this list."""
        arguments = self.without(cursor=cursor)
        return _address("show_activity", slug, arguments, request_id=request_id)


def _address(
    endpoint: str, slug: str, arguments: Mapping[str, str], **values: str
) -> str:
    given: dict[str, Any] = {**values, **arguments}  # Any: as url_for wants them
    return url_for(f"admin_ui.{endpoint}", slug=slug, **given)


def read(arguments: Mapping[str, str], now: datetime) -> Asked:
    """What an address asks for, in the time zone of who is signed in."""
    kept = {name: _text(arguments, name) for name in _SIMPLE}
    outcome, kind = _text(arguments, "outcome"), _text(arguments, "kind")
    kept["outcome"] = "failed" if outcome == PROBLEM else outcome
    kept["outcome"] = kept["outcome"] if kept["outcome"] in OUTCOMES else ""
    kept["kind"] = kind if kind in KINDS else ""
    kept["live"] = "1" if arguments.get("live") else ""
    method = _text(arguments, "method").upper()
    kept["method"] = method if method.isascii() and method.isalpha() else ""
    for name in ("resource", "request"):
        kept[name] = kept[name].lower()
    if not is_id(kept["resource"]):
        kept["resource"] = ""
    return _with_times(kept, arguments, now)


def _text(arguments: Mapping[str, str], name: str) -> str:
    return arguments.get(name, "").strip()[:_LONGEST]


def _with_times(
    kept: dict[str, str], arguments: Mapping[str, str], now: datetime
) -> Asked:
    said, end = _text(arguments, "since"), _text(arguments, "until")
    since, until = _instant(said), _instant(end)
    follows_one = bool(kept["resource"] or kept["request"])
    if said in RANGES:
        span = said
    elif since or until or said == EVERYTHING or follows_one:
        span = ""
    else:
        span = _DEFAULT
    if span:
        since = now - RANGES[span][2]
    is_usual = span == _DEFAULT and not follows_one
    plain = said if said == EVERYTHING else since.isoformat() if since else ""
    kept["since"] = "" if is_usual else span or plain
    kept["until"] = until.isoformat() if until else ""
    query = LogQuery(
        outcome=OUTCOMES[kept["outcome"]][1] if kept["outcome"] else "",
        method=kept["method"],
        token=kept["token"],
        provider=kept["provider"],
        kind=kept["kind"],
        resource_id=kept["resource"],
        since=since,
        until=until,
        request_id=kept["request"],
        q=kept["q"],
    )
    understood = {k: v for k, v in kept.items() if v}
    return Asked(understood, query, span, _ignored(kept, arguments))


def _ignored(kept: Mapping[str, str], arguments: Mapping[str, str]) -> dict[str, str]:
    """What was given, and is nothing."""
    given = {name: _text(arguments, name) for name in _CHECKED}
    named = (*RANGES, EVERYTHING)
    return {
        name: text
        for name, text in given.items()
        if text
        and not (_instant(text) or text in named if name in _TIMES else kept[name])
    }


def _instant(text: str) -> datetime | None:
    """A moment, local unless it names its offset; None for what is none."""
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            found = found.replace(tzinfo=formats.zone())
        moment = found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    # At the edges of the calendar no other time zone can tell it.
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None
