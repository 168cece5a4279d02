"""What a row of an imported file comes to: whom it is about, and what would change.

Nothing is written here. A trial counts what is found out, loading carries it out
(`services/files/csv_loading.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import User
from scim import documents
from scim.attributes import Document
from scim.matching import fold
from scim.schemas import USER_TYPE
from services.directory import managers
from services.errors import Invalid
from services.files.csv_columns import BY_KEY, EMAIL, EXTERNAL_ID, MANAGER, USER_NAME
from services.files.csv_files import Line, quoted
from services.organizations import OrganizationRef

Outcome = Literal["created", "changed", "unchanged"]


def pack(lines: Iterable[Line]) -> bytes:
    """Lines as a chunk of a job's file."""
    return orjson.dumps([[line.number, *line.cells] for line in lines])


def unpack(chunk: bytes) -> list[Line]:
    """The lines of such a chunk."""
    return [Line(number, tuple(cells)) for number, *cells in orjson.loads(chunk)]


@dataclass(frozen=True)
class Mapped:
    """How a file is read: places of cells to columns, how people are found.

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

    def in_order(self) -> list[tuple[str, int]]:
        """Columns and places in the order of an export: the main email comes first."""
        places = {key: place for place, key in self.columns.items()}
        return [(key, places[key]) for key in BY_KEY if key in places]

    def value(self, cells: Sequence[str], key: str) -> str:
        """What the row has for that column, if the file has the column."""
        places = (place for place, one in self.columns.items() if one == key)
        place = next(places, None)
        return "" if place is None else cells[place]

    def user_name(self, cells: Sequence[str]) -> str:
        """The user name; without a column for it, the e-mail address."""
        key = USER_NAME if USER_NAME in self.columns.values() else EMAIL
        return self.value(cells, key)

    def identifiers(self, cells: Sequence[str]) -> Iterator[tuple[str, str]]:
        """What may stand in one row of the file only, as it is compared."""
        if user_name := self.user_name(cells):
            yield USER_NAME, fold(user_name)
        external_id = self.value(cells, EXTERNAL_ID)
        if self.match == EXTERNAL_ID and external_id:
            yield EXTERNAL_ID, external_id


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


@dataclass(frozen=True)
class People:
    """Who is here already of those that some rows are about, or name as managers."""

    by_user_name: Mapping[str, User]
    by_external_id: Mapping[str, Sequence[User]]
    manager_ids: Mapping[str, str]
    manager_names: Mapping[str, str]


@dataclass(frozen=True)
class Plan:
    """What a row comes to. `manager` is to be set once all rows are loaded.

    `deactivates`: somebody active would be no more.
    """

    outcome: Outcome
    document: Document
    user: User | None = None
    manager: str = ""
    deactivates: bool = False


def find_people(
    session: Session,
    organization: OrganizationRef,
    lines: Sequence[Line],
    mapped: Mapped,
    *,
    with_lock: bool,
) -> People:
    """Look up at once whom the lines are about; locked when they are to be changed."""
    users = select(User).where(User.organization_seq == organization.seq)
    if mapped.match == EXTERNAL_ID:
        wanted = {mapped.value(line.cells, EXTERNAL_ID) for line in lines}
        users = users.where(User.external_id.in_(wanted - {""}))
    else:
        names = {fold(mapped.user_name(line.cells)) for line in lines}
        users = users.where(User.user_name_key.in_(names - {""}))
    if with_lock:
        users = users.order_by(User.seq).with_for_update(key_share=True)
    found = session.scalars(users).all()
    by_external_id: dict[str, list[User]] = {}
    for user in found:
        by_external_id.setdefault(user.external_id or "", []).append(user)
    texts = {mapped.value(line.cells, MANAGER) for line in lines} - {""}
    stored = managers.named_by(user.document for user in found)
    return People(
        {user.user_name_key: user for user in found},
        by_external_id,
        managers.ids_of(session, organization, texts),
        managers.user_names(session, organization, stored),
    )


def plan(line: Line, mapped: Mapped, people: People, hints: Hints, place: int) -> Plan:
    """What the line comes to. Raises `Invalid` or a `ScimError` for a problem in it."""
    _check_line(line, mapped, hints, place)
    user = _find(line, mapped, people)
    before = user.document if user is not None else {}
    document, later = _filled(line, mapped, people, user, place in hints.managers)
    if document == before:
        outcome: Outcome = "changed" if later else "unchanged"
        return Plan(outcome, before, user, later)
    cleaned = documents.clean(document, USER_TYPE, [])
    documents.check_required(cleaned, USER_TYPE)
    if user is None:
        return Plan("created", cleaned, None, later)
    is_same = not later and not documents.difference(before, cleaned)
    deactivates = user.is_active and cleaned.get("active") is False
    outcome = "unchanged" if is_same else "changed"
    return Plan(outcome, cleaned, user, later, deactivates)


def _check_line(line: Line, mapped: Mapped, hints: Hints, place: int) -> None:
    if len(line.cells) > mapped.n_columns:
        raise Invalid(
            "line",
            f"The line has {len(line.cells)} cells and the headings are "
            f"{mapped.n_columns}. A value with a comma needs quotation marks.",
        )
    if place in hints.twice:
        key, first = hints.twice[place]
        raise Invalid(
            key,
            f"{BY_KEY[key].label} is the same as in line {first:,}. Keep one of the "
            "two lines.",
        )


def _find(line: Line, mapped: Mapped, people: People) -> User | None:
    user_name = mapped.user_name(line.cells)
    if mapped.match == USER_NAME:
        found = people.by_user_name.get(fold(user_name))
    else:
        found = _by_external_id(mapped.value(line.cells, EXTERNAL_ID), people)
    if found is None and not user_name.strip():
        raise Invalid(USER_NAME, "The line has no user name. Add it.")
    return found


def _by_external_id(external_id: str, people: People) -> User | None:
    if not external_id:
        raise Invalid(EXTERNAL_ID, "The line has no external ID. Add it.")
    users = people.by_external_id.get(external_id, ())
    if len(users) > 1:
        raise Invalid(
            EXTERNAL_ID,
            f"{len(users)} users have the external ID {quoted(external_id)}. Find "
            "people by user name instead.",
        )
    return users[0] if users else None


def _filled(
    line: Line, mapped: Mapped, people: People, user: User | None, comes_along: bool
) -> tuple[Document, str]:
    """The user's document with the cells put in, and the manager to be set later.

    A cell that shows what is there already is left out, as the column may show less.
    """
    before: Document = user.document if user is not None else {}
    document, later = deepcopy(before), ""
    for key, place in mapped.in_order():
        cell = line.cells[place]
        if user is not None and key == mapped.match == USER_NAME:
            continue  # it found the user, whatever its letter case
        if not cell and (user is None or not mapped.is_clearing):
            continue
        shown = BY_KEY[key].show(before) if user is not None else ""
        if key == MANAGER:
            cell, later = _manager(cell, shown, people, comes_along)
        if not later or key != MANAGER:
            _put(document, key, cell, shown, user)
    if "userName" not in document:
        document["userName"] = mapped.user_name(line.cells)
    return document, later


def _put(
    document: Document, key: str, cell: str, shown: str, user: User | None
) -> None:
    if user is None or cell != shown.strip():
        BY_KEY[key].put(document, cell)


def _manager(
    cell: str, stored: str, people: People, comes_along: bool
) -> tuple[str, str]:
    """The value to store, or else the cell, when the manager is yet to be loaded."""
    if cell in ("", stored.strip(), people.manager_names.get(stored, "").strip()):
        return stored if cell else "", ""
    found = people.manager_ids.get(cell) or people.manager_ids.get(fold(cell))
    if found is not None:
        return found, ""
    if comes_along:
        return "", cell
    raise no_manager(cell)


def no_manager(name: str) -> Invalid:
    """The error for a manager who is not here."""
    return Invalid(
        MANAGER,
        f"The manager {quoted(name)} is no user here, and no other line of the file. "
        "Write the manager's user name, or leave the cell empty.",
    )
