"""What a row of an imported file comes to: whom it is about, and what would change.

Nothing is written here. A trial counts what is found out, loading carries it out
(`services/files/user_loading.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import User
from scim import documents
from scim.attributes import Document
from scim.matching import fold
from scim.schemas import USER_TYPE
from services.directory import managers
from services.errors import Invalid
from services.files import csv_kinds
from services.files.csv_files import Line, quoted
from services.files.csv_kinds import Mapped
from services.files.csv_rounds import Outcome
from services.files.user_columns import BY_KEY, EXTERNAL_ID, MANAGER, USER_NAME
from services.files.user_import import Hints, user_name
from services.organizations import OrganizationRef


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
        names = {fold(user_name(mapped, line.cells)) for line in lines}
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
    csv_kinds.check_cells(line, mapped)
    if place in hints.twice:
        key, first = hints.twice[place]
        raise Invalid(
            key,
            f"{BY_KEY[key].label} is the same as in line {first:,}. Keep one of the "
            "two lines.",
        )


def _find(line: Line, mapped: Mapped, people: People) -> User | None:
    name = user_name(mapped, line.cells)
    if mapped.match == USER_NAME:
        found = people.by_user_name.get(fold(name))
    else:
        found = _by_external_id(mapped.value(line.cells, EXTERNAL_ID), people)
    if found is None and not name.strip():
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
    for key, place in _in_order(mapped):
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
        document["userName"] = user_name(mapped, line.cells)
    return document, later


def _in_order(mapped: Mapped) -> list[tuple[str, int]]:
    """Columns and places in the order of an export: the main email comes first."""
    places = {key: place for place, key in mapped.columns.items()}
    return [(key, places[key]) for key in BY_KEY if key in places]


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
