"""Who is in which group: rows changed one by one, never a list read and written back.

Used by `users` and `groups` inside their transactions, with the group's row locked. The
cost of a change is that of the members it names, whatever the size of the group.
Writing the events and the group's version is left to the caller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import (
    CompoundSelect,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from models import (
    Group,
    GroupMembership,
    Membership,
    Organization,
    User,
)
from scim import quirks
from scim.errors import InvalidValue, TooMany
from scim.members import Change, MemberChange, RemoveMatching
from services.organizations import OrganizationRef
from services.origin import Origin, enumerate_ids
from services.queries import filterable, filtering

T = TypeVar("T")

CHUNK = 5_000
"""Ids or rows named in one statement."""

MAX_WORK = 2_000_000
"""Comparisons that the conditions of one request may make with members."""


@dataclass(frozen=True)
class Member:
    """A member found by its id: a user or a group of the organization."""

    type: str
    seq: int
    id: str


@dataclass
class Delta:
    """What really changed, by id, in the order it was asked for."""

    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the members are as they were."""
        return not self.added and not self.removed


def apply(
    session: Session,
    organization: OrganizationRef,
    group: Group,
    steps: Sequence[Change],
    origin: Origin,
) -> Delta:
    """Run the steps in their order on a locked group; says what really changed.

    Members not known here are skipped and noted. Raises `InvalidValue` when none of the
    members to be added is known, or when a group would come to be inside itself.
    """
    _check_work(group, steps)
    known = _find(session, organization, _named(steps))
    _check_known(steps, known, origin)
    delta = Delta()
    for step in steps:
        if isinstance(step, RemoveMatching):
            leaving = _matching(session, organization, group, step)
            _remove(session, group, leaving, delta)
        else:
            _apply_change(session, group, step, known, delta, origin.at)
    return _net(delta)


def _apply_change(
    session: Session,
    group: Group,
    step: MemberChange,
    known: Mapping[str, Member],
    delta: Delta,
    at: datetime,
) -> None:
    adding = [known[one] for one in step.add if one in known]
    if step.clear:
        staying = {member.id for member in adding}
        present = all_members(session, group)
        leaving = [one for one in present if one.id not in staying]
    else:
        leaving = [known[one] for one in step.remove if one in known]
    _remove(session, group, leaving, delta)
    check_circles(session, group, adding)
    _add(session, group, adding, delta, at)


def _net(delta: Delta) -> Delta:
    """What remains of it: who came and went, or went and came, is as before.

    A member may do so several times, when a filter stands between the changes.
    """
    balance = Counter(delta.added)
    balance.subtract(delta.removed)
    return Delta(
        [one for one in dict.fromkeys(delta.added) if balance[one] > 0],
        [one for one in dict.fromkeys(delta.removed) if balance[one] < 0],
    )


def _named(steps: Sequence[Change]) -> list[str]:
    changes = [step for step in steps if isinstance(step, MemberChange)]
    ids = (one for change in changes for one in (*change.add, *change.remove))
    return list(dict.fromkeys(ids))


def _find(
    session: Session, organization: OrganizationRef, ids: Sequence[str]
) -> dict[str, Member]:
    found: dict[str, Member] = {}
    for chunk in chunks(ids):
        users = select(User.seq, User.id).where(
            User.organization_seq == organization.seq, User.id.in_(chunk)
        )
        found |= {id_: Member("User", seq, id_) for seq, id_ in session.execute(users)}
    for chunk in chunks([one for one in ids if one not in found]):
        groups = select(Group.seq, Group.id).where(
            Group.organization_seq == organization.seq, Group.id.in_(chunk)
        )
        found |= {
            id_: Member("Group", seq, id_) for seq, id_ in session.execute(groups)
        }
    return found


def _check_known(
    steps: Sequence[Change], known: Mapping[str, Member], origin: Origin
) -> None:
    changes = [step for step in steps if isinstance(step, MemberChange)]
    adding = list(dict.fromkeys(one for change in changes for one in change.add))
    unknown = [one for one in adding if one not in known]
    if unknown and len(unknown) == len(adding):
        raise InvalidValue(
            "unknown_members",
            f"None of the members named is known here: {enumerate_ids(unknown)}. "
            "Assign these people to the application first, then push the group again.",
        )
    if unknown:
        quirks.note(
            origin.notes,
            f"{len(unknown):,} of {len(adding):,} members "
            f"{'is' if len(unknown) == 1 else 'are'} not known here: "
            f"{enumerate_ids(unknown)}.",
        )
    leaving = (one for change in changes for one in change.remove)
    strangers = [one for one in dict.fromkeys(leaving) if one not in known]
    if strangers:
        quirks.note(
            origin.notes,
            f"Members to be removed are not known here: {enumerate_ids(strangers)}.",
        )


def _check_work(group: Group, steps: Sequence[Change]) -> None:
    """Bound what conditions on members may cost while the group is locked."""
    conditions = [step.condition for step in steps if isinstance(step, RemoveMatching)]
    n_terms = sum(filtering.count_terms(condition) for condition in conditions)
    if n_terms * group.n_members > MAX_WORK:
        raise TooMany(
            "comparisons",
            f"The conditions on members make {n_terms} comparisons with each of "
            f"{group.n_members:,} members. Name the members by value, or send fewer "
            "operations at a time.",
        )


def all_members(session: Session, group: Group) -> list[Member]:
    """Users and groups that are in a locked group."""
    users = (
        select(literal("User"), User.seq, User.id)
        .join(Membership, Membership.user_seq == User.seq)
        .where(Membership.group_seq == group.seq)
    )
    groups = (
        select(literal("Group"), Group.seq, Group.id)
        .join(GroupMembership, GroupMembership.member_seq == Group.seq)
        .where(GroupMembership.group_seq == group.seq)
    )
    return _in_order(session, union_all(users, groups))


def _in_order(
    session: Session,
    statement: CompoundSelect[*tuple[Any, ...]],  # Any: type, seq and id
) -> list[Member]:
    """The members, the oldest first: what happened is told alike on every database."""
    found = [Member(*row) for row in session.execute(statement)]
    return sorted(found, key=lambda one: one.seq)


def _matching(
    session: Session,
    organization: OrganizationRef,
    group: Group,
    step: RemoveMatching,
) -> list[Member]:
    in_users, in_groups = filterable.compile_for_members(step.condition)
    users = (
        select(literal("User"), User.seq, User.id)
        .join(Membership, Membership.user_seq == User.seq)
        .where(Membership.group_seq == group.seq, in_users)
    )
    groups = (
        select(literal("Group"), Group.seq, Group.id)
        .join(GroupMembership, GroupMembership.member_seq == Group.seq)
        .where(GroupMembership.group_seq == group.seq, in_groups)
    )
    return _in_order(session, union_all(users, groups))


def _add(
    session: Session,
    group: Group,
    adding: Sequence[Member],
    delta: Delta,
    at: datetime,
) -> None:
    for chunk in chunks(adding):
        present = already_in(session, group, chunk)
        fresh = [member for member in chunk if member.id not in present]
        _insert(session, group, fresh, at)
        delta.added.extend(member.id for member in fresh)


def _insert(
    session: Session, group: Group, members: Sequence[Member], at: datetime
) -> None:
    keys = {
        "group_seq": group.seq,
        "organization_seq": group.organization_seq,
        "added_at": at,
    }
    users = [keys | {"user_seq": one.seq} for one in members if one.type == "User"]
    groups = [keys | {"member_seq": one.seq} for one in members if one.type == "Group"]
    if users:
        session.execute(insert(Membership), users)
    if groups:
        session.execute(insert(GroupMembership), groups)


def _remove(
    session: Session, group: Group, leaving: Sequence[Member], delta: Delta
) -> None:
    for chunk in chunks(leaving):
        present = already_in(session, group, chunk)
        gone = [member for member in chunk if member.id in present]
        users = [one.seq for one in gone if one.type == "User"]
        groups = [one.seq for one in gone if one.type == "Group"]
        if users:
            session.execute(
                delete(Membership).where(
                    Membership.group_seq == group.seq, Membership.user_seq.in_(users)
                )
            )
        if groups:
            session.execute(
                delete(GroupMembership).where(
                    GroupMembership.group_seq == group.seq,
                    GroupMembership.member_seq.in_(groups),
                )
            )
        delta.removed.extend(member.id for member in gone)


def already_in(session: Session, group: Group, members: Sequence[Member]) -> set[str]:
    """Which of them are in the group, by id."""
    users = {one.seq: one.id for one in members if one.type == "User"}
    groups = {one.seq: one.id for one in members if one.type == "Group"}
    present: set[str] = set()
    if users:
        found = session.scalars(
            select(Membership.user_seq).where(
                Membership.group_seq == group.seq, Membership.user_seq.in_(users)
            )
        )
        present |= {users[seq] for seq in found}
    if groups:
        found = session.scalars(
            select(GroupMembership.member_seq).where(
                GroupMembership.group_seq == group.seq,
                GroupMembership.member_seq.in_(groups),
            )
        )
        present |= {groups[seq] for seq in found}
    return present


def check_circles(session: Session, group: Group, adding: Sequence[Member]) -> None:
    """Refuse a group in itself, directly or round a circle of groups."""
    groups = {member.seq: member.id for member in adding if member.type == "Group"}
    if not groups:
        return
    # One at a time in an organization: two halves of a circle would not see each other.
    session.execute(
        select(Organization.seq)
        .where(Organization.seq == group.organization_seq)
        .with_for_update(key_share=True)
    )
    inside = (
        select(literal(0).label("start"), Group.seq.label("seq"))
        .where(Group.seq.in_(groups))
        .cte("inside", recursive=True)
    )
    inside = inside.union(
        select(literal(0), GroupMembership.member_seq).where(
            GroupMembership.group_seq == inside.c.seq
        )
    )
    reached = select(func.count()).select_from(inside).where(inside.c.seq == group.seq)
    if session.scalar(reached):
        raise InvalidValue(
            "circle",
            f'Group "{group.display_name}" would come to be a member of itself, '
            "directly or through another group. Leave that group out of members.",
        )


def set_first_count(session: Session, group: Group, n_members: int) -> None:
    """Count the members a group is made with, as part of its first version."""
    session.execute(
        update(Group).where(Group.seq == group.seq).values(n_members=n_members),
        # Looked for among all groups of the session it would cost as much as the rest.
        execution_options={"synchronize_session": False},
    )
    set_committed_value(group, "n_members", n_members)


def chunks(items: Iterable[T]) -> Iterator[list[T]]:
    """As many at a time as one statement names."""
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
