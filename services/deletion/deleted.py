"""Deleted users and groups come back, or are purged when their time is up.

How a resource comes back is in `restoring`, what is left of a purged one in `purging`;
here are the transactions. Lists are in `deleted_lists`. Deleting itself is done by
`users` and `groups`.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from models import DeletedResource, Organization
from models.database import reading, writing
from services import naming
from services.activity.events import Batch
from services.deletion import purging, restoring
from services.deletion.restoring import Restored
from services.directory.mapping import Reference
from services.organizations import OrganizationRef
from services.origin import Actor, Origin

RETENTION: Final = Actor("system", "retention", "Rollcall")
"""Who purges what was deleted long enough ago."""

PAUSE_SECONDS: Final = 0.05
"""Between two batches of the daily round, so that others get to write."""

_PAIRS_AT_A_TIME: Final = 2_000


@writing
def restore(
    session: Session,
    organization: OrganizationRef,
    resource_id: str,
    *,
    user_name: str | None = None,
    display_name: str | None = None,
    origin: Origin,
) -> Restored:
    """Bring a deleted user or group back, with its id and memberships.

    `user_name` (for a user) and `display_name` (for a group) replace a name that is
    taken by now. Raises `NotFound`, `AlreadyTaken` with the holder's name, `Invalid`.
    """
    deleted = restoring.lock(session, organization, resource_id)
    batch = Batch()
    if deleted.resource_type == "User":
        if user_name is not None:
            user_name = naming.clean_user_name(user_name, origin.notes)
        restored = restoring.restore_user(
            session, organization, deleted, user_name, batch, origin
        )
    else:
        if display_name is not None:
            display_name = naming.clean_group_name(display_name, origin.notes)
        restored = restoring.restore_group(
            session, organization, deleted, display_name, batch, origin
        )
    batch.record(session, organization.seq, origin)
    return restored


@writing
def purge(
    session: Session,
    organization: OrganizationRef,
    resource_id: str,
    *,
    origin: Origin,
) -> Reference:
    """Purge a deleted user or group, which nothing brings back; raises `NotFound`."""
    deleted = restoring.lock(session, organization, resource_id)
    gone = Reference(deleted.resource_type, deleted.id, deleted.name)
    purging.forget_memberships(session, organization, resource_id)
    purging.forget(session, organization, [gone], origin)
    return gone


def purge_expired(now: datetime, *, batch: int = 500) -> int:
    """Purge some of what its organization has kept for `retention_days`; how many.

    None left is 0, and what only the purged had in common is then forgotten too. To be
    called until then, with pauses, so that others get to write.
    """
    organizations = _organizations()
    for organization in organizations:
        if n_purged := _purge_batch(organization, now, batch):
            return n_purged
    for organization in organizations:
        _forget_stale_pairs(organization)
    return 0


@reading
def _organizations(connection: Connection) -> list[OrganizationRef]:
    rows = connection.execute(
        select(Organization.seq, Organization.slug, Organization.name).order_by(
            Organization.seq
        )
    )
    return [OrganizationRef(*row) for row in rows]


@writing
def _purge_batch(
    session: Session, organization: OrganizationRef, now: datetime, batch: int
) -> int:
    # Read here and not once for all: it may be changed while the round is under way.
    days = session.scalar(
        select(Organization.retention_days).where(Organization.seq == organization.seq)
    )
    if days is None:
        return 0
    rows = session.execute(
        select(DeletedResource.resource_type, DeletedResource.id, DeletedResource.name)
        .where(
            DeletedResource.organization_seq == organization.seq,
            DeletedResource.deleted_at < now - timedelta(days=days),
        )
        .order_by(DeletedResource.deleted_at)
        .limit(batch)
        .with_for_update(skip_locked=True)
    )
    expired = [Reference(*row) for row in rows]
    purging.forget(session, organization, expired, Origin(RETENTION, now))
    return len(expired)


def _forget_stale_pairs(organization: OrganizationRef) -> None:
    last, stale = _read_pairs(organization, None)
    while last is not None:
        if stale:
            _forget_pairs(organization, stale)
            time.sleep(PAUSE_SECONDS)
        last, stale = _read_pairs(organization, last)


@reading
def _read_pairs(
    connection: Connection, organization: OrganizationRef, after: purging.Pair | None
) -> tuple[purging.Pair | None, list[purging.Pair]]:
    return purging.read_pairs(connection, organization, after, _PAIRS_AT_A_TIME)


@writing
def _forget_pairs(
    session: Session, organization: OrganizationRef, pairs: list[purging.Pair]
) -> None:
    purging.forget_pairs(session, organization, pairs)
