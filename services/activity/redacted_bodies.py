"""Bodies of requests and answers without their secrets, before they are written.

Hidden are passwords, photos, credentials and tokens, under any key and as the value of
any PATCH: by their place, and nowhere else. A body in which no word speaks of a secret
is kept as it came; one where some does is read, and what cannot be read is not kept.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from services.activity import redaction
from services.activity.redaction import HIDDEN
from services.activity.secret_words import (
    is_secret,
    may_name_one,
    pieces,
    says_one,
    without_kind,
)

KEPT_BYTES: Final = 16 * 1024
"""Of each body; the rest is left out, its size is told."""

_READ_BYTES: Final = 512 * 1024
"""Larger bodies that speak of secrets are not worth reading to show their head."""

_DEEPEST: Final = 64

_MARKS: Final = ("rcl", "bearer", "basic ", "data:", "eyj")
"""Without one of them, and the name of a secret, a text is as it may be kept."""

_OUR_MARKS: Final = (
    *(b"passw", b"photo", b"rcl", b"bearer", b"basic ", b"data:", b"eyj"),
)
_OUR_PHOTOS: Final = b'"photos":'
"""The same for answers of ours, whose attributes are known."""

_OUR_GROUPS: Final = b'"groups":['
"""Where most of a long user begins, which has no photos until its next bracket."""

_LOOKED_THROUGH: Final = 4 * 1024

_ESCAPED_LETTERS: Final = ("\\u00", "\\u017f", "\\u212a", "\\uff")
"""Letters of those words, as JSON may spell them, full-width ones too."""

_NAMES: Final = frozenset(
    {"path", "name", "key", "attribute", "type", "field", "id", "op"}
)
"""Keys whose value may say what the `value` beside it is."""

_VALUES: Final = frozenset(
    {"value", "values", "val", "content", "data", "newvalue", "oldvalue"}
)

_TAIL: Final = re.compile(r"_[0-9A-Za-z]{24}")
_OUR_TAIL: Final = re.compile(rb"_[0-9A-Za-z]{24}")


@dataclass(frozen=True)
class Body:
    """The head of a body as it is kept, or None, and what was hidden in it.

    `is_quotable` unless some text of it was hidden for what it says: then an error may
    quote any part of that. `is_plain` when no word of it spoke of a secret at all.
    """

    head: str | None
    secrets: frozenset[str] = frozenset()
    is_quotable: bool = True
    is_plain: bool = True


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
        return Body(None, is_plain=False)
    return _read(data, math.inf)


def response_body(
    data: bytes, *, is_whole: bool = True, is_suspect: bool = False
) -> str | None:
    """What is kept of an answer of ours, or of its head.

    Here a value follows its key, so that what lies beyond the head cannot matter.
    `is_suspect` when the request spoke of secrets, which may come back.
    """
    if not data:
        return None
    head = data[:KEPT_BYTES]
    shown = head.decode(errors="ignore")
    if not _may_tell(head) and not (is_suspect and _is_suspicious(shown)):
        return shown
    return _read(data, KEPT_BYTES).head if is_whole else None


def error_body(data: bytes, detail: str) -> str | None:
    """What is kept of an answer that is an error: with what is kept of its detail."""
    try:
        document = orjson.loads(data)
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
    if may_name_one(sent, *_MARKS):
        return True
    if _TAIL.search(sent) or redaction.IN_ADDRESS.search(sent):
        return True
    near = sent[: 2 * KEPT_BYTES]
    if redaction.without_random(near) != near:
        return True
    if "\\u" not in sent:
        return False
    folded = sent.casefold()
    return any(one in folded for one in _ESCAPED_LETTERS)


def _read(data: bytes, most_characters: float) -> Body:
    try:
        document = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return Body(None)
    hiding = _Hiding(most_characters)
    shown = hiding.walk(document)
    head = _cut(orjson.dumps(shown).decode())
    return Body(head, frozenset(hiding.secrets), hiding.is_quotable, is_plain=False)


def _cut(whole: str) -> str:
    if len(whole) * 4 <= KEPT_BYTES:
        return whole
    return whole.encode()[:KEPT_BYTES].decode(errors="ignore")


def _names_one(part: Any, *, is_path: bool) -> bool:  # Any: whatever JSON holds
    """Whether it says that the `value` beside it is a secret; a path in any shape."""
    if isinstance(part, str):
        return is_secret(part)
    return is_path and any(
        isinstance(one, str) and is_secret(one) for one in _all(part)
    )


def _all(value: Any) -> Iterator[Any]:  # Any: as above
    """A value and all that it holds, keys too, without recursion."""
    pending = [value]
    while pending:
        one = pending.pop()
        yield one
        if isinstance(one, dict):
            pending += [*one, *one.values()]
        elif isinstance(one, list):
            pending += one


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
            _names_one(part, is_path=key.casefold() == "path")
            for key, part in document.items()
            if key.casefold() in _NAMES
        )
        shown: dict[str, Any] = {}
        for key, part in document.items():
            folded = key.casefold()
            if is_secret(key) or (names_secret and folded.strip() in _VALUES):
                shown[self._key(key)] = self._hide(part)
            elif folded == "path" and isinstance(part, str):
                shown[key] = self._path(part)
            else:
                shown[self._key(key)] = self.walk(part, depth)
        return shown

    def _key(self, key: str) -> str:
        self._left -= 4
        if is_secret(key) and not redaction.ATTRIBUTE.fullmatch(key):
            return self._spoken(key)
        return self._text(key)

    def _path(self, path: str) -> str:
        """A path may name a secret, and say nothing beside it."""
        is_name = redaction.ATTRIBUTE.fullmatch(without_kind(path))
        return (
            self._text(path) if is_name or not is_secret(path) else self._spoken(path)
        )

    def _text(self, value: str) -> str:
        self._left -= len(value)
        if value[:5].casefold() == "data:" or says_one(value):
            return self._spoken(value)
        return redaction.without_random(redaction.text(value))

    def _spoken(self, value: str) -> str:
        self.secrets.update(pieces(value))
        self.is_quotable = False
        return HIDDEN

    def _hide(self, value: Any) -> Any:  # Any: as in walk
        """Nothing of a value but that there is one."""
        if value is None:
            return None
        self.secrets.update(
            str(one)
            for one in _all(value)
            if one is not None and not isinstance(one, (bool, dict, list))
        )
        return HIDDEN
