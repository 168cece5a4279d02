"""Memberships that come back with a group or a member that was deleted.

Each ended membership is kept as a pair of ids. It comes back, and the pair goes, as
soon as both sides are there; a pair exists only while one of its sides is deleted.
Used by `restoring`, which has brought the resource itself back before.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, literal, select, union_all, update
from sqlalchemy.orm import Session

from models import (
    DeletedMembership,
    DeletedResource,
    Group,
    GroupMembership,
    Membership,
    Organization,
    User,
)
from services.directory.mapping import Reference
from services.directory.memberships import Member
from services.organizations import OrganizationRef
from services.origin import Origin, instant_after

CHUNK = 5_000
"""Memberships written with one statement."""


def rejoin_groups(
    session: Session, organization: OrganizationRef, user: User, origin: Origin
) -> list[Reference]:
    """Make a restored user a member of the groups that were left by deleting."""
    groups = _lock_groups_of(session, organization, user.id)
    rows = [_row(group, origin) | {"user_seq": user.seq} for group in groups]
    if rows:
        session.execute(insert(Membership), rows)
    _forget_groups_of(session, organization, user.id, groups)
    return _count_in(session, groups, origin)


def take_back(
    session: Session, organization: OrganizationRef, group: Group, origin: Origin
) -> list[str]:
    """Give a restored group those of its members back who are there; their ids."""
    members = _members_there(session, organization, group)
    row = _row(group, origin)
    for start in range(0, len(members), CHUNK):
        chunk = members[start : start + CHUNK]
        users = [row | {"user_seq": one.seq} for one in chunk if one.type == "User"]
        groups = [row | {"member_seq": one.seq} for one in chunk if one.type == "Group"]
        if users:
            session.execute(insert(Membership), users)
        if groups:
            session.execute(insert(GroupMembership), groups)
    _forget_members_of(session, organization, group)
    # Not by the entity: the members belong to the version that was restored.
    session.execute(
        update(Group).where(Group.seq == group.seq).values(n_members=len(members))
    )
    return [one.id for one in members]


def rejoin_parents(
    session: Session, organization: OrganizationRef, group: Group, origin: Origin
) -> tuple[list[Reference], tuple[Reference, ...]]:
    """Make a restored group, with its members, a member of groups again.

    Returns the groups, and those that are inside of it by now: the group would come to
    be inside itself, so these memberships have ended for good.
    """
    parents = _lock_groups_of(session, organization, group.id)
    if not parents:
        return [], ()
    inside = _inside(session, organization, group)
    joined = [parent for parent in parents if parent.seq not in inside]
    left_out = [parent for parent in parents if parent.seq in inside]
    rows = [_row(parent, origin) | {"member_seq": group.seq} for parent in joined]
    if rows:
        session.execute(insert(GroupMembership), rows)
    _forget_groups_of(session, organization, group.id, parents)
    return _count_in(session, joined, origin), tuple(map(_reference, left_out))


def _row(group: Group, origin: Origin) -> dict[str, object]:
    return {
        "group_seq": group.seq,
        "organization_seq": group.organization_seq,
        "added_at": origin.at,
    }


def _reference(group: Group) -> Reference:
    return Reference("Group", group.id, group.display_name)


def _lock_groups_of(
    session: Session, organization: OrganizationRef, member_id: str
) -> Sequence[Group]:
    """The groups that are there and lost the member by deleting, locked."""
    left = select(DeletedMembership.group_id).where(
        DeletedMembership.organization_seq == organization.seq,
        DeletedMembership.member_id == member_id,
    )
    return session.scalars(
        select(Group)
        .where(Group.organization_seq == organization.seq, Group.id.in_(left))
        .order_by(Group.seq)
        .with_for_update(key_share=True)
    ).all()


def _members_there(
    session: Session, organization: OrganizationRef, group: Group
) -> list[Member]:
    kept = (
        select(DeletedMembership.member_id)
        .where(
            DeletedMembership.organization_seq == organization.seq,
            DeletedMembership.group_id == group.id,
        )
        .scalar_subquery()
    )
    users = select(literal("User"), User.seq, User.id).where(
        User.organization_seq == organization.seq, User.id.in_(kept)
    )
    groups = select(literal("Group"), Group.seq, Group.id).where(
        Group.organization_seq == organization.seq, Group.id.in_(kept)
    )
    return [Member(*row) for row in session.execute(union_all(users, groups))]


def _forget_members_of(
    session: Session, organization: OrganizationRef, group: Group
) -> None:
    """Forget the pairs of a restored group whose member need not be waited for."""
    awaited = select(DeletedResource.id).where(
        DeletedResource.organization_seq == organization.seq
    )
    session.execute(
        delete(DeletedMembership)
        .where(
            DeletedMembership.organization_seq == organization.seq,
            DeletedMembership.group_id == group.id,
            DeletedMembership.member_id.not_in(awaited),
        )
        .execution_options(synchronize_session=False)
    )


def _inside(
    session: Session, organization: OrganizationRef, group: Group
) -> frozenset[int]:
    """The groups inside of the group, at whatever depth, by seq."""
    # One at a time in an organization: two halves of a circle would not see each other.
    session.execute(
        select(Organization.seq)
        .where(Organization.seq == organization.seq)
        .with_for_update(key_share=True)
    )
    inside = (
        select(GroupMembership.member_seq)
        .where(GroupMembership.group_seq == group.seq)
        .cte("inside", recursive=True)
    )
    inside = inside.union(
        select(GroupMembership.member_seq).where(
            GroupMembership.group_seq == inside.c.member_seq
        )
    )
    return frozenset(session.scalars(select(inside.c.member_seq)))


def _forget_groups_of(
    session: Session,
    organization: OrganizationRef,
    member_id: str,
    groups: Sequence[Group],
) -> None:
    session.execute(
        delete(DeletedMembership).where(
            DeletedMembership.organization_seq == organization.seq,
            DeletedMembership.member_id == member_id,
            DeletedMembership.group_id.in_([group.id for group in groups]),
        )
    )


def _count_in(
    session: Session, groups: Sequence[Group], origin: Origin
) -> list[Reference]:
    """Move the count and version of locked groups that got a member back."""
    for group in groups:
        group.n_members += 1
        group.modified_at = instant_after(origin.at, group.modified_at)
    session.flush()
    return [_reference(group) for group in groups]
