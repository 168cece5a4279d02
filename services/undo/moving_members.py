"""Takes members out of a group and puts others back, who are known still.

Inside a transaction that somebody else leads. Who is in already, or out, is passed by.
"""

from __future__ import annotations

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
from services.undo.reading import read_here


def move(
    session: Session,
    organization: OrganizationRef,
    moves: MemberMoves,
    batch: Batch,
    origin: Origin,
) -> list[Skipped]:
    """Do it; returns who was left out, and why."""
    try:
        group = group_changes.lock(session, organization, moves.group_id)
    except NotFound:
        reason = "Deleted meanwhile"
        return [Skipped(moves.reference, reason, is_late=True)]
    coming = (*moves.add, *moves.groups)
    here = read_here(session, organization, (*coming, *moves.remove))
    skipped = list[Skipped]()
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
