"""Who is in which group, as answers need it: read in one statement a page.

How it comes about is in `services/directory/memberships.py`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import Any, TypeVar

import orjson
from sqlalchemy import (
    Connection,
    Executable,
    Text,
    bindparam,
    cast,
    func,
    literal,
    select,
    union_all,
)

from models import Group, GroupMembership, Membership, User
from services.directory.mapping import Reference, StoredGroup

R = TypeVar("R", bound=Sequence[Any])  # Any: the columns of a row

ROWS_AT_A_TIME = 1_000
"""Members fetched at a time when an answer is streamed."""

_USERS_IN = (
    select(
        Membership.group_seq,
        literal(0).label("rank"),
        Membership.user_seq.label("member_seq"),
        User.id,
        User.name,
    )
    .join(User, User.seq == Membership.user_seq)
    .where(Membership.group_seq.in_(bindparam("group_seqs", expanding=True)))
)
_GROUPS_IN = (
    select(
        GroupMembership.group_seq,
        literal(1).label("rank"),
        GroupMembership.member_seq,
        Group.id,
        Group.display_name.label("name"),
    )
    .join(Group, Group.seq == GroupMembership.member_seq)
    .where(GroupMembership.group_seq.in_(bindparam("group_seqs", expanding=True)))
)
_MEMBERS_OF = union_all(_USERS_IN, _GROUPS_IN).order_by(
    "group_seq", "rank", "member_seq"
)
_STREAMED = _MEMBERS_OF.execution_options(yield_per=ROWS_AT_A_TIME)


def groups_of(
    connection: Connection, user_seqs: Sequence[int]
) -> dict[int, tuple[Reference, ...]]:
    """The groups that name the users as members, by user; one statement."""
    if not user_seqs:
        return {}
    statement = _groups_of(connection.dialect.name)
    rows = connection.execute(statement, {"user_seqs": user_seqs})
    return {user_seq: _references(groups) for user_seq, groups in rows}


def _references(groups: str) -> tuple[Reference, ...]:
    """The groups of one user, in the order of their making."""
    found = sorted(orjson.loads(groups))
    return tuple(Reference("Group", group_id, name) for _, group_id, name in found)


@cache
def _groups_of(dialect: str) -> Executable:
    """All groups of a user in one row, as JSON.

    SQLite's driver lets go of the interpreter for each row and has to win it back from
    the other threads: for somebody in fifty groups that took most of the time.
    """
    array, pair = (
        (func.json_group_array, func.json_array)
        if dialect == "sqlite"
        else (func.json_agg, func.json_build_array)
    )
    groups = array(pair(Group.seq, Group.id, Group.display_name))
    return (
        select(Membership.user_seq, cast(groups, Text))
        .join(Group, Group.seq == Membership.group_seq)
        .where(Membership.user_seq.in_(bindparam("user_seqs", expanding=True)))
        .group_by(Membership.user_seq)
    )


def stream_members(
    connection: Connection, group_seqs: Sequence[int]
) -> Generator[tuple[int, Reference]]:
    """The members of the groups, group by group, users first; one statement.

    Rows are fetched as they are consumed, so memory does not grow with the members; who
    stops before the end closes the generator, and with it PostgreSQL's cursor.
    """
    with connection.execute(_STREAMED, {"group_seqs": group_seqs}) as rows:
        yield from _members(rows)


def read_members(
    connection: Connection, group_seqs: Sequence[int]
) -> list[tuple[int, Reference]]:
    """As `stream_members`, all at once: for groups known to be small."""
    rows = connection.execute(_MEMBERS_OF, {"group_seqs": group_seqs})
    return list(_members(rows))


def by_group(
    groups: Iterable[StoredGroup], rows: Iterable[R]
) -> Iterator[tuple[StoredGroup, Iterator[R]]]:
    """Each group with its rows, which begin with its seq and come in the same order.

    A group's rows are to be taken before the next group is.
    """
    gathered = groupby(rows, key=lambda row: row[0])
    following = next(gathered, None)
    for group in groups:
        if following is None or following[0] != group.seq:
            yield group, iter(())
            continue
        yield group, following[1]
        following = next(gathered, None)


def _members(rows: Iterable[Any]) -> Iterator[tuple[int, Reference]]:
    # Any: rows of _MEMBERS_OF
    for group_seq, rank, _, member_id, name in rows:
        yield group_seq, Reference("Group" if rank else "User", member_id, name)
