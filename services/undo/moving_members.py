"""Takes members out of a group and puts others back, who are known still.

Inside a transaction that somebody else leads. Who is in already, or out, is passed by;
whom others moved since the plan was made is left.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from models import Group
from scim.errors import InvalidValue
from scim.members import MemberChange
from services.activity.events import Batch
from services.directory import group_changes
from services.errors import NotFound
from services.organizations import OrganizationRef
from services.origin import Origin
from services.undo.actions import MemberMoves, Skipped
from services.undo.other_events import read_late
from services.undo.reading import read_here


def move(
    session: Session,
    organization: OrganizationRef,
    moves: MemberMoves,
    batch: Batch,
    origin: Origin,
    *,
    seen: int | None = None,
) -> list[Skipped]:
    """Do it; returns who was left out, and why."""
    try:
        group = group_changes.lock(session, organization, moves.group_id)
    except NotFound:
        reason = "Deleted meanwhile"
        return [Skipped(moves.reference, reason, is_late=True)]
    moves, skipped = _without_late(session, organization, moves, seen, origin)
    coming = (*moves.add, *moves.groups)
    here = read_here(session, organization, (*coming, *moves.remove))
    n_missing = sum(id_ not in here for id_ in coming)
    if n_missing:
        who = "1 member was" if n_missing == 1 else f"{n_missing:,} members were"
        reason = f"{who} deleted meanwhile"
        skipped.append(Skipped(moves.reference, reason, is_late=True))
    steps = [
        MemberChange(
            clear=False,
            add=tuple(id_ for id_ in moves.add if id_ in here),
            remove=tuple(id_ for id_ in moves.remove if id_ in here),
        )
    ]
    # One by one: of several groups, one may come to be inside itself.
    steps += [
        MemberChange(clear=False, add=(id_,), remove=())
        for id_ in moves.groups
        if id_ in here
    ]
    for step in steps:
        left_out = _try(session, organization, group, step, batch, origin)
        if left_out is not None:
            name = here[step.add[0]].name
            skipped.append(Skipped(moves.reference, left_out.format(name)))
    return skipped


def _without_late(
    session: Session,
    organization: OrganizationRef,
    moves: MemberMoves,
    seen: int | None,
    origin: Origin,
) -> tuple[MemberMoves, list[Skipped]]:
    ids = [moves.group_id]
    late = read_late(session, organization, ids, seen, origin.request_id)
    moved = {id_ for kind, id_ in late.get(moves.group_id, ()) if kind == "member"}
    still = replace(
        moves,
        add=tuple(id_ for id_ in moves.add if id_ not in moved),
        remove=tuple(id_ for id_ in moves.remove if id_ not in moved),
        groups=tuple(id_ for id_ in moves.groups if id_ not in moved),
    )
    n_late = moves.n_members - still.n_members
    if not n_late:
        return moves, []
    who = "1 member" if n_late == 1 else f"{n_late:,} members"
    reason = f"{who} came or left again meanwhile"
    return still, [Skipped(moves.reference, reason, is_late=True)]


def _try(
    session: Session,
    organization: OrganizationRef,
    group: Group,
    step: MemberChange,
    batch: Batch,
    origin: Origin,
) -> str | None:
    if not (step.add or step.remove):
        return None
    try:
        group_changes.change_members(
            session, organization, group, [step], batch, origin
        )
    except InvalidValue:
        # Refused before anything was written: users are never inside anything.
        return "{} cannot come back: this group is inside of it by now"
    return None
