"""Where a change comes from: who asked for it, when, and in which request."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from uuid6 import uuid7

ActorKind = Literal["token", "admin", "command", "system"]


def new_id() -> str:
    """A fresh identifier: a UUIDv7 (RFC 9562 §5.7), so that new rows sort last."""
    return str(uuid7())


_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_id(text: str) -> bool:
    """Whether the text can be one of our identifiers; no other reaches the database."""
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True)
class Actor:
    """Who acts: a provisioning token, an admin, the command line, Rollcall itself."""

    kind: ActorKind
    id: str
    name: str

    @property
    def key(self) -> str:
        """How rows remember the actor: `token:7Qm2…`, `admin:<id>`, `command:line`."""
        return f"{self.kind}:{self.id}"


COMMAND_LINE = Actor("command", "line", "the command line")


@dataclass(frozen=True)
class RequestInfo:
    """The request behind a change, as the request log keeps it. No body, no secret."""

    method: str
    path: str
    address: str
    user_agent: str


@dataclass(frozen=True)
class Origin:
    """Handed by a door to a service with every write.

    `notes` collects the leniencies used on the way, as sentences; `at` is the clock of
    the whole change.
    """

    actor: Actor
    at: datetime
    request_id: str = field(default_factory=new_id)
    request: RequestInfo | None = None
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of_command_line(cls) -> Origin:
        """The origin of what is typed on the server itself."""
        return cls(COMMAND_LINE, datetime.now(UTC))


def instant_after(at: datetime, previous: datetime) -> datetime:
    """`at`, or the smallest instant after `previous` when a clock stepped back."""
    if at > previous:
        return at
    return previous + datetime.resolution


def shorten(text: str, length: int = 60) -> str:
    """A client's text, made fit for an error's sentence: cut, controls escaped."""
    cut = text if len(text) <= length else text[: length - 1] + "…"
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut)


def enumerate_ids(ids: Sequence[str], at_most: int = 10, characters: int = 200) -> str:
    """The first ids in words, then the number of the rest: short enough to be read."""
    named: list[str] = []
    for one in ids[:at_most]:
        if named and sum(map(len, named)) + len(one) > characters:
            break
        named.append(shorten(one, 40))
    rest = len(ids) - len(named)
    return ", ".join(named) + (f" and {rest} more" if rest else "")
