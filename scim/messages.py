"""Messages: the body of a request read strictly, the envelopes of answers made.

The one JSON reader of SCIM requests is here, on the standard library: what other
readers let pass (NaN, a key twice, numbers and nesting without end) ends as a fault
deep inside. What a resource may hold is decided in `scim/documents.py`; HTTP, and the
size of a body, are not known here.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Final, NoReturn

from scim import documents, members, names, quirks, read_only, remarks
from scim.attributes import JSON, Document, ResourceType
from scim.errors import InvalidPath, InvalidSyntax, InvalidValue, TooMany
from scim.filters import quoted
from scim.patch import Operation
from scim.quirks import Notes
from scim.schemas import GROUP_TYPE

_TOKEN: Final = re.compile(
    # Possessive, so that a string without end is read once and not from every quote.
    r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]',
    re.DOTALL,
)
_SUSPECT_ESCAPE: Final = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
_LONGEST_INTEGER: Final = len(str(-(2**63)))


def read_resource(
    body: bytes,
    resource_type: ResourceType,
    notes: Notes,
    *,
    claimed: Document | None = None,
) -> Document:
    """The resource in the body of a POST or PUT, cleaned and complete.

    `claimed` is filled with the read-only parts of the body (`scim/read_only.py`).

    Without `schemas`, and without `members` for a group (see `read_group`). Raises
    InvalidSyntax or InvalidValue (RFC 7644 §3.3 and §3.5.1).
    """
    document = read_json(body)
    if claimed is not None:
        claimed |= read_only.claims(document, resource_type)
    return _resource(document, resource_type, notes)


def read_group(
    body: bytes, notes: Notes, *, claimed: Document | None = None
) -> tuple[Document, tuple[str, ...]]:
    """The group in the body of a POST or PUT, and the ids of its members.

    Raises as `read_resource` does.
    """
    document = quirks.unwrap_core(read_json(body), GROUP_TYPE, notes)
    if claimed is not None:
        claimed |= read_only.claims(document, GROUP_TYPE)
    ids = members.read_members(quirks.find_key(document, "members"), notes)
    return _resource(document, GROUP_TYPE, notes), ids


def _resource(
    document: Document, resource_type: ResourceType, notes: Notes
) -> Document:
    urns = _listed_schemas(document, InvalidValue)
    if urns is None:
        remarks.note_missing_schemas(resource_type.name, notes)
    else:
        if not _holds(urns, resource_type.core.id):
            raise InvalidValue(
                "schemas",
                f"schemas does not name {resource_type.core.id}, so this is not a "
                f"{resource_type.name}. Add that URN, or leave schemas out.",
            )
        quirks.note_unknown_schemas(urns, resource_type, notes)
    cleaned = documents.clean(document, resource_type, notes)
    documents.check_required(cleaned, resource_type)
    return cleaned


def read_patch(body: bytes, notes: Notes) -> tuple[Operation, ...]:
    """The operations in the body of a PATCH, one at least (RFC 7644 §3.5.2).

    Raises InvalidSyntax for a body that is no PatchOp, InvalidValue for a missing
    value, InvalidPath for a path that is not text, TooMany for too many operations.
    """
    document = read_json(body)
    urns = _listed_schemas(document, InvalidSyntax)
    if urns is not None and not _holds(urns, names.PATCH_OP):
        raise InvalidSyntax(
            "schemas",
            f"schemas does not name {names.PATCH_OP}, so this is not a PATCH. "
            "Add that URN, or leave schemas out.",
        )
    if urns is None:
        remarks.note_missing_schemas("PATCH", notes)
    operations = quirks.find_key(document, "Operations")
    if not isinstance(operations, list) or not operations:
        raise InvalidSyntax(
            "operations",
            "Operations is missing or empty. Send a list of one operation at least.",
        )
    if len(operations) > names.MAX_OPERATIONS:
        raise TooMany(
            "operations",
            f"This PATCH has {len(operations):,} operations, and at most "
            f"{names.MAX_OPERATIONS:,} are taken at once. Send several requests.",
        )
    return tuple(
        _operation(entry, f"Operation {number}", notes)
        for number, entry in enumerate(operations, start=1)
    )


def _operation(entry: JSON, label: str, notes: Notes) -> Operation:
    if not isinstance(entry, dict):
        raise InvalidSyntax(
            "operations",
            f"{label} must be an object with op, path and value. Correct "
            "what the client sends.",
        )
    documents.refuse_repeats(entry)
    parts = {key.lower(): part for key, part in entry.items()}
    op, path = parts.get("op"), parts.get("path")
    name = quirks.operation_name(op, notes) if isinstance(op, str) else None
    if name is None:
        raise InvalidSyntax(
            "operations",
            f"{label} has no op that is known, but {quirks.kind_of(op)}. "
            "Use add, remove or replace.",
        )
    if path is not None and not isinstance(path, str):
        raise InvalidPath(
            "unreadable",
            f"The path of {label.lower()} must be text, but {quirks.kind_of(path)} "
            "arrived. Name an attribute, or leave path out.",
        )
    if name != "remove" and "value" not in parts:
        raise InvalidValue(
            "no_value",
            f"{label} ({name}) has no value. Send the value to {name}, or null to "
            "clear the attribute.",
        )
    return Operation(name, path, parts.get("value"))


def list_response(resources: list[Document], total: int, start_index: int) -> Document:
    """A page of resources; `start_index` is 1-based (RFC 7644 §3.4.2)."""
    return {
        "schemas": [names.LIST_RESPONSE],
        "totalResults": total,
        "startIndex": start_index,
        "itemsPerPage": len(resources),
        "Resources": list(resources),
    }


def error_document(status: int, scim_type: str | None, detail: str) -> Document:
    """An error as SCIM tells it; the status is text (RFC 7644 §3.12)."""
    document: Document = {"schemas": [names.ERROR], "status": str(status)}
    if scim_type is not None:
        document["scimType"] = scim_type
    return document | {"detail": detail}


def _listed_schemas(
    document: Document, error: type[InvalidValue | InvalidSyntax]
) -> list[str] | None:
    """The URNs that the envelope names; None when it names none at all."""
    value = quirks.find_key(document, "schemas")
    if value is None:
        return None
    listed = value if isinstance(value, list) else [value]
    urns = [urn for urn in listed if isinstance(urn, str)]
    if listed is not value or len(urns) < len(listed):
        raise error(
            "schemas",
            "schemas must be a list of URNs as text. Correct it, or leave it out.",
        )
    return urns


def _holds(urns: list[str], urn: str) -> bool:
    return urn.lower() in (listed.lower() for listed in urns)


def read_json(body: bytes) -> Document:
    """The object in a body, read strictly (RFC 8259).

    Raises InvalidSyntax when it is not UTF-8 (a BOM is tolerated), not JSON, not an
    object, nested too deeply, or holds a key twice, a number beyond 64 bits, or text
    that cannot be stored.
    """
    if not body.strip():
        raise InvalidSyntax(
            "no_body",
            "The request has no body. Send a JSON object, as application/scim+json.",
        )
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidSyntax(
            "not_json",
            f"The body is not UTF-8: byte {error.start + 1} means nothing. "
            "Send it in UTF-8.",
        ) from error
    _check_depth(text)
    document = _parse(text)
    if not isinstance(document, dict):
        raise InvalidSyntax(
            "no_object",
            f"The body must be a JSON object, but {quirks.kind_of(document)} arrived. "
            "Send one resource, or one PatchOp message.",
        )
    if _SUSPECT_ESCAPE.search(text):
        _check_texts(document)
    return document


def _check_depth(text: str) -> None:
    """Count brackets before the parser sees them: it recurses, and so may others."""
    depth = 0
    for token in _TOKEN.finditer(text):
        character = token[0][0]
        if character in "[{":
            depth += 1
        elif character in "]}":
            depth -= 1
        if depth > names.MAX_DEPTH:
            raise InvalidSyntax(
                "not_json",
                f"The body nests objects and lists more than {names.MAX_DEPTH} deep. "
                "Send it flatter.",
            )


def _parse(text: str) -> JSON:
    try:
        parsed: JSON = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=_float,
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        raise InvalidSyntax(
            "not_json",
            f"The body is not JSON: something is wrong at line {error.lineno}, "
            f"character {error.colno}. Correct what the client sends.",
        ) from error
    return parsed


def _object(pairs: list[tuple[str, JSON]]) -> Document:
    document: Document = {}
    for key, value in pairs:
        if key in document:
            raise InvalidSyntax(
                "repeated",
                f"The key {quoted(key)} stands twice in one object. Send it once.",
            )
        document[key] = value
    return document


def _refuse_constant(word: str) -> NoReturn:
    raise InvalidSyntax(
        "not_json", f"{word} is not a number in JSON. Leave the value out instead."
    )


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _too_large()
    return number


def _integer(digits: str) -> int:
    # The length comes first: Python refuses to read thousands of digits.
    if len(digits) > _LONGEST_INTEGER or not -(2**63) <= int(digits) < 2**63:
        raise _too_large()
    return int(digits)


def _too_large() -> InvalidSyntax:
    # Not shown: it may be a password of many digits whose quotes were forgotten.
    return InvalidSyntax(
        "unstorable",
        "A number in the body does not fit into 64 bits. If it is text, such as a "
        "telephone number, send it in quotes.",
    )


def _check_texts(document: Document) -> None:
    """Refuse text, keys included, that neither UTF-8 nor PostgreSQL can hold.

    Named by the outermost key alone: what stands below may be that of a password.
    """
    for key, part in document.items():
        if any(_UNSTORABLE.search(text) for text in _texts([key, part])):
            raise InvalidSyntax(
                "unstorable",
                f"{quoted(key)} holds a text with NUL or half of a surrogate pair, "
                "which cannot be stored. Remove it at the source.",
            )


def _texts(value: JSON) -> Iterator[str]:
    """Every text in a value, keys included, without recursion."""
    pending = [value]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending += [*value, *value.values()]
        elif isinstance(value, list):
            pending += value
        elif isinstance(value, str):
            yield value
