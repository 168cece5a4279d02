"""Between the tables and SCIM: stored values to documents, documents to key columns.

The only place where `snake_case` meets `camelCase`. Everything here is pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from scim import names, schemas
from scim.attributes import JSON, Attribute, Document, Schema
from scim.matching import fold
from services.directory.preconditions import etag

MAX_KEY_BYTES = 2_000
"""Length of an indexed key: PostgreSQL takes some 2,700 bytes in all."""

Row: TypeAlias = dict[str, Any]  # Any: values of the columns of one table

SEARCHED: Final = ("is_active", "source", "modified_at", "name_key", "user_name_key")
"""Columns that `user_search` has of `users`."""


@dataclass(frozen=True)
class Reference:
    """Another resource, as far as an answer names it."""

    type: str
    id: str
    name: str


@dataclass(frozen=True)
class StoredUser:
    """A user as it stood in one transaction.

    `document` holds the stored attributes; it is shared, never changed. `manager` is
    the user that the manager's id names, if there is one here.
    """

    seq: int
    id: str
    version: int
    document: Document
    created_at: datetime
    modified_at: datetime
    groups: tuple[Reference, ...] = ()
    manager: Reference | None = None


@dataclass(frozen=True)
class StoredGroup:
    """A group as it stood in one transaction; `members` is None when not read."""

    seq: int
    id: str
    version: int
    display_name: str
    external_id: str | None
    n_members: int
    created_at: datetime
    modified_at: datetime
    members: tuple[Reference, ...] | None = None


def location(base_url: str, resource_type: str, resource_id: str) -> str:
    """The address of a resource under the public URL."""
    return f"{base_url}/{resource_type}s/{resource_id}"


def timestamp(at: datetime) -> str:
    """An instant as xsd:dateTime in UTC with microseconds (RFC 7643 §2.3.5)."""
    return at.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def user_document(user: StoredUser, base_url: str) -> Document:
    """The user as SCIM shows it (RFC 7643 §4.1), ready to be selected from."""
    stored = user.document
    document: Document = {"schemas": _user_schemas(stored), "id": user.id, **stored}
    enterprise = stored.get(names.ENTERPRISE_USER)
    if user.manager is not None and isinstance(enterprise, dict):
        document[names.ENTERPRISE_USER] = enterprise | {
            "manager": {
                "value": user.manager.id,
                "$ref": location(base_url, "User", user.manager.id),
                "displayName": user.manager.name,
            }
        }
    if user.groups:
        document["groups"] = [_group_of(group, base_url) for group in user.groups]
    document["meta"] = _meta(user, "User", base_url)
    return document


def group_document(group: StoredGroup, base_url: str) -> Document:
    """The group as SCIM shows it (RFC 7643 §4.2), with the members that were read."""
    document: Document = {
        "schemas": [names.CORE_GROUP],
        "id": group.id,
        **stored_group_document(group.display_name, group.external_id),
    }
    if group.members:
        document["members"] = [member(one, base_url) for one in group.members]
    document["meta"] = _meta(group, "Group", base_url)
    return document


def stored_group_document(display_name: str, external_id: str | None) -> Document:
    """The attributes of a group that a client may change, but for its members."""
    if external_id is None:
        return {"displayName": display_name}
    return {"externalId": external_id, "displayName": display_name}


def member(reference: Reference, base_url: str) -> Document:
    """A value of `Group.members`."""
    return {
        "value": reference.id,
        "$ref": location(base_url, reference.type, reference.id),
        "type": reference.type,
        "display": reference.name,
    }


def _group_of(reference: Reference, base_url: str) -> JSON:
    return {
        "value": reference.id,
        "$ref": location(base_url, "Group", reference.id),
        "display": reference.name,
        "type": "direct",
    }


def _user_schemas(stored: Document) -> list[JSON]:
    if names.ENTERPRISE_USER in stored:
        return [names.CORE_USER, names.ENTERPRISE_USER]
    return [names.CORE_USER]


def _meta(
    resource: StoredUser | StoredGroup, resource_type: str, base_url: str
) -> Document:
    return {
        "resourceType": resource_type,
        "created": timestamp(resource.created_at),
        "lastModified": timestamp(resource.modified_at),
        "location": location(base_url, resource_type, resource.id),
        "version": etag(resource.version),
    }


def display_name(document: Document) -> str:
    """What people call the user: the first name there is, at last the userName."""
    name = document.get("name")
    parts = name if isinstance(name, dict) else {}
    given_and_family = f"{parts.get('givenName', '')} {parts.get('familyName', '')}"
    candidates = (
        document.get("displayName"),
        parts.get("formatted"),
        given_and_family.strip(),
        document["userName"],
    )
    return next(str(candidate) for candidate in candidates if candidate)


def manager_id(document: Document) -> str | None:
    """The id that the user's `manager.value` holds."""
    enterprise = document.get(names.ENTERPRISE_USER)
    manager = enterprise.get("manager") if isinstance(enterprise, dict) else None
    value = manager.get("value") if isinstance(manager, dict) else None
    return value if isinstance(value, str) else None


def name_key(name: str) -> str:
    """What names are sorted by; cut, since it may be two long names in one."""
    return fold(name).encode()[:MAX_KEY_BYTES].decode(errors="ignore")


def user_columns(document: Document) -> Row:
    """The columns of `users` that follow from the document."""
    name = display_name(document)
    return {
        "document": document,
        "user_name_key": fold(str(document["userName"])),
        "external_id": document.get("externalId"),
        "name": name,
        "name_key": name_key(name),
        "is_active": document["active"],
    }


def user_search(columns: Row) -> Row:
    """The row of `user_search` for a user of these columns, but for its keys."""
    document = columns["document"]
    name, emails = document.get("name"), document.get("emails")
    parts = name if isinstance(name, dict) else {}
    texts = [*columns["name_key"].split(), *columns["user_name_key"].split()]
    for part in ("familyName", "givenName"):
        texts += fold(str(parts.get(part, ""))).split()
    others = [document.get("externalId")]
    for email in emails if isinstance(emails, list) else ():
        others.append(email.get("value") if isinstance(email, dict) else None)
    texts += [fold(other) for other in others if isinstance(other, str)]
    copied = {name: columns[name] for name in SEARCHED}
    return copied | {"texts": "".join(f"\n{text}" for text in dict.fromkeys(texts))}


def group_columns(document: Document) -> Row:
    """The columns of `groups` that follow from the document."""
    return {
        "display_name": document["displayName"],
        "display_name_key": fold(str(document["displayName"])),
        "external_id": document.get("externalId"),
    }


def user_values(document: Document) -> list[Row]:
    """The rows of `user_values` for a user: one a value, as the table explains."""
    rows = list(_schema_values(schemas.USER, document, ""))
    for schema in schemas.USER_TYPE.extensions:
        extension = document.get(schema.id)
        if isinstance(extension, dict):
            prefix = value_prefix(schema)
            rows.extend(_schema_values(schema, extension, prefix))
    return rows


def value_prefix(schema: Schema) -> str:
    """What the attributes of an extension begin with in `user_values`."""
    return f"{schema.name.lower()}:"


def value_key(value: str, attribute: Attribute) -> str:
    """The key an attribute's text is compared by.

    References and binary values may be long, so they are compared by their SHA-256.
    """
    if attribute.kind in ("reference", "binary"):
        return hashlib.sha256(value.encode()).hexdigest()
    return value if attribute.case_exact else fold(value)


_COLUMNS = frozenset({"userName", "externalId", "active"})


def _schema_values(schema: Schema, document: Document, prefix: str) -> Iterator[Row]:
    for attribute in schema.attributes:
        value = document.get(attribute.name)
        if value is None or attribute.name in _COLUMNS:
            continue
        name = prefix + attribute.name.lower()
        if isinstance(value, list):
            for ordinal, element in enumerate(value):
                yield from _element_values(name, ordinal, attribute, element)
        elif isinstance(value, dict):
            yield from _sub_values(name, 0, attribute, value)
        else:
            yield _value_row(name, 0, value_key(str(value), attribute))


def _element_values(
    name: str, ordinal: int, attribute: Attribute, element: JSON
) -> Iterator[Row]:
    if not isinstance(element, dict):
        return
    value, type_ = element.get("value"), element.get("type")
    value_attribute = attribute.sub("value")
    row = _value_row(name, ordinal, None)
    if isinstance(value, str) and value_attribute is not None:
        row["value_key"] = value_key(value, value_attribute)
    row["type_key"] = fold(type_) if isinstance(type_, str) else None
    row["is_primary"] = element.get("primary") is True
    yield row
    rest = {
        key: value
        for key, value in element.items()
        if key not in ("value", "type", "primary")
    }
    yield from _sub_values(name, ordinal, attribute, rest)


def _sub_values(
    name: str, ordinal: int, attribute: Attribute, value: Document
) -> Iterator[Row]:
    for sub in attribute.sub_attributes:
        text = value.get(sub.name)
        if isinstance(text, str):
            full_name = f"{name}.{sub.name.lower()}"
            yield _value_row(full_name, ordinal, value_key(text, sub))


def _value_row(attribute: str, ordinal: int, key: str | None) -> Row:
    return {
        "attribute": attribute,
        "ordinal": ordinal,
        "value_key": key,
        "type_key": None,
        "is_primary": False,
    }
