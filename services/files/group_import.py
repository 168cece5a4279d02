"""Groups as a kind of import: their columns, and the lines of each brought together.

A file has a line for each member, or several members in one cell; the lines of a group
may stand anywhere. Each group is one piece of work, whose lines come in one step, after
the groups that the same file puts into it.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import orjson

from scim.matching import fold
from services.errors import Invalid
from services.files import csv_kinds, group_columns
from services.files.csv_files import Line
from services.files.csv_kinds import Files, ImportKind, Mapped, ReadLines
from services.files.csv_rounds import PER_STEP
from services.files.group_columns import EXTERNAL_ID, MEMBER, MEMBER_TYPE, NAME

Key: TypeAlias = Hashable
"""What tells a group of the file from another: its name or external id, as compared."""


@dataclass(frozen=True)
class GroupLines:
    """All lines of a file about one group, with what other lines tell about them.

    `along`: by the place of a line, names in it of groups that other lines are about.
    `circles`: places of lines by which a group would come to be in itself. `twice`: the
    column, and the line about another group that has the same in it.
    """

    lines: tuple[Line, ...]
    along: Mapping[int, frozenset[str]] = field(default_factory=dict)
    circles: frozenset[int] = frozenset()
    twice: tuple[str, int] | None = None


def unpack(chunk: bytes) -> list[GroupLines]:
    """The groups of a chunk of the file `groups`."""
    return [
        GroupLines(
            tuple(csv_kinds.unpacked(line) for line in given["lines"]),
            {int(place): frozenset(names) for place, names in given["along"].items()},
            frozenset(given["circles"]),
            tuple(given["twice"]) if given["twice"] else None,
        )
        for given in orjson.loads(chunk)
    ]


def names_in(cell: str) -> list[str]:
    """The names that a cell holds when it is not one name."""
    parts = cell.replace("\n", ";").split(";")
    return [part.strip() for part in parts if part.strip()]


def is_of_group(mapped: Mapped, line: Line) -> bool:
    """Whether the line's member is a group."""
    return fold(mapped.value(line.cells, MEMBER_TYPE)) == "group"


@dataclass
class _Gathered:
    """As `GroupLines` while they are found. A line is kept as the bytes of its JSON."""

    lines: list[bytes] = field(default_factory=list)
    nested: list[tuple[int, str]] = field(default_factory=list)
    along: dict[int, set[str]] = field(default_factory=dict)
    circles: set[int] = field(default_factory=set)
    twice: tuple[str, int] | None = None

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        return {
            "lines": [orjson.Fragment(line) for line in self.lines],
            "along": {str(place): list(names) for place, names in self.along.items()},
            "circles": sorted(self.circles),
            "twice": self.twice,
        }


def _check_columns(keys: Collection[str], match: str) -> None:
    if match not in keys:
        label = group_columns.LABELS[match]
        raise Invalid(
            "mapping",
            f"No column stands for {label}, by which groups are to be found. Choose "
            "the one that does.",
        )


def _bring_together(read: ReadLines, mapped: Mapped) -> Files:
    """The file `groups`: chunks of whole groups, at least `PER_STEP` lines in each."""
    gathered, by_name = _gather(read, mapped)
    chunks: dict[int, bytes] = {}
    waiting, n_lines = list[dict[str, Any]](), 0
    for key in _inner_first(gathered, by_name):
        waiting.append(gathered[key].as_json())
        n_lines += len(gathered[key].lines)
        if n_lines >= PER_STEP:
            chunks[len(chunks)] = orjson.dumps(waiting)
            waiting, n_lines = [], 0
    if waiting:
        chunks[len(chunks)] = orjson.dumps(waiting)
    return {"groups": chunks}


def _gather(
    read: ReadLines, mapped: Mapped
) -> tuple[dict[Key, _Gathered], dict[str, Key]]:
    """The groups of the file, and which of them a name means."""
    gathered: dict[Key, _Gathered] = {}
    seen: dict[tuple[str, str], tuple[Key, int]] = {}
    for line in (line for lines in read() for line in lines):
        keys = dict(_identifiers(mapped, line))
        # A line that names no group is a problem of its own.
        key: Key = keys.get(mapped.match, line.number)
        group = gathered.setdefault(key, _Gathered())
        member = mapped.value(line.cells, MEMBER)
        if member and is_of_group(mapped, line):
            group.nested.append((len(group.lines), member))
        group.lines.append(orjson.dumps(csv_kinds.packed(line)))
        for item in keys.items():
            first, number = seen.setdefault(item, (key, line.number))
            if first != key:
                group.twice = (item[0], number)
    names = {value: key for (of, value), (key, _) in seen.items() if of == NAME}
    return gathered, names


def _identifiers(mapped: Mapped, line: Line) -> Iterator[tuple[str, str]]:
    """What belongs to one group only, as it is compared."""
    if name := mapped.value(line.cells, NAME):
        yield NAME, fold(name)
    if external_id := mapped.value(line.cells, EXTERNAL_ID):
        yield EXTERNAL_ID, external_id


def _inner_first(
    gathered: Mapping[Key, _Gathered], by_name: Mapping[str, Key]
) -> list[Key]:
    """The groups in the order of the file, but each after those that it names.

    Notes which lines name groups of the file, and which close a circle of them.
    """
    order, under_way, done = list[Key](), set[Key](), set[Key]()
    for root in gathered:
        path = [] if root in done else [(root, _inner(gathered[root], by_name))]
        under_way |= {key for key, _ in path}
        while path:
            key, inner = path[-1]
            for place, name in inner:
                other = by_name[name]
                gathered[key].along.setdefault(place, set()).add(name)
                if other in under_way:
                    gathered[key].circles.add(place)
                elif other not in done:
                    under_way.add(other)
                    path.append((other, _inner(gathered[other], by_name)))
                    break
            else:
                path.pop()
                under_way.remove(key)
                done.add(key)
                order.append(key)
    return order


def _inner(group: _Gathered, by_name: Mapping[str, Key]) -> Iterator[tuple[int, str]]:
    """Names of groups of the file that lines hold, with the places of the lines."""
    for place, cell in group.nested:
        names = [cell] if fold(cell) in by_name else names_in(cell)
        yield from ((place, fold(name)) for name in names if fold(name) in by_name)


GROUPS: Final = ImportKind(
    noun="groups",
    job="import_groups",
    labels=group_columns.LABELS,
    guess=group_columns.HEADINGS.guess,
    matches=(NAME, EXTERNAL_ID),
    no_lines="The file has headings and no lines below them. Add the groups.",
    check_columns=_check_columns,
    prepare=_bring_together,
)
