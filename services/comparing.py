"""Comparisons as SQL, over columns that hold keys made in Python.

Written so that SQLite and PostgreSQL mean the same by them: no LIKE (which folds ASCII
on one and not on the other), no database's idea of case, never an unknown result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, and_, func, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from scim.filters import Comparison
from scim.matching import Operand

Clause: TypeAlias = ColumnElement[bool]
Column: TypeAlias = "InstrumentedAttribute[Any] | ColumnElement[Any]"  # Any: its values


def compare(column: Column, comparison: Comparison, wanted: Operand) -> Clause:
    """`column operator wanted`, never unknown: a column without a value is not equal.

    `wanted` is the key to compare with; None asks for absence or presence.
    """
    if wanted is None:
        return column.is_(None) if comparison.operator == "eq" else column.is_not(None)
    if comparison.operator == "ne":
        return or_(column.is_(None), column != wanted)
    clause = _TESTS[comparison.operator](column, wanted)
    return and_(column.is_not(None), clause) if _may_be_null(column) else clause


def _may_be_null(column: Column) -> bool:
    return bool(getattr(column, "nullable", True))


def starts_with(column: Column, prefix: str) -> Clause:
    """A range that an index can serve, where LIKE cannot."""
    successor = _successor(prefix)
    if successor is None:
        return column >= prefix
    return and_(column >= prefix, column < successor)


def _successor(prefix: str) -> str | None:
    """The first text, by code point, after all that begin with the prefix."""
    for place in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[place])
        if code < 0x10FFFF:
            following = 0xE000 if code == 0xD7FF else code + 1
            return prefix[:place] + chr(following)
    return None


def _contains(column: Column, part: str) -> Clause:
    # LIKE folds ASCII on SQLite, and position() has another name on each database.
    return true() if not part else func.replace(column, part, "") != column


def _ends_with(column: Column, end: str) -> Clause:
    first = func.length(column) - len(end) + 1
    return and_(first >= 1, func.substr(column, first) == end)


_TESTS: Final[
    dict[str, Callable[[Column, Any], Clause]]
] = {  # Any: the column's own type
    "eq": lambda column, wanted: column == wanted,
    "co": _contains,
    "sw": starts_with,
    "ew": _ends_with,
    "gt": lambda column, wanted: column > wanted,
    "ge": lambda column, wanted: column >= wanted,
    "lt": lambda column, wanted: column < wanted,
    "le": lambda column, wanted: column <= wanted,
}
