"""Which members come back to groups, and which leave them, when changes are undone.

A membership is there or not: it is as the changes left it, or as it was before them
already. Where others moved the same member since, it is theirs and stays.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    stays: Container[str] = (),
) -> MemberPlan:
    """The members' part of a plan; `actions` are those that will be carried out.

    Groups that stay as they are keep their members.
    """
    kinds = {one.id: one.kind for one in actions}
    types = {one.id: one.type for one in actions}
    planner = _Planner(database, organization, kinds, types)
    groups = [wish for wish in wishes.values() if wish.members and wish.id not in stays]
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
        first, last, left = planner.plan(wish, group, here)
        leaving += [first] if first.n_members else []
        if last.add or last.remove:
            returning.append(replace(last, groups=()))
        if last.groups:
            nested.append(replace(last, add=(), remove=()))
        skipped += planner.tell_missing(group, left.missing)
        skipped += planner.tell_moved(group, wish, left.moved)
        gone = [id_ for id_ in left.gone if not _is_there_a_wish(wishes.get(id_))]
        skipped += planner.tell_kept(group, gone)
    # Groups in groups at the very end: what would be a circle may be none by then.
    return MemberPlan(tuple(leaving), (*returning, *nested), tuple(skipped))


def _is_there_a_wish(wish: Wish | None) -> bool:
    return wish is not None and wish.existence is not None


@dataclass(frozen=True)
class _Left:
    """Members that nothing is done about, by id.

    Those who are `missing` cannot come back; others `moved` some again since. Who is
    `gone` is deleted, and may come back to the group.
    """

    missing: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


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
    ) -> tuple[MemberMoves, MemberMoves, _Left]:
        """Who leaves now, what is done at the end, and who is left as they are."""
        there = [here[id_] for id_ in wish.members if id_ in here]
        present = read_present(self.database, self.organization, group.id, there)
        coming_back = self._read_coming_back(wish, group, here)
        first, add, remove, groups = (list[str]() for _ in range(4))
        left = _Left()
        for id_, thread in wish.members.items():
            is_in = id_ in present or id_ in coming_back
            if is_in == thread.wanted:
                left.gone.extend([] if is_in or id_ in here else [id_])
                continue
            if thread.later:
                left.moved.append(id_)
                continue
            if is_in != thread.left:
                continue
            if not is_in and self.kinds.get(id_) == "delete":
                continue
            if id_ in present:
                first.append(id_)
            elif is_in:
                remove.append(id_)
            elif not self._comes_back(id_, here):
                left.missing.append(id_)
            elif self._is_group(id_, here):
                groups.append(id_)
            else:
                add.append(id_)
        return (
            MemberMoves(group.id, group.name, remove=tuple(first)),
            MemberMoves(group.id, group.name, tuple(add), tuple(remove), tuple(groups)),
            left,
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
            who = _list(names, len(names))
            are = "is deleted, and cannot come back as a member"
            if len(names) > 1:
                are = "are deleted, and cannot come back as members"
            skipped.append(Skipped(group, f"{who} {are}"))
        if n_purged:
            who = "1 member is" if n_purged == 1 else f"{n_purged:,} members are"
            skipped.append(Skipped(group, f"{who} known here no more"))
        return skipped

    def tell_moved(
        self, group: Reference, wish: Wish, moved: Sequence[str]
    ) -> list[Skipped]:
        """Whose membership others changed again: a sentence for each of them."""
        by: dict[str, list[str]] = {}
        for id_ in moved:
            later = wish.members[id_].later
            by.setdefault(later.actor_name if later else "", []).append(id_)
        skipped = list[Skipped]()
        for actor, ids in by.items():
            names = self._read_names(ids[:_MOST_NAMED])
            whose = "membership of" if len(ids) == 1 else "memberships of"
            was = "was" if len(ids) == 1 else "were"
            events = filter(None, (wish.members[id_].later for id_ in ids))
            newest = max(events, key=lambda one: one.number)
            who = f"The {whose} {_list(names, len(ids))}"
            reason = f"{who} {was} changed again by {actor}"
            skipped.append(Skipped(group, reason, newest.at))
        return skipped

    def _read_names(self, ids: Sequence[str]) -> list[str]:
        here = read_here(self.database, self.organization, ids)
        deleted = read_deleted(self.database, self.organization, ids)
        names = {id_: one.name for id_, one in deleted.items()}
        names |= {id_: one.name for id_, one in here.items()}
        return [names.get(id_, "somebody who was purged") for id_ in ids]

    def tell_kept(self, group: Reference, gone: Sequence[str]) -> list[Skipped]:
        """Who left only by being deleted, and comes back to the group when restored."""
        kept = read_kept(self.database, self.organization, group.id, gone)
        ids = [id_ for id_ in gone if id_ in kept]
        if not ids:
            return []
        who = _list(self._read_names(ids[:_MOST_NAMED]), len(ids))
        are = "is deleted, and becomes a member again when restored"
        if len(ids) > 1:
            are = "are deleted, and become members again when restored"
        return [Skipped(group, f"{who} {are}")]


def _list(names: Sequence[str], n: int) -> str:
    """`Bo, Cy, Di and 4 more`."""
    more = n - len(names[:_MOST_NAMED])
    told = ", ".join(names[:_MOST_NAMED])
    return told + (f" and {more:,} more" if more > 0 else "")
