"""Filters as SQL: a tree of `scim.filters` becomes one clause over `users` or `groups`.

The tree is walked here; where an attribute is kept, `services/queries/filterable.py`
says, and how a comparison is written, `services/queries/comparing.py`. What may be
compared with what is `scim.matching.operand`'s to say. Nothing is filtered in Python.
"""

from __future__ import annotations

from typing import Final, Protocol

from sqlalchemy import and_, not_, or_

from scim.attributes import Attribute, AttributeRef, ResourceType
from scim.errors import InvalidFilter
from scim.filters import And, Comparison, Filter, Not, Or, Present, ValuePath
from scim.paths import bare_name
from services.origin import shorten
from services.queries.comparing import Clause

MAX_TERMS: Final = 200
"""Comparisons one filter may hold: SQLite bounds the depth of an expression."""


class Resources(Protocol):
    """Where the attributes of one resource type are kept."""

    @property
    def type(self) -> ResourceType:
        """The resource type whose names are understood."""

    def compare(self, ref: AttributeRef, comparison: Comparison) -> Clause:
        """The comparison of an attribute that holds single values."""

    def present(self, ref: AttributeRef) -> Clause:
        """Whether the attribute has a value."""

    def element(self, ref: AttributeRef, condition: Filter) -> Clause:
        """Whether one value of a multi-valued attribute meets a whole condition."""


class Element(Protocol):
    """One value of a multi-valued attribute, as rows say it."""

    @property
    def attribute(self) -> Attribute:
        """The multi-valued attribute."""

    def compare(self, sub: Attribute, comparison: Comparison) -> Clause:
        """The comparison of one of its sub-attributes."""

    def present(self, sub: Attribute) -> Clause:
        """Whether the sub-attribute has a value."""


class Compiler:
    """Walks the tree; what an attribute is in the tables, `Resources` says."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def compile(self, filter_: Filter) -> Clause:
        """The clause that a filter stands for; raises `InvalidFilter`."""
        match filter_:
            case And(terms):
                return and_(*(self.compile(term) for term in terms))
            case Or(terms):
                return or_(*(self.compile(term) for term in terms))
            case Not(term):
                return not_(self.compile(term))
            case ValuePath(attribute, condition):
                return self._value_path(attribute, condition)
            case Present(attribute):
                return self._resources.present(self._find(attribute))
            case _:
                ref = self._find(filter_.attribute)
                return self._resources.compare(_with_value(ref), filter_)

    def _value_path(self, attribute: str, condition: Filter) -> Clause:
        ref = self._find(attribute)
        if ref.sub or ref.attribute.kind != "complex":
            raise InvalidFilter(
                "unknown_attribute",
                f"{ref.key} has no sub-attributes, so no condition in brackets can "
                "follow it. Compare it directly.",
            )
        if not ref.attribute.multi_valued:
            return self.compile(_inside(attribute, condition))
        return self._resources.element(ref, condition)

    def _find(self, name: str) -> AttributeRef:
        ref = self._resources.type.find(name)
        if ref is None:
            raise unknown_attribute(name, self._resources.type)
        return ref


def unknown_attribute(name: str, resource_type: ResourceType) -> InvalidFilter:
    """The refusal of a name that no schema of the type has."""
    bare = bare_name(name, resource_type)
    nearest = resource_type.nearest(bare)
    advice = f'Perhaps "{nearest}" is meant.' if nearest else "See /scim/v2/Schemas."
    return InvalidFilter(
        "unknown_attribute",
        f'A {resource_type.name} has no attribute "{shorten(bare)}" here, so nothing '
        f"can be filtered by it. {advice}",
    )


def _with_value(ref: AttributeRef) -> AttributeRef:
    """`emails co "x"` compares `emails.value` (RFC 7644 §3.4.2.2)."""
    if ref.sub is None and ref.attribute.kind == "complex":
        value = ref.attribute.sub("value")
        if value is None:
            raise InvalidFilter(
                "not_comparable",
                f"{ref.key} holds several sub-attributes. Name the one to compare, "
                f'such as "{ref.key}.{ref.attribute.sub_attributes[0].name}".',
            )
        return AttributeRef(ref.attribute, ref.extension, value)
    return ref


def _inside(attribute: str, condition: Filter) -> Filter:
    """`name[familyName eq "x"]` as `name.familyName eq "x"`."""
    match condition:
        case And(terms):
            return And(tuple(_inside(attribute, term) for term in terms))
        case Or(terms):
            return Or(tuple(_inside(attribute, term) for term in terms))
        case Not(term):
            return Not(_inside(attribute, term))
        case Present(name):
            return Present(f"{attribute}.{name}")
        case Comparison(name, operator, value):
            return Comparison(f"{attribute}.{name}", operator, value)
        case _:
            raise _nested()


def _nested() -> InvalidFilter:
    return InvalidFilter(
        "not_comparable",
        "Brackets cannot stand inside brackets. Name the sub-attribute and compare it.",
    )


def count_terms(filter_: Filter) -> int:
    """How many comparisons a filter holds."""
    match filter_:
        case And(terms) | Or(terms):
            return sum(count_terms(term) for term in terms)
        case Not(term) | ValuePath(_, term):
            return count_terms(term)
        case _:
            return 1


def check_terms(filter_: Filter) -> None:
    """Refuse a filter that no database would take: SQLite bounds an expression."""
    if count_terms(filter_) > MAX_TERMS:
        raise InvalidFilter(
            "too_large",
            f"The filter holds more than {MAX_TERMS} comparisons. Ask in several "
            "requests.",
        )


class ElementCompiler:
    """Compiles what stands inside brackets: conditions on one and the same value."""

    def __init__(self, element: Element) -> None:
        self._element = element

    def compile(self, condition: Filter) -> Clause:
        """The clause over one value; raises `InvalidFilter`."""
        match condition:
            case And(terms):
                return and_(*(self.compile(term) for term in terms))
            case Or(terms):
                return or_(*(self.compile(term) for term in terms))
            case Not(term):
                return not_(self.compile(term))
            case Present(name):
                return self._element.present(self._sub(name))
            case Comparison(name):
                return self._element.compare(self._sub(name), condition)
            case _:
                raise _nested()

    def _sub(self, name: str) -> Attribute:
        sub = self._element.attribute.sub(name)
        if sub is None:
            known = ", ".join(
                one.name for one in self._element.attribute.sub_attributes
            )
            raise InvalidFilter(
                "unknown_attribute",
                f'"{shorten(name)}" is not a sub-attribute of '
                f"{self._element.attribute.name}. It has {known}.",
            )
        return sub
