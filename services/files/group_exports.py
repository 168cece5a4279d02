"""Groups with their members as files: written while they are read.

As `exports` for users: a generator of bytes over one snapshot. The members of many
groups are read by one statement, and come as they are consumed. A CSV can be loaded
again (`services/files/csv_import.py`), which then changes no group.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sqlalchemy import (
    Connection,
    bindparam,
    func,
    literal,
    null,
    select,
    union_all,
)

from models import Group, GroupMembership, Membership, User
from models.database import read_connection, reading
from scim.selection import Selection
from services.background.bulk_groups import ChosenGroups
from services.directory import group_json, mapping, members
from services.directory.mapping import StoredGroup
from services.files import csv_files, exports
from services.organizations import OrganizationRef

GROUPS_AT_A_TIME: Final = 100
"""Groups whose members are read by one statement."""

ROWS_AT_A_TIME: Final = 1_000
"""Lines written as one piece."""

PIECE_BYTES: Final = 64 * 1024
"""Of JSON, put together before it is sent."""

_GROUPS: Final = Group.__table__.c
_EVERYTHING: Final = Selection()


@dataclass(frozen=True)
class GroupTotals:
    """What an export of groups would hold."""

    n_groups: int
    n_members: int


@reading
def count(
    connection: Connection, organization: OrganizationRef, chosen: ChosenGroups
) -> GroupTotals:
    """How many groups and memberships an export would hold now."""
    return _count(connection, organization, chosen)


def _count(
    connection: Connection, organization: OrganizationRef, chosen: ChosenGroups
) -> GroupTotals:
    row = connection.execute(
        select(func.count(), func.coalesce(func.sum(_GROUPS.n_members), 0)).where(
            chosen.clause(organization)
        )
    ).one()
    return GroupTotals(*row)


def as_csv(organization: OrganizationRef, chosen: ChosenGroups) -> Generator[bytes]:
    """A line a member, group by group; a group without members has one line too."""
    with read_connection() as connection:
        yield csv_files.write_rows([HEADINGS], is_first=True)
        for groups in _pages(connection, organization, chosen):
            with closing(_lines(connection, groups)) as lines:
                while batch := list(islice(lines, ROWS_AT_A_TIME)):
                    yield csv_files.write_rows(batch)


def as_scim(
    organization: OrganizationRef, chosen: ChosenGroups, base_url: str
) -> Generator[bytes]:
    """One ListResponse of all, as the API would show them (RFC 7644 §3.4.2)."""
    with read_connection() as connection:
        yield exports.opening(_count(connection, organization, chosen).n_groups)
        comma = b""
        for groups in _pages(connection, organization, chosen):
            seqs = [group.seq for group in groups]
            with closing(members.stream_members(connection, seqs)) as unread:
                pieces = group_json.pieces(groups, unread, base_url, _EVERYTHING)
                yield comma
                yield from _gathered(pieces)
            comma = b",\n"
        yield exports.CLOSING


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same in pieces that are worth sending."""
    waiting, n_bytes = list[bytes](), 0
    for piece in pieces:
        waiting.append(piece)
        n_bytes += len(piece)
        if n_bytes >= PIECE_BYTES:
            yield b"".join(waiting)
            waiting, n_bytes = [], 0
    yield b"".join(waiting)


def _pages(
    connection: Connection, organization: OrganizationRef, chosen: ChosenGroups
) -> Iterator[list[StoredGroup]]:
    """All that are meant in the order in which they came, some at a time."""
    after_seq = 0
    while groups := _page(connection, organization, chosen, after_seq):
        after_seq = groups[-1].seq
        yield groups


def _page(
    connection: Connection,
    organization: OrganizationRef,
    chosen: ChosenGroups,
    after_seq: int,
) -> list[StoredGroup]:
    rows = connection.execute(
        select(
            _GROUPS.seq,
            _GROUPS.id,
            _GROUPS.version,
            _GROUPS.display_name,
            _GROUPS.external_id,
            _GROUPS.n_members,
            _GROUPS.created_at,
            _GROUPS.modified_at,
        )
        .where(chosen.clause(organization), _GROUPS.seq > after_seq)
        .order_by(_GROUPS.seq)
        .limit(GROUPS_AT_A_TIME)
    )
    return [StoredGroup(*row) for row in rows]


HEADINGS: Final = (
    *("group", "groupId", "externalId", "memberType", "member", "memberName"),
    *("memberActive", "memberId", "since"),
)
_USERS_IN: Final = (
    select(
        Membership.group_seq,
        literal(0).label("rank"),
        Membership.user_seq.label("member_seq"),
        User.id,
        User.name,
        User.document,
        User.is_active,
        Membership.added_at,
    )
    .join(User, User.seq == Membership.user_seq)
    .where(Membership.group_seq.in_(bindparam("group_seqs", expanding=True)))
)
_GROUPS_IN: Final = (
    select(
        GroupMembership.group_seq,
        literal(1).label("rank"),
        GroupMembership.member_seq,
        Group.id,
        Group.display_name.label("name"),
        null().label("document"),
        null().label("is_active"),
        GroupMembership.added_at,
    )
    .join(Group, Group.seq == GroupMembership.member_seq)
    .where(GroupMembership.group_seq.in_(bindparam("group_seqs", expanding=True)))
)
# Users first, as the API shows them.
_MEMBERS: Final = (
    union_all(_USERS_IN, _GROUPS_IN)
    .order_by("group_seq", "rank", "member_seq")
    .execution_options(yield_per=ROWS_AT_A_TIME)
)


def _lines(
    connection: Connection, groups: Sequence[StoredGroup]
) -> Generator[list[str]]:
    parameters = {"group_seqs": [group.seq for group in groups]}
    with connection.execute(_MEMBERS, parameters) as rows:
        for group, own in members.by_group(groups, rows):
            if group.n_members == 0:
                yield [*_of_group(group), *[""] * 6]
            for row in own:
                yield _line(group, row)


def _line(group: StoredGroup, row: Any) -> list[str]:  # Any: a row of _MEMBERS
    is_user = row.rank == 0
    type_ = "User" if is_user else "Group"
    name = str(row.document["userName"]) if is_user else row.name
    active = str(row.is_active).lower() if is_user else ""
    since = mapping.timestamp(row.added_at) if row.added_at else ""
    return [*_of_group(group), type_, name, row.name, active, row.id, since]


def _of_group(group: StoredGroup) -> list[str]:
    return [group.display_name, group.id, group.external_id or ""]
