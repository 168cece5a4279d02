"""What undoing a selection comes to: what changes back, and what stays, with reasons.

The wishes of `folding` are held against today. What somebody else has changed since is
left as it is, and said. Nothing is written here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson

from services.activity.change_words import label_of
from services.directory.mapping import Reference
from services.organizations import OrganizationRef
from services.undo import leaves, taken_names
from services.undo.actions import Action, Kind, MemberMoves, Part, Skipped
from services.undo.folding import SelectedEvent, Thread, Wish, fold
from services.undo.member_planning import plan_members
from services.undo.other_events import read_newest_number, read_others
from services.undo.reading import (
    GONE,
    Database,
    Today,
    read_events,
    read_today,
)
from services.undo.selection import Selection

AT_ONCE: Final = 200
"""Resources that are changed back while an admin waits."""

MEMBERS_AT_ONCE: Final = 5_000
"""Members that come or go while an admin waits."""


@dataclass(frozen=True)
class Plan:
    """All that an undo does: members leave, resources change, members come back.

    `others` counts what the selection holds besides users and groups, by type. `ties`
    are pairs of ids that belong into one transaction; `seen` is the number of the
    newest event that was known.
    """

    n_events: int
    leaving: tuple[MemberMoves, ...]
    actions: tuple[Action, ...]
    returning: tuple[MemberMoves, ...]
    skipped: tuple[Skipped, ...]
    others: Mapping[str, int]
    ties: tuple[tuple[str, str], ...] = ()
    seen: int | None = None

    @property
    def n_resources(self) -> int:
        """Users and groups that are changed back."""
        moves = {one.group_id for one in (*self.leaving, *self.returning)}
        return len(moves | {one.id for one in self.actions})

    @property
    def n_members(self) -> int:
        """Members who come or go."""
        return sum(one.n_members for one in (*self.leaving, *self.returning))

    @property
    def is_large(self) -> bool:
        """Whether it takes a job."""
        return self.n_resources > AT_ONCE or self.n_members > MEMBERS_AT_ONCE

    @property
    def digest(self) -> str:
        """Changes when anything does that the plan would do or leave."""
        told = [
            [Part(self.actions, (*self.leaving, *self.returning)).as_dict()],
            [asdict(one) for one in self.skipped],
        ]
        return hashlib.sha256(
            orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
        ).hexdigest()


def plan(
    database: Database, organization: OrganizationRef, selection: Selection
) -> Plan:
    """What undoing the selection comes to now. Raises `Invalid` for too much."""
    # First of all: what comes while the rest is read counts as late.
    seen = read_newest_number(database, organization)
    events = read_events(database, organization, selection)
    others = read_others(database, organization, selection, events)
    wishes = fold(sorted((*events, *others), key=lambda one: one.number))
    today = read_today(
        database, organization, ((one.type, one.id) for one in wishes.values())
    )
    wanted, conflicts, skipped = _compare_all(wishes.values(), today)
    sorted_ = taken_names.sort_out(database, organization, wanted, today)
    stays = {one.resource.id for one in skipped}
    members = plan_members(
        *(database, organization, wishes), sorted_.actions, today, stays
    )
    return Plan(
        len(events),
        members.leaving,
        sorted_.actions,
        members.returning,
        (
            *skipped,
            *_explain(conflicts),
            *sorted_.skipped,
            *members.skipped,
        ),
        _count_others(events),
        sorted_.ties,
        seen,
    )


def _count_others(events: Sequence[SelectedEvent]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for event in events:
        if event.resource_type not in taken_names.NAMES:
            counts[event.resource_type] = counts.get(event.resource_type, 0) + 1
    return counts


@dataclass(frozen=True)
class _Conflict:
    """Attributes of a resource that were changed again since."""

    resource: Reference
    later: Mapping[str, SelectedEvent | None]


def _compare_all(
    wishes: Iterable[Wish], today: Mapping[str, Today]
) -> tuple[list[Action], list[_Conflict], list[Skipped]]:
    actions, conflicts, skipped = list[Action](), list[_Conflict](), list[Skipped]()
    for wish in wishes:
        now = today.get(wish.id, GONE)
        here = Reference(wish.type, wish.id, now.name or wish.name)
        kind = _find_kind(wish, now)
        if isinstance(kind, Skipped):
            skipped.append(kind)
            continue
        if kind is None:
            continue
        values, stale = _compare(wish.attributes, leaves.read(now.document))
        if kind == "delete":
            # It is kept under the name it has: another may be somebody else's.
            values.pop(taken_names.NAMES[wish.type], None)
        if kind == "delete" and wish.existence and wish.existence.wanted == "none":
            # Made in the selection: what it was before is nothing at all.
            values, stale = {}, {}
        if stale:
            conflicts.append(_Conflict(here, stale))
        if values or kind != "change":
            actions.append(Action(kind, here.type, here.id, here.name, values))
    return actions, conflicts, skipped


def _find_kind(wish: Wish, now: Today) -> Kind | Skipped | None:
    """What is to become of the resource itself; None when nothing is left to do."""
    here = Reference(wish.type, wish.id, now.name or wish.name)
    thread = wish.existence or Thread("live", "live")
    wants_live = thread.wanted == "live"
    if wants_live and now.state == "live":
        return "change" if wish.attributes or wish.members else None
    if wants_live and now.state == "deleted":
        if thread.left == "deleted" and thread.later:
            return _done_again(here, "deleted again", thread.later)
        if thread.left == "deleted":
            return "restore"
        reason = "Deleted since. Restore first, then undo this"
        return Skipped(here, reason, now.deleted_at)
    if wants_live or (thread.wanted == "deleted" and now.state == "gone"):
        return Skipped(here, "Purged: nothing is left that could come back")
    if now.state != "live":
        return None
    if thread.left != "live":
        return _done_again(here, "restored", thread.later)
    if thread.later:
        return _done_again(here, "restored again", thread.later)
    if thread.wanted == "none" and wish.other:
        # To delete it would take away what others have built on it.
        return _done_again(here, "changed since", wish.other)
    return "delete"


def _done_again(here: Reference, what: str, later: SelectedEvent | None) -> Skipped:
    by, at = (f" by {later.actor_name}", later.at) if later else ("", None)
    return Skipped(here, f"Stays: it was {what}{by}", at)


def _compare(
    threads: Mapping[str, Thread], now: Mapping[str, Any]
) -> tuple[dict[str, tuple[Any, Any]], dict[str, SelectedEvent | None]]:
    # Any: JSON
    """The values to change, and the attributes that somebody changed again."""
    values: dict[str, tuple[Any, Any]] = {}
    stale: dict[str, SelectedEvent | None] = {}
    for key, thread in threads.items():
        value = now.get(key)
        if value == thread.wanted:
            continue
        if value == thread.left and thread.later is None:
            values[key] = (value, thread.wanted)
        else:
            stale[key] = thread.later
    return values, stale


def _explain(conflicts: Sequence[_Conflict]) -> list[Skipped]:
    """Who changed these attributes again, and when."""
    return [
        _again(one.resource, key, later)
        for one in conflicts
        for key, later in one.later.items()
    ]


def _again(resource: Reference, key: str, later: SelectedEvent | None) -> Skipped:
    label = label_of(key)
    name = f"{label[0].upper()}{label[1:]}"
    if later is None:
        return Skipped(resource, f"{name} is not as these changes left it")
    reason = f"{name} was changed again by {later.actor_name}"
    return Skipped(resource, reason, later.at)
