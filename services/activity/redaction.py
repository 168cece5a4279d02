"""What a request is without its secrets, before anything of it is written.

Hidden are passwords, photos, credentials and whatever looks like a provisioning token,
in addresses and bodies, under any key and as the value of any PATCH. A body in which no
word speaks of a secret is kept as it came; one where some does is read, and what cannot
be read is not kept. All is hidden by its place. It is looked for elsewhere in nothing
but the remarks on a request, which may quote it: notes, and the words of an error. The
`Authorization` header never comes here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, Final
from urllib.parse import unquote_plus

import orjson

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

KEPT_BYTES: Final = 16 * 1024
"""Of each body; the rest is left out, its size is told."""

LONGEST_PATH: Final = 2_000

_READ_BYTES: Final = 512 * 1024
"""Larger bodies that speak of secrets are not worth reading to show their head."""

_DEEPEST: Final = 64

_MARKS: Final = ("rcl", "bearer", "basic ", "data:")
"""Without one of them, and the name of a secret, a text is as it may be kept."""

_OUR_MARKS: Final = (b"passw", b"photo", b"rcl", b"bearer", b"basic ", b"data:")
_OUR_PHOTOS: Final = b'"photos":'
"""The same for answers of ours, whose attributes are known."""

_OUR_GROUPS: Final = b'"groups":['
"""Where most of a long user begins, which has no photos until its next bracket."""

_LOOKED_THROUGH: Final = 4 * 1024

_ESCAPED_LETTERS: Final = ("\\u00", "\\u017f", "\\u212a")
"""Letters of those words, as JSON may spell them."""

_NAMES: Final = frozenset({"path", "name", "key", "attribute", "type", "field", "id"})
"""Keys whose value may say what the `value` beside it is."""

_VALUES: Final = frozenset({"value", "values", "val", "content", "data", "newvalue"})

_ATTRIBUTE: Final = re.compile(r"[\w.:$-]*")
_TOKEN: Final = re.compile(r"(rcl(?:_|%5f)[0-9a-z]{10})[0-9a-z_%]+", re.IGNORECASE)
_UNPREFIXED: Final = re.compile(r"(?<![0-9A-Za-z])([0-9A-Za-z]{10})_[0-9A-Za-z]{24,}")
_MAY_HOLD_TOKEN: Final = re.compile(r"_|rcl|bearer|basic", re.IGNORECASE)
_TAIL: Final = re.compile(r"_[0-9A-Za-z]{24}")
_OUR_TAIL: Final = re.compile(rb"_[0-9A-Za-z]{24}")
_SCHEME: Final = re.compile(
    # Not the next word of "The word Bearer came without a token".
    r"\b(bearer|basic)(?:\s|%20|\+)+[^\s\",;]{8,}",
    re.IGNORECASE,
)
_RANDOM: Final = re.compile(r"[0-9A-Za-z]{40,}")
_AT_LEAST: Final = 3
"""Characters of a secret that is looked for elsewhere; fewer would be anywhere."""

_QUOTED: Final = 24
"""So much of a long secret is looked for: elsewhere it may have been cut."""


@dataclass(frozen=True)
class Address:
    """Path and query as they are kept, and what was hidden in them."""

    text: str
    secrets: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Body:
    """The head of a body as it is kept, or None, and what was hidden in it.

    `is_quotable` unless some text of it was hidden for what it says: then an error may
    quote any part of that.
    """

    head: str | None
    secrets: frozenset[str] = frozenset()
    is_quotable: bool = True


def text(value: str) -> str:
    """A text, such as a header, with no token or credentials left in it."""
    if not _MAY_HOLD_TOKEN.search(value):
        return value
    found = _TOKEN.sub(r"\1…", value)
    found = _UNPREFIXED.sub(r"\1…", found)
    return _SCHEME.sub(rf"\1 {HIDDEN}", found)


def value_sought(value: Any, where: Address) -> Any:  # Any: as JSON has it
    """What a filter compares with; `HIDDEN` whenever something of it or beside it is.

    `where` is the address that holds the filter.
    """
    if where.secrets:
        return HIDDEN
    is_secret = isinstance(value, str) and (
        _without_random(text(value)) != value or says_one(value)
    )
    return HIDDEN if is_secret else value


def address(path: str, query: str) -> Address:
    """The path and the query of a request, cut; a value that may be secret is hidden.

    `path` is decoded, `query` as it came.
    """
    secrets: set[str] = set()
    if query and not _is_plain(query):
        query = "&".join(_parameter(part, secrets) for part in query.split("&"))
    whole = _without_random(text(path)) + ("?" + query if query else "")
    return Address(shorten(whole, LONGEST_PATH), frozenset(secrets))


def _is_plain(query: str) -> bool:
    """Whether no parameter can hold a secret: most are looked at as one text."""
    plain = unquote_plus(query)
    if "%" in plain or _MAY_HOLD_TOKEN.search(plain) or _RANDOM.search(plain):
        return False
    return "data:" not in plain.casefold() and not may_name_one(plain)


def _parameter(part: str, secrets: set[str]) -> str:
    name, is_assigned, value = part.partition("=")
    plain = _decoded(value)
    without_tokens = text(value)
    if is_secret(_decoded(name)) or says_one(plain) or "rcl" in _plain(name):
        if _TOKEN.fullmatch(value):
            return f"{text(name)}={without_tokens}"
        secrets.update((plain, *pieces(plain)))
        shown = name if _ATTRIBUTE.fullmatch(name) and "rcl" not in name else HIDDEN
        return f"{shown}={HIDDEN}"
    if text(plain) != plain and without_tokens == value:
        # A token that is spelt with escapes.
        return f"{name}={HIDDEN}"
    return _without_random(text(name)) + is_assigned + _without_random(without_tokens)


def _plain(value: str) -> str:
    return _decoded(value).casefold()


def _decoded(value: str) -> str:
    """Without percent signs, however often they were put in."""
    for _ in range(3):
        decoded = unquote_plus(value)
        if decoded == value:
            break
        value = decoded
    return value


def _without_random(value: str) -> str:
    """Without long runs of mixed letters and digits, as the secret of a token is."""

    def hide(run: re.Match[str]) -> str:
        found = run[0]
        kinds = (str.isupper, str.islower, str.isdigit)
        is_mixed = all(any(kind(one) for one in found) for kind in kinds)
        return found[:4] + "…" if is_mixed else found

    return _RANDOM.sub(hide, value)


def request_body(data: bytes) -> Body:
    """What is kept of a client's body: nothing, unless it looks like JSON in UTF-8."""
    try:
        sent = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Body(None)
    if sent.lstrip()[:1] not in ("{", "[") or "\x00" in sent:
        return Body(None)
    if not _is_suspicious(sent):
        return Body(_cut(sent))
    if len(data) > _READ_BYTES:
        return Body(None)
    return _read(data, math.inf)


def response_body(
    data: bytes, *, is_whole: bool = True, is_suspect: bool = False
) -> str | None:
    """What is kept of an answer of ours, or of its head.

    Here a value follows its key, so that what lies beyond the head cannot matter.
    `is_suspect` when something was hidden in the request, which may come back.
    """
    if not data:
        return None
    head = data[:KEPT_BYTES]
    shown = head.decode(errors="ignore")
    if not _may_tell(head) and not (is_suspect and _is_suspicious(shown)):
        return shown
    return _read(data, KEPT_BYTES).head if is_whole else None


def error_body(shown: str | None, detail: str) -> str | None:
    """An answer that is an error, as it is kept, with what is kept of its detail."""
    try:
        document = orjson.loads(shown or "")
    except orjson.JSONDecodeError:
        return None
    if not isinstance(document, dict) or "detail" not in document:
        return None
    return orjson.dumps(document | {"detail": detail}).decode()


def _may_tell(head: bytes) -> bool:
    """Whether an answer may hold what is to be hidden.

    In long ones nothing is looked for but what an answer can hold by itself: a search
    costs as much as the user who is read.
    """
    # To look for one character costs next to nothing.
    if (b"_" in head and _OUR_TAIL.search(head)) or _shows_photos(head):
        return True
    if len(head) > _LOOKED_THROUGH:
        return False
    folded = head.lower()
    return any(mark in folded for mark in _OUR_MARKS)


def _shows_photos(head: bytes) -> bool:
    """Whether an answer has photos; the groups of its users are passed over."""
    start, groups = 0, head.find(_OUR_GROUPS)
    while groups >= 0:
        if head.find(_OUR_PHOTOS, start, groups) >= 0:
            return True
        start = head.find(b"]", groups)
        if start < 0:
            return False
        groups = head.find(_OUR_GROUPS, start)
    return head.find(_OUR_PHOTOS, start) >= 0


def _is_suspicious(sent: str) -> bool:
    folded = sent.casefold()
    if any(mark in folded for mark in _MARKS) or may_name_one(sent):
        return True
    if _TAIL.search(sent):
        return True
    return "\\u" in folded and any(one in folded for one in _ESCAPED_LETTERS)


def _read(data: bytes, most_characters: float) -> Body:
    try:
        document = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return Body(None)
    hiding = _Hiding(most_characters)
    shown = hiding.walk(document)
    head = _cut(orjson.dumps(shown).decode())
    return Body(head, frozenset(hiding.secrets), hiding.is_quotable)


def _cut(whole: str) -> str:
    if len(whole) * 4 <= KEPT_BYTES:
        return whole
    return whole.encode()[:KEPT_BYTES].decode(errors="ignore")


@dataclass
class _Hiding:
    """A walk through a document that hides, and remembers what it hid.

    Lists end once so many characters were seen: the rest lies beyond the head.
    """

    _left: float
    secrets: set[str] = field(default_factory=set)
    is_quotable: bool = True

    def walk(self, value: Any, depth: int = 0) -> Any:  # Any: whatever JSON holds
        """The value with all that is secret hidden."""
        self._left -= 2
        if isinstance(value, str):
            return self._text(value)
        if depth > _DEEPEST and isinstance(value, (dict, list)):
            return self._hide(value)
        if isinstance(value, dict):
            return self._object(value, depth + 1)
        if isinstance(value, list):
            return self._list(value, depth + 1)
        return value

    def _list(self, values: list[Any], depth: int) -> list[Any]:  # Any: as in walk
        shown = []
        for value in values:
            shown.append(self.walk(value, depth))
            if self._left < 0:
                break
        return shown

    def _object(
        self, document: dict[str, Any], depth: int
    ) -> dict[str, Any]:  # Any: as in walk
        names_secret = any(
            isinstance(part, str) and is_secret(part)
            for key, part in document.items()
            if key.casefold() in _NAMES
        )
        shown: dict[str, Any] = {}
        for key, part in document.items():
            folded = key.casefold()
            if is_secret(key) or (names_secret and folded in _VALUES):
                shown[self._key(key)] = self._hide(part)
            else:
                shown[self._key(key)] = self.walk(part, depth)
        return shown

    def _key(self, key: str) -> str:
        self._left -= 4
        if is_secret(key) and not _ATTRIBUTE.fullmatch(key):
            return self._spoken(key)
        return self._text(key)

    def _text(self, value: str) -> str:
        self._left -= len(value)
        if value[:5].casefold() == "data:" or says_one(value):
            return self._spoken(value)
        return _without_random(text(value))

    def _spoken(self, value: str) -> str:
        self.secrets.update(pieces(value))
        self.is_quotable = False
        return HIDDEN

    def _hide(self, value: Any) -> Any:  # Any: as in walk
        """Nothing of a value but that there is one."""
        if value is None:
            return None
        pending = [value]
        while pending:
            one = pending.pop()
            if isinstance(one, dict):
                pending += [*one, *one.values()]
            elif isinstance(one, list):
                pending += one
            elif not isinstance(one, bool) and one is not None:
                self.secrets.add(str(one))
        return HIDDEN


def remark(said: str, secrets: Iterable[str] = (), *, is_quotable: bool = True) -> str:
    """A text of ours on a request, a note or an error, that may quote what was hidden.

    Nothing is quoted at all when it is not `is_quotable`, since parts are quoted too,
    in other spellings. Outside of quotations are our own words, and numbers.
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
    """A text in which a secret, but no part of a longer word, is hidden.

    Outside of quotations nothing but what has a digit: the rest are our words.
    """
    if not any(one.isdigit() for one in secret):
        before, quoted, after = _around_quotations(said)
        return before + _without(quoted, secret) + after
    return _without(said, secret)


def _without(said: str, secret: str) -> str:
    begin = r"(?<!\w)" if secret[0].isalnum() else ""
    end = r"(?!\w)" if secret[-1].isalnum() else ""
    said = re.sub(f"{begin}{re.escape(secret)}{end}", HIDDEN, said)
    return _without_beginnings(said, secret) if len(secret) > _QUOTED else said


def _without_beginnings(said: str, secret: str) -> str:
    """A text in which as much of a long secret as was quoted of it is hidden."""
    while (start := said.find(secret[:_QUOTED])) >= 0:
        pairs = zip(said[start:], secret, strict=False)
        n_same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        said = said[:start] + HIDDEN + said[start + n_same :].removeprefix("…")
    return said
