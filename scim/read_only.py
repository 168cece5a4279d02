"""What a client sent of a resource that only the server may say, and was ignored.

RFC 7644 §3.5.1 has such parts ignored. A client that echoes what it was given loses
nothing by it; one that means to change them is told so in a note. Which of the two it
was is known once there is the resource as it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from scim.attributes import JSON, Attribute, Document, ResourceType
from scim.matching import fold
from scim.patch import Operation
from scim.quirks import Notes, note, plain_name

_UNKNOWN_AFTERWARDS: Final = frozenset({"lastModified", "version"})
"""Of `meta`, what a client read before it wrote is no wish."""

_SECONDS: Final = len("2026-05-13T04:42:34")


def claims(sent: Document, resource_type: ResourceType) -> Document:
    """The read-only parts that a document names, by their canonical keys."""
    return dict(_claims(sent, resource_type))


def claims_of_patch(
    operations: Sequence[Operation], resource_type: ResourceType
) -> Document:
    """The same of the values that a PATCH writes."""
    found: Document = {}
    for operation in operations:
        if operation.path is None and isinstance(operation.value, dict):
            found |= claims(operation.value, resource_type)
        elif operation.path is not None:
            found |= claims({operation.path: operation.value}, resource_type)
    return found


def note_ignored(claimed: Document, shown: Document, notes: Notes) -> None:
    """Remark on each part for which the resource, as it is shown, has another value."""
    for key, value in claimed.items():
        if not _is_same(key, value, _value_at(key, shown)):
            name = plain_name(key)
            note(notes, f"{name} is read-only: another value for it was ignored.")


def _claims(
    sent: Document, resource_type: ResourceType, urn: str = ""
) -> Iterator[tuple[str, JSON]]:
    for key, value in sent.items():
        schema = resource_type.find_schema(key)
        ref = None if schema else resource_type.find(f"{urn}:{key}" if urn else key)
        if schema is not None and isinstance(value, dict) and not urn:
            inner = "" if schema is resource_type.core else schema.id
            yield from _claims(value, resource_type, inner)
        elif (
            ref is not None and ref.sub is None and ref.attribute.name not in _ELSEWHERE
        ):
            yield from _of_attribute(ref.key, ref.attribute, value)


_ELSEWHERE: Final = frozenset({"schemas", "members"})


def _of_attribute(
    key: str, attribute: Attribute, value: JSON
) -> Iterator[tuple[str, JSON]]:
    if value in (None, "", [], {}) or attribute.name in _UNKNOWN_AFTERWARDS:
        return
    if isinstance(value, dict) and not attribute.multi_valued:
        for name, part in value.items():
            sub = attribute.sub(name)
            if sub is not None:
                yield from _of_attribute(f"{key}.{sub.name}", sub, part)
    elif attribute.mutability == "readOnly":
        yield key, value


def _value_at(key: str, shown: Document) -> JSON:
    urn, _, dotted = key.rpartition(":")
    found: JSON = shown.get(urn) if urn else shown
    for name in dotted.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _is_same(key: str, sent: JSON, shown: JSON) -> bool:
    if isinstance(sent, list) or isinstance(shown, list):
        return _values(sent) == _values(shown)
    if key == "meta.created":
        return str(sent)[:_SECONDS] == str(shown)[:_SECONDS]
    return fold(str(sent)) == fold(str(shown)) if shown is not None else False


def _values(listed: JSON) -> frozenset[str]:
    """What a list of objects is about: the ids of groups, in any order."""
    entries = listed if isinstance(listed, list) else [listed]
    values = (one.get("value") if isinstance(one, dict) else one for one in entries)
    return frozenset(str(one) for one in values if one is not None)
