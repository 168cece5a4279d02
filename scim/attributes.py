"""What an attribute is (RFC 7643 §2 and §7), and how a name finds it.

Schemas are trees of `Attribute`; a `ResourceType` is a core schema with its extensions.
Names are compared without case (RFC 7643 §2.1) and always answered in the spelling of
the schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Literal, TypeAlias

JSON: TypeAlias = (
    "dict[str, JSON] | list[JSON] | str | int | float | bool | None"  # any JSON value
)
Document: TypeAlias = dict[str, JSON]
"""A resource or message as parsed JSON, attribute names in the schema's spelling."""

Kind = Literal[
    "string",
    "boolean",
    "decimal",
    "integer",
    "dateTime",
    "reference",
    "binary",
    "complex",
]
Mutability = Literal["readOnly", "readWrite", "immutable", "writeOnly"]
Returned = Literal["always", "never", "default", "request"]
Uniqueness = Literal["none", "server", "global"]


@dataclass(frozen=True)
class Attribute:
    """One attribute and its characteristics, with the defaults of RFC 7643 §2.2."""

    name: str
    kind: Kind = "string"
    description: str = ""
    multi_valued: bool = False
    required: bool = False
    case_exact: bool = False
    mutability: Mutability = "readWrite"
    returned: Returned = "default"
    uniqueness: Uniqueness = "none"
    canonical_values: tuple[str, ...] = ()
    reference_types: tuple[str, ...] = ()
    sub_attributes: tuple[Attribute, ...] = ()

    @cached_property
    def _by_name(self) -> Mapping[str, Attribute]:
        return {sub.name.lower(): sub for sub in self.sub_attributes}

    def sub(self, name: str) -> Attribute | None:
        """The sub-attribute of that name, in whatever case it is written."""
        return self._by_name.get(name.lower())


@dataclass(frozen=True)
class Schema:
    """A schema: its URN, its names for people, its attributes (RFC 7643 §7)."""

    id: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]

    @cached_property
    def _by_name(self) -> Mapping[str, Attribute]:
        return {attribute.name.lower(): attribute for attribute in self.attributes}

    def find(self, name: str) -> Attribute | None:
        """The attribute of that name, in whatever case it is written."""
        return self._by_name.get(name.lower())

    def attribute(self, name: str) -> Attribute:
        """The attribute that the schema is known to have; raises `KeyError`."""
        return self._by_name[name.lower()]


@dataclass(frozen=True)
class AttributeRef:
    """A name resolved to a place in a resource: schema, attribute, sub-attribute.

    `extension` is the URN of the extension the attribute lives in, or None when it
    lives in the resource itself (core and common attributes).
    """

    attribute: Attribute
    extension: str | None = None
    sub: Attribute | None = None

    @property
    def leaf(self) -> Attribute:
        """The attribute whose value is meant: the sub-attribute, if one is named."""
        return self.sub or self.attribute

    @property
    def key(self) -> str:
        """The canonical spelling: `name.familyName`, `urn:…:User:department`."""
        dotted = self.attribute.name + (f".{self.sub.name}" if self.sub else "")
        return f"{self.extension}:{dotted}" if self.extension else dotted


@dataclass(frozen=True)
class ResourceType:
    """A kind of resource: its endpoint, core schema and extensions (RFC 7643 §6)."""

    name: str
    endpoint: str
    description: str
    core: Schema
    extensions: tuple[Schema, ...] = ()
    common: tuple[Attribute, ...] = field(default=())

    @cached_property
    def _common_by_name(self) -> Mapping[str, Attribute]:
        return {attribute.name.lower(): attribute for attribute in self.common}

    @cached_property
    def schemas(self) -> tuple[Schema, ...]:
        """The core schema first, then the extensions."""
        return (self.core, *self.extensions)

    @cached_property
    def _urns(self) -> tuple[tuple[str, str, Schema], ...]:
        """Lower-case URN, URN and schema; the longest URN first, so that it wins."""
        urns = ((schema.id.lower(), schema.id, schema) for schema in self.schemas)
        return tuple(sorted(urns, key=lambda entry: -len(entry[0])))

    def find_schema(self, urn: str) -> Schema | None:
        """The schema of that URN, in whatever case it is written."""
        return next(
            (schema for low, _, schema in self._urns if low == urn.lower()), None
        )

    def find(self, name: str) -> AttributeRef | None:
        """Resolve `attr`, `attr.sub` or `urn:attr.sub`; None when there is none such.

        The longest known schema URN is taken first, since URNs hold dots and colons
        themselves (`urn:…:2.0:User:manager.value`).
        """
        for low, _, schema in self._urns:
            if name.lower().startswith(low + ":"):
                return self._resolve(name[len(low) + 1 :], schema)
        return self._resolve(name, None)

    def _resolve(self, dotted: str, schema: Schema | None) -> AttributeRef | None:
        name, dot, sub_name = dotted.partition(".")
        if schema is None or schema is self.core:
            extension = None
            attribute = self._common_by_name.get(name.lower()) or self.core.find(name)
        else:
            extension = schema.id
            attribute = schema.find(name)
        if attribute is None:
            return None
        if not dot:
            return AttributeRef(attribute, extension)
        sub = attribute.sub(sub_name)
        return AttributeRef(attribute, extension, sub) if sub else None

    def nearest(self, name: str) -> str | None:
        """The known attribute spelt most like `name`, for the words of an error."""
        known = {
            AttributeRef(attribute, None if schema is self.core else schema.id).key
            for schema in self.schemas
            for attribute in schema.attributes
        } | {attribute.name for attribute in self.common}
        by_low = {key.lower(): key for key in known}
        by_low |= {key.rpartition(":")[2].lower(): key for key in known}
        wanted = name.partition("[")[0].partition(".")[0].rpartition(":")[2].lower()
        close = get_close_matches(wanted, by_low, n=1, cutoff=0.6)
        return by_low[close[0]] if close else None
