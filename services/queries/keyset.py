"""Pages of a long list by where a page ends, never by how many rows lie before it.

A cursor names the sort keys of the row at a page's edge, so that the last page costs
what the first does, and a row that comes or goes elsewhere shifts nothing. All keys of
a list run in one direction; the last of them is unique. A list may be made of several
runs, one after the other: what fits best, then the rest.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar

import orjson
from sqlalchemy import ColumnElement, Connection, Select, literal, tuple_

from services.errors import Invalid

T = TypeVar("T")
KeyKind = Literal["text", "number", "time"]

_LONGEST_CURSOR: Final = 6_000
_LARGEST_NUMBER: Final = 2**62
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Value: TypeAlias = str | int | datetime


@dataclass(frozen=True)
class Key:
    """One column that a list is sorted by."""

    column: ColumnElement[Any]  # Any: text, number or time, as `kind` says
    kind: KeyKind


@dataclass(frozen=True)
class Order:
    """What a list is sorted by; the last key is unique."""

    keys: tuple[Key, ...]
    is_descending: bool = False


@dataclass(frozen=True)
class Window(Generic[T]):
    """A page, with the cursors of its neighbours; `first` is its first row, from 1."""

    rows: tuple[T, ...]
    first: int = 1
    previous: str | None = None
    next: str | None = None

    @property
    def last(self) -> int:
        """The place of the last row, from 1; less than `first` when there is none."""
        return self.first + len(self.rows) - 1


@dataclass(frozen=True)
class _Cursor:
    """Continue after (or, backwards, before) the row with these key values."""

    is_backwards: bool
    n_before: int
    run: int
    values: tuple[Value, ...]


Run: TypeAlias = Select[*tuple[Any, ...]]  # Any: the caller's columns
"""A list, or a part of one."""

Found: TypeAlias = tuple[int, Any]  # Any: a row of the caller's columns
"""A row, and the run it was found in."""


def read(
    connection: Connection,
    statement: Run,
    order: Order,
    cursor: str | None,
    count: int,
) -> Window[Any]:
    """The page of `count` rows at the cursor, or the first one.

    Raises `Invalid` ("cursor") for a cursor that this order did not give out.
    """
    return read_runs(connection, [statement], order, cursor, count)


def read_runs(
    connection: Connection,
    runs: Sequence[Run],
    order: Order,
    cursor: str | None,
    count: int,
) -> Window[Any]:
    """As `read`, of a list that is made of several, each in the same order.

    No row may stand in two runs. A run that the page does not reach is not asked.
    """
    where = None if cursor is None else _decode(cursor, order, len(runs))
    list_ = _List(connection, runs, order, count)
    if where is None:
        return list_.first()
    found = list_.rows(where, is_backwards=where.is_backwards)
    # Whoever is left on a page that became short would be hard to come by.
    if where.is_backwards and len(found) <= count:
        return list_.first()
    if not found:
        return list_.last(where.n_before)
    if where.is_backwards:
        # Counted where the walk began; rows may have come or gone since.
        return list_.window(found[:count][::-1], max(where.n_before - count, 0))
    return list_.window(found[:count], where.n_before, has_next=len(found) > count)


def after(*values: Value) -> str:
    """The cursor of the page that begins after the row with these key values.

    For a list of one run that leaves rows out on a way of its own.
    """
    return _encode(_Cursor(False, 0, 0, values))


@dataclass(frozen=True)
class _List:
    """The runs of a list, and how many rows of it are a page."""

    connection: Connection
    runs: Sequence[Run]
    order: Order
    count: int

    def rows(self, start: _Cursor | None, *, is_backwards: bool) -> list[Found]:
        """One row more than a page from the start, or from the end backwards."""
        first = len(self.runs) - 1 if is_backwards else 0
        place = start.run if start else first
        found: list[Found] = []
        while 0 <= place < len(self.runs) and len(found) <= self.count:
            edge = start if start and start.run == place else None
            missing = self.count + 1 - len(found)
            wanted = _wanted(
                self.runs[place], self.order, edge, is_backwards, count=missing
            )
            rows = self.connection.execute(wanted)
            found += [(place, row) for row in rows]
            place += -1 if is_backwards else 1
        return found

    def first(self) -> Window[Any]:
        """The first page."""
        found = self.rows(None, is_backwards=False)
        has_next = len(found) > self.count
        return self.window(
            found[: self.count], 0, has_previous=False, has_next=has_next
        )

    def last(self, n_before: int) -> Window[Any]:
        """The last page, for who comes where nobody is left."""
        found = self.rows(None, is_backwards=True)
        shown = found[: self.count][::-1]
        has_previous = len(found) > self.count
        n_before = max(n_before - len(shown), 0) if has_previous else 0
        return self.window(shown, n_before, has_previous=has_previous, has_next=False)

    def window(
        self,
        shown: list[Found],
        n_before: int,
        *,
        has_previous: bool = True,
        has_next: bool = True,
    ) -> Window[Any]:
        """A page of those rows, of which each has a neighbour on the side named."""
        previous = next_ = None
        if shown and has_previous:
            previous = _encode(self._edge(shown[0], n_before, is_backwards=True))
        if shown and has_next:
            n_after = n_before + len(shown)
            next_ = _encode(self._edge(shown[-1], n_after, is_backwards=False))
        return Window(tuple(row for _, row in shown), n_before + 1, previous, next_)

    def _edge(self, found: Found, n_before: int, *, is_backwards: bool) -> _Cursor:
        run, row = found
        values = tuple(row[-len(self.order.keys) :])
        return _Cursor(is_backwards, n_before, run, values)


def _wanted(
    run: Run, order: Order, start: _Cursor | None, is_backwards: bool, *, count: int
) -> Select[*tuple[Any, ...]]:  # Any: as in `Run`
    """The rows of one run from the edge of a page on, with the keys of the order."""
    runs_down = order.is_descending != is_backwards
    statement = run.where(_beyond(order, start, runs_down)) if start else run
    # The keys come along, so that a cursor needs nothing of the caller's columns; and
    # the order names them, so that none is worked out twice.
    keys = [key.column.label(f"_key{n}") for n, key in enumerate(order.keys)]
    return (
        statement.add_columns(*keys)
        .order_by(*(one.desc() if runs_down else one.asc() for one in keys))
        .limit(count)
    )


def _beyond(order: Order, where: _Cursor, runs_down: bool) -> ColumnElement[bool]:
    edge = tuple_(
        *(
            literal(value, key.column.type)
            for key, value in zip(order.keys, where.values, strict=True)
        )
    )
    columns = tuple_(*(key.column for key in order.keys))
    return columns < edge if runs_down else columns > edge


def _encode(cursor: _Cursor) -> str:
    values = [
        _microseconds(value) if isinstance(value, datetime) else value
        for value in cursor.values
    ]
    place = [int(cursor.is_backwards), cursor.n_before, cursor.run]
    text = orjson.dumps([*place, *values])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _microseconds(at: datetime) -> int:
    """Since the epoch, as a whole number: a float would round them."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def _decode(text: str, order: Order, n_runs: int) -> _Cursor:
    parts = _parts(text)
    if len(parts) != 3 + len(order.keys) or not all(map(_is_number, parts[:3])):
        raise _foreign()
    direction, n_before, run, *values = parts
    if direction not in (0, 1) or n_before < 0 or not 0 <= run < n_runs:
        raise _foreign()
    pairs = zip(order.keys, values, strict=True)
    edge = tuple(_value(key.kind, value) for key, value in pairs)
    return _Cursor(bool(direction), n_before, run, edge)


def _parts(text: str) -> list[Any]:  # Any: whatever somebody put into the address
    if len(text) > _LONGEST_CURSOR:
        raise _foreign()
    try:
        padded = text + "=" * (-len(text) % 4)
        parts = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise _foreign() from error
    if not isinstance(parts, list):
        raise _foreign()
    return parts


def _value(kind: KeyKind, value: object) -> Value:
    if kind == "text":
        if isinstance(value, str) and "\x00" not in value:
            return value
    elif isinstance(value, int) and _is_number(value):
        return _instant(value) if kind == "time" else value
    raise _foreign()


def _instant(microseconds: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError as error:
        raise _foreign() from error


def _is_number(value: object) -> bool:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_whole and -_LARGEST_NUMBER < value < _LARGEST_NUMBER  # type: ignore[operator]  # whole, as just seen


def _foreign() -> Invalid:
    return Invalid(
        "cursor", "This page of the list is not known. Begin at the first page."
    )
