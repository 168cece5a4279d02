"""Which members come back to groups, and which leave them, when changes are undone.

A membership is there or not, so what was done to it since needs no comparing: it is as
the changes left it, or as it was before them already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from services.directory.mapping import Reference
from services.organizations import OrganizationRef
from services.undo.actions import Action, MemberMoves, Skipped
from services.undo.folding import Wish
from services.undo.reading import (
    GONE,
    Database,
    Today,
    read_deleted,
    read_here,
    read_kept,
    read_present,
)

_MOST_NAMED: Final = 3


@dataclass(frozen=True)
class MemberPlan:
    """Who leaves before anything else is done, and who comes back at the end.

    Those who `returning` removes have come back with a restore.
    """

    leaving: tuple[MemberMoves, ...]
    returning: tuple[MemberMoves, ...]
    skipped: tuple[Skipped, ...]


def plan_members(
    database: Database,
    organization: OrganizationRef,
    wishes: Mapping[str, Wish],
    actions: Sequence[Action],
    today: Mapping[str, Today],
) -> MemberPlan:
    """The members' part of a plan; `actions` are those that will be carried out."""
    kinds = {one.id: one.kind for one in actions}
    types = {one.id: one.type for one in actions}
    planner = _Planner(database, organization, kinds, types)
    groups = [wish for wish in wishes.values() if wish.members]
    here = read_here(
        database, organization, {id_ for wish in groups for id_ in wish.members}
    )
    leaving, returning, nested = (list[MemberMoves]() for _ in range(3))
    skipped = list[Skipped]()
    for wish in groups:
        now = today.get(wish.id, GONE)
        if not planner.will_be_there(wish.id, now):
            continue
        group = Reference("Group", wish.id, now.name or wish.name)
        first, last, missing = planner.plan(wish, group, here)
        leaving += [first] if first.n_members else []
        if last.add or last.remove:
            returning.append(replace(last, groups=()))
        if last.groups:
            nested.append(replace(last, add=(), remove=()))
        skipped += planner.tell_missing(group, missing)
    # Groups in groups at the very end: what would be a circle may be none by then.
    return MemberPlan(tuple(leaving), (*returning, *nested), tuple(skipped))


@dataclass(frozen=True)
class _Planner:
    database: Database
    organization: OrganizationRef
    kinds: Mapping[str, str]
    types: Mapping[str, str]

    def will_be_there(self, group_id: str, now: Today) -> bool:
        """Whether the group is there when all is done; else its members go with it."""
        kind = self.kinds.get(group_id)
        return kind == "restore" or (now.state == "live" and kind != "delete")

    def plan(
        self, wish: Wish, group: Reference, here: Mapping[str, Reference]
    ) -> tuple[MemberMoves, MemberMoves, list[str]]:
        """Who leaves now, what is done at the end, and who cannot come back."""
        there = [here[id_] for id_ in wish.members if id_ in here]
        present = read_present(self.database, self.organization, group.id, there)
        coming_back = self._read_coming_back(wish, group, here)
        first, add, remove, groups, missing = (list[str]() for _ in range(5))
        for id_, thread in wish.members.items():
            is_in = id_ in present or id_ in coming_back
            if is_in != thread.left or is_in == thread.wanted:
                continue
            if not is_in and self.kinds.get(id_) == "delete":
                continue
            if id_ in present:
                first.append(id_)
            elif is_in:
                remove.append(id_)
            elif not self._comes_back(id_, here):
                missing.append(id_)
            elif self._is_group(id_, here):
                groups.append(id_)
            else:
                add.append(id_)
        return (
            MemberMoves(group.id, group.name, remove=tuple(first)),
            MemberMoves(group.id, group.name, tuple(add), tuple(remove), tuple(groups)),
            missing,
        )

    def _read_coming_back(
        self, wish: Wish, group: Reference, here: Mapping[str, Reference]
    ) -> set[str]:
        """Who will be a member again as soon as all restores are done."""
        if "restore" not in self.kinds.values():
            return set()
        kept = read_kept(self.database, self.organization, group.id, wish.members)
        return {id_ for id_ in kept if self._comes_back(id_, here)}

    def _comes_back(self, id_: str, here: Mapping[str, Reference]) -> bool:
        kind = self.kinds.get(id_)
        return kind == "restore" or (id_ in here and kind != "delete")

    def _is_group(self, id_: str, here: Mapping[str, Reference]) -> bool:
        found = here.get(id_)
        return (found.type if found else self.types.get(id_)) == "Group"

    def tell_missing(self, group: Reference, missing: Sequence[str]) -> list[Skipped]:
        """Why members cannot come back, in one sentence for each kind of reason."""
        if not missing:
            return []
        deleted = read_deleted(self.database, self.organization, missing)
        names = [deleted[id_].name for id_ in missing if id_ in deleted]
        n_purged = len(missing) - len(names)
        skipped = list[Skipped]()
        if names:
            told = ", ".join(names[:_MOST_NAMED])
            more = len(names) - _MOST_NAMED
            who = told + (f" and {more:,} more" if more > 0 else "")
            are = "is deleted, and cannot come back as a member"
            if len(names) > 1:
                are = "are deleted, and cannot come back as members"
            skipped.append(Skipped(group, f"{who} {are}"))
        if n_purged:
            who = "1 member is" if n_purged == 1 else f"{n_purged:,} members are"
            skipped.append(Skipped(group, f"{who} known here no more"))
        return skipped
