"""Passwords: which ones are good enough, and how they are kept (NIST SP 800-63B).

Length is what is asked for, never kinds of characters. What is easy to guess in spite
of its length is refused by rules and a short list, without asking anybody outside. Who
may try how often is in `services/access/sign_in.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from scim.matching import fold
from services.errors import Invalid

LENGTH: Final = (15, 128)
"""Shortest and longest password, in characters."""

_LEAST_OWN: Final = 8
"""Characters that must be left besides common words, names and rows of keys."""

_LEAST_DISTINCT: Final = 5
_SHORTEST_WORD: Final = 4
_SEPARATORS: Final = re.compile(r"[\s._-]+")
_SUBSTITUTES: Final = str.maketrans("01345789@$", "oieastbgas")
_ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "!@#$%^&*()",
    "qwertyuiop",
    "qwertzuiopü",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "qweasdzxc",
)
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_RUN: Final = re.compile(r"(.)\1{2,}")

_hasher: Final = PasswordHasher()


def _read_words() -> frozenset[str]:
    path = Path(__file__).with_name("common_passwords.txt")
    lines = path.read_text(encoding="utf-8").split("\n")
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _read_walks(length: int) -> frozenset[str]:
    ways = [way for row in _ROWS for way in (row, row[::-1])]
    return frozenset(
        way[start : start + length]
        for way in ways
        for start in range(len(way) - length + 1)
    )


_WORDS: Final = _read_words()
_WALKS: Final = _read_walks(4)


def hash_of(password: str) -> str:
    """The argon2id hash to keep; slow on purpose, so never within a transaction."""
    return _hasher.hash(_normalized(password))


_NOBODYS: Final = _hasher.hash("no admin has this one")


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether it is the password behind a hash; None takes as long, and is never."""
    text = _normalized(password)
    is_too_long = len(text) > LENGTH[1]
    try:
        _hasher.verify(password_hash or _NOBODYS, text[: LENGTH[1]])
    except (VerificationError, InvalidHashError):
        return False
    return bool(password_hash) and not is_too_long


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than those of today."""
    return _hasher.check_needs_rehash(password_hash)


def _normalized(password: str) -> str:
    # One password, however a keyboard composes its letters. What UTF-8 does not have
    # was never accepted, and is wrong whatever it is replaced by.
    text = unicodedata.normalize("NFC", password[: 4 * LENGTH[1]])
    return text.encode("utf-8", "replace").decode()


def check(password: str, about: Iterable[str] = ()) -> None:
    """Refuse a password that cannot be kept or is easy to guess.

    `about` is what an attacker knows of the admin: e-mail, name, organizations. Raises
    `Invalid` ("password").
    """
    shortest, longest = LENGTH
    if not shortest <= len(unicodedata.normalize("NFC", password)) <= longest:
        raise Invalid(
            "password", f"Give a password of {shortest} to {longest} characters."
        )
    if any("\ud800" <= character <= "\udfff" for character in password):
        raise Invalid("password", "Give a password of characters that UTF-8 has.")
    text = _SEPARATORS.sub("", fold(password))
    if len(set(text)) < _LEAST_DISTINCT or _repeats(text):
        raise Invalid(
            "password", "This password repeats itself. Take a few unrelated words."
        )
    if _n_own(text, _words_of(about)) < _LEAST_OWN:
        raise Invalid(
            "password",
            "This password is easy to guess: most of it is common words, names known "
            "to others or rows of keys. Take a few unrelated words.",
        )


def _repeats(text: str) -> bool:
    """Whether it is one piece again and again, but for what is hung on its end."""
    body = text.rstrip("0123456789!?#*+$%&@") or text
    return (body + body).find(body, 1) < len(body)


def _words_of(about: Iterable[str]) -> frozenset[str]:
    words = set()
    for text in about:
        folded = fold(text)
        words |= {_SEPARATORS.sub("", folded), *re.split(r"[\W_]+", folded)}
    return frozenset(word for word in words if len(word) >= _SHORTEST_WORD)


def _n_own(text: str, names: frozenset[str]) -> int:
    """How many characters are no part of anything predictable."""
    covered: set[int] = set()
    for spelling in (text, text.translate(_SUBSTITUTES)):
        for start, end in _predictable(spelling, _WORDS | names):
            covered.update(range(start, end))
    return len(text) - len(covered)


def _predictable(text: str, words: frozenset[str]) -> Iterator[tuple[int, int]]:
    for word in words:
        for found in re.finditer(re.escape(word), text):
            yield found.span()
    for form in (_YEAR, _RUN):
        for found in form.finditer(text):
            yield found.span()
    for start in range(len(text) - 3):
        piece = text[start : start + 4]
        # A row of keys, or what stood before.
        if piece in _WALKS or piece in text[:start]:
            yield start, start + 4
