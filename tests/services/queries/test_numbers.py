"""Only plain digits are a number, and only as many as a column holds."""

from __future__ import annotations

import pytest

from services.queries import numbers


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("7", 7), ("007", 7), ("9" * 15, 10**15 - 1)]
)
def test_digits_are_a_number(text: str, number: int) -> None:
    assert numbers.read(text) == number


@pytest.mark.parametrize(
    "text",
    ["", " 7", "-1", "+1", "1.0", "1e3", "²", "٣", "７", "9" * 16, "9" * 5_000, "\0"],
)
def test_anything_else_is_none(text: str) -> None:
    assert numbers.read(text) is None
