"""Resources as documents: checked, in the schema's spelling, and compared.

What POST and PUT send becomes a document that can be stored; PATCH cleans its values
with the same functions. Whether a value is free, and whether a member or manager
exists, is not known here. The envelope (`schemas`) is read in `scim/messages.py`,
membership in `scim/members.py`; neither is part of a cleaned document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias, TypeGuard

from scim import names, quirks
from scim.attributes import JSON, Attribute, Document, Kind, ResourceType, Schema
from scim.errors import InvalidFilter, InvalidSyntax, InvalidValue
from scim.filters import quoted
from scim.matching import fold, parse_instant
from scim.quirks import Notes, kind_of, note

MAX_VALUES: Final = 1_000
"""Values of one multi-valued attribute."""

MAX_KEY_BYTES: Final = 2_000
"""Bytes of a folded text: PostgreSQL refuses an index entry over some 2,700."""

_WRITTEN_AS_TEXT: Final = frozenset({"string", "reference", "binary", "dateTime"})
_ELSEWHERE: Final = frozenset({"schemas", "members"})
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]*+={0,2}")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def clean(document: Document, resource_type: ResourceType, notes: Notes) -> Document:
    """A new document of what POST or PUT sent, fit to be stored (RFC 7643 §2).

    Read-only parts, unknown names and unassigned values are left out; extension
    attributes stand under their URN. Raises InvalidValue for a wrong type or too long a
    text, InvalidSyntax for a name that stands there twice.
    """
    entries = quirks.unwrap_core(document, resource_type, notes)
    refuse_repeats(entries)
    result: Document = {}
    for key, value in entries.items():
        schema = resource_type.find_schema(key)
        if quirks.is_password(key, resource_type):
            quirks.forget_password(value, notes)
        elif schema is not None:
            if parts := _clean_schema(value, schema, notes):
                result[schema.id] = parts
        elif attribute := _plain_attribute(key, resource_type):
            _keep(result, value, attribute, notes, attribute.name)
        elif value not in (None, "", [], {}):
            note_unknown(key, resource_type.name, notes)
    return result


def _plain_attribute(key: str, resource_type: ResourceType) -> Attribute | None:
    """The attribute of that bare name: dotted and prefixed names belong to PATCH."""
    ref = resource_type.find(key)
    bare = ref is not None and ref.attribute.name.lower() == key.lower()
    return ref.attribute if ref and bare else None


def _clean_schema(value: JSON, schema: Schema, notes: Notes) -> Document:
    result: Document = {}
    if value is None:
        return result
    if not isinstance(value, dict):
        raise wrong_type(schema.id, "an object", value)
    refuse_repeats(value)
    for key, part in value.items():
        attribute = schema.find(key)
        if attribute is None:
            note_unknown(key, schema.id, notes)
        else:
            _keep(result, part, attribute, notes, f"{schema.id}:{attribute.name}")
    return result


def _keep(
    result: Document, value: JSON, attribute: Attribute, notes: Notes, name: str
) -> None:
    """Put the cleaned value under the attribute's name, if it has one to keep."""
    if attribute.mutability == "readOnly" or attribute.name in _ELSEWHERE:
        return
    cleaned = clean_value(value, attribute, notes, name)
    if cleaned is not None:
        result[attribute.name] = cleaned


def clean_value(value: JSON, attribute: Attribute, notes: Notes, name: str) -> JSON:
    """One attribute's value, checked; None when it is unassigned (RFC 7643 §2.5).

    `name` is how errors and notes call it, such as `emails.value`. Raises InvalidValue
    and InvalidSyntax as `clean` does.
    """
    if is_unassigned(value, attribute):
        return None
    if attribute.multi_valued:
        return _clean_list(value, attribute, notes, name) or None
    return _clean_single(value, attribute, notes, name)


def _clean_single(value: JSON, attribute: Attribute, notes: Notes, name: str) -> JSON:
    if attribute.kind != "complex":
        return _SIMPLE[attribute.kind](value, attribute, notes, name)
    entries = as_object(value, attribute, notes, name)
    refuse_repeats(entries)
    result: Document = {}
    for key, part in entries.items():
        sub = attribute.sub(key)
        if sub is None:
            note_unknown(key, name, notes)
        else:
            _keep(result, part, sub, notes, f"{name}.{sub.name}")
    return result or None


def _clean_list(
    value: JSON, attribute: Attribute, notes: Notes, name: str
) -> list[JSON]:
    if not isinstance(value, list):
        raise wrong_type(name, "a list", value)
    refuse_too_many(value, name)
    cleaned = (
        _clean_single(element, attribute, notes, name)
        for element in value
        if not is_unassigned_entry(element, attribute)
    )
    values = tidy([element for element in cleaned if element is not None], notes, name)
    if sum(is_primary(element) for element in values) > 1:
        raise two_primaries(name)
    return values


def as_object(value: JSON, attribute: Attribute, notes: Notes, name: str) -> Document:
    """The value of a complex attribute, or of one entry, as an object.

    A single-valued attribute with a `value` (manager) may also be text, or a list of
    one. Raises InvalidValue.
    """
    if _may_be_text(attribute):
        if isinstance(value, list):
            value = quirks.list_as_object(value, name, notes)
        if isinstance(value, str):
            value = quirks.text_as_object(value, name, notes)
    if not isinstance(value, dict):
        raise wrong_type(name, "an object", value)
    return value


def tidy(values: list[JSON], notes: Notes, name: str) -> list[JSON]:
    """The values without empty ones, each (type, value) pair once (RFC 7643 §2.4).

    Of two with the same pair the later one's other parts win.
    """
    kept: dict[object, JSON] = {}
    for value in values:
        if isinstance(value, dict) and not value.keys() - {"type", "primary"}:
            note(notes, f"Left out a value of {name} that holds nothing but its type.")
            continue
        identity = _identity(value)
        earlier = kept.get(identity)
        if isinstance(earlier, dict) and isinstance(value, dict):
            value = earlier | value
        if earlier is not None:
            note(notes, f"Kept once what stands twice in {name}.")
        kept[identity] = value
    return list(kept.values())


def _identity(value: JSON) -> object:
    if not isinstance(value, dict):
        return value
    if "value" in value:
        return value.get("type"), value["value"]
    return tuple(sorted(value.items(), key=lambda item: item[0]))


def is_primary(value: JSON) -> TypeGuard[Document]:
    """Whether a value of a multi-valued attribute is marked as the primary one."""
    return isinstance(value, dict) and value.get("primary") is True


def is_unassigned(value: JSON, attribute: Attribute) -> bool:
    """Whether a value stands for none of that attribute (RFC 7643 §2.5).

    Null does, and what is empty in the attribute's own type: Okta pushes such values.
    Another emptiness (`{}` for a list) is a wrong type, which must clear nothing.
    """
    if attribute.multi_valued:
        return value is None or value == []
    return is_unassigned_entry(value, attribute)


def is_unassigned_entry(value: JSON, attribute: Attribute) -> bool:
    """The same of one entry of a multi-valued attribute, or of a single value."""
    if value == "":
        return attribute.kind in _WRITTEN_AS_TEXT or _may_be_text(attribute)
    return value is None or (value == {} and attribute.kind == "complex")


def _may_be_text(attribute: Attribute) -> bool:
    """Whether bare text is read as an object: of manager it is (`scim/quirks.py`)."""
    return attribute.sub("value") is not None and not attribute.multi_valued


def check_required(document: Document, resource_type: ResourceType) -> None:
    """Raise InvalidValue for a missing or blank required attribute (RFC 7643 §2.2)."""
    for attribute in resource_type.core.attributes:
        value = document.get(attribute.name)
        missing = not (isinstance(value, str) and value.strip())
        if attribute.required and missing:
            raise InvalidValue(
                "required",
                f"{attribute.name} is missing or blank, and every {resource_type.name} "
                "needs one. Map an attribute that is always filled to it in the "
                "provisioning client.",
            )


def difference(before: Document, after: Document) -> dict[str, tuple[JSON, JSON]]:
    """What differs between two documents: attribute key to value before and after.

    Keys are canonical, down to the sub-attribute (`name.familyName`,
    `urn:…:User:department`); lists are compared whole. None stands for unassigned.
    """
    old, new = _leaves(before), _leaves(after)
    return {
        key: (old.get(key), new.get(key))
        for key in old | new
        if old.get(key) != new.get(key)
    }


def _leaves(document: Document) -> Document:
    """The document in one level: an object's parts under its name and a separator."""
    leaves: Document = {}
    for name, value in document.items():
        separator = ":" if name.lower().startswith("urn:") else "."
        if isinstance(value, dict):
            for key, part in _leaves(value).items():
                leaves[f"{name}{separator}{key}"] = part
        else:
            leaves[name] = value
    return leaves


def refuse_repeats(entries: Document) -> None:
    """Raise InvalidSyntax when two keys differ in letter case only."""
    seen: set[str] = set()
    for key in entries:
        if key.lower() in seen:
            raise InvalidSyntax(
                "repeated",
                f"{quoted(key)} stands there twice, in different letter case. "
                "Send it once.",
            )
        seen.add(key.lower())


def refuse_too_many(values: list[JSON], name: str) -> None:
    """Raise InvalidValue when a multi-valued attribute holds too many values."""
    if len(values) > MAX_VALUES:
        raise InvalidValue(
            "too_long",
            f"{name} holds {len(values)} values, and at most {MAX_VALUES} are kept. "
            "Send fewer.",
        )


def note_unknown(key: str, owner: str, notes: Notes) -> None:
    """Remark that a name was ignored which its owner (a type, a schema) lacks."""
    note(notes, f"{quoted(key)} is not an attribute of {owner} and was ignored.")


def two_primaries(name: str) -> InvalidValue:
    """The error for more than one primary value (RFC 7643 §2.4)."""
    return InvalidValue(
        "two_primaries",
        f"{name} has more than one primary value. Mark at most one as primary.",
    )


def wrong_type(name: str, expected: str, value: JSON) -> InvalidValue:
    """The error for a value of the wrong JSON type."""
    return InvalidValue(
        "wrong_type",
        f"{name} must be {expected}, but {kind_of(value)} arrived. Correct its mapping "
        "in the provisioning client.",
    )


def _text(value: JSON, attribute: Attribute, notes: Notes, name: str) -> JSON:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = quirks.number_as_text(value, name, notes)
    return _checked_text(value, name, names.MAX_TEXT_LENGTH)


def _long_text(value: JSON, attribute: Attribute, notes: Notes, name: str) -> JSON:
    return _checked_text(value, name, names.MAX_LONG_TEXT_LENGTH)


def _checked_text(value: JSON, name: str, limit: int) -> str:
    if not isinstance(value, str):
        raise wrong_type(name, "text", value)
    if len(value) > limit:
        raise InvalidValue(
            "too_long",
            f"{name} has {len(value)} characters, and at most {limit} are kept. "
            "Send a shorter text.",
        )
    if "\0" in value or _SURROGATE.search(value):
        raise InvalidValue(
            "unstorable",
            f"{name} holds a character that cannot be stored (NUL or half a surrogate "
            "pair). Remove it at the source.",
        )
    if limit == names.MAX_TEXT_LENGTH and len(fold(value).encode()) > MAX_KEY_BYTES:
        raise InvalidValue(
            "too_long",
            f"{name} takes more than {MAX_KEY_BYTES} bytes. Send a shorter text.",
        )
    return value


def _binary(value: JSON, attribute: Attribute, notes: Notes, name: str) -> JSON:
    text = _checked_text(value, name, names.MAX_LONG_TEXT_LENGTH)
    digits = "".join(text.split())
    if not _BASE64.fullmatch(digits) or len(digits.rstrip("=")) % 4 == 1:
        raise wrong_type(name, "base64", value)
    return text


def _date_time(value: JSON, attribute: Attribute, notes: Notes, name: str) -> JSON:
    text = _checked_text(value, name, names.MAX_TEXT_LENGTH)
    try:
        parse_instant(text)
    except InvalidFilter:
        raise wrong_type(name, "a time such as 2026-05-13T04:42:34Z", value) from None
    return text


def _boolean(value: JSON, attribute: Attribute, notes: Notes, name: str) -> JSON:
    if isinstance(value, bool):
        return value
    truth = None
    if isinstance(value, str):
        truth = quirks.text_as_boolean(value, name, notes)
    if truth is None:
        raise wrong_type(name, "true or false", value)
    return truth


def _integer(value: JSON, attribute: Attribute, notes: Notes, name: str) -> JSON:
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type(name, "a whole number", value)
    return value


def _decimal(value: JSON, attribute: Attribute, notes: Notes, name: str) -> JSON:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise wrong_type(name, "a number", value)
    return value


_Cleaner: TypeAlias = Callable[[JSON, Attribute, Notes, str], JSON]
_SIMPLE: Final[Mapping[Kind, _Cleaner]] = {
    "string": _text,
    "reference": _long_text,
    "binary": _binary,
    "dateTime": _date_time,
    "boolean": _boolean,
    "integer": _integer,
    "decimal": _decimal,
}
