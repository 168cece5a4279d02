"""The members of a group as its page lists them.

Nested groups first, then people, each by name; never by how many lie before, so that
the last page of 100,000 costs what the first does. SCIM's answers read members in the
order of creation (`members`). Who could become one is in `member_candidates`, changing
them in `group_actions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    column,
    exists,
    func,
    literal,
    null,
    select,
    true,
    union_all,
)

from models import Group, GroupMembership, Membership, User, UserSearch
from models.database import KeyText, Seq, reading
from services.directory import group_changes, group_lists
from services.directory.user_search import Search
from services.organizations import OrganizationRef
from services.origin import is_id
from services.queries import keyset
from services.queries.comparing import Clause

Kind = Literal["User", "Group"]
Statement: TypeAlias = "Select[*tuple[Any, ...]]"  # Any: the columns of a MemberRow

_FEW: Final = 2_000
"""Members who are all compared sooner than people are looked up by what they match."""

_LARGE: Final = 10_000
"""Members who are read and sorted; of more, reading a part by name is cheaper."""

_MANY: Final = 10_000
"""Members who are still read and sorted sooner than all names are walked."""

_USERS: Final = User.__table__.c
_MEMBERS: Final = Membership.__table__.c
_SEARCHED: Final = UserSearch.__table__.c
_SHOWN: Final = (
    _USERS.seq,
    literal("User").label("type"),
    _USERS.id,
    _USERS.name,
    _USERS.document,
    _USERS.is_active,
    null().label("n_members"),
)
# By bare names, since the runs of the list take them from different tables.
_BY_NAME: Final = keyset.Order(
    (
        keyset.Key(column("name_key", KeyText), "text"),
        keyset.Key(column("seq", Seq), "number"),
    )
)


@dataclass(frozen=True)
class MemberRow:
    """A member in a list. `user_name` is a user's, `n_members` a group's.

    `added_at` is None for memberships older than its keeping.
    """

    type: Kind
    id: str
    name: str
    user_name: str
    is_active: bool
    n_members: int | None
    added_at: datetime | None


@dataclass(frozen=True)
class MemberList:
    """A page of members, and how many there are, or are found."""

    window: keyset.Window[MemberRow]
    n_found: int


@reading
def page(
    connection: Connection,
    organization: OrganizationRef,
    group_id: str,
    q: str = "",
    *,
    cursor: str | None = None,
    count: int = 50,
) -> MemberList:
    """A page of a group's members, or of those found by `q`.

    Raises `NotFound`, and `Invalid` ("cursor").
    """
    group = _find(connection, organization, group_id)
    search = Search(organization, q)
    people, are_few = _people(connection, group, search)
    runs = [_groups(group, q), people]
    window = keyset.read_runs(connection, runs, _BY_NAME, cursor, count)
    added_at = _added_at(connection, group, window.rows)
    rows = tuple(_row(row, added_at) for row in window.rows)
    shown = keyset.Window(rows, window.first, window.previous, window.next)
    if not search.words:
        return MemberList(shown, group.n_members)
    if are_few:
        n_people = _count(connection, people)
    else:
        n_people = _count_by_search(connection, group, search)
    return MemberList(shown, _count(connection, runs[0]) + n_people)


@reading
def get(
    connection: Connection,
    organization: OrganizationRef,
    group_id: str,
    member_id: str,
) -> MemberRow | None:
    """One member, or None for who is none. Raises `NotFound` for the group."""
    group = _find(connection, organization, group_id)
    if not is_id(member_id):
        return None
    people = select(*_SHOWN).where(
        _USERS.organization_seq == organization.seq,
        _USERS.id == member_id,
        _is_member(group),
    )
    groups = _groups(group, "").where(column("id") == member_id)
    for statement in (people, groups):
        row = connection.execute(statement).one_or_none()
        if row is not None:
            return _row(row, _added_at(connection, group, [row]))
    return None


@dataclass(frozen=True)
class _Group:
    seq: int
    organization_seq: int
    n_members: int


def _find(
    connection: Connection, organization: OrganizationRef, group_id: str
) -> _Group:
    if not is_id(group_id):
        raise group_changes.not_found(group_id)
    row = connection.execute(
        select(Group.seq, Group.organization_seq, Group.n_members).where(
            Group.organization_seq == organization.seq, Group.id == group_id
        )
    ).one_or_none()
    if row is None:
        raise group_changes.not_found(group_id)
    return _Group(*row)


def _is_member(group: _Group) -> ColumnElement[bool]:
    return exists().where(
        _MEMBERS.group_seq == group.seq, _MEMBERS.user_seq == _USERS.seq
    )


def _people(
    connection: Connection, group: _Group, search: Search
) -> tuple[Statement, bool]:
    """The people in the group who are found, and whether they are known to be few.

    Of a group that is not large, or of few who are found, all are read and sorted. In a
    large one the names of the organization are walked in their order until the page is
    full.
    """
    are_few = group.n_members <= _FEW
    if are_few and search.words:
        found: list[Clause] = [search.found().test]
    else:
        found, are_few_found = search.settle(connection)
        are_few = are_few or are_few_found
    if are_few or group.n_members <= _LARGE:
        # Nothing is said of the users' organization, which is that of their group: it
        # would tempt SQLite into the walk.
        joined = select(*_SHOWN).join_from(
            Membership, User, _MEMBERS.user_seq == _USERS.seq
        )
        return joined.where(_MEMBERS.group_seq == group.seq, *found), are_few
    walked = select(*_SHOWN).where(_USERS.organization_seq == group.organization_seq)
    return walked.where(_is_member(group), *found), False


def _count_by_search(connection: Connection, group: _Group, search: Search) -> int:
    """How many people in the group are found, from the narrow rows of the search."""
    is_member = exists().where(
        _MEMBERS.group_seq == group.seq, _MEMBERS.user_seq == _SEARCHED.user_seq
    )
    counted = select(func.count()).select_from(UserSearch)
    return connection.execute(counted.where(search.clause, is_member)).scalar_one()


def _groups(group: _Group, q: str) -> Statement:
    nested = (
        select(
            Group.seq,
            literal("Group").label("type"),
            Group.id,
            Group.display_name.label("name"),
            null().label("document"),
            true().label("is_active"),
            Group.n_members,
            Group.display_name_key.label("name_key"),
        )
        .join(GroupMembership, GroupMembership.member_seq == Group.seq)
        .where(GroupMembership.group_seq == group.seq, group_lists.named(q))
        .subquery("nested")
    )
    return select(*(one for one in nested.c if one.name != "name_key"))


def _count(connection: Connection, statement: Statement) -> int:
    counted = select(func.count()).select_from(statement.subquery())
    return connection.execute(counted).scalar_one()


def _added_at(
    connection: Connection, group: _Group, rows: Sequence[Row[*tuple[Any, ...]]]
) -> dict[tuple[str, int], datetime | None]:  # Any: the columns of a MemberRow
    """Since when they are members, by type and seq; one statement for the page."""
    users = [row.seq for row in rows if row.type == "User"]
    groups = [row.seq for row in rows if row.type == "Group"]
    found = connection.execute(
        union_all(
            select(literal("User"), Membership.user_seq, Membership.added_at).where(
                Membership.group_seq == group.seq, Membership.user_seq.in_(users)
            ),
            select(
                literal("Group"), GroupMembership.member_seq, GroupMembership.added_at
            ).where(
                GroupMembership.group_seq == group.seq,
                GroupMembership.member_seq.in_(groups),
            ),
        )
    )
    return {(type_, seq): at for type_, seq, at in found}


def _row(
    row: Row[*tuple[Any, ...]],  # Any: the columns of a MemberRow
    added_at: Mapping[tuple[str, int], datetime | None],
) -> MemberRow:
    return MemberRow(
        row.type,
        row.id,
        row.name,
        row.document["userName"] if row.type == "User" else "",
        bool(row.is_active),
        row.n_members,
        added_at.get((row.type, row.seq)),
    )


@reading
def which(
    connection: Connection,
    organization: OrganizationRef,
    group_id: str,
    ids: Sequence[str],
) -> frozenset[str]:
    """Which of the ids are members' ids; raises `NotFound` for the group."""
    group = _find(connection, organization, group_id)
    users = select(_USERS.id).where(
        _USERS.organization_seq == organization.seq,
        _USERS.id.in_(ids),
        _is_member(group),
    )
    groups = (
        select(Group.id)
        .join(GroupMembership, GroupMembership.member_seq == Group.seq)
        .where(GroupMembership.group_seq == group.seq, Group.id.in_(ids))
    )
    return frozenset(connection.scalars(union_all(users, groups)))
