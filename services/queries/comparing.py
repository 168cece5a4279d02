"""Comparisons as SQL, over columns that hold keys made in Python.

Written so that SQLite and PostgreSQL mean the same by them: no LIKE (which folds ASCII
on one and not on the other), no database's idea of case, never an unknown result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    Text,
    TypeDecorator,
    and_,
    any_,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from scim.filters import Comparison
from scim.matching import Operand

Clause: TypeAlias = ColumnElement[bool]
_LONGEST_SEARCH: Final = 300
"""Characters of what somebody types that are looked for."""

_MEANS_SOMETHING: Final = re.compile(r"[*?\[]")

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


def searchable(text: str) -> str:
    """What somebody typed, cut, and without what no row can hold and no query take."""
    cut = text[:_LONGEST_SEARCH].replace("\0", " ")
    return cut.encode(errors="ignore").decode().strip()


def contains(column: Column, part: str) -> Clause:
    """Whether the part stands anywhere in the column."""
    return true() if not part else _Contains(column, literal(part, _Part()))


def among(
    connection: Connection, column: Column, values: Sequence[int] | Sequence[str]
) -> Clause:
    """Whether the column's value is one of these, which may be thousands.

    One parameter: as many of them as values cost more than the rows that they find.
    """
    kind = BigInteger() if isinstance(column.type, Integer) else Text()
    given = literal(list(values), Listed(kind))
    return is_listed(connection.dialect.name, column, given)


def is_listed(dialect: str, column: Column, given: ColumnElement[Any]) -> Clause:
    """The same for a statement that is built once: `given` is a parameter, `Listed`."""
    # Any: a list of values
    if dialect == "sqlite":
        return column.in_(select(func.json_each(given).table_valued("value").c.value))
    return column == any_(given)


class Listed(TypeDecorator[list[Any]]):  # Any: values of the kind
    """Many values as one parameter: an array, or JSON where there are no arrays."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: Text | BigInteger) -> None:
        super().__init__()
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """An array of PostgreSQL's; Any: as above."""
        kind = Text() if dialect.name == "sqlite" else ARRAY(self.kind)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        """What the driver takes; Any: as above."""
        return orjson.dumps(value).decode() if dialect.name == "sqlite" else value


class _Contains(FunctionElement[bool]):
    """Whether a text, the first, holds another, a `_Part`."""

    type = Boolean()
    inherit_cache = True


class _Part(TypeDecorator[str]):
    """What is looked for, as each database takes it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """A pattern of SQLite's GLOB: a sign that means something there in brackets."""
        if value is None or dialect.name != "sqlite":
            return value
        return "*" + _MEANS_SOMETHING.sub(r"[\g<0>]", value) + "*"


@compiles(_Contains)
def _strpos(test: _Contains, compiler: SQLCompiler, **options: Any) -> str:
    text, part = (compiler.process(one, **options) for one in test.clauses)
    return f"(strpos({text}, {part}) > 0)"  # Any: SQLAlchemy's


@compiles(_Contains, "sqlite")
def _glob(test: _Contains, compiler: SQLCompiler, **options: Any) -> str:
    # Half the time of instr(), which compares byte by byte.
    text, part = (compiler.process(one, **options) for one in test.clauses)
    return f"({text} GLOB {part})"  # Any: SQLAlchemy's


def _ends_with(column: Column, end: str) -> Clause:
    first = func.length(column) - len(end) + 1
    return and_(first >= 1, func.substr(column, first) == end)


_TESTS: Final[
    dict[str, Callable[[Column, Any], Clause]]
] = {  # Any: the column's own type
    "eq": lambda column, wanted: column == wanted,
    "co": contains,
    "sw": starts_with,
    "ew": _ends_with,
    "gt": lambda column, wanted: column > wanted,
    "ge": lambda column, wanted: column >= wanted,
    "lt": lambda column, wanted: column < wanted,
    "le": lambda column, wanted: column <= wanted,
}
