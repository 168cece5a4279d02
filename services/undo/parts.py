"""A plan in parts: what one transaction does of it, when one is too much. Pure.

Members leave first, then resources change, then members come back. Resources that pass
a name from hand to hand stay together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from services.undo.actions import Action, MemberMoves, Part
from services.undo.planning import Plan

RESOURCES: Final = 100
"""Resources of a part, unless more have to stay together."""

MEMBERS: Final = 5_000
"""Members of a part."""


def whole(plan: Plan) -> list[Part]:
    """The plan for one transaction."""
    return [
        Part(moves=plan.leaving, seen=plan.seen),
        Part(actions=plan.actions, seen=plan.seen),
        Part(moves=plan.returning, seen=plan.seen),
    ]


def split(plan: Plan) -> list[Part]:
    """The plan for a job, a part for each of its steps."""
    found = [
        *_split_moves(plan.leaving),
        *_split_actions(plan.actions, plan.ties),
        *_split_moves(plan.returning),
    ]
    return [replace(one, seen=plan.seen) for one in found]


def _split_moves(moves: Iterable[MemberMoves]) -> Iterator[Part]:
    waiting, size = list[MemberMoves](), 0
    for piece in (piece for one in moves for piece in _pieces(one)):
        if waiting and size + piece.n_members > MEMBERS:
            yield Part(moves=tuple(waiting))
            waiting, size = [], 0
        waiting.append(piece)
        size += piece.n_members
    if waiting:
        yield Part(moves=tuple(waiting))


def _pieces(moves: MemberMoves) -> Iterator[MemberMoves]:
    """The members of one group, at most `MEMBERS` at a time."""
    if moves.n_members <= MEMBERS:
        yield moves
        return
    nobody = replace(moves, add=(), remove=(), groups=())
    for start in range(0, len(moves.remove), MEMBERS):
        yield replace(nobody, remove=moves.remove[start : start + MEMBERS])
    for start in range(0, len(moves.add), MEMBERS):
        yield replace(nobody, add=moves.add[start : start + MEMBERS])
    if moves.groups:
        yield replace(nobody, groups=moves.groups)


def _split_actions(
    actions: Sequence[Action], ties: Iterable[tuple[str, str]]
) -> Iterator[Part]:
    waiting = list[Action]()
    for bundle in _bundles(actions, ties):
        if waiting and len(waiting) + len(bundle) > RESOURCES:
            yield Part(actions=tuple(waiting))
            waiting = []
        waiting += bundle
    if waiting:
        yield Part(actions=tuple(waiting))


def _bundles(
    actions: Sequence[Action], ties: Iterable[tuple[str, str]]
) -> Iterable[list[Action]]:
    """Actions that go together, in the order of their first."""
    leaders = {one.id: one.id for one in actions}
    for one, other in ties:
        if one in leaders and other in leaders:
            leaders[_lead(leaders, one)] = _lead(leaders, other)
    bundles: dict[str, list[Action]] = {}
    for action in actions:
        bundles.setdefault(_lead(leaders, action.id), []).append(action)
    return bundles.values()


def _lead(leaders: Mapping[str, str], id_: str) -> str:
    while leaders[id_] != id_:
        id_ = leaders[id_]
    return id_
