"""What can happen to a group inside a transaction that somebody else leads.

As `user_changes` for users: what happened is added to an `events.Batch`, which the
caller records last.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import Group
from scim import documents
from scim.attributes import Document
from scim.members import Change as MemberStep
from scim.members import MemberChange
from services.activity import events
from services.activity.events import Batch, Change, Totals
from services.directory import ended_memberships, kept, mapping, memberships
from services.directory.preconditions import NONE, Precondition
from services.errors import AlreadyTaken, NotFound
from services.organizations import OrganizationRef
from services.origin import Origin, instant_after, is_id, new_id, shorten


def make(
    session: Session,
    organization: OrganizationRef,
    document: Document,
    member_ids: Sequence[str],
    batch: Batch,
    origin: Origin,
) -> Group:
    """Make a group of a cleaned document and its members' ids.

    Raises `AlreadyTaken` for a displayName in use, `InvalidValue` for unknown members.
    """
    columns = mapping.group_columns(document)
    check_display_name(session, organization, columns)
    group = Group(
        organization_seq=organization.seq,
        id=new_id(),
        n_members=0,
        source=origin.actor.key,
        provenance=dict.fromkeys(document, origin.actor.key),
        created_at=origin.at,
        modified_at=origin.at,
        **columns,
    )
    session.add(group)
    session.flush()
    step = MemberChange(clear=False, add=tuple(member_ids), remove=())
    delta = memberships.apply(session, organization, group, [step], origin)
    if not delta.is_empty:
        # The members belong to the first version: the group was never seen without.
        memberships.set_first_count(session, group, len(delta.added))
    made = _described("created", group, documents.difference({}, document))
    batch.add(dataclasses.replace(made, added=delta.added), totals=Totals(groups=1))
    return group


def lock(
    session: Session,
    organization: OrganizationRef,
    group_id: str,
    precondition: Precondition = NONE,
    *,
    for_delete: bool = False,
) -> Group:
    """The group of that id, locked; raises `NotFound` and `VersionMismatch`."""
    if not is_id(group_id):
        raise not_found(group_id)
    group = session.scalar(
        select(Group)
        .where(Group.organization_seq == organization.seq, Group.id == group_id)
        # Another group may take the group as a member meanwhile, unless it is to go.
        .with_for_update(key_share=not for_delete)
    )
    if group is None:
        raise not_found(group_id)
    precondition.check_write(group.version)
    return group


def change(
    session: Session,
    organization: OrganizationRef,
    group: Group,
    document: Document,
    steps: Sequence[MemberStep],
    batch: Batch,
    origin: Origin,
) -> None:
    """Write what differs, and only that; nothing at all when nothing does."""
    changes = documents.difference(stored_document(group), document)
    if changes:
        columns = mapping.group_columns(document)
        if columns["display_name_key"] != group.display_name_key:
            check_display_name(session, organization, columns)
        for name, value in columns.items():
            setattr(group, name, value)
    delta = memberships.apply(session, organization, group, steps, origin)
    if not changes and delta.is_empty:
        return
    group.n_members += len(delta.added) - len(delta.removed)
    group.provenance = group.provenance | dict.fromkeys(changes, origin.actor.key)
    if origin.actor.kind == "token":
        group.source = origin.actor.key
    group.modified_at = instant_after(origin.at, group.modified_at)
    session.flush()
    batch.add(
        dataclasses.replace(
            _described("updated", group, changes),
            added=delta.added,
            removed=delta.removed,
        )
    )


def change_members(
    session: Session,
    organization: OrganizationRef,
    group: Group,
    steps: Sequence[MemberStep],
    batch: Batch,
    origin: Origin,
) -> None:
    """Add and remove members of a locked group, and change nothing else."""
    document = stored_document(group)
    change(session, organization, group, document, steps, batch, origin)


def remove(
    session: Session,
    organization: OrganizationRef,
    group: Group,
    batch: Batch,
    origin: Origin,
) -> None:
    """Delete a locked group and its memberships; `deleted.restore` undoes it."""
    removed, parents = ended_memberships.forget_group(
        session, organization, group, origin
    )
    kept.keep_group(session, group, origin)
    gone = _described(
        "deleted", group, documents.difference(stored_document(group), {})
    )
    session.execute(delete(Group).where(Group.seq == group.seq))
    batch.add(
        dataclasses.replace(gone, removed=removed),
        *(events.member_lost(parent, group.id) for parent in parents),
        totals=Totals(groups=-1),
    )


def stored_document(group: Group) -> Document:
    """The attributes of a group that a client may change, but for its members."""
    return mapping.stored_group_document(group.display_name, group.external_id)


def _described(action: str, group: Group, changes: events.Changes) -> Change:
    return Change(action, "Group", group.id, group.display_name, changes)


def not_found(group_id: str) -> NotFound:
    """The error for an id that is not, or no more, a group's."""
    return NotFound(
        f'There is no group "{shorten(group_id)}" here. If the group was deleted, '
        "restore it in Rollcall under Deleted, or unlink it in the provisioning client "
        "and push it again."
    )


def check_display_name(
    session: Session, organization: OrganizationRef, columns: mapping.Row
) -> None:
    """Raise `AlreadyTaken` for a displayName in use."""
    holder = session.execute(
        select(Group.id, Group.display_name).where(
            Group.organization_seq == organization.seq,
            Group.display_name_key == columns["display_name_key"],
        )
    ).one_or_none()
    if holder is not None:
        raise AlreadyTaken(
            "displayName",
            f'A group named "{shorten(holder.display_name)}" exists already. In Okta, '
            "open Push Groups and link the pushed group to the existing one, or rename "
            "one of the two.",
            holder_id=holder.id,
        )
