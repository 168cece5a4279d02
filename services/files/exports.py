"""Users and groups as files: written while they are read, so that size costs nothing.

Each export is a generator of bytes over one snapshot. A CSV of users can be loaded
again (`services/files/csv_import.py`), which then changes nobody. The SCIM file holds
all.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from sqlalchemy import Connection, bindparam, func, literal, select

from models import Group, GroupMembership, Membership, User
from models.database import read_connection, reading
from scim import messages
from scim.attributes import Document
from services.background.bulk_actions import Chosen
from services.directory import managers, mapping, members
from services.directory.mapping import StoredUser
from services.files import csv_files
from services.files.csv_columns import COLUMNS, MANAGER, READ_ONLY
from services.organizations import OrganizationRef

ROWS_AT_A_TIME: Final = 1_000
"""Users or members read by one statement, and written as one piece."""

_USERS: Final = User.__table__.c


@dataclass(frozen=True)
class GroupTotals:
    """What an export of groups would hold."""

    n_groups: int
    n_members: int


@reading
def count_users(
    connection: Connection, organization: OrganizationRef, chosen: Chosen
) -> int:
    """How many users an export would hold now."""
    found = select(func.count()).select_from(User)
    return connection.scalar(found.where(chosen.clause(organization))) or 0


@reading
def count_groups(connection: Connection, organization: OrganizationRef) -> GroupTotals:
    """How many groups and memberships an export would hold now."""
    row = connection.execute(
        select(func.count(), func.coalesce(func.sum(Group.n_members), 0)).where(
            Group.organization_seq == organization.seq
        )
    ).one()
    return GroupTotals(*row)


def users_as_csv(organization: OrganizationRef, chosen: Chosen) -> Generator[bytes]:
    """A line a user, in the order in which they came; headings first."""
    keys = [column.key for column in COLUMNS]
    with read_connection() as connection:
        yield csv_files.write_rows([[*keys, *READ_ONLY]], is_first=True)
        for users in _pages(connection, organization, chosen):
            yield csv_files.write_rows(_user_rows(connection, organization, users))


def _user_rows(
    connection: Connection, organization: OrganizationRef, users: Sequence[StoredUser]
) -> Iterator[list[str]]:
    ids = managers.named_by(user.document for user in users)
    user_names = managers.user_names(connection, organization, ids)
    for user in users:
        shown = {column.key: column.show(user.document) for column in COLUMNS}
        shown[MANAGER] = user_names.get(shown[MANAGER], shown[MANAGER])
        groups = "; ".join(group.name for group in user.groups)
        created = mapping.timestamp(user.created_at)
        modified = mapping.timestamp(user.modified_at)
        yield [*shown.values(), user.id, groups, created, modified]


def users_as_scim(
    organization: OrganizationRef, chosen: Chosen, base_url: str
) -> Generator[bytes]:
    """One ListResponse of all users, as the API would show them (RFC 7644 §3.4.2)."""
    found = select(func.count()).select_from(User).where(chosen.clause(organization))
    with read_connection() as connection:
        total = connection.scalar(found) or 0
        envelope = messages.list_response([], total, 1)
        envelope["itemsPerPage"] = total
        del envelope["Resources"]
        yield orjson.dumps(envelope)[:-1] + b',"Resources":['
        separator = b""
        for users in _pages(connection, organization, chosen):
            documents = _documents(connection, organization, users, base_url)
            yield separator + orjson.dumps(documents)[1:-1]
            separator = b",\n"
        yield b"]}"


def _documents(
    connection: Connection,
    organization: OrganizationRef,
    users: Sequence[StoredUser],
    base_url: str,
) -> list[Document]:
    ids = managers.named_by(user.document for user in users)
    known = managers.references(connection, organization, ids)
    return [
        mapping.user_document(
            replace(user, manager=known.get(mapping.manager_id(user.document) or "")),
            base_url,
        )
        for user in users
    ]


def _pages(
    connection: Connection, organization: OrganizationRef, chosen: Chosen
) -> Iterator[list[StoredUser]]:
    """All who are meant with their groups, a thousand at a time."""
    after_seq = 0
    while users := _page(connection, organization, chosen, after_seq):
        after_seq = users[-1].seq
        yield users


def _page(
    connection: Connection, organization: OrganizationRef, chosen: Chosen, after: int
) -> list[StoredUser]:
    rows = connection.execute(
        select(
            _USERS.seq,
            _USERS.id,
            _USERS.version,
            _USERS.document,
            _USERS.created_at,
            _USERS.modified_at,
        )
        .where(chosen.clause(organization), _USERS.seq > after)
        .order_by(_USERS.seq)
        .limit(ROWS_AT_A_TIME)
    ).all()
    groups = members.groups_of(connection, [row.seq for row in rows])
    return [StoredUser(*row, groups.get(row.seq, ())) for row in rows]


_GROUP_HEADINGS: Final = (
    *("group", "groupId", "memberType", "member", "memberName", "memberActive"),
    *("memberId", "since"),
)


def groups_as_csv(organization: OrganizationRef) -> Generator[bytes]:
    """A line a member, group by group; a group without members has one line too."""
    with read_connection() as connection:
        yield csv_files.write_rows([_GROUP_HEADINGS], is_first=True)
        for group in _groups(connection, organization):
            yield from _member_lines(connection, group)


def _groups(
    connection: Connection, organization: OrganizationRef
) -> Iterator[Any]:  # Any: rows of seq, id and name
    after = 0
    while True:
        rows = connection.execute(
            select(Group.seq, Group.id, Group.display_name)
            .where(Group.organization_seq == organization.seq, Group.seq > after)
            .order_by(Group.seq)
            .limit(ROWS_AT_A_TIME)
        ).all()
        yield from rows
        if len(rows) < ROWS_AT_A_TIME:
            return
        after = rows[-1].seq


def _member_lines(connection: Connection, group: Any) -> Iterator[bytes]:
    # Any: as in _groups
    is_empty = True
    for rows in _member_pages(connection, group.seq):
        is_empty = False
        yield csv_files.write_rows(_member_row(group, row) for row in rows)
    if is_empty:
        yield csv_files.write_rows([[group.display_name, group.id, *[""] * 6]])


def _member_row(group: Any, row: Any) -> list[str]:  # Any: rows of the statements here
    is_user = row.type == "User"
    name = str(row.document["userName"]) if is_user else row.name
    active = str(row.is_active).lower() if is_user else ""
    since = mapping.timestamp(row.added_at) if row.added_at else ""
    first = [group.display_name, group.id, row.type, name, row.name]
    return [*first, active, row.id, since]


_USERS_IN: Final = (
    select(
        literal("User").label("type"),
        User.id,
        User.name,
        User.document,
        User.is_active,
        Membership.user_seq.label("member_seq"),
        Membership.added_at,
    )
    .join(User, User.seq == Membership.user_seq)
    .where(
        Membership.group_seq == bindparam("group_seq"),
        Membership.user_seq > bindparam("after"),
    )
    .order_by(Membership.user_seq)
    .limit(ROWS_AT_A_TIME)
)
_GROUPS_IN: Final = (
    select(
        literal("Group").label("type"),
        Group.id,
        Group.display_name.label("name"),
        GroupMembership.member_seq,
        GroupMembership.added_at,
    )
    .join(Group, Group.seq == GroupMembership.member_seq)
    .where(
        GroupMembership.group_seq == bindparam("group_seq"),
        GroupMembership.member_seq > bindparam("after"),
    )
    .order_by(GroupMembership.member_seq)
    .limit(ROWS_AT_A_TIME)
)


def _member_pages(
    connection: Connection, group_seq: int
) -> Iterator[Sequence[Any]]:  # Any: rows of the two statements
    for statement in (_USERS_IN, _GROUPS_IN):
        after, is_last = 0, False
        while not is_last:
            parameters = {"group_seq": group_seq, "after": after}
            rows = connection.execute(statement, parameters).all()
            is_last = len(rows) < ROWS_AT_A_TIME
            if rows:
                after = rows[-1].member_seq
                yield rows
