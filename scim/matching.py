"""Whether one value of a multi-valued attribute meets a condition (RFC 7644 §3.4.2.2).

For PATCH paths such as `emails[type eq "work"]`. Lists of resources are filtered by the
database, never here; but what may be compared with what, and in which form, is decided
here for both (`fold`, `parse_instant`, `operand`).
"""

from __future__ import annotations

import json
import operator
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, Final, TypeAlias, TypeGuard, get_args

from scim.attributes import JSON, Attribute, Document, Kind
from scim.errors import InvalidFilter
from scim.filters import And, Comparison, Filter, Not, Operator, Or, Present, quoted

Predicate: TypeAlias = Callable[[JSON], bool]
Operand: TypeAlias = "str | int | float | bool | datetime | None"


def predicate(condition: Filter, attribute: Attribute) -> Predicate:
    """The condition as a question to ask of each value of `attribute`.

    A value is an object with sub-attributes in the schema's spelling; of an attribute
    without sub-attributes it is the plain value, which the condition calls `value`.
    `ne` holds for a value that lacks the sub-attribute, and a `primary` that is absent
    is false (RFC 7643 §2.4). The whole condition is checked before any value is asked:
    raises `InvalidFilter` for unknown sub-attributes, for operators that the kind of
    the sub-attribute does not have and for values of another kind.
    """
    match condition:
        case And(terms):
            every = [predicate(term, attribute) for term in terms]
            return lambda value: all(holds(value) for holds in every)
        case Or(terms):
            some = [predicate(term, attribute) for term in terms]
            return lambda value: any(holds(value) for holds in some)
        case Not(term):
            inner = predicate(term, attribute)
            return lambda value: not inner(value)
        case Present(name):
            return _presence(_leaf(name, attribute), attribute)
        case Comparison():
            return _comparison(condition, attribute)
        case _:
            raise InvalidFilter(
                "not_comparable",
                f"Brackets [ ] cannot stand inside the brackets of {attribute.name}. "
                "Name the sub-attribute and compare it.",
            )


def operand(comparison: Comparison, leaf: Attribute) -> Operand:
    """The comparison's value in the form in which values of `leaf` are compared.

    Text is folded unless `leaf` is caseExact, a dateTime is an instant, the texts true
    and false are booleans for a boolean. None stands for null: `eq` asks for absence,
    `ne` for presence. Raises `InvalidFilter` for a value of another kind, and for an
    operator that the kind does not have (RFC 7644 §3.4.2.2, table 3).
    """
    rule = _RULES[leaf.kind]
    allowed = rule.operators if comparison.value is not None else _EQUALITY
    if comparison.operator not in allowed:
        raise _wrong_operator(comparison, leaf, allowed)
    if comparison.value is None:
        return None
    value = _comparable(comparison.value, leaf)
    if value is None:
        given = comparison.value
        shown = quoted(given) if isinstance(given, str) else json.dumps(given)
        raise InvalidFilter(
            "not_comparable",
            f"{leaf.name} holds {rule.holds} and cannot be compared with {shown}. "
            f"{rule.advice}",
        )
    return value


def fold(text: str) -> str:
    """The form in which texts that are not caseExact are compared.

    Composed (NFC), so that two ways of typing an accent are one text, then case-folded.
    Folding twice changes nothing.
    """
    return unicodedata.normalize("NFC", text).casefold()


def parse_instant(text: str) -> datetime:
    """The moment that a dateTime names, aware and in UTC (RFC 7643 §2.3.5).

    Without an offset it is taken as UTC; digits after the microseconds are dropped.
    Raises `InvalidFilter` when it is not written as RFC 3339 or does not exist.
    """
    try:
        if not _INSTANT.fullmatch(text):
            raise ValueError(text)
        moment = datetime.fromisoformat(text.upper())
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidFilter(
            "not_comparable",
            f"{quoted(text)} is not a date and time. "
            'Write it like "2026-05-13T04:42:34Z".',
        ) from None


def conditions_as_value(condition: Filter) -> Document | None:
    """The object that a condition describes, or None when it does not describe one.

    `type eq "work" and primary eq true` describes `{"type": "work", "primary": true}`,
    names as the client wrote them. Other operators than `eq`, `or`, `not`, null and one
    name twice describe nothing. Entra adds `emails[type eq "work"].value` to users that
    have no such e-mail, and means that one be made.
    """
    terms = condition.terms if isinstance(condition, And) else (condition,)
    described = [term for term in terms if _describes(term)]
    distinct = {term.attribute.lower() for term in described}
    if len(distinct) < len(terms):
        return None
    return {term.attribute: term.value for term in described}


def same_as_any(given: Iterable[JSON], attribute: Attribute) -> Predicate:
    """Whether a value of `attribute` is the same as one of those given.

    Its `value` tells, and `type` where it is given (RFC 7643 §2.4); without `value`, as
    in addresses, all its parts do. Texts are compared as in filters; each value is
    looked up, so that long lists may be put to long lists.
    """
    wanted = {_telling(value, attribute) for value in given}

    def holds(value: JSON) -> bool:
        whole = _telling(value, attribute)
        untyped = frozenset(part for part in whole if part[0] != "type")
        return whole in wanted or untyped in wanted

    return holds


def _telling(value: JSON, attribute: Attribute) -> frozenset[tuple[str, Operand]]:
    """The parts that tell a value from others, as they are compared."""
    parts = value if isinstance(value, dict) else {"value": value}
    telling = {"value", "type"} if "value" in parts else parts.keys() - {"primary"}
    return frozenset(
        (name, _comparable(parts[name], attribute.sub(name) or attribute))
        for name in parts.keys() & telling
    )


_EQUALITY: Final[tuple[Operator, ...]] = ("eq", "ne")
_ORDER: Final[tuple[Operator, ...]] = ("gt", "ge", "lt", "le")
_PARTS: Final[tuple[Operator, ...]] = ("co", "sw", "ew")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})?"
)
_TESTS: Final[dict[Operator, Callable[[Any, Any], bool]]] = {
    # Any: both sides come from `_comparable` for one attribute, hence are of one type.
    "eq": operator.eq,
    "ne": operator.ne,
    "co": operator.contains,
    "sw": str.startswith,
    "ew": str.endswith,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


@dataclass(frozen=True)
class _Rule:
    """What a kind of attribute holds, in words, and how it may be compared."""

    holds: str
    advice: str
    operators: tuple[Operator, ...]


_TEXT: Final = _Rule("text", "Write text in double quotes.", get_args(Operator))
_NUMBER: Final = _Rule("a number", "Write a number without quotes.", _EQUALITY + _ORDER)
_RULES: Final[Mapping[Kind, _Rule]] = {
    "string": _TEXT,
    "reference": _TEXT,
    "binary": _Rule("base64 text", _TEXT.advice, _EQUALITY + _PARTS),
    "boolean": _Rule("true or false", "Write true or false.", _EQUALITY),
    "integer": _NUMBER,
    "decimal": _NUMBER,
    "dateTime": _Rule(
        "a date and time",
        'Write it like "2026-05-13T04:42:34Z".',
        _EQUALITY + _ORDER,
    ),
    "complex": _Rule("sub-attributes", "Compare one of them.", ()),
}


def _comparison(condition: Comparison, attribute: Attribute) -> Predicate:
    leaf = _leaf(condition.attribute, attribute)
    wanted = operand(condition, leaf)
    negated = condition.operator == "ne"
    if wanted is None:
        present = _presence(leaf, attribute)
        return lambda value: present(value) == negated
    # As the opposite of `eq`, `ne` holds where there is nothing to compare.
    test = _TESTS["eq" if negated else condition.operator]

    def holds(value: JSON) -> bool:
        found = _stored(value, leaf, attribute)
        return (found is not None and test(found, wanted)) != negated

    return holds


def _presence(leaf: Attribute, attribute: Attribute) -> Predicate:
    return lambda value: _read(value, leaf, attribute) not in (None, "", [], {})


def _leaf(name: str, attribute: Attribute) -> Attribute:
    """The attribute that a name in a condition means: a sub-attribute or the value."""
    if attribute.sub_attributes:
        leaf = attribute.sub(name)
    else:
        leaf = attribute if name.lower() == "value" else None
    if leaf is None:
        raise InvalidFilter(
            "unknown_attribute",
            f"{attribute.name} has no sub-attribute {quoted(name)}. "
            f"Use {_nearest(name, attribute)}.",
        )
    return leaf


def _nearest(name: str, attribute: Attribute) -> str:
    """The names spelt like that one; when there are none, all that may be used."""
    known = {sub.name.lower(): sub.name for sub in attribute.sub_attributes}
    if not known:
        return "value"
    close = get_close_matches(name.lower(), known, cutoff=0.6) or known
    return " or ".join(known[low] for low in close)


def _read(value: JSON, leaf: Attribute, attribute: Attribute) -> JSON:
    if leaf is attribute:
        return value
    return value.get(leaf.name) if isinstance(value, dict) else None


def _stored(value: JSON, leaf: Attribute, attribute: Attribute) -> Operand:
    """What is compared of a value; None where there is nothing of the right kind."""
    found = _read(value, leaf, attribute)
    if found is None and leaf.name == "primary" and leaf.kind == "boolean":
        return False
    try:
        return _comparable(found, leaf)
    except InvalidFilter:
        # What is stored is not the fault of the filter.
        return None


def _comparable(value: JSON, leaf: Attribute) -> Operand:
    """The value as values of `leaf` are compared; None when it is of another kind."""
    if leaf.kind == "boolean":
        return _boolean(value)
    if leaf.kind in ("integer", "decimal"):
        return _number(value)
    if leaf.kind == "complex" or not isinstance(value, str):
        return None
    if leaf.kind == "dateTime":
        return parse_instant(value)
    return value if leaf.case_exact else fold(value)


def _number(value: JSON) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value


def _boolean(value: JSON) -> bool | None:
    """Entra and its validator write booleans as the texts True and False."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value if isinstance(value, bool) else None


def _wrong_operator(
    comparison: Comparison, leaf: Attribute, allowed: tuple[Operator, ...]
) -> InvalidFilter:
    if not allowed:
        parts = ", ".join(sub.name for sub in leaf.sub_attributes)
        return InvalidFilter(
            "not_comparable",
            f"{leaf.name} has parts and is not compared itself. "
            f"Compare one of these: {parts}.",
        )
    what = f"{leaf.name} holds {_RULES[leaf.kind].holds} and"
    if comparison.value is None:
        what = "null"
    *others, last = allowed
    return InvalidFilter(
        "not_comparable",
        f"{what} cannot be compared with {comparison.operator}. "
        f"Use {', '.join(others)} or {last}.",
    )


def _describes(term: Filter) -> TypeGuard[Comparison]:
    return (
        isinstance(term, Comparison)
        and term.operator == "eq"
        and term.value is not None
        and not set(term.attribute) & {".", ":"}
    )
