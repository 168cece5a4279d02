"""Which attributes an answer carries: `attributes` and `excludedAttributes`.

RFC 7644 §3.9. Names that are not known are ignored, since they select nothing. What a
resource holds, and whether members are worth reading, is for others to ask (`wants`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeAlias

from scim.attributes import JSON, AttributeRef, Document, ResourceType

_Place: TypeAlias = tuple[str, ...]
"""The keys that lead to an attribute: `("name", "familyName")`."""

_Tree: TypeAlias = "Mapping[str, _Tree]"
"""Places by their first key; an empty tree is the whole attribute."""

_Select: TypeAlias = Callable[[Document, _Tree], Document]

_ALWAYS: Final = (("schemas",), ("id",))
"""Attributes with `returned: always` (RFC 7643 §3.1); no schema adds another."""


@dataclass(frozen=True)
class Selection:
    """The attributes asked for (None: all) and those left out."""

    only: frozenset[_Place] | None = None
    without: frozenset[_Place] = field(default=frozenset())

    @classmethod
    def parse(
        cls, attributes: str | None, excluded: str | None, resource_type: ResourceType
    ) -> Selection:
        """Read the two query parameters, comma-separated names in any case.

        With both, what is excluded is taken away from what is asked for. A blank
        parameter counts as absent. Nothing is raised (RFC 7644 §3.9).
        """
        only = None
        if attributes and attributes.strip():
            only = frozenset({*_places(attributes, resource_type), *_ALWAYS})
        without = frozenset(_places(excluded or "", resource_type))
        return cls(only, without - set(_ALWAYS))

    @staticmethod
    def unknown(text: str, resource_type: ResourceType) -> list[str]:
        """The names in one of the parameters that select nothing."""
        names = (name.strip() for name in text.split(","))
        return [name for name in names if name and not _places(name, resource_type)]

    @property
    def is_everything(self) -> bool:
        """Whether a document is answered as it is."""
        return self.only is None and not self.without

    def apply(self, document: Document) -> Document:
        """The selected part of a document; the argument stays as it is."""
        if self.only is not None:
            document = _kept(document, self._only_tree)
        if self.without:
            document = _left(document, self._without_tree)
        return document

    def wants(self, name: str) -> bool:
        """Whether any part of a top-level attribute, such as `members`, is selected."""
        asked = self.only is None or any(place[0] == name for place in self.only)
        return asked and (name,) not in self.without

    @cached_property
    def _only_tree(self) -> _Tree:
        return _tree(self.only or ())

    @cached_property
    def _without_tree(self) -> _Tree:
        return _tree(self.without)


def _places(names: str, resource_type: ResourceType) -> set[_Place]:
    places: set[_Place] = set()
    for name in names.split(","):
        schema = resource_type.find_schema(name.strip())
        if schema is resource_type.core:
            places |= {(attribute.name,) for attribute in schema.attributes}
        elif schema is not None:
            places.add((schema.id,))
        elif ref := resource_type.find(name.strip()):
            places.add(_place(ref))
    return places


def _place(ref: AttributeRef) -> _Place:
    keys = (ref.extension, ref.attribute.name, ref.sub.name if ref.sub else None)
    return tuple(key for key in keys if key is not None)


def _tree(places: Iterable[_Place]) -> _Tree:
    """The places as a tree, a whole attribute swallowing its parts."""
    whole = set(places)
    tree: dict[str, _Tree] = {}
    for first in {place[0] for place in whole}:
        rest = {place[1:] for place in whole if place[0] == first}
        tree[first] = {} if () in rest else _tree(rest)
    return tree


def _kept(document: Document, tree: _Tree) -> Document:
    """The parts of the document that the tree names."""
    result: Document = {}
    for key, value in document.items():
        part = _within(value, tree[key], _kept) if key in tree else None
        if part is not None:
            result[key] = part
    return result


def _left(document: Document, tree: _Tree) -> Document:
    """The document without the parts that the tree names."""
    result: Document = {}
    for key, value in document.items():
        whole = key in tree and not tree[key]
        part = None if whole else _within(value, tree.get(key, {}), _left)
        if part is not None:
            result[key] = part
    return result


def _within(value: JSON, tree: _Tree, select: _Select) -> JSON:
    """Select inside an object or each object of a list; None when nothing is left."""
    if not tree:
        return value
    if isinstance(value, dict):
        return select(value, tree) or None
    if isinstance(value, list):
        parts = (select(entry, tree) for entry in value if isinstance(entry, dict))
        return [part for part in parts if part] or None
    return value
