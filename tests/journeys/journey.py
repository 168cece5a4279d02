"""A journey file: reading it, and finding what is wrong with it before it is played.

The format is told in README.md. `problems` needs no server: it knows the keys, and
that a variable is there before it is used.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from tests.journeys.filling import PLACEHOLDER
from tests.journeys.matching import JSON, OPERATORS

Step: TypeAlias = dict[str, Any]
"""One step as read; Any, because `problems` has checked its shape."""

TOKENS = (
    "read_token",
    "second_token",
    "expired_token",
    "revoked_token",
    "other_token",
    "cut_token",
    "altered_token",
)
JOURNEY_KEYS = {"title", "source", "headers", "setup", "steps", "activity"}
SETUP_KEYS = {"tokens", "users", "groups", "members_per_group"}
STEP_KEYS = {"says", "request", "expect", "keep", "repeat", "walk"}
REQUEST_KEYS = {"method", "path", "headers", "body", "raw", "echo"}
ECHO_KEYS = {"document", "set", "drop"}
EACH_KEYS = {"of", "from", "to", "give"}
EXPECT_KEYS = {
    "status",
    "headers",
    "body",
    "absent",
    "empty",
    "detail_contains",
    "text_lacks",
    "within_ms",
}
WALK_KEYS = {
    "path",
    "count",
    "total",
    "each",
    "contains",
    "keep_order",
    "same_order",
}


@dataclass(frozen=True)
class Journey:
    """A journey that can be played; `headers` are its client's own."""

    title: str
    source: str
    steps: tuple[Step, ...]
    tokens: tuple[str, ...] = ()
    users: int = 0
    groups: int = 0
    members_per_group: int = 0
    headers: dict[str, str | None] = field(default_factory=dict)
    activity: tuple[JSON, ...] = ()


def load(path: Path) -> Journey:
    """Read a journey file; it is taken to be well formed (`problems`)."""
    document = json.loads(path.read_text("utf-8"))
    setup = document.get("setup", {})
    return Journey(
        document["title"],
        document["source"],
        tuple(document["steps"]),
        tuple(setup.get("tokens", ())),
        setup.get("users", 0),
        setup.get("groups", 0),
        setup.get("members_per_group", 0),
        document.get("headers", {}),
        tuple(document.get("activity", ())),
    )


def problems(document: dict[str, Any]) -> list[str]:
    """What is wrong with a journey file, one sentence each; empty when nothing is."""
    setup = document.get("setup", {})
    faults = [
        *_keys(document, JOURNEY_KEYS, {"title", "source", "steps"}, "journey"),
        *_keys(setup, SETUP_KEYS, set(), "setup"),
        *(f"setup: no {name}" for name in set(setup.get("tokens", ())) - set(TOKENS)),
    ]
    known = {"token", *setup.get("tokens", ())}
    for number, step in enumerate(document.get("steps", ()), start=1):
        faults += [f"step {number}: {fault}" for fault in _step(step, known)]
    for name in sorted(_placeholders(document.get("activity", [])) - known):
        faults.append(f"activity: {name} is never kept")
    return faults


def _step(step: Step, known: set[str]) -> Iterator[str]:
    """Faults of one step; what it keeps is added to the known variables."""
    needed = {"says", "walk"} if "walk" in step else {"says", "request", "expect"}
    yield from _keys(step, STEP_KEYS, needed, "step")
    if step.get("says", "")[-1:] != ".":
        yield "says is no sentence"
    if "walk" in step:
        yield from _keys(step["walk"], WALK_KEYS, {"path", "total"}, "walk")
    else:
        yield from _exchange(step)
    own = {step["repeat"]["variable"]} if "repeat" in step else set()
    for name in sorted(_used(step) - known - own):
        yield f"{name} is used before it is kept"
    known |= {*own, *step.get("keep", ())}
    if "keep_order" in step.get("walk", ()):
        known.add(step["walk"]["keep_order"])


def _exchange(step: Step) -> Iterator[str]:
    request, expect = step.get("request", {}), step.get("expect", {})
    yield from _keys(request, REQUEST_KEYS, {"method", "path"}, "request")
    yield from _keys(expect, EXPECT_KEYS, {"status"}, "expect")
    if "echo" in request:
        yield from _keys(request["echo"], ECHO_KEYS, {"document"}, "echo")
    if len({"body", "raw", "echo"} & set(request)) > 1:
        yield "request has more than one body"
    if not request.get("path", "").startswith("/"):
        yield "path does not begin with a slash"
    yield from _operators([expect, request.get("body")])


def _keys(
    found: dict[str, Any], allowed: set[str], needed: set[str], place: str
) -> Iterator[str]:
    for key in sorted(set(found) - allowed):
        yield f"{place} has an unknown key {key}"
    for key in sorted(needed - set(found)):
        yield f"{place} lacks {key}"


def _operators(value: JSON) -> Iterator[str]:
    """Keys that look like operators and are none; the wire's own is `$ref`."""
    for item in _objects(value):
        for key in item:
            if key.startswith("$") and key not in {*OPERATORS, "$each", "$ref"}:
                yield f"there is no operator {key}"
        each = item.get("$each")
        if isinstance(each, dict):
            yield from _keys(each, EACH_KEYS, {"of", "give"}, "$each")


def _used(step: Step) -> set[str]:
    """The variables a step names, in placeholders or by their bare names."""
    used = _placeholders(step) - {"each"}
    if "echo" in step.get("request", {}):
        used.add(step["request"]["echo"]["document"])
    if "same_order" in step.get("walk", {}):
        used.add(step["walk"]["same_order"])
    lists = (item["$each"] for item in _objects(step) if "$each" in item)
    return used | {str(each["of"]) for each in lists if isinstance(each, dict)}


def _placeholders(value: JSON) -> set[str]:
    return {found[1] for found in PLACEHOLDER.finditer(json.dumps(value))}


def _objects(value: JSON) -> Iterator[dict[str, JSON]]:
    """Every object inside a value, the value itself included."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield item
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
