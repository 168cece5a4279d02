"""Attributes of a document by their canonical keys, as change events name them.

The way back of `scim.documents.difference`: `name.familyName`, or
`urn:…:User:manager.value`, is read from a document or written into a copy of one. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scim import documents
from scim.attributes import JSON, Document
from scim.schemas import USER_TYPE


def read(document: Document) -> Mapping[str, JSON]:
    """Each attribute that has a value, by its key."""
    return {
        key: after for key, (_, after) in documents.difference({}, document).items()
    }


def write(document: Document, values: Mapping[str, JSON]) -> Document:
    """A copy with these values; None takes an attribute out, and what it leaves empty.

    Attributes keep their places; new ones come last.
    """
    copied = dict(document)
    for key, value in values.items():
        copied = _written(copied, _path(key), value)
    return copied


def _path(key: str) -> Sequence[str]:
    for schema in USER_TYPE.extensions:
        if key.startswith(f"{schema.id}:"):
            return (schema.id, *key.removeprefix(f"{schema.id}:").split("."))
    return key.split(".")


def _written(part: Document, path: Sequence[str], value: JSON) -> Document:
    name, *rest = path
    if rest:
        inner = part.get(name)
        written = _written(inner if isinstance(inner, dict) else {}, rest, value)
        value = written or None
    if value is None:
        return {key: kept for key, kept in part.items() if key != name}
    return {**part, name: value}
