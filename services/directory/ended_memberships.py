"""Memberships that end with a user or a group: kept for a restore, then taken away.

Used inside the transactions that delete. Groups that lose a member are locked in one
order, counted and given a new version; their events are left to the caller.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session

from models import DeletedMembership, Group, GroupMembership, Membership, User
from services.directory import memberships
from services.directory.mapping import Reference
from services.organizations import OrganizationRef
from services.origin import Origin, instant_after


def forget_user(
    session: Session, organization: OrganizationRef, user: User, origin: Origin
) -> list[Reference]:
    """Before a user is deleted: keep and end the memberships; the groups left."""
    locked = _lock_groups(
        session,
        select(Membership.group_seq).where(Membership.user_seq == user.seq),
    )
    # What is deleted counts, not what was read: a membership may have ended while the
    # lock of its group was waited for.
    left = session.scalars(
        delete(Membership)
        .where(Membership.user_seq == user.seq)
        .returning(Membership.group_seq)
    ).all()
    groups = [locked[seq] for seq in sorted(left)]
    kept = [(group.id, user.id, "User") for group in groups]
    _keep(session, organization, kept, origin)
    return _lose_member(session, groups, origin)


def forget_group(
    session: Session, organization: OrganizationRef, group: Group, origin: Origin
) -> tuple[list[str], list[Reference]]:
    """Before a group is deleted: keep and end its memberships.

    Returns the ids of its members, and the groups that it was a member of.
    """
    members = memberships.all_members(session, group)
    kept = [(group.id, member.id, member.type) for member in members]
    locked = _lock_groups(
        session,
        select(GroupMembership.group_seq).where(
            GroupMembership.member_seq == group.seq
        ),
    )
    left = session.scalars(
        delete(GroupMembership)
        .where(GroupMembership.member_seq == group.seq)
        .returning(GroupMembership.group_seq)
    ).all()
    parents = [locked[seq] for seq in sorted(left)]
    kept += [(parent.id, group.id, "Group") for parent in parents]
    _keep(session, organization, kept, origin)
    session.execute(delete(Membership).where(Membership.group_seq == group.seq))
    session.execute(
        delete(GroupMembership).where(GroupMembership.group_seq == group.seq)
    )
    ids = [member.id for member in members]
    return ids, _lose_member(session, parents, origin)


def _lock_groups(session: Session, seqs: Select[int]) -> dict[int, Group]:
    """Lock groups in the order of their seq, by seq."""
    groups = session.scalars(
        select(Group)
        .where(Group.seq.in_(seqs))
        .order_by(Group.seq)
        .with_for_update(key_share=True)
    )
    return {group.seq: group for group in groups}


def _lose_member(
    session: Session, groups: Sequence[Group], origin: Origin
) -> list[Reference]:
    """Move the count and version of locked groups that lost a member."""
    for group in groups:
        group.n_members -= 1
        group.modified_at = instant_after(origin.at, group.modified_at)
    session.flush()
    return [Reference("Group", group.id, group.display_name) for group in groups]


def _keep(
    session: Session,
    organization: OrganizationRef,
    kept: Sequence[tuple[str, str, str]],
    origin: Origin,
) -> None:
    for chunk in memberships.chunks(kept):
        session.execute(
            insert(DeletedMembership),
            [
                {
                    "organization_seq": organization.seq,
                    "group_id": group_id,
                    "member_id": member_id,
                    "member_type": member_type,
                    "deleted_at": origin.at,
                }
                for group_id, member_id, member_type in chunk
            ],
        )
