"""The text of a provisioning token: how it is made, and what is wrong with a bad one.

A token is `rcl_<public id>_<secret><checksum>`: the public id names it in lists and
logs, the secret holds 256 random bits, the checksum (CRC-32 in base 62) tells a token
that was cut off or mistyped from one that is unknown. Nothing here asks the database;
`services/access/tokens.py` does.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from dataclasses import dataclass
from typing import Final

from services.errors import TokenRefused
from services.origin import shorten

_ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_PUBLIC_ID_LENGTH: Final = 10
_SECRET_LENGTH: Final = 43  # 62 ** 43 > 2 ** 256
_CHECKSUM_LENGTH: Final = 6
_LENGTH: Final = 4 + _PUBLIC_ID_LENGTH + 1 + _SECRET_LENGTH + _CHECKSUM_LENGTH
_FORM: Final = re.compile(r"rcl_([0-9A-Za-z]{10})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})")
_PUBLIC_ID: Final = re.compile(r"rcl_([0-9A-Za-z]{10})(?:_|$)")
_PREFIXED_ID: Final = re.compile(r"rcl_([0-9A-Za-z]{10})(?![0-9A-Za-z])")
_UNPREFIXED: Final = re.compile(r"[0-9A-Za-z]{10}_[0-9A-Za-z]{49}")
_BARE_ID: Final = re.compile(r"(?<![0-9A-Za-z])([0-9A-Za-z]{10})_")
_SECRET: Final = re.compile(r"(rcl_[0-9A-Za-z]{1,10})[0-9A-Za-z_]*")
_QUOTES: Final = "\"'“”‘’`"

_PASTE = "Paste the provisioning token again, as it was shown when it was made."


@dataclass(frozen=True)
class TokenText:
    """A token as its holder has it."""

    text: str

    @property
    def public_id(self) -> str:
        """The part that names it."""
        return self.text.split("_")[1]

    @property
    def last_four(self) -> str:
        """What lists show of the end, to compare by eye."""
        return self.text[-4:]

    @property
    def digest(self) -> bytes:
        """What is stored: SHA-256; 256 random bits need no salt and no stretching."""
        return hashlib.sha256(self.text.encode()).digest()


def is_public_id(text: str) -> bool:
    """Whether the text can name a token; no other reaches the database."""
    return _PUBLIC_ID.fullmatch(f"rcl_{text}") is not None


def make() -> TokenText:
    """A fresh token."""
    body = f"rcl_{_random(_PUBLIC_ID_LENGTH)}_{_random(_SECRET_LENGTH)}"
    return TokenText(body + _checksum(body))


def redact(text: str) -> str:
    """The text with nothing left of a token but its public id."""
    return _SECRET.sub(r"\1…", text)


@dataclass(frozen=True)
class Claim:
    """Which token a refused header names, as far as its text gives it away.

    Not prefixed, it may as well be a part of another product's secret: only whoever
    finds a token of that public id may show it.
    """

    public_id: str = ""
    is_prefixed: bool = False


def find_claim(header: str | None) -> Claim:
    """The first token that a header names, whatever else is wrong with it."""
    text = header or ""
    if found := _PREFIXED_ID.search(text):
        return Claim(found[1], is_prefixed=True)
    if found := _BARE_ID.search(text):
        return Claim(found[1])
    return Claim()


def read_header(header: str | None) -> TokenText:
    """The token in an `Authorization` header; nothing is looked up.

    Accepts `Bearer <token>` (scheme in any case) and the bare token (Okta's header
    mode). Raises `TokenRefused` with one of the causes of the error reference.
    """
    if header is None:
        raise TokenRefused(
            "missing",
            "No credentials were sent. Send the provisioning token in the "
            "Authorization header; in Okta, choose HTTP Header under Authentication "
            "Mode and paste it.",
        )
    text = header.strip()
    if not text:
        # A server drops a header that is not plain text, such as one in curly quotes.
        raise TokenRefused(
            "blank",
            "The Authorization header came empty, or with characters that are not "
            "plain text, such as curly quotes or an invisible blank. Paste the "
            "provisioning token again, by itself.",
        )
    scheme, blank, rest = text.partition(" ")
    if scheme.lower() != "bearer":
        return _read_bare(text, scheme, has_scheme=bool(blank))
    if not rest.strip():
        raise TokenRefused("empty", f"The word Bearer came without a token. {_PASTE}")
    if rest.strip().lower().startswith("bearer"):
        raise TokenRefused(
            "bearer_twice",
            "The word Bearer was sent twice. Paste the token alone: the provisioning "
            "client adds the word by itself.",
        )
    return _check_form(rest)


def _read_bare(text: str, scheme: str, *, has_scheme: bool) -> TokenText:
    start = text.lstrip(_QUOTES).lower()
    if has_scheme and not start.startswith(("rcl_", "bearer ")):
        raise TokenRefused(
            "scheme",
            f"The credentials are of the kind {shorten(scheme, 20)}. Send a "
            "provisioning token with the scheme Bearer; in Okta, choose HTTP Header or "
            "OAuth Bearer Token.",
        )
    return _check_form(text)


def _check_form(text: str) -> TokenText:
    """The token itself, or the refusal that says what is wrong with its form."""
    if text[:1] in _QUOTES or text[-1:] in _QUOTES:
        raise TokenRefused(
            "quoted",
            "The token was sent with quotation marks around it. Paste it without them.",
        )
    if len(re.findall(r"rcl_", text)) > 1:
        raise TokenRefused(
            "two_tokens", f"Two tokens were sent in one header. {_PASTE}"
        )
    if re.search(r"\s", text):
        raise TokenRefused(
            "blanks",
            f"The token was sent with blanks before or inside it. {_PASTE}",
        )
    if _UNPREFIXED.fullmatch(text) and _is_whole(f"rcl_{text}"):
        raise TokenRefused(
            "unprefixed",
            f"Token rcl_{text.partition('_')[0]}… came without rcl_, with which it "
            f"begins. {_PASTE}",
            text.partition("_")[0],
        )
    if not text.startswith("rcl_"):
        raise TokenRefused(
            "foreign",
            "What was sent is not a provisioning token of Rollcall: those begin with "
            "rcl_. Make one in Rollcall and paste it.",
        )
    return _check_sum(text)


def _check_sum(text: str) -> TokenText:
    named = _PUBLIC_ID.match(text)
    public_id = named[1] if named else None
    name = f"Token rcl_{public_id}…" if public_id else "The token"
    if len(text) != _LENGTH:
        fault, cause = (
            ("cut off", "cut") if len(text) < _LENGTH else ("too long", "padded")
        )
        raise TokenRefused(
            cause,
            f"{name} is {fault}: {len(text)} characters came, {_LENGTH} are needed. "
            f"{_PASTE}",
            public_id,
        )
    if not _is_whole(text):
        raise TokenRefused(
            "altered", f"{name} is altered: its checksum is wrong. {_PASTE}", public_id
        )
    return TokenText(text)


def _is_whole(text: str) -> bool:
    """Whether it has the form of a token, and its checksum is right."""
    form = _FORM.fullmatch(text)
    return form is not None and _checksum(text[:-_CHECKSUM_LENGTH]) == form[3]


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    digits = []
    for _ in range(_CHECKSUM_LENGTH):
        number, digit = divmod(number, 62)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
