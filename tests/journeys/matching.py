"""Compares an answer with what a journey expects of it.

A pattern is plain JSON: every key it names must be there and match, other keys are
free; a list means these elements in this order and no others. An object whose single
key is one of `OPERATORS` says something that plain JSON cannot. Types are compared
strictly: `1`, `"1"`, `1.0` and `true` are four different values.

It judges only; nothing here knows of HTTP or of variables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"


class BrokenJourney(Exception):
    """The journey file itself is wrong; says nothing about the server."""


def mismatches(pattern: JSON, actual: JSON, at: str = "") -> list[str]:
    """What differs, one sentence for each place; empty when `actual` fits."""
    if isinstance(pattern, dict) and is_operator(pattern):
        [(name, argument)] = pattern.items()
        return OPERATORS[name](argument, actual, at)
    if isinstance(pattern, dict):
        return _object(pattern, actual, at)
    if isinstance(pattern, list):
        return _list(pattern, actual, at)
    return [] if _same(pattern, actual) else [_differs(at, pattern, actual)]


def is_operator(value: JSON) -> bool:
    """Whether an object is an operator (`$ref` is SCIM's own and is none)."""
    return isinstance(value, dict) and len(value) == 1 and set(value) <= set(OPERATORS)


def places(document: JSON, pointer: str) -> list[JSON]:
    """What a JSON pointer finds; `*` stands for every element of a list."""
    found = [document]
    for key in pointer.split("/")[1:]:
        found = [child for value in found for child in _children(value, key)]
    return found


def _children(value: JSON, key: str) -> Iterator[JSON]:
    key = key.replace("~1", "/").replace("~0", "~")
    if isinstance(value, dict) and key in value:
        yield value[key]
    elif isinstance(value, list) and key == "*":
        yield from value
    elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
        yield value[int(key)]


def _same(expected: JSON, actual: JSON) -> bool:
    """Equal in value and in JSON type, down to the leaves."""
    if type(expected) is not type(actual):
        return False
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() == actual.keys() and all(
            _same(value, actual[key]) for key, value in expected.items()
        )
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(
            _same(one, other) for one, other in zip(expected, actual, strict=True)
        )
    return expected == actual


def _differs(at: str, expected: object, actual: object) -> str:
    return f"{at or '/'}: expected {_short(expected)}, got {_short(actual)}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 300 else text[:300] + "…"


def _object(pattern: dict[str, JSON], actual: JSON, at: str) -> list[str]:
    if not isinstance(actual, dict):
        return [_differs(at, "an object", actual)]
    missing = [f"{at}/{key} is missing" for key in pattern if key not in actual]
    return missing + [
        fault
        for key, value in pattern.items()
        if key in actual
        for fault in mismatches(value, actual[key], f"{at}/{key}")
    ]


def _list(pattern: list[JSON], actual: JSON, at: str) -> list[str]:
    if not isinstance(actual, list):
        return [_differs(at, "a list", actual)]
    if len(pattern) != len(actual):
        return [_differs(at, f"{len(pattern)} elements", actual)]
    return [
        fault
        for index, (value, element) in enumerate(zip(pattern, actual, strict=True))
        for fault in mismatches(value, element, f"{at}/{index}")
    ]


def _matches(argument: JSON, actual: JSON, at: str) -> list[str]:
    if isinstance(actual, str) and re.fullmatch(str(argument), actual, re.DOTALL):
        return []
    return [_differs(at, f"text matching {argument}", actual)]


_TYPES: dict[str, type] = {
    "number": int,
    "text": str,
    "boolean": bool,
    "list": list,
    "object": dict,
}


def _type(argument: JSON, actual: JSON, at: str) -> list[str]:
    right = type(actual) is _TYPES[str(argument)]
    return [] if right else [_differs(at, f"a {argument}", actual)]


def _length(argument: JSON, actual: JSON, at: str) -> list[str]:
    right = isinstance(actual, list) and len(actual) == argument
    return [] if right else [_differs(at, f"a list of {argument}", actual)]


def _contains(argument: JSON, actual: JSON, at: str) -> list[str]:
    """Each pattern finds an element of its own; other elements are free."""
    if not isinstance(actual, list) or not isinstance(argument, list):
        return [_differs(at, "a list", actual)]
    left, faults = list(actual), []
    for pattern in argument:
        chosen = next(
            (i for i, it in enumerate(left) if not mismatches(pattern, it)), -1
        )
        if chosen < 0:
            faults.append(_differs(at, f"an element like {pattern}", left))
        else:
            del left[chosen]
    return faults


def _only(argument: JSON, actual: JSON, at: str) -> list[str]:
    """These elements, in any order, and no others."""
    if isinstance(argument, list):
        wrong = _length(len(argument), actual, at)
        return wrong or _contains(argument, actual, at)
    raise BrokenJourney("$only takes a list")


def _not(argument: JSON, actual: JSON, at: str) -> list[str]:
    wrong = not mismatches(argument, actual)
    return [_differs(at, f"anything but {argument!r}", actual)] if wrong else []


def _any(argument: JSON, actual: JSON, at: str) -> list[str]:
    if isinstance(argument, list):
        fits = any(not mismatches(pattern, actual) for pattern in argument)
        return [] if fits else [_differs(at, f"one of {argument}", actual)]
    raise BrokenJourney("$any takes a list")


def _exactly(argument: JSON, actual: JSON, at: str) -> list[str]:
    return [] if _same(argument, actual) else [_differs(at, argument, actual)]


OPERATORS: dict[str, Callable[[JSON, JSON, str], list[str]]] = {
    "$matches": _matches,
    "$type": _type,
    "$length": _length,
    "$contains": _contains,
    "$only": _only,
    "$not": _not,
    "$any": _any,
    "$exactly": _exactly,
}
