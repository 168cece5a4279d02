"""A plan told: how many of what kind, the first of each by name, what stays and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal

from sqlalchemy import Connection, select

from services.activity import actors
from services.activity.change_words import Difference, HistoryEvent, differences
from services.directory import known_resources
from services.directory.mapping import Reference
from services.organizations import OrganizationRef
from services.undo.actions import Action, MemberMoves, Skipped
from services.undo.planning import Plan
from services.undo.reading import read_deleted, read_here
from services.undo.selection import EVENTS, Selection

NAMED: Final = 20
"""Resources of each kind, and reasons, that a preview names."""

MEMBERS_NAMED: Final = 3

_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)

ChangeKind = Literal[
    "reactivate", "deactivate", "restore", "change", "delete", "members"
]
KINDS: Final[tuple[ChangeKind, ...]] = (
    *("reactivate", "restore", "change", "members"),
    *("deactivate", "delete"),
)


@dataclass(frozen=True)
class Named:
    """A resource that would change back: from today's values to those it gets.

    It is plain when its kind says all of it, without a table of values. Of members
    there are the names of the first that come back and that leave.
    """

    resource: Reference
    differences: tuple[Difference, ...] = ()
    n_added: int = 0
    n_removed: int = 0
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    is_plain: bool = False


@dataclass(frozen=True)
class Counted:
    """All that would change back in one way; `named` are the first of them."""

    kind: ChangeKind
    type: str
    n: int
    named: tuple[Named, ...]

    @property
    def plain(self) -> tuple[Named, ...]:
        """Those who need no more than their names."""
        return tuple(one for one in self.named if one.is_plain)

    @property
    def detailed(self) -> tuple[Named, ...]:
        """Those whose values, or members, are to be seen."""
        return tuple(one for one in self.named if not one.is_plain)


@dataclass(frozen=True)
class Preview:
    """What an undo would do now.

    `selection` is closed: send it back with the `digest` to have this very thing done.
    Of a request there is also who made it, and when it first changed something.
    `others` counts what was changed besides users and groups, which stays.
    """

    selection: Selection
    actor_name: str
    at: datetime | None
    n_events: int
    n_resources: int
    n_members_back: int
    n_members_leaving: int
    counts: tuple[Counted, ...]
    n_skipped: int
    skipped: tuple[Skipped, ...]
    others: Mapping[str, int]
    is_large: bool
    digest: str


def tell(
    connection: Connection,
    organization: OrganizationRef,
    selection: Selection,
    plan: Plan,
) -> Preview:
    """The preview of a plan; a few statements, however much the plan holds."""
    moves = (*plan.leaving, *plan.returning)
    name, at = read_actor(connection, organization, selection)
    return Preview(
        selection,
        name,
        at,
        plan.n_events,
        plan.n_resources,
        sum(len(one.add) + len(one.groups) for one in moves),
        sum(len(one.remove) for one in moves),
        (
            *_count_actions(connection, organization, plan.actions),
            *_count_moves(connection, organization, moves),
        ),
        len(plan.skipped),
        plan.skipped[:NAMED],
        plan.others,
        plan.is_large,
        plan.digest,
    )


def read_actor(
    connection: Connection, organization: OrganizationRef, selection: Selection
) -> tuple[str, datetime | None]:
    """Whose changes are meant, by name, and for a request when it made them.

    No name stands for everybody.
    """
    if selection.request_id:
        table = EVENTS.c
        row = connection.execute(
            select(table.actor_name, table.at)
            .where(selection.clause(organization))
            .order_by(table.number)
            .limit(1)
        ).one_or_none()
        return (row.actor_name, row.at) if row else ("", None)
    if not selection.actor:
        return "", None
    names = actors.read_names(connection, organization, [selection.actor])
    return names[selection.actor], None


def _kind(action: Action) -> ChangeKind:
    if action.kind == "change" and "active" in action.values:
        return "reactivate" if action.values["active"][1] else "deactivate"
    return action.kind


def _count_actions(
    connection: Connection, organization: OrganizationRef, actions: Sequence[Action]
) -> list[Counted]:
    found: dict[tuple[ChangeKind, str], list[Action]] = {}
    for action in actions:
        found.setdefault((_kind(action), action.type), []).append(action)
    counts = list[Counted]()
    for kind in KINDS:
        for type_ in ("User", "Group"):
            mine = found.get((kind, type_), [])
            if mine:
                named = _name_actions(connection, organization, mine[:NAMED])
                counts.append(Counted(kind, type_, len(mine), named))
    return counts


def _name_actions(
    connection: Connection, organization: OrganizationRef, actions: Iterable[Action]
) -> tuple[Named, ...]:
    changes = [_as_event(one) for one in actions]
    known = known_resources.read(connection, organization, changes)
    return tuple(
        Named(
            Reference(one.resource_type, one.resource_id, one.resource_name),
            differences(replace(one, known=known)),
            is_plain=set(one.changes) <= {"active"},
        )
        for one in changes
    )


def _as_event(action: Action) -> HistoryEvent:
    """A change as a timeline shows it: the words for its values are made there."""
    return HistoryEvent(
        number=0,
        at=_NEVER,
        actor="",
        actor_name="",
        action="updated",
        resource_type=action.type,
        resource_id=action.id,
        resource_name=action.name,
        changes=action.values,
    )


def _count_moves(
    connection: Connection,
    organization: OrganizationRef,
    moves: Sequence[MemberMoves],
) -> list[Counted]:
    """Groups whose members come back or leave, each once."""
    groups: dict[str, list[MemberMoves]] = {}
    for one in moves:
        groups.setdefault(one.group_id, []).append(one)
    if not groups:
        return []
    first = list(groups.values())[:NAMED]
    ids = {id_ for all_ in first for one in all_ for id_ in _first_ids(one)}
    here = read_here(connection, organization, ids)
    deleted = read_deleted(connection, organization, ids - here.keys())
    names = {id_: one.name for id_, one in here.items()}
    names |= {id_: one.name for id_, one in deleted.items()}
    named = tuple(_name_moves(all_, names) for all_ in first)
    return [Counted("members", "Group", len(groups), named)]


def _first_ids(moves: MemberMoves) -> Iterable[str]:
    yield from (*moves.add[:MEMBERS_NAMED], *moves.groups[:MEMBERS_NAMED])
    yield from moves.remove[:MEMBERS_NAMED]


def _name_moves(moves: Sequence[MemberMoves], names: Mapping[str, str]) -> Named:
    added = [id_ for one in moves for id_ in (*one.add, *one.groups)]
    removed = [id_ for one in moves for id_ in one.remove]
    return Named(
        moves[0].reference,
        n_added=len(added),
        n_removed=len(removed),
        added=tuple(names[id_] for id_ in added[:MEMBERS_NAMED] if id_ in names),
        removed=tuple(names[id_] for id_ in removed[:MEMBERS_NAMED] if id_ in names),
    )
