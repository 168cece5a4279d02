"""Judges an answer by what its step expects: status, headers, body, words, time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.journeys.filling import Variables, fill
from tests.journeys.matching import JSON, mismatches, places
from tests.journeys.wire import Answer


def unmet(
    expect: dict[str, Any], answer: Answer, body: JSON, variables: Variables
) -> list[str]:
    """Which expectations the answer does not meet; a wrong status hides the rest."""
    # Any: what stands in each key is fixed by `journey.problems`.
    wanted: Any = fill(expect, variables)
    if answer.status != wanted["status"]:
        return [f"status: expected {wanted['status']}, got {answer.status}"]
    return [
        *_about_headers(wanted.get("headers", {}), answer.headers),
        *(mismatches(wanted["body"], body) if "body" in wanted else ()),
        *(f"{at} is there" for at in wanted.get("absent", ()) if places(body, at)),
        *(f"{at} is not empty" for at in wanted.get("empty", ()) if _full(body, at)),
        *_about_words(wanted, answer, body),
        *_about_time(wanted.get("within_ms"), answer.milliseconds),
    ]


def _about_headers(wanted: dict[str, JSON], headers: dict[str, str]) -> list[str]:
    lower: JSON = {name.lower(): value for name, value in wanted.items()}
    return mismatches(lower, dict(headers), "headers")


def _full(body: JSON, pointer: str) -> bool:
    """Whether there is a value: what is unset may be left out or be empty."""
    return any(value not in (None, "", [], {}) for value in places(body, pointer))


def _about_words(wanted: dict[str, Any], answer: Answer, body: JSON) -> Iterator[str]:
    detail = str(body.get("detail", "")) if isinstance(body, dict) else ""
    for words in wanted.get("detail_contains", ()):
        if words.lower() not in detail.lower():
            yield f"detail does not say {words!r}: {detail!r}"
    for text in wanted.get("text_lacks", ()):
        if text in answer.text:
            yield f"{text!r} stands in the answer"


def _about_time(limit: int | None, milliseconds: float) -> Iterator[str]:
    if limit is not None and milliseconds > limit:
        yield f"took {milliseconds:.0f} ms, more than {limit}"
