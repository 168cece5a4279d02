"""Puts variables into the requests and expectations of a journey.

`{{name}}` and `{{name/pointer}}` stand for what an earlier step kept. A text that is
nothing but a placeholder becomes the kept value itself, of whatever type; inside a
longer text it becomes the value's text. Inside a list, `{"$each": {"of": name, "from":
0, "to": 256, "give": template}}` is replaced by one element for each value of a kept
list, with `{{each}}` in the template.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from urllib.parse import quote

from tests.journeys.matching import JSON, BrokenJourney, places

Variables = Mapping[str, JSON]
PLACEHOLDER = re.compile(r"\{\{(\w+)(/[^{}]*)?\}\}")


def fill(template: JSON, variables: Variables) -> JSON:
    """A copy of the template with every placeholder filled."""
    if isinstance(template, str):
        return _fill_text(template, variables)
    if isinstance(template, list):
        return [
            filled for item in template for filled in _fill_element(item, variables)
        ]
    if isinstance(template, dict):
        return {
            fill_text(key, variables): fill(value, variables)
            for key, value in template.items()
        }
    return template


def fill_text(
    template: str, variables: Variables, encode: Callable[[str], str] = str
) -> str:
    """The template as text; `encode` is applied to the values, not to the rest."""

    def value(found: re.Match[str]) -> str:
        return encode(str(_look_up(found, variables)))

    return PLACEHOLDER.sub(value, template)


def fill_path(template: str, variables: Variables) -> str:
    """A path with query: values are percent-encoded, the rest is sent as written."""
    return fill_text(template, variables, encode=lambda text: quote(text, safe=""))


def echo(instructions: Mapping[str, JSON], variables: Variables) -> JSON:
    """A kept document with changes: what Okta does between its GET and its PUT."""
    document = deepcopy(variables[str(instructions["document"])])
    for pointer in _texts(instructions.get("drop", [])):
        _parent(document, pointer).pop(_last(pointer), None)
    changes = instructions.get("set", {})
    if not isinstance(changes, dict):
        raise BrokenJourney("echo.set is an object of pointer and value")
    for pointer, value in changes.items():
        _parent(document, pointer)[_last(pointer)] = fill(value, variables)
    return document


def _fill_text(template: str, variables: Variables) -> JSON:
    whole = PLACEHOLDER.fullmatch(template)
    if whole:
        return _look_up(whole, variables)
    return fill_text(template, variables)


def _look_up(found: re.Match[str], variables: Variables) -> JSON:
    name, pointer = found[1], found[2] or ""
    if name not in variables:
        raise BrokenJourney(f"{{{{{name}}}}} is not known at this step")
    values = places(variables[name], pointer)
    if len(values) != 1:
        raise BrokenJourney(f"{found[0]} finds {len(values)} values")
    return values[0]


def _fill_element(template: JSON, variables: Variables) -> list[JSON]:
    if not isinstance(template, dict) or set(template) != {"$each"}:
        return [fill(template, variables)]
    each = template["$each"]
    if not isinstance(each, dict):
        raise BrokenJourney("$each takes an object")
    values = variables[str(each["of"])]
    if not isinstance(values, list):
        raise BrokenJourney(f"{each['of']} is not a list")
    first, last = each.get("from", 0), each.get("to", len(values))
    if not isinstance(first, int) or not isinstance(last, int) or last > len(values):
        raise BrokenJourney(f"{each['of']} has no elements {first} to {last}")
    return [
        fill(each["give"], {**variables, "each": value}) for value in values[first:last]
    ]


def _texts(value: JSON) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _last(pointer: str) -> str:
    return pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")


def _parent(document: JSON, pointer: str) -> dict[str, JSON]:
    found = places(document, pointer.rpartition("/")[0])
    if len(found) != 1 or not isinstance(found[0], dict):
        raise BrokenJourney(f"{pointer} has no object above it")
    return found[0]
