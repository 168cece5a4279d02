"""A user's attributes as the profile shows them: in blocks, with who set them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from scim import names
from scim.attributes import JSON, Document
from services.activity.change_words import label_of
from services.directory.mapping import Reference
from services.directory.user_details import UserDetails

_BLOCKS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "Name",
        (
            "displayName",
            "name.givenName",
            "name.middleName",
            "name.familyName",
            "name.formatted",
            "name.honorificPrefix",
            "name.honorificSuffix",
            "nickName",
        ),
    ),
    ("Contact", ("emails", "phoneNumbers", "ims", "addresses", "profileUrl", "photos")),
    (
        "Work",
        (
            "title",
            "userType",
            f"{names.ENTERPRISE_USER}:employeeNumber",
            f"{names.ENTERPRISE_USER}:department",
            f"{names.ENTERPRISE_USER}:division",
            f"{names.ENTERPRISE_USER}:organization",
            f"{names.ENTERPRISE_USER}:costCenter",
            f"{names.ENTERPRISE_USER}:manager.value",
        ),
    ),
    (
        "Account",
        (
            "userName",
            "externalId",
            "preferredLanguage",
            "locale",
            "timezone",
            "roles",
            "entitlements",
            "x509Certificates",
        ),
    ),
)
_LONGEST: Final = 200
_MARKS: Final = frozenset({"type", "primary", "display"})


@dataclass(frozen=True)
class Value:
    """One value: its text, what it is for, where it leads."""

    text: str
    kind: str = ""
    is_primary: bool = False
    reference: Reference | None = None
    address: str = ""


@dataclass(frozen=True)
class Fact:
    """An attribute with its values, and the token that set it."""

    label: str
    values: tuple[Value, ...]
    set_by: str | None


@dataclass(frozen=True)
class Block:
    """Attributes that belong together."""

    title: str
    facts: tuple[Fact, ...]

    @property
    def set_by(self) -> str | None:
        """The token that set all of them, if it was one: it is told once."""
        tokens = {fact.set_by for fact in self.facts}
        return tokens.pop() if len(tokens) == 1 else None


def blocks(details: UserDetails) -> list[Block]:
    """What is known of the user; attributes without a value are left out."""
    made = [Block(title, tuple(_facts(details, paths))) for title, paths in _BLOCKS]
    return [block for block in made if block.facts]


def _facts(details: UserDetails, paths: tuple[str, ...]) -> Iterator[Fact]:
    for path in paths:
        values = tuple(_values(details, path))
        if values:
            label = label_of(path)
            yield Fact(label[0].upper() + label[1:], values, details.set_by(path))


def _values(details: UserDetails, path: str) -> Iterator[Value]:
    found = find(details.user.document, path)
    manager = details.user.manager
    if path.endswith(":manager.value") and manager is not None:
        yield Value(manager.name, reference=manager)
    elif isinstance(found, list):
        for one in found:
            yield _entry(one) if isinstance(one, dict) else Value(_text(one))
    elif found is not None:
        yield Value(_text(found), address=_address(found))


def find(document: Document, path: str) -> JSON:
    """What stands in a document under a canonical key such as `name.familyName`."""
    urn, _, dotted = path.rpartition(":")
    found: JSON = document.get(urn) if urn else document
    for name in dotted.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _entry(entry: Mapping[str, JSON]) -> Value:
    """A value of a list; an address is put together of its parts."""
    content = entry.get("value") or entry.get("formatted")
    if content is None:
        parts = (part for name, part in entry.items() if name not in _MARKS)
        content = ", ".join(str(part) for part in parts)
    is_primary = entry.get("primary") is True
    return Value(_text(content), str(entry.get("type") or ""), is_primary)


def _text(value: JSON) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _address(value: JSON) -> str:
    """Where a value leads; nothing but the web is linked."""
    is_web = isinstance(value, str) and value.startswith(("https://", "http://"))
    return str(value) if is_web else ""
