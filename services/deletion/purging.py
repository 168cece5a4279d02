"""What was deleted goes for good, inside a transaction that somebody else leads.

Gone are the document, the memberships that were kept, and the values in the history.
What stays of the history: who did what to whom and when, by name and id. See decision
20. Nothing here asks whether it is time; `deleted` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    exists,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from models import ChangeEvent, DeletedMembership, DeletedResource, Group, User
from services.activity.events import Batch, Change
from services.directory.mapping import Reference
from services.organizations import OrganizationRef
from services.origin import Origin


@dataclass(frozen=True)
class Pair:
    """The ids of a membership that was kept."""

    group_id: str
    member_id: str


def forget(
    session: Session,
    organization: OrganizationRef,
    resources: Sequence[Reference],
    origin: Origin,
) -> None:
    """Purge locked deleted resources, and the values in their events; told last."""
    if not resources:
        return
    ids = [resource.id for resource in resources]
    session.execute(
        update(ChangeEvent)
        .where(
            ChangeEvent.organization_seq == organization.seq,
            ChangeEvent.resource_id.in_(ids),
        )
        .values(changes={})
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(DeletedResource)
        .where(
            DeletedResource.organization_seq == organization.seq,
            DeletedResource.id.in_(ids),
        )
        .execution_options(synchronize_session=False)
    )
    batch = Batch()
    for resource in resources:
        batch.add(Change("purged", resource.type, resource.id, resource.name))
    batch.record(session, organization.seq, origin)


def forget_memberships(
    session: Session, organization: OrganizationRef, resource_id: str
) -> None:
    """Forget the memberships that were kept for one resource."""
    for side in (DeletedMembership.group_id, DeletedMembership.member_id):
        session.execute(
            delete(DeletedMembership).where(
                DeletedMembership.organization_seq == organization.seq,
                side == resource_id,
            )
        )


def read_pairs(
    connection: Connection,
    organization: OrganizationRef,
    after: Pair | None,
    count: int,
) -> tuple[Pair | None, list[Pair]]:
    """The last of the next `count` kept memberships, and those that are stale.

    Stale is what waits for somebody who was purged, and so will never come back.
    """
    key = tuple_(DeletedMembership.group_id, DeletedMembership.member_id)
    statement = (
        select(
            DeletedMembership.group_id,
            DeletedMembership.member_id,
            and_(
                _is_anywhere(DeletedMembership.group_id),
                _is_anywhere(DeletedMembership.member_id),
            ).label("is_awaited"),
        )
        .where(DeletedMembership.organization_seq == organization.seq)
        .order_by(DeletedMembership.group_id, DeletedMembership.member_id)
        .limit(count)
    )
    if after is not None:
        statement = statement.where(key > (after.group_id, after.member_id))
    rows = connection.execute(statement).all()
    if not rows:
        return None, []
    stale = [Pair(row.group_id, row.member_id) for row in rows if not row.is_awaited]
    return Pair(rows[-1].group_id, rows[-1].member_id), stale


def forget_pairs(
    session: Session, organization: OrganizationRef, pairs: Sequence[Pair]
) -> None:
    """Forget kept memberships that are stale. They stay so: ids are never reused."""
    key = tuple_(DeletedMembership.group_id, DeletedMembership.member_id)
    session.execute(
        delete(DeletedMembership).where(
            DeletedMembership.organization_seq == organization.seq,
            key.in_([(pair.group_id, pair.member_id) for pair in pairs]),
        )
    )


def _is_anywhere(id_: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether somebody has the id: a user, a group, or one of the deleted."""
    organization_seq = DeletedMembership.organization_seq
    return or_(
        *(
            exists().where(table.organization_seq == organization_seq, table.id == id_)
            for table in (User, Group, DeletedResource)
        )
    )
