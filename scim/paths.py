"""The path of a PATCH operation: the place in a resource that it means.

A path is read by `scim/filters.py`; here the schema is asked what it names, and an
admin who misspelt it is told the nearest name. What happens at that place is the matter
of `scim/patch.py` and `scim/members.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from scim import filters, matching
from scim.attributes import AttributeRef, ResourceType
from scim.errors import InvalidFilter, InvalidPath
from scim.filters import Filter, Path, quoted


@dataclass(frozen=True)
class Target:
    """What a path means: an attribute or sub-attribute, and which values of it."""

    ref: AttributeRef
    condition: Filter | None = None

    @property
    def is_read_only(self) -> bool:
        """Whether a client may not write there."""
        return "readOnly" in (self.ref.attribute.mutability, self.ref.leaf.mutability)

    @property
    def name(self) -> str:
        """The attribute's key without the sub-attribute."""
        return replace(self.ref, sub=None).key

    @property
    def is_whole_list(self) -> bool:
        """Whether a multi-valued attribute is meant with all its values."""
        narrowed = self.ref.sub is not None or self.condition is not None
        return self.ref.attribute.multi_valued and not narrowed


def resolve(path: str, resource_type: ResourceType) -> Target:
    """What a path means in a type of resource (RFC 7644 §3.5.2).

    Raises InvalidPath when it cannot be read, or names what is not there.
    """
    target = find(path, resource_type)
    if target is None:
        raise _unknown(filters.parse_path(path), resource_type)
    return target


def find(path: str, resource_type: ResourceType) -> Target | None:
    """What a path means; None when its attribute or sub-attribute is not known.

    Raises InvalidPath when it cannot be read, or its filter cannot be asked.
    """
    return _place(filters.parse_path(path), resource_type)


def _place(path: Path, resource_type: ResourceType) -> Target | None:
    ref = resource_type.find(path.attribute)
    if ref is None or path.condition is None:
        return Target(ref) if ref else None
    if not ref.attribute.multi_valued:
        raise InvalidPath(
            "not_comparable",
            f"{ref.key} holds one value, so no filter can follow it. Use {ref.key} "
            "alone as the path.",
        )
    try:
        matching.predicate(path.condition, ref.attribute)
    except InvalidFilter as error:
        raise InvalidPath(error.cause, error.detail) from error
    if path.sub is None:
        return Target(ref, path.condition)
    sub = ref.attribute.sub(path.sub)
    return Target(replace(ref, sub=sub), path.condition) if sub else None


def _unknown(path: Path, resource_type: ResourceType) -> InvalidPath:
    """The error for a path to nowhere, with the nearest name that exists."""
    name = f"{path.attribute}.{path.sub}" if path.sub else path.attribute
    bare = bare_name(name, resource_type)
    first, _, rest = bare.partition(".")
    owner = resource_type.find(name.removesuffix(bare) + first)
    if owner is not None:
        parts = ", ".join(sub.name for sub in owner.attribute.sub_attributes)
        known = f"Its sub-attributes are {parts}." if parts else _NO_PARTS
        return InvalidPath(
            "unknown_attribute",
            f"{owner.attribute.name} has no sub-attribute {quoted(rest)}. {known}",
        )
    nearest = resource_type.nearest(bare)
    hint = f"The nearest attribute is {nearest}. " if nearest else ""
    return InvalidPath(
        "unknown_attribute",
        f"{quoted(bare)} is not an attribute of {resource_type.name} here. {hint}"
        "Correct the attribute mapping in the provisioning client.",
    )


_NO_PARTS = "It has none: name the attribute alone."


def bare_name(name: str, resource_type: ResourceType) -> str:
    """The name without the URN of a schema of the type, which would hide it."""
    for schema in resource_type.schemas:
        if name.lower().startswith(f"{schema.id.lower()}:"):
            return name[len(schema.id) + 1 :]
    return name
