"""Users as a kind of import: which columns are needed, what single rows do not tell."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson

from scim.matching import fold
from services.errors import Invalid
from services.files import user_columns
from services.files.csv_kinds import Files, ImportKind, Mapped, ReadLines
from services.files.user_columns import EMAIL, EXTERNAL_ID, MANAGER, USER_NAME


def user_name(mapped: Mapped, cells: Sequence[str]) -> str:
    """The user name of a row; without a column for it, the e-mail address."""
    key = USER_NAME if USER_NAME in mapped.columns.values() else EMAIL
    return mapped.value(cells, key)


@dataclass(frozen=True)
class Hints:
    """What other rows of the file tell about a chunk's, by place in the chunk.

    `twice`: the column, and the line that has the same in it. `managers`: those whose
    manager is another row.
    """

    twice: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    managers: frozenset[int] = frozenset()

    def pack(self) -> bytes:
        """As a chunk of a job's file."""
        twice = {str(place): found for place, found in self.twice.items()}
        return orjson.dumps({"twice": twice, "managers": list(self.managers)})

    @classmethod
    def unpack(cls, chunk: bytes | None) -> Hints:
        """Read it back; without a chunk there is nothing to tell."""
        if chunk is None:
            return cls()
        found = orjson.loads(chunk)
        twice = {
            int(place): (key, line) for place, (key, line) in found["twice"].items()
        }
        return cls(twice, frozenset(found["managers"]))


def _check_columns(keys: Collection[str], match: str) -> None:
    if match == EXTERNAL_ID and EXTERNAL_ID not in keys:
        raise Invalid(
            "mapping",
            "No column stands for External ID, by which people are to be found. "
            "Choose one, or find people by user name.",
        )
    if match == USER_NAME and not {USER_NAME, EMAIL} & set(keys):
        raise Invalid(
            "mapping",
            "No column stands for User name. Choose the one that says what people "
            "sign in with.",
        )


def _find_hints(read: ReadLines, mapped: Mapped) -> Files:
    """Who stands twice, whose manager comes along."""
    seen: dict[tuple[str, str], int] = {}
    twice: dict[int, dict[int, tuple[str, int]]] = {}
    for chunk, lines in enumerate(read()):
        for place, line in enumerate(lines):
            for key, value in _identifiers(mapped, line.cells):
                first = seen.setdefault((key, value), line.number)
                if first != line.number:
                    twice.setdefault(chunk, {})[place] = (key, first)
    hints: dict[int, bytes] = {}
    for chunk, lines in enumerate(read()):
        managers = frozenset(
            place
            for place, line in enumerate(lines)
            if (USER_NAME, fold(mapped.value(line.cells, MANAGER))) in seen
        )
        if managers or chunk in twice:
            hints[chunk] = Hints(twice.get(chunk, {}), managers).pack()
    return {"hints": hints}


def _identifiers(mapped: Mapped, cells: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What may stand in one row of the file only, as it is compared."""
    if name := user_name(mapped, cells):
        yield USER_NAME, fold(name)
    external_id = mapped.value(cells, EXTERNAL_ID)
    if mapped.match == EXTERNAL_ID and external_id:
        yield EXTERNAL_ID, external_id


USERS: Final = ImportKind(
    noun="users",
    job="import",
    labels={column.key: column.label for column in user_columns.COLUMNS},
    guess=user_columns.guess,
    matches=(USER_NAME, EXTERNAL_ID),
    no_lines="The file has headings and no lines below them. Add the people.",
    check_columns=_check_columns,
    prepare=_find_hints,
)
