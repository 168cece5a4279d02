"""What the imports of users and of groups have in common, and what tells them apart.

A kind of import says which columns its files have and which make sense together, and
prepares what its steps read. The steps themselves are in the modules of the kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import orjson

from services.errors import Invalid
from services.files.csv_files import Line

Noun = Literal["users", "groups"]

ReadLines: TypeAlias = Callable[[], Iterator[list[Line]]]
"""Reads the lines of a file from its beginning, chunk by chunk."""

Files: TypeAlias = Mapping[str, Mapping[int, bytes]]
"""Files of a job by name, in chunks."""


@dataclass(frozen=True)
class Mapped:
    """How a file is read: places of cells to columns, how resources are found.

    `is_clearing`: an empty cell takes the value away, else it leaves it as it is.
    """

    columns: Mapping[int, str]
    match: str
    is_clearing: bool
    n_columns: int = 0

    @classmethod
    def of_input(cls, given: Mapping[str, Any]) -> Mapped:  # Any: a job's input
        """As the job of an import keeps it."""
        return cls(
            {int(place): key for place, key in given["mapping"].items()},
            given["match"],
            given["empty"] == "clear",
            len(given["header"]),
        )

    def value(self, cells: Sequence[str], key: str) -> str:
        """What the row has for that column, if the file has the column."""
        places = (place for place, one in self.columns.items() if one == key)
        place = next(places, None)
        return "" if place is None else cells[place]


@dataclass(frozen=True)
class ImportKind:
    """What is imported. `job` is the kind of its jobs.

    `labels`: the columns by key, as people call them. `matches`: columns by which
    resources are found that are here already. `check_columns` raises `Invalid` for keys
    that do not suffice to find them; `prepare` makes the private files of the steps.
    """

    noun: Noun
    job: str
    labels: Mapping[str, str]
    guess: Callable[[tuple[str, ...]], dict[int, str]]
    matches: tuple[str, ...]
    no_lines: str
    check_columns: Callable[[Collection[str], str], None]
    prepare: Callable[[ReadLines, Mapped], Files]


def pack(lines: Iterable[Line]) -> bytes:
    """Lines as a chunk of a job's file."""
    return orjson.dumps([packed(line) for line in lines])


def packed(line: Line) -> list[int | str]:
    """A line as JSON."""
    return [line.number, *line.cells]


def unpack(chunk: bytes) -> list[Line]:
    """The lines of such a chunk."""
    return [unpacked(line) for line in orjson.loads(chunk)]


def unpacked(line: Sequence[Any]) -> Line:  # Any: JSON
    """A line of JSON."""
    number, *cells = line
    return Line(number, tuple(cells))


def check_cells(line: Line, mapped: Mapped) -> None:
    """Raise `Invalid` for a line with more cells than there are headings."""
    if len(line.cells) > mapped.n_columns:
        raise Invalid(
            "line",
            f"The line has {len(line.cells)} cells and the headings are "
            f"{mapped.n_columns}. A value with a comma needs quotation marks.",
        )
