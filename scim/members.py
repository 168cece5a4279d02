"""Membership in PATCH, POST and PUT of a group, as changes by id (RFC 7644 §3.5.2).

The members of a group are never read into a document: a group may have 100,000, and two
clients may change it at once. What a request says about them becomes set changes that
the database carries out. Whether an id is known is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from scim import documents, quirks
from scim.attributes import JSON, Attribute
from scim.errors import InvalidValue, Mutability
from scim.filters import Comparison, Filter, Or
from scim.patch import Operation
from scim.paths import Target, resolve
from scim.quirks import Notes
from scim.schemas import GROUP, GROUP_TYPE


@dataclass(frozen=True)
class MemberChange:
    """First remove all (`clear`) or those in `remove`, then add those in `add`.

    Ids in the order they came, each once, none in both.
    """

    clear: bool
    add: tuple[str, ...]
    remove: tuple[str, ...]


@dataclass(frozen=True)
class RemoveMatching:
    """Remove the members that meet a condition on their sub-attributes."""

    condition: Filter


Change: TypeAlias = MemberChange | RemoveMatching


def split(
    operations: Sequence[Operation], notes: Notes
) -> tuple[list[Operation], list[Change]]:
    """Operations on a group's attributes, and the changes of its members, in order.

    Neighbouring changes are folded: a thousand single removes become one change. What
    remains is for `patch.apply`. Raises InvalidValue, InvalidPath or Mutability when
    the members are addressed in a way that means nothing (RFC 7644 §3.5.2).
    """
    rest: list[Operation] = []
    changes = _Changes()
    for operation in operations:
        rest.extend(_without_members(operation, changes, notes))
    return rest, changes.finish()


def read_members(value: JSON, notes: Notes) -> tuple[str, ...]:
    """The ids in the `members` of a POST or PUT, each once; null means none.

    Raises InvalidValue when it is not a list of members.
    """
    if value is None:
        return ()
    if not isinstance(value, list):
        raise documents.wrong_type("members", "a list", value)
    return tuple(dict.fromkeys(_read_id(entry, notes) for entry in value))


class _Changes:
    """Collects changes, folding each into the one before where sets allow it."""

    def __init__(self) -> None:
        self._finished: list[Change] = []
        self._reset()

    def add(self, ids: Iterable[str]) -> None:
        for member in ids:
            self._removed.pop(member, None)
            self._added[member] = None

    def remove(self, ids: Iterable[str]) -> None:
        for member in ids:
            self._added.pop(member, None)
            if not self._clear:
                self._removed[member] = None

    def replace(self, ids: Iterable[str]) -> None:
        self._reset(clear=True)
        self.add(ids)

    def remove_matching(self, condition: Filter) -> None:
        """Which ids this means is known to the database only: nothing folds over it."""
        self._flush()
        self._finished.append(RemoveMatching(condition))

    def finish(self) -> list[Change]:
        self._flush()
        return self._finished

    def _flush(self) -> None:
        if self._clear or self._added or self._removed:
            change = MemberChange(self._clear, tuple(self._added), tuple(self._removed))
            self._finished.append(change)
        self._reset()

    def _reset(self, *, clear: bool = False) -> None:
        # Dicts keep the order of their keys, which sets do not.
        self._clear = clear
        self._added: dict[str, None] = {}
        self._removed: dict[str, None] = {}


def _without_members(
    operation: Operation, changes: _Changes, notes: Notes
) -> list[Operation]:
    """What remains of an operation, its part about members having been collected."""
    path, value = operation.path, operation.value
    if path is not None and _MEMBERS.match(path):
        _collect(operation, resolve(path, GROUP_TYPE), changes, notes)
        return []
    about_group = path is None or path.strip().lower() == GROUP.id.lower()
    if operation.op == "remove" or not about_group or not isinstance(value, dict):
        return [operation]
    entries = quirks.unwrap_core(value, GROUP_TYPE, notes)
    documents.refuse_repeats(entries)
    rest = {key: part for key, part in entries.items() if not _MEMBERS.match(key)}
    for key in [key for key in entries if key not in rest]:
        part = Operation(operation.op, key, entries[key])
        _collect(part, resolve(key, GROUP_TYPE), changes, notes)
    only_members = entries and not rest
    return [] if only_members else [Operation(operation.op, None, rest)]


def _collect(
    operation: Operation, target: Target, changes: _Changes, notes: Notes
) -> None:
    """Add the change that an operation on the members means."""
    op, condition = operation.op, target.condition
    if target.ref.sub is not None or (condition is not None and op != "remove"):
        raise Mutability(
            "membership",
            "A membership cannot be changed, only added or removed. Add members with "
            'the path members, remove them with members[value eq "id"].',
        )
    if condition is not None:
        ids = _ids_of(condition)
        changes.remove(ids) if ids else changes.remove_matching(condition)
    elif op == "add":
        changes.add(_listed(operation.value, notes))
    elif op == "remove" and quirks.removes_listed_only(
        operation.value, "members", notes
    ):
        changes.remove(_listed(operation.value, notes))
    else:
        changes.replace(_listed(operation.value, notes))


def _ids_of(condition: Filter) -> tuple[str, ...]:
    """The ids of `value eq "a" or value eq "b"`; none when it says anything else."""
    terms = condition.terms if isinstance(condition, Or) else (condition,)
    ids = tuple(
        term.value
        for term in terms
        if isinstance(term, Comparison)
        and term.attribute.lower() == "value"
        and term.operator == "eq"
        and isinstance(term.value, str)
    )
    return ids if len(ids) == len(terms) else ()


def _listed(value: JSON, notes: Notes) -> tuple[str, ...]:
    """The ids in the value of an operation: a list, or a single member."""
    if isinstance(value, str) and value:
        value = [value]
    if isinstance(value, dict) and value:
        value = quirks.object_as_list(value, "members", notes)
    return read_members(value, notes)


def _read_id(entry: JSON, notes: Notes) -> str:
    if isinstance(entry, str):
        entry = quirks.text_as_object(entry, "members", notes)
    if not isinstance(entry, dict):
        raise documents.wrong_type("Each of members", "an object with a value", entry)
    # Nothing else is read: display and $ref may be null (Okta, Entra), or wrong.
    value = quirks.find_key(entry, "value")
    member = documents.clean_value(value, _VALUE, notes, "members.value")
    if not isinstance(member, str):
        raise InvalidValue(
            "member_without_value",
            "One of members has no value. Send the id of a user or group as value.",
        )
    return member


_VALUE: Final = Attribute("members.value", case_exact=True)
_MEMBERS: Final = re.compile(
    rf"\s*(?:{re.escape(GROUP.id)}:)?members(?![A-Za-z0-9_$-])", re.IGNORECASE
)
"""A path, or a key taken as one, that begins with the attribute `members`."""
