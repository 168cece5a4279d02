"""The members of a group as its page lists them.

Nested groups first, then people, each by name; never by how many lie before, so that
the last page of 100,000 costs what the first does. SCIM's answers read members in the
order of creation (`members`). Who could become one is in `member_candidates`, changing
them in `group_actions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    select,
    union_all,
)

from models import Group, GroupMembership, Membership, User, UserSearch
from models.database import KeyText, Seq, reading
from services.directory import group_changes, group_lists, user_search
from services.directory.user_search import FEW, LARGE, Search
from services.organizations import OrganizationRef
from services.origin import is_id
from services.queries import keyset
from services.queries.comparing import among

Kind = Literal["User", "Group"]
Statement: TypeAlias = "Select[*tuple[Any, ...]]"  # Any: `seq` and `type`

_USERS: Final = User.__table__.c
_MEMBERS: Final = Membership.__table__.c
_SEARCHED: Final = UserSearch.__table__.c
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
    people, n_people = _people(connection, group, search)
    runs = [_groups(group, q), people]
    window = keyset.read_runs(connection, runs, _BY_NAME, cursor, count)
    rows = _rows(connection, group, window.rows)
    shown = keyset.Window(rows, window.first, window.previous, window.next)
    if not search.words:
        return MemberList(shown, group.n_members)
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
    people = select(_USERS.seq, literal("User").label("type")).where(
        _USERS.organization_seq == organization.seq,
        _USERS.id == member_id,
        _is_member(group),
    )
    groups = (
        select(Group.seq, literal("Group").label("type"))
        .join(GroupMembership, GroupMembership.member_seq == Group.seq)
        .where(GroupMembership.group_seq == group.seq, Group.id == member_id)
    )
    found = connection.execute(union_all(people, groups)).all()
    return next(iter(_rows(connection, group, found)), None)


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
) -> tuple[Statement, int]:
    """The people in the group who are found, and how many they are.

    They are read and sorted, as narrow rows; but of a large group, or when most of an
    organization is found, its names are walked in their order until the page is full.
    """
    here = search.organization
    found = _rows_of(connection, group, search, _SEARCHED.user_seq, _SEARCHED.name_key)
    if not search.words:
        are_many = group.n_members > LARGE
        return _walked(group, search) if are_many else _sorted(found), group.n_members
    seqs = connection.scalars(found.limit(FEW + 1)).all()
    if len(seqs) <= FEW:
        columns = user_search.everybody(here, _SEARCHED.user_seq, _SEARCHED.name_key)
        known = columns.where(among(connection, _SEARCHED.user_seq, seqs))
        return _sorted(known), len(seqs)
    counted = _rows_of(connection, group, search, func.count())
    n_found = connection.execute(counted).scalar_one()
    n_users, _ = user_search.totals(connection, here)
    are_many = n_found * 2 > n_users
    return _walked(group, search) if are_many else _sorted(found), n_found


def _rows_of(
    connection: Connection,
    group: _Group,
    search: Search,
    *columns: ColumnElement[Any],  # Any: theirs
) -> user_search.Found:
    members = user_search.members(
        connection, search.organization, group.seq, group.n_members, *columns
    )
    return members.where(search.clause)


def _sorted(found: user_search.Found) -> Statement:
    rows = found.subquery("rows")
    named = select(rows.c.user_seq.label("seq"), rows.c.name_key)
    return _run("User", named)


def _walked(group: _Group, search: Search) -> Statement:
    tests = [_is_member(group), *([search.of_user] if search.words else ())]
    walked = select(_USERS.seq, _USERS.name_key).where(
        _USERS.organization_seq == group.organization_seq, *tests
    )
    return _run("User", walked)


def _groups(group: _Group, q: str) -> Statement:
    nested = (
        select(Group.seq, Group.display_name_key.label("name_key"))
        .join(GroupMembership, GroupMembership.member_seq == Group.seq)
        .where(GroupMembership.group_seq == group.seq, group_lists.named(q))
    )
    return _run("Group", nested)


def _run(kind: Kind, found: Select[int, str]) -> Statement:
    """A part of the list, of columns that are called as in the other part."""
    named = select(column("seq", Seq), literal(kind).label("type"))
    return named.select_from(found.subquery("found"))


def _count(connection: Connection, statement: Statement) -> int:
    counted = select(func.count()).select_from(statement.subquery())
    return connection.execute(counted).scalar_one()


def _rows(
    connection: Connection,
    group: _Group,
    found: Sequence[Row[*tuple[Any, ...]]],  # Any: as in `Statement`
) -> tuple[MemberRow, ...]:
    """Members told in full, in the order they were found in."""
    told: dict[tuple[str, int], MemberRow] = {}
    for kind, read in (("User", _users), ("Group", _nested)):
        seqs = [row.seq for row in found if row.type == kind]
        if seqs:
            members = read(connection, group, seqs)
            told |= {(kind, seq): member for seq, member in members}
    return tuple(told[row.type, row.seq] for row in found)


def _users(
    connection: Connection, group: _Group, seqs: Sequence[int]
) -> Iterator[tuple[int, MemberRow]]:
    statement = (
        select(
            _USERS.seq,
            _USERS.id,
            _USERS.name,
            _USERS.document,
            _USERS.is_active,
            _MEMBERS.added_at,
        )
        .join(Membership, _MEMBERS.user_seq == _USERS.seq)
        .where(_MEMBERS.group_seq == group.seq, _USERS.seq.in_(seqs))
    )
    for seq, id_, name, document, is_active, at in connection.execute(statement):
        user_name = document["userName"]
        yield seq, MemberRow("User", id_, name, user_name, is_active, None, at)


def _nested(
    connection: Connection, group: _Group, seqs: Sequence[int]
) -> Iterator[tuple[int, MemberRow]]:
    statement = (
        select(
            Group.seq,
            Group.id,
            Group.display_name,
            Group.n_members,
            GroupMembership.added_at,
        )
        .join(GroupMembership, GroupMembership.member_seq == Group.seq)
        .where(GroupMembership.group_seq == group.seq, Group.seq.in_(seqs))
    )
    for seq, id_, name, n_members, at in connection.execute(statement):
        yield seq, MemberRow("Group", id_, name, "", True, n_members, at)


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
