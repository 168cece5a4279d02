"""Names that undo gives back, and who has them: what can be had, and what must wait.

User names and the names of groups are unique. A name that somebody outside of the plan
has is not taken away; one that is on its way within the plan is, and then both belong
into one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import select

from models import Group, User
from scim.attributes import Document
from scim.matching import fold
from services.organizations import OrganizationRef
from services.origin import shorten
from services.undo import leaves
from services.undo.actions import Action, Skipped
from services.undo.reading import Database, Today, chunks

NAMES: Final = {"User": "userName", "Group": "displayName"}


@dataclass(frozen=True)
class Sorted:
    """Actions that can be carried out; `ties` are pairs of ids that go together."""

    actions: tuple[Action, ...]
    ties: tuple[tuple[str, str], ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True)
class _Holder:
    id: str
    name: str


def sort_out(
    database: Database,
    organization: OrganizationRef,
    actions: Sequence[Action],
    today: Mapping[str, Today],
) -> Sorted:
    """Drop what would need a name that is somebody else's.

    A restore is dropped as a whole, of a change only the name.
    """
    kept, ties, skipped = list[Action](), list[tuple[str, str]](), list[Skipped]()
    for type_ in NAMES:
        mine = [one for one in actions if one.type == type_]
        sorted_ = _sort_out_type(database, organization, type_, mine, today)
        kept += sorted_.actions
        ties += sorted_.ties
        skipped += sorted_.skipped
    return Sorted(tuple(kept), tuple(ties), tuple(skipped))


def moving_key(action: Action, document: Document) -> str | None:
    """The name's key that an action needs, if it is not its own already."""
    if action.kind == "delete":
        return None
    name = NAMES[action.type]
    wanted = fold(str(leaves.write(document, action.wanted)[name]))
    if action.kind == "change" and wanted == fold(str(document[name])):
        return None
    return wanted


def _sort_out_type(
    database: Database,
    organization: OrganizationRef,
    type_: str,
    actions: Sequence[Action],
    today: Mapping[str, Today],
) -> Sorted:
    keys = {one.id: moving_key(one, today[one.id].document) for one in actions}
    holders = _read_holders(database, organization, type_, filter(None, keys.values()))
    leaving = {
        one.id for one in actions if one.kind == "delete" or keys[one.id] is not None
    }
    refused = _refuse(keys, holders, leaving)
    ties = [
        (id_, holders[key].id)
        for id_, key in keys.items()
        if key in holders and id_ not in refused and holders[key].id != id_
    ]
    kept, skipped = list[Action](), list[Skipped]()
    for one in actions:
        if one.id not in refused:
            kept.append(one)
            continue
        skipped.append(_told(one, refused[one.id]))
        rest = {key: two for key, two in one.values.items() if key != NAMES[type_]}
        if one.kind == "change" and rest:
            kept.append(replace(one, values=rest))
    return Sorted(tuple(kept), tuple(ties), tuple(skipped))


def _refuse(
    keys: Mapping[str, str | None],
    holders: Mapping[str, _Holder],
    leaving: Iterable[str],
) -> dict[str, tuple[str, str]]:
    """Who does not get a name, with the name and who has it.

    Who keeps the old name may be in the way of another: so it is asked again.
    """
    refused: dict[str, tuple[str, str]] = {}
    goes = set(leaving)
    while True:
        taken: dict[str, _Holder] = {
            key: holder for key, holder in holders.items() if holder.id not in goes
        }
        n_before = len(refused)
        for id_, key in keys.items():
            if key is None or id_ in refused:
                continue
            holder = taken.setdefault(key, _Holder(id_, ""))
            if holder.id != id_:
                refused[id_] = (key, holder.name)
                goes.discard(id_)
        if len(refused) == n_before:
            return refused


def _told(action: Action, refusal: tuple[str, str]) -> Skipped:
    key, holder = refusal
    noun = "user name" if action.type == "User" else "name"
    by = f"used by {shorten(holder)} now" if holder else "wanted by another one, too"
    left = "Stays deleted" if action.kind == "restore" else f"The {noun} stays"
    return Skipped(action.reference, f"{left}: the {noun} “{shorten(key)}” is {by}")


def _read_holders(
    database: Database, organization: OrganizationRef, type_: str, keys: Iterable[str]
) -> dict[str, _Holder]:
    found: dict[str, _Holder] = {}
    for chunk in chunks(keys):
        if type_ == "User":
            statement = select(User.user_name_key, User.id, User.name).where(
                User.organization_seq == organization.seq,
                User.user_name_key.in_(chunk),
            )
        else:
            statement = select(
                Group.display_name_key, Group.id, Group.display_name
            ).where(
                Group.organization_seq == organization.seq,
                Group.display_name_key.in_(chunk),
            )
        for key, id_, name in database.execute(statement):
            found[key] = _Holder(id_, name)
    return found
