"""What the lines of a group in an imported file come to: what is made, who is added.

Nothing is written here. A trial counts what is found out, loading carries it out
(`services/files/group_loading.py`). Members are added and never removed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Group, User
from scim import documents
from scim.attributes import Document
from scim.errors import InvalidValue, ScimError
from scim.matching import fold
from scim.schemas import GROUP_TYPE
from services.directory import group_changes, memberships
from services.directory.memberships import Member
from services.errors import Invalid, ServiceError
from services.files import csv_kinds, group_import
from services.files.csv_files import Line, quoted
from services.files.csv_kinds import Mapped
from services.files.csv_rounds import Outcome
from services.files.group_columns import (
    EXTERNAL_ID,
    LABELS,
    MEMBER,
    MEMBER_TYPE,
    NAME,
)
from services.files.group_import import GroupLines
from services.organizations import OrganizationRef
from services.origin import enumerate_ids


@dataclass
class Known:
    """Who and what is here already of all that some lines name.

    `users` are members by folded user name.
    """

    session: Session
    is_loading: bool
    users: dict[str, Member] = field(default_factory=dict)
    by_name: dict[str, Group] = field(default_factory=dict)
    by_external_id: dict[str, list[Group]] = field(default_factory=dict)

    def add(self, group: Group) -> None:
        """A group that is here, or has come to be."""
        self.by_name[group.display_name_key] = group
        if group.external_id:
            self.by_external_id.setdefault(group.external_id, []).append(group)

    def forget(self, group: Group) -> None:
        """Before it is changed: it is added again after."""
        self.by_name.pop(group.display_name_key, None)
        if group.external_id:
            self.by_external_id[group.external_id].remove(group)

    def member(self, name: str, *, is_group: bool) -> Member | None:
        """The member of that name."""
        if not is_group:
            return self.users.get(fold(name))
        group = self.by_name.get(fold(name))
        return Member("Group", group.seq, group.id) if group else None


@dataclass(frozen=True)
class Plan:
    """What the lines of a group come to; no outcome when none can be loaded.

    `n_added` are the members it would gain, with those that are loaded before it.
    """

    outcome: Outcome | None
    document: Document
    group: Group | None = None
    member_ids: tuple[str, ...] = ()
    n_added: int = 0
    problems: tuple[tuple[Line, str], ...] = ()


def find_known(
    session: Session,
    organization: OrganizationRef,
    entries: Sequence[GroupLines],
    mapped: Mapped,
    *,
    is_loading: bool,
) -> Known:
    """Look up at once what the lines name; groups locked when they may be changed."""
    known = Known(session, is_loading)
    lines = [line for entry in entries for line in entry.lines]
    groups, users = set[str](), set[str]()
    for line in lines:
        names = groups if group_import.is_of_group(mapped, line) else users
        cell = mapped.value(line.cells, MEMBER)
        names |= {fold(name) for name in (cell, *group_import.names_in(cell))}
        groups.add(fold(mapped.value(line.cells, NAME)))
    external_ids = {mapped.value(line.cells, EXTERNAL_ID) for line in lines}
    known.users.update(_users(known, organization, users - {""}))
    for group in _groups(known, organization, groups - {""}, external_ids - {""}):
        known.add(group)
    return known


def _users(
    known: Known, organization: OrganizationRef, names: set[str]
) -> Iterator[tuple[str, Member]]:
    for chunk in memberships.chunks(names):
        found = select(User.user_name_key, User.seq, User.id).where(
            User.organization_seq == organization.seq, User.user_name_key.in_(chunk)
        )
        if known.is_loading:
            # None of them goes before the groups have them.
            found = found.order_by(User.seq).with_for_update(read=True, key_share=True)
        for key, seq, id_ in known.session.execute(found):
            yield key, Member("User", seq, id_)


def _groups(
    known: Known, organization: OrganizationRef, names: set[str], external_ids: set[str]
) -> Iterator[Group]:
    """Those of one of these names or external ids, each once."""
    seen = set[int]()
    wanted = [
        *(Group.display_name_key.in_(chunk) for chunk in memberships.chunks(names)),
        *(Group.external_id.in_(chunk) for chunk in memberships.chunks(external_ids)),
    ]
    for clause in wanted:
        found = select(Group).where(Group.organization_seq == organization.seq, clause)
        if known.is_loading:
            found = found.order_by(Group.seq).with_for_update(key_share=True)
        for group in known.session.scalars(found):
            if group.seq not in seen:
                seen.add(group.seq)
                yield group


@dataclass
class _Reading:
    """The lines of a group so far: those with their members, those with a problem.

    `awaited` are groups, by folded name, that a load would have made by then.
    """

    loadable: list[tuple[Line, list[Member]]] = field(default_factory=list)
    problems: list[tuple[Line, str]] = field(default_factory=list)
    awaited: set[str] = field(default_factory=set)

    def lines(self) -> list[Line]:
        return [line for line, _ in self.loadable]

    def members(self) -> list[Member]:
        """Each once, in the order of the lines."""
        named = {one.id: one for _, members in self.loadable for one in members}
        return list(named.values())

    def refuse(self, detail: str) -> None:
        """What is wrong with the group holds for all lines that were fit."""
        self.problems += [(line, detail) for line in self.lines()]
        self.loadable = []


def plan(entry: GroupLines, mapped: Mapped, known: Known) -> Plan:
    """What the lines of a group come to; nothing is raised for problems in them."""
    reading = _Reading([(line, []) for line in entry.lines])
    group, document = None, Document()
    try:
        group = _find(entry, mapped, known)
        reading = _read(entry, mapped, known)
        _refuse_circles(reading, known, group)
        if reading.loadable:
            document = _document(reading.lines(), mapped, known, group)
    except (ServiceError, ScimError) as error:
        reading.refuse(error.detail)
    problems = tuple(sorted(reading.problems, key=lambda one: one[0].number))
    if not reading.loadable:
        return Plan(None, document, group, problems=problems)
    outcome, fresh = _outcome(reading, document, known, group)
    n_added = len(fresh) + len(reading.awaited)
    return Plan(outcome, document, group, tuple(fresh), n_added, problems)


def _outcome(
    reading: _Reading, document: Document, known: Known, group: Group | None
) -> tuple[Outcome, list[str]]:
    """What would happen to the group, and the ids of the members it would gain."""
    members = reading.members()
    if group is None:
        return "created", [one.id for one in members]
    present = memberships.already_in(known.session, group, members)
    fresh = [one.id for one in members if one.id not in present]
    before = group_changes.stored_document(group)
    is_same = not (fresh or reading.awaited or documents.difference(before, document))
    return "unchanged" if is_same else "changed", fresh


def _find(entry: GroupLines, mapped: Mapped, known: Known) -> Group | None:
    value = mapped.value(entry.lines[0].cells, mapped.match)
    if not value:
        label = "group name" if mapped.match == NAME else "external ID"
        raise Invalid(mapped.match, f"The line has no {label}. Add it.")
    if entry.twice is not None:
        key, number = entry.twice
        raise Invalid(
            key,
            f"{LABELS[key]} is the same as in line {number:,}, which is about another "
            "group. Correct one of the two.",
        )
    if mapped.match == NAME:
        return known.by_name.get(fold(value))
    groups = known.by_external_id.get(value, [])
    if len(groups) > 1:
        raise Invalid(
            EXTERNAL_ID,
            f"{len(groups)} groups have the external ID {quoted(value)}. Find groups "
            "by name instead.",
        )
    return groups[0] if groups else None


def _read(entry: GroupLines, mapped: Mapped, known: Known) -> _Reading:
    reading = _Reading()
    firsts = {key: _first(entry.lines, mapped, key) for key in (NAME, EXTERNAL_ID)}
    for place, line in enumerate(entry.lines):
        try:
            csv_kinds.check_cells(line, mapped)
            _check_agrees(line, firsts, mapped)
            members, awaited = _members(entry, place, mapped, known)
        except Invalid as error:
            reading.problems.append((line, error.detail))
            continue
        reading.loadable.append((line, members))
        reading.awaited |= awaited
    return reading


def _check_agrees(
    line: Line, firsts: Mapping[str, tuple[int, str] | None], mapped: Mapped
) -> None:
    """Refuse a line that gives the group another name or external id than one before.

    Empty cells are none of them; letter case makes no other name.
    """
    for key, first in firsts.items():
        value = mapped.value(line.cells, key)
        if value and first and fold(value) != fold(first[1]):
            raise Invalid(
                key,
                f"{LABELS[key]} is {quoted(value)}, and line {first[0]:,} gives the "
                f"same group {quoted(first[1])}. Correct one of the two.",
            )


def _first(lines: Sequence[Line], mapped: Mapped, key: str) -> tuple[int, str] | None:
    """The first value of a column in these lines, with the number of its line."""
    values = ((line.number, mapped.value(line.cells, key)) for line in lines)
    return next((found for found in values if found[1]), None)


def _members(
    entry: GroupLines, place: int, mapped: Mapped, known: Known
) -> tuple[list[Member], set[str]]:
    """The members of a line, and those that a load would have made by then."""
    line, along = entry.lines[place], entry.along.get(place, frozenset())
    cell = mapped.value(line.cells, MEMBER)
    _check_type(mapped.value(line.cells, MEMBER_TYPE))
    is_group = group_import.is_of_group(mapped, line)
    if place in entry.circles:
        raise Invalid(
            MEMBER,
            f"By this line and others a group would come to be a member of itself: "
            f"{quoted(cell)} is to hold this one too. Leave one of the lines out.",
        )
    is_one = fold(cell) in along or known.member(cell, is_group=is_group) is not None
    names = [cell] if is_one else group_import.names_in(cell)
    found = {name: known.member(name, is_group=is_group) for name in names}
    missing = [name for name, member in found.items() if member is None]
    unknown = [name for name in missing if fold(name) not in along]
    if unknown:
        raise _unknown(unknown, is_group)
    if missing and known.is_loading:
        raise Invalid(
            MEMBER,
            f"The group {quoted(missing[0])} was not loaded: its own lines have "
            "problems. Load those, then this line again.",
        )
    return [member for member in found.values() if member], {*map(fold, missing)}


def _check_type(text: str) -> None:
    if fold(text) not in ("", "user", "group"):
        raise Invalid(
            MEMBER_TYPE,
            f"Member type is {quoted(text)}, which is neither User nor Group. Write "
            "one of them, or leave the cell empty for a user.",
        )


def _unknown(names: Sequence[str], is_group: bool) -> Invalid:
    one = len(names) == 1
    named = quoted(names[0]) if one else f"{enumerate_ids(names)}: these"
    if is_group:
        are = "is no group" if one else "are no groups"
        return Invalid(
            MEMBER,
            f"{named} {are} here, and no other line of the file is about "
            f"{'it' if one else 'them'}. Correct the name, or make the group first.",
        )
    are = "is no user" if one else "are no users"
    return Invalid(
        MEMBER,
        f"{named} {are} here. Write the user name, or import the "
        f"{'person' if one else 'people'} first.",
    )


def _refuse_circles(reading: _Reading, known: Known, group: Group | None) -> None:
    """Take out lines that would put a group that is here into itself."""
    if group is None:
        return  # nothing holds it yet
    try:
        memberships.check_circles(known.session, group, reading.members())
    except InvalidValue:
        lines, reading.loadable = reading.loadable, []
        for line, members in lines:
            try:
                memberships.check_circles(known.session, group, members)
            except InvalidValue as error:
                reading.problems.append((line, error.detail))
                continue
            reading.loadable.append((line, members))


def _document(
    lines: Sequence[Line], mapped: Mapped, known: Known, group: Group | None
) -> Document:
    """The group's document with the cells put in, fit to be stored."""
    before = group_changes.stored_document(group) if group is not None else {}
    document = dict(before)
    name = _first(lines, mapped, NAME)
    external_id = _first(lines, mapped, EXTERNAL_ID)
    if name and (group is None or mapped.match != NAME):
        document["displayName"] = name[1]
    if external_id:
        document["externalId"] = external_id[1]
    if "displayName" not in document:
        raise Invalid(NAME, "No group is here that has this external ID. Add a name.")
    if document == before:
        return before
    cleaned = documents.clean(document, GROUP_TYPE, [])
    documents.check_required(cleaned, GROUP_TYPE)
    _check_free(cleaned, before, known, group)
    return cleaned


def _check_free(
    document: Document, before: Document, known: Known, group: Group | None
) -> None:
    """Refuse a name or an external id that another group has."""
    name = str(document["displayName"])
    holder = known.by_name.get(fold(name))
    if holder is not None and holder is not group:
        raise Invalid(
            NAME,
            f"A group named {quoted(holder.display_name)} is here already, with "
            "another external ID. Rename one of the two, or find groups by name.",
        )
    external_id = document.get("externalId")
    if external_id is None or external_id == before.get("externalId"):
        return
    holders = known.by_external_id.get(str(external_id), [])
    holder = next((one for one in holders if one is not group), None)
    if holder is not None:
        raise Invalid(
            EXTERNAL_ID,
            f"The external ID {quoted(str(external_id))} belongs to the group "
            f"{quoted(holder.display_name)} here. Correct it, or find groups by "
            "external ID.",
        )
