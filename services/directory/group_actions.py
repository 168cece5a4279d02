"""What an admin does to one group by hand: make, rename, add a member, remove one.

The provisioning API does the same with whole documents and operations (`groups`); what
happens to the rows is in `group_changes` for both. Deleting is `groups.delete`.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Group, User
from models.database import writing
from scim.attributes import Document
from scim.members import MemberChange
from services import naming
from services.activity.events import Batch
from services.directory import group_changes
from services.directory.mapping import Reference
from services.errors import NotFound, VersionMismatch
from services.organizations import OrganizationRef
from services.origin import Origin, is_id, shorten


@writing
def create(
    session: Session, organization: OrganizationRef, name: str, *, origin: Origin
) -> Reference:
    """Make a group without members; raises `Invalid`, `AlreadyTaken`."""
    batch = Batch()
    document: Document = {"displayName": naming.clean_group_name(name, origin.notes)}
    group = group_changes.make(session, organization, document, [], batch, origin)
    batch.record(session, organization.seq, origin)
    return Reference("Group", group.id, group.display_name)


@writing
def rename(
    session: Session,
    organization: OrganizationRef,
    group_id: str,
    name: str,
    *,
    seen: str,
    origin: Origin,
) -> Reference:
    """Give a group that is called `seen` another name.

    Not the version is compared, which each of its members moves. Raises `NotFound`,
    `VersionMismatch`, `Invalid`, `AlreadyTaken`.
    """
    group = group_changes.lock(session, organization, group_id)
    name = naming.clean_group_name(name, origin.notes)
    if group.display_name not in (seen, name):
        raise VersionMismatch(
            f'The group was renamed meanwhile: it is called "'
            f'{shorten(group.display_name)}" now. Send your name again to replace that.'
        )
    batch = Batch()
    document = {**group_changes.stored_document(group), "displayName": name}
    group_changes.change(session, organization, group, document, [], batch, origin)
    batch.record(session, organization.seq, origin)
    return Reference("Group", group.id, group.display_name)


@writing
def add_member(
    session: Session,
    organization: OrganizationRef,
    group_id: str,
    member_id: str,
    *,
    origin: Origin,
) -> Reference:
    """Make a user or group a member; nothing is written when that is so already.

    Raises `NotFound` for either, and `InvalidValue` when the group would come to be
    inside itself.
    """
    step = MemberChange(clear=False, add=(member_id,), remove=())
    return _change_member(session, organization, group_id, member_id, step, origin)


@writing
def remove_member(
    session: Session,
    organization: OrganizationRef,
    group_id: str,
    member_id: str,
    *,
    origin: Origin,
) -> Reference:
    """End a membership; nothing is written when there is none. Raises `NotFound`."""
    step = MemberChange(clear=False, add=(), remove=(member_id,))
    return _change_member(session, organization, group_id, member_id, step, origin)


def _change_member(
    session: Session,
    organization: OrganizationRef,
    group_id: str,
    member_id: str,
    step: MemberChange,
    origin: Origin,
) -> Reference:
    group = group_changes.lock(session, organization, group_id)
    member = _member(session, organization, member_id)
    batch = Batch()
    group_changes.change_members(session, organization, group, [step], batch, origin)
    batch.record(session, organization.seq, origin)
    return member


def _member(
    session: Session, organization: OrganizationRef, member_id: str
) -> Reference:
    for type_, seq, id_, name in (
        ("User", User.organization_seq, User.id, User.name),
        ("Group", Group.organization_seq, Group.id, Group.display_name),
    ):
        if not is_id(member_id):
            break
        named = select(name).where(seq == organization.seq, id_ == member_id)
        found = session.scalar(named)
        if found is not None:
            return Reference(type_, member_id, found)
    raise NotFound("This member is not here any more: it was deleted meanwhile.")
