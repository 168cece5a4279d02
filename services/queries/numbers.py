"""Whole numbers from an address or a form, where anybody may write anything."""

from __future__ import annotations

from typing import Final

_MOST_DIGITS: Final = 15
"""Longer ones are not asked for, since no column holds them."""


def read(text: str) -> int | None:
    """The number that these digits are; None when it is something else.

    "²" is a digit to Python, and thousands of digits are too many for it: `int` refuses
    both.
    """
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else None
