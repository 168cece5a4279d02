"""Pages of a long list by where a page ends, never by how many rows lie before it.

A cursor names the sort keys of the row at a page's edge, so that the last page costs
what the first does, and a row that comes or goes elsewhere shifts nothing. All keys of
a list run in one direction; the last of them is unique.
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
    values: tuple[Value, ...]


def read(
    connection: Connection,
    statement: Select[*tuple[Any, ...]],  # Any: the caller's columns
    order: Order,
    cursor: str | None,
    count: int,
) -> Window[Any]:
    """The page of `count` rows at the cursor, or the first one.

    Raises `Invalid` ("cursor") for a cursor that this order did not give out.
    """
    where = None if cursor is None else _decode(cursor, order)
    is_backwards = where is not None and where.is_backwards
    runs_down = order.is_descending != is_backwards
    columns = [key.column for key in order.keys]
    if where is not None:
        statement = statement.where(_beyond(order, where, runs_down))
    # The keys come along, so that a cursor needs nothing of the caller's columns.
    wanted = statement.add_columns(
        *(column.label(f"_key{place}") for place, column in enumerate(columns))
    )
    wanted = wanted.order_by(
        *(column.desc() if runs_down else column.asc() for column in columns)
    ).limit(count + 1)
    rows = list(connection.execute(wanted))
    has_more = len(rows) > count
    rows = rows[:count][::-1] if is_backwards else rows[:count]
    return _window(order, rows, where, has_more, count)


def _window(
    order: Order,
    rows: Sequence[Any],  # Any: as in `read`
    where: _Cursor | None,
    has_more: bool,
    count: int,
) -> Window[Any]:
    is_backwards = where is not None and where.is_backwards
    if where is None:
        n_before = 0
    elif is_backwards:
        # Counted where the walk began; rows may have come or gone since.
        n_before = max(where.n_before - count, 0) if has_more else 0
    else:
        n_before = where.n_before
    has_previous = has_more if is_backwards else where is not None
    has_next = True if is_backwards else has_more
    n_keys = len(order.keys)
    previous = next_ = None
    if rows and has_previous:
        previous = _encode(_Cursor(True, n_before, tuple(rows[0][-n_keys:])))
    if rows and has_next:
        n_after = n_before + len(rows)
        next_ = _encode(_Cursor(False, n_after, tuple(rows[-1][-n_keys:])))
    return Window(tuple(rows), n_before + 1, previous, next_)


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
    text = orjson.dumps([int(cursor.is_backwards), cursor.n_before, *values])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _microseconds(at: datetime) -> int:
    """Since the epoch, as a whole number: a float would round them."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def _decode(text: str, order: Order) -> _Cursor:
    try:
        if len(text) > _LONGEST_CURSOR:
            raise _foreign()
        padded = text + "=" * (-len(text) % 4)
        parts = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise _foreign() from error
    if not isinstance(parts, list) or len(parts) != 2 + len(order.keys):
        raise _foreign()
    direction, n_before, *values = parts
    if direction not in (0, 1) or not _is_number(n_before):
        raise _foreign()
    return _Cursor(
        bool(direction),
        n_before,
        tuple(
            _value(key.kind, value)
            for key, value in zip(order.keys, values, strict=True)
        ),
    )


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
