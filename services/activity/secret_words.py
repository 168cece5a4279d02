"""Which names are those of secrets, which texts say one, and which words are none.

Passwords under any name, photos, credentials, tokens. It is rather too careful: a
hidden title costs nothing, a password in a log does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final
from unicodedata import normalize

from scim.attributes import Attribute
from scim.schemas import COMMON, RESOURCE_TYPES, SCHEMAS

_PARTS: Final = (
    *("passw", "passphrase", "passcode", "passkey", "pincode", "pwd", "pswd", "secret"),
    *("credential", "token", "authorization", "kennwort", "motdepasse", "contrase"),
    *("apikey", "api_key", "api-key", "privatekey", "private_key", "private-key"),
    *("photo", "picture", "avatar", "thumbnail"),
)
"""Parts of the names of what is hidden, in lower case."""

_OTHERS: Final = ("secretar",)
"""What begins as one of them does, and is none."""

_WORDS: Final = ("pw", "pass", "pin", "otp", "totp", "creds")
"""Words of such names, which are parts of too many others."""

_WORD: Final = (
    # After no letter, or as a hump: `pin`, `user_pin` and `userPin`, but not `pinned`.
    rf"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))(?i:{'|'.join(_WORDS)})(?![a-z])"
)
_NAME: Final = rf"(?i:(?!{'|'.join(_OTHERS)})(?:{'|'.join(_PARTS)}))|{_WORD}"
_WORD_ALONE: Final = re.compile(_WORD)
_ASSIGNED: Final = re.compile(
    # Of parts of an attribute too, and of the filter that chooses among its values;
    # in JSON that is a text in JSON, after backslashes.
    rf"(?:{_NAME})[\w.$-]*+[\\\"'\])}}\s]*+"
    r"([=:<>\[]|\b(?i:eq|ne|co|sw|ew|gt|ge|lt|le|is)\b)?"
)
"""A word, whatever follows it: a text full of them is gone through once."""

_KIND: Final = re.compile(
    # What chooses among photos by a word that everybody uses (RFC 7643 §4.1.2).
    r"\[type eq \"(?:work|home|other|photo|thumbnail)\"\]",
    re.IGNORECASE,
)
_DATA: Final = re.compile(r"\bdata:[\w.+/-]*[;,]")
_PIECE: Final = re.compile(r"[^\s\"'=&()\[\]<>]{3,}")


@lru_cache(maxsize=2_000)
def is_secret(name: str) -> bool:
    """Whether a key, an attribute or a parameter has the name of a secret."""
    return may_name_one(name)


def may_name_one(said: str, *marks: str) -> bool:
    """Whether the name of a secret, or another mark, stands anywhere in a text.

    `marks` are in lower case.
    """
    folded = _folded(said)
    if any(part in folded for part in (*marks, *_PARTS)):
        return True
    return any(word in folded for word in _WORDS) and bool(_WORD_ALONE.search(said))


def _folded(said: str) -> str:
    """In lower case and plain letters, without words that are no secrets."""
    folded = (said if said.isascii() else normalize("NFKC", said)).casefold()
    for word in _OTHERS:
        folded = folded.replace(word, "")
    return folded


def says_one(said: str) -> bool:
    """Whether a text says what a password is, as a filter or a nested document does.

    Or holds a picture itself.
    """
    folded = _folded(said)
    if "data:" in folded and _DATA.search(folded):
        return True
    if not any(part in folded for part in (*_PARTS, *_WORDS)):
        return False
    return any(found[1] for found in _ASSIGNED.finditer(without_kind(said)))


def without_kind(path: str) -> str:
    """A path without the filter that chooses by a kind that everybody uses."""
    return _KIND.sub("", path)


def pieces(said: str) -> Iterable[str]:
    """The parts of a hidden text that an error might name."""
    return (piece for piece in _PIECE.findall(said) if not is_common(piece))


def is_common(word: str) -> bool:
    """Whether a word is one of the protocol's: it stands everywhere, and tells nothing.

    Were it hidden elsewhere, its absence would say what it was.
    """
    return word.casefold().removeprefix(".") in _COMMON


def _names(attributes: Iterable[Attribute], owner: str = "") -> Iterator[str]:
    """The names of attributes, with those of their parts, and the values they take."""
    for one in attributes:
        yield one.name
        yield owner + one.name
        yield from one.canonical_values
        yield from _names(one.sub_attributes, f"{one.name}.")


_COMMON: Final = frozenset(
    word.casefold()
    for word in (
        *_names((*COMMON, *(one for schema in SCHEMAS for one in schema.attributes))),
        *(schema.id for schema in SCHEMAS),
        *(f"{one.name}{s}" for one in RESOURCE_TYPES for s in ("", "s")),
        *("password", "token", "and", "not", "true", "false", "null"),
        *("add", "remove", "replace", "op", "path", "Operations", "members.value"),
    )
)
