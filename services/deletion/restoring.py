"""What was deleted comes back, inside a transaction that somebody else leads.

A resource returns under its id, in the version after its last one, with its document,
source and provenance. Of its memberships those return whose other side is there; the
others stay kept, and return together with that side.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from models import DeletedMembership, DeletedResource, Group, User
from scim import documents
from scim.attributes import Document
from services.activity.events import Batch, Change, Totals
from services.deletion import returning_members
from services.directory import group_changes, mapping, user_changes
from services.directory.mapping import Reference
from services.errors import NotFound
from services.organizations import OrganizationRef
from services.origin import Origin, instant_after, is_id, shorten


@dataclass(frozen=True)
class Restored(Reference):
    """What came back, and how much of its memberships.

    `n_members` are the members of a group, `n_groups` the groups that it, or the user,
    is a member of again. `left_out` are groups that have come to be inside of the group
    meanwhile, so that it could not return to them.
    """

    n_members: int = 0
    n_groups: int = 0
    left_out: tuple[Reference, ...] = ()


def lock(
    session: Session, organization: OrganizationRef, resource_id: str
) -> DeletedResource:
    """The deleted resource of that id, locked; raises `NotFound`.

    Locked too are those deleted ones that share a membership with it: of two that come
    back at once, the second then sees the first.
    """
    if not is_id(resource_id):
        raise not_found(resource_id)
    pairs = DeletedMembership
    mine = pairs.organization_seq == organization.seq
    groups = select(pairs.group_id).where(mine, pairs.member_id == resource_id)
    members = select(pairs.member_id).where(mine, pairs.group_id == resource_id)
    locked = session.scalars(
        select(DeletedResource.id)
        .where(
            DeletedResource.organization_seq == organization.seq,
            or_(
                DeletedResource.id == resource_id,
                DeletedResource.id.in_(groups),
                DeletedResource.id.in_(members),
            ),
        )
        .order_by(DeletedResource.id)
        .with_for_update()
    ).all()
    if resource_id not in locked:
        raise not_found(resource_id)
    return session.get_one(DeletedResource, (organization.seq, resource_id))


def not_found(resource_id: str) -> NotFound:
    """The error for an id that is not, or no more, that of something deleted."""
    return NotFound(
        f'Nothing deleted has the id "{shorten(resource_id)}" here. It was restored '
        "or purged meanwhile."
    )


def restore_user(
    session: Session,
    organization: OrganizationRef,
    deleted: DeletedResource,
    user_name: str | None,
    batch: Batch,
    origin: Origin,
) -> Restored:
    """Bring a locked deleted user back, perhaps under another, cleaned user name.

    Raises `AlreadyTaken`, which names who has the user name.
    """
    document = _renamed(deleted, "userName", user_name)
    columns = mapping.user_columns(document)
    user_changes.check_user_name(
        session, organization, document, columns["user_name_key"]
    )
    row = _row(deleted, "userName", user_name, origin) | columns
    user = session.scalars(insert(User).values(row).returning(User)).one()
    user_changes.insert_values(session, user)
    session.delete(deleted)
    session.flush()
    groups = returning_members.rejoin_groups(session, organization, user, origin)
    after = dict(document)
    if groups:
        after["groups"] = [group.id for group in groups]
    batch.add(
        Change("restored", "User", user.id, user.name, documents.difference({}, after)),
        *(_member_returned(group, user.id) for group in groups),
        totals=Totals(users=1, active_users=int(user.is_active)),
    )
    return Restored("User", user.id, user.name, n_groups=len(groups))


def restore_group(
    session: Session,
    organization: OrganizationRef,
    deleted: DeletedResource,
    display_name: str | None,
    batch: Batch,
    origin: Origin,
) -> Restored:
    """Bring a locked deleted group back, perhaps under another, cleaned name.

    Raises `AlreadyTaken` when another group has the name.
    """
    document = _renamed(deleted, "displayName", display_name)
    columns = mapping.group_columns(document)
    group_changes.check_display_name(session, organization, columns)
    row = _row(deleted, "displayName", display_name, origin) | columns
    group = session.scalars(insert(Group).values(row).returning(Group)).one()
    session.delete(deleted)
    session.flush()
    members = returning_members.take_back(session, organization, group, origin)
    parents, left_out = returning_members.rejoin_parents(
        session, organization, group, origin
    )
    name = group.display_name
    changes = documents.difference({}, document)
    batch.add(
        Change("restored", "Group", group.id, name, changes, added=members),
        *(_member_returned(parent, group.id) for parent in parents),
        totals=Totals(groups=1),
    )
    return Restored("Group", group.id, name, len(members), len(parents), left_out)


def _renamed(deleted: DeletedResource, key: str, value: str | None) -> Document:
    return deleted.document if value is None else {**deleted.document, key: value}


def _row(
    deleted: DeletedResource, key: str, renamed: str | None, origin: Origin
) -> mapping.Row:
    """The columns that users and groups share, as they were but for the version."""
    provenance = dict(deleted.provenance)
    if renamed is not None:
        provenance[key] = origin.actor.key
    return {
        "organization_seq": deleted.organization_seq,
        "id": deleted.id,
        "version": deleted.version + 1,
        "source": deleted.source,
        "provenance": provenance,
        "created_at": deleted.created_at,
        "modified_at": instant_after(origin.at, deleted.modified_at),
    }


def _member_returned(group: Reference, member_id: str) -> Change:
    return Change("updated", "Group", group.id, group.name, added=[member_id])
