"""What a request is without its secrets, before anything of it is written.

Hidden are passwords, photos, credentials and whatever looks like a provisioning token:
here in addresses, headers, and the remarks on a request (notes, and the words of an
error), which may quote what was hidden; in `redacted_bodies` in what was sent and
answered. The `Authorization` header never comes here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, Final
from urllib.parse import unquote_plus

from scim import filters
from services.activity.secret_words import (
    is_common,
    is_secret,
    may_name_one,
    pieces,
    says_one,
)
from services.origin import shorten

HIDDEN: Final = "hidden"

LONGEST_PATH: Final = 2_000

ATTRIBUTE: Final = re.compile(r"[\w.:$-]*")
"""What the name of an attribute is made of."""

_USUAL_PATH: Final = re.compile(r"/scim/v2/(?:Users|Groups)(?:/[0-9a-f-]{36})?")
_TOKEN: Final = re.compile(r"(rcl(?:_|%5f)[0-9a-z]{10})[0-9a-z_%]+", re.IGNORECASE)
_UNPREFIXED: Final = re.compile(r"(?<![0-9A-Za-z])([0-9A-Za-z]{10})_[0-9A-Za-z]{24,}")
_MAY_HOLD_TOKEN: Final = re.compile(r"_|rcl|bearer|basic|eyj|://", re.IGNORECASE)
_SCHEME: Final = re.compile(
    # Not the next word of "The word Bearer came without a token".
    r"\b(bearer|basic)(?:\s|%20|\+)+[^\s\",;]{8,}",
    re.IGNORECASE,
)
_SIGNED: Final = re.compile(r"eyJ[\w-]{5,}\.eyJ[\w-]{5,}(?:\.[\w-]*)*")
"""A token of another kind, a JWT (RFC 7519)."""

IN_ADDRESS: Final = re.compile(r"(://[^\s/:@\"]*:)[^\s/@\"]+(?=@)")
"""The password in the address of a page (RFC 3986 §3.2.1)."""

_RANDOM: Final = re.compile(r"[0-9A-Za-z]{40,}")
_TEXTS: Final = re.compile(r'"[^"]*"')
_PRESENT: Final = re.compile(r"\s*[\w.:$-]+\s+pr\s*", re.IGNORECASE)
_AT_LEAST: Final = 3
"""Characters of a secret that is looked for elsewhere; fewer would be anywhere."""

_QUOTED: Final = 24
"""So much of a long secret is looked for: elsewhere it may have been cut."""


@dataclass(frozen=True)
class Address:
    """Path and query as they are kept, and what was hidden in them.

    `is_quotable` unless some text was hidden for what it says: an error may quote any
    part of that.
    """

    text: str
    secrets: frozenset[str] = frozenset()
    is_quotable: bool = True


def text(value: str) -> str:
    """A text, such as a header, with no token or credentials left in it."""
    if not _MAY_HOLD_TOKEN.search(value):
        return value
    found = _TOKEN.sub(r"\1…", value)
    found = _UNPREFIXED.sub(r"\1…", found)
    found = _SIGNED.sub("eyJ…", found)
    found = IN_ADDRESS.sub(rf"\1{HIDDEN}", found)
    return _SCHEME.sub(rf"\1 {HIDDEN}", found)


def value_sought(value: Any, where: Address) -> Any:  # Any: as JSON has it
    """What a filter compares with; `HIDDEN` whenever something of it or beside it is.

    `where` is the address that holds the filter.
    """
    if where.secrets:
        return HIDDEN
    is_secret = isinstance(value, str) and (
        without_random(text(value)) != value or says_one(value)
    )
    return HIDDEN if is_secret else value


def address(path: str, query: str) -> Address:
    """The path and the query of a request, cut; a value that may be secret is hidden.

    `path` is decoded, `query` as it came.
    """
    hidden = _Hidden()
    if query and not _is_plain(query):
        query = "&".join(_parameter(part, hidden) for part in query.split("&"))
    if not _USUAL_PATH.fullmatch(path):
        path = _steps(path, hidden) if may_name_one(path) else path
        path = without_random(text(path))
    whole = path + ("?" + query if query else "")
    shown = shorten(whole, LONGEST_PATH)
    return Address(shown, frozenset(hidden.secrets), hidden.is_quotable)


@dataclass
class _Hidden:
    """What was hidden in an address so far; names as in `Address`."""

    secrets: set[str] = field(default_factory=set)
    is_quotable: bool = True

    def add(self, value: str, *, is_spoken: bool) -> None:
        """Hide a value, for what it says or for what it is called."""
        self.secrets.update((value, *pieces(value)))
        self.is_quotable = self.is_quotable and not is_spoken


def _steps(path: str, hidden: _Hidden) -> str:
    """A path without what a step of it says a password is, or the next one does."""
    shown: list[str] = []
    before = ""
    for step in path.split("/"):
        is_value = is_secret(before) or (
            not ATTRIBUTE.fullmatch(step) and may_name_one(step)
        )
        if is_value and step:
            hidden.add(step, is_spoken=True)
        shown.append(HIDDEN if is_value and step else step)
        before = step
    return "/".join(shown)


def _is_plain(query: str) -> bool:
    """Whether no parameter can hold a secret: most are looked at as one text."""
    plain = unquote_plus(query)
    if "%" in plain or _MAY_HOLD_TOKEN.search(plain) or _RANDOM.search(plain):
        return False
    return not may_name_one(plain, "data:")


def _parameter(part: str, hidden: _Hidden) -> str:
    name, is_assigned, value = part.partition("=")
    plain = _decoded(value)
    without_tokens = text(value)
    named = _decoded(name)
    is_spoken = says_one(plain) or (
        # Whatever the attribute of a filter is compared with, and however.
        named.casefold() == "filter"
        and not _PRESENT.fullmatch(plain)
        and may_name_one(_TEXTS.sub("", plain))
    )
    if is_secret(named) or is_spoken or "rcl" in named.casefold():
        if _TOKEN.fullmatch(value):
            return f"{text(name)}={without_tokens}"
        hidden.add(plain, is_spoken=is_spoken)
        shown = name if ATTRIBUTE.fullmatch(name) and "rcl" not in name else HIDDEN
        return f"{shown}={HIDDEN}"
    if text(plain) != plain and without_tokens == value:
        # A token that is spelt with escapes.
        return f"{name}={HIDDEN}"
    return without_random(text(name)) + is_assigned + without_random(without_tokens)


def _decoded(value: str) -> str:
    """Without percent signs, however often they were put in."""
    for _ in range(3):
        decoded = unquote_plus(value)
        if decoded == value:
            break
        value = decoded
    return value


def without_random(value: str) -> str:
    """A text without long runs of mixed letters and digits, as a token's secret is."""

    def hide(run: re.Match[str]) -> str:
        found = run[0]
        kinds = (str.isupper, str.islower, str.isdigit)
        is_mixed = all(any(kind(one) for one in found) for kind in kinds)
        return found[:4] + "…" if is_mixed else found

    return _RANDOM.sub(hide, value)


def remark(said: str, secrets: Iterable[str] = (), *, is_quotable: bool = True) -> str:
    """A text of ours on a request, a note or an error, that may quote what was hidden.

    Nothing is quoted at all when it is not `is_quotable`, since parts are quoted too,
    in other spellings. Outside of quotations are our own words, and numbers. What is
    kept of the request anyway is no secret any more: see `unseen`.
    """
    said = text(said)
    before, quoted, after = _around_quotations(said)
    if not is_quotable or says_one(quoted):
        said = before + (f'"{HIDDEN}"' if quoted else "") + after
    for secret in sorted(secrets, key=len, reverse=True):
        for spelt in _spellings(secret):
            # Of thousands hardly one is there.
            if spelt[:_QUOTED] in said and not is_common(secret):
                said = _scrubbed(said, spelt)
    return said


def unseen(secrets: Iterable[str], *kept: str | None) -> list[str]:
    """The secrets that stand nowhere in what is kept of a request.

    A userName that is the password as well: were the one hidden, it would tell what
    the other is.
    """
    texts = [text for text in kept if text]
    return [
        one
        for one in secrets
        # Of thousands hardly one is there.
        if not any(one in text and _as_word(one).search(text) for text in texts)
    ]


def _around_quotations(said: str) -> tuple[str, str, str]:
    """What stands before the first quotation, from it to the last, and after that."""
    before, mark, rest = said.partition('"')
    inner, end, after = rest.rpartition('"')
    return (before, mark + inner + end, after) if end else (before, mark + rest, "")


def _spellings(secret: str) -> Iterable[str]:
    """A secret as it may be quoted."""
    if len(secret) < _AT_LEAST:
        return ()
    if secret.isprintable():
        return (secret,)
    return {secret, filters.escaped(secret), shorten(secret, len(secret))}


def _scrubbed(said: str, secret: str) -> str:
    """A text in which a secret, but no part of a longer word, is hidden."""
    before, quoted, after = _around_quotations(said)
    shown = before + _without(quoted, secret) + after
    return re.sub(rf"\bnumber {re.escape(secret)}(?!\w)", f"number {HIDDEN}", shown)


def _as_word(secret: str) -> re.Pattern[str]:
    """A secret that is no part of a longer word."""
    begin = r"(?<!\w)" if secret[:1].isalnum() else ""
    end = r"(?!\w)" if secret[-1:].isalnum() else ""
    return re.compile(f"{begin}{re.escape(secret)}{end}")


def _without(said: str, secret: str) -> str:
    said = _as_word(secret).sub(HIDDEN, said)
    return _without_beginnings(said, secret) if len(secret) > _QUOTED else said


def _without_beginnings(said: str, secret: str) -> str:
    """A text in which as much of a long secret as was quoted of it is hidden."""
    while (start := said.find(secret[:_QUOTED])) >= 0:
        pairs = zip(said[start:], secret, strict=False)
        n_same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        said = said[:start] + HIDDEN + said[start + n_same :].removeprefix("…")
    return said
