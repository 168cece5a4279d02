"""The list of users as an admin reads it: searched, filtered, sorted, counted, paged.

For pages, bulk actions and exports. What a provisioning client lists is another thing
(`services/queries/listing.py`): its filter is SCIM's, its order that of creation.
"""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, get_args

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    not_,
    select,
)

from models import Group, GroupMembership, Membership, User, UserSearch
from models.database import reading
from scim import names
from services.activity import actors
from services.directory import user_search
from services.directory.user_search import FEW, Search
from services.organizations import OrganizationRef
from services.origin import is_id
from services.queries import keyset
from services.queries.comparing import Clause, among, searchable
from services.queries.keyset import Key, Order, Window

Status = Literal["all", "active", "deactivated"]
Sort = Literal[
    "name",
    "-name",
    "user_name",
    "-user_name",
    "changed",
    "-changed",
    "created",
    "-created",
]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
SORTS: Final[tuple[Sort, ...]] = get_args(Sort)

_USERS: Final = User.__table__.c
_SEARCH: Final = UserSearch.__table__.c


@dataclass(frozen=True)
class UserQuery:
    """Which users, in which order; `source` is a key of `actors.sources`.

    `created` is the order in which users came; a minus turns an order round.
    """

    q: str = ""
    status: Status = "all"
    source: str | None = None
    group_id: str | None = None
    changed_since: datetime | None = None
    sort: Sort = "name"

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the status leaves people out."""
        return bool(
            self.q.strip() or self.source or self.group_id or self.changed_since
        )


@dataclass(frozen=True)
class UserRow:
    """A user as a list shows one."""

    id: str
    name: str
    user_name: str
    is_active: bool
    department: str | None
    n_groups: int
    source: str
    modified_at: datetime


@dataclass(frozen=True)
class StatusCounts:
    """How many match, whatever the status that is asked for, and how many of each."""

    all: int
    active: int
    deactivated: int

    def of(self, status: Status) -> int:
        """How many match and have the status."""
        return {
            "all": self.all,
            "active": self.active,
            "deactivated": self.deactivated,
        }[status]


@dataclass(frozen=True)
class UserList:
    """A page of users, and how many there are."""

    window: Window[UserRow]
    counts: StatusCounts


@reading
def read(
    connection: Connection,
    organization: OrganizationRef,
    query: UserQuery,
    *,
    cursor: str | None = None,
    count: int = 50,
) -> UserList:
    """A page and the counts of one moment; raises `Invalid` ("cursor").

    Of a search, those come first in whom every word begins something.
    """
    found, counts = _counted(_Found.by(connection, organization, query))
    runs, order = _walked(found) if _are_many(found, counts) else _sorted(found)
    window = keyset.read_runs(connection, runs, order, cursor, count)
    return UserList(_shown(connection, window), counts)


@reading
def suggest(
    connection: Connection, organization: OrganizationRef, q: str, count: int
) -> tuple[UserRow, ...]:
    """Who is meant by a text, best first, as in a list of users; nobody by none."""
    found = _Found.by(connection, organization, UserQuery(q))
    if not found.search.words:
        return ()
    window = keyset.read_runs(connection, *_sorted(found), None, count)
    return _shown(connection, window).rows


def matching_ids(
    connection: Connection,
    organization: OrganizationRef,
    query: UserQuery,
    *,
    after_seq: int = 0,
    count: int = 1_000,
) -> list[tuple[int, str]]:
    """`seq` and id of those who match, in the order of `seq`; within a transaction."""
    found = select(_USERS.seq, _USERS.id).where(
        clause(query, organization), _USERS.seq > after_seq
    )
    rows = connection.execute(found.order_by(_USERS.seq).limit(count))
    return [(row.seq, row.id) for row in rows]


def clause(query: UserQuery, organization: OrganizationRef) -> Clause:
    """Whether a row of `users` matches, as one clause: for a walk through all."""
    tests = [_USERS.organization_seq == organization.seq]
    tests += _tests(_USERS, organization, query)
    if query.status != "all":
        is_active = query.status == "active"
        tests.append(_row_by_row(_USERS.is_active.is_(is_active)))
    if query.group_id is not None:
        tests.append(_is_member(organization, query.group_id))
    search = Search(organization, query.q)
    if search.words:
        tests.append(search.of_user)
    return and_(*tests)


def _tests(
    columns: Any,  # Any: of `users` or `user_search`
    organization: OrganizationRef,
    query: UserQuery,
) -> list[Clause]:
    """What can be asked of either table in the same words."""
    tests: list[Clause] = []
    if query.source is not None:
        source = searchable(query.source)
        tests.append(actors.came_from(columns.source, organization, source))
    if query.changed_since is not None:
        tests.append(_row_by_row(columns.modified_at >= query.changed_since))
    return tests


def _row_by_row(test: Clause) -> Clause:
    """The same test; SQLite does not read most of a table by an index to sort it."""
    return case((test, 1), else_=0) == 1


def _is_member(organization: OrganizationRef, group_id: str) -> Clause:
    if not is_id(group_id):
        return false()
    group = select(Group.seq).where(
        Group.organization_seq == organization.seq, Group.id == group_id
    )
    return exists().where(
        Membership.group_seq == group.scalar_subquery(),
        Membership.user_seq == _USERS.seq,
    )


@dataclass(frozen=True)
class _Found:
    """Who matches a query, as rows of `user_search`; `seqs` when they are known.

    `are_best`: whether the words begin something in all of them, or in none.
    """

    connection: Connection
    organization: OrganizationRef
    query: UserQuery
    search: Search
    group: Row[int, int] | None
    seqs: Sequence[int] | None = None
    are_best: bool | None = None

    @classmethod
    def by(
        cls, connection: Connection, organization: OrganizationRef, query: UserQuery
    ) -> _Found:
        """With the group looked up: a database plans by how large it is."""
        group = None
        if query.group_id is not None and is_id(query.group_id):
            group = connection.execute(
                select(Group.seq, Group.n_members).where(
                    Group.organization_seq == organization.seq,
                    Group.id == query.group_id,
                )
            ).one_or_none()
        search = Search(organization, query.q)
        return cls(connection, organization, query, search, group)

    def rows(self, *columns: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
        """These columns of those who match, whatever their status."""
        if self.seqs is not None:
            is_known = among(self.connection, _SEARCH.user_seq, self.seqs)
            return user_search.everybody(self.organization, *columns).where(is_known)
        if self.query.group_id is None:
            found = user_search.everybody(self.organization, *columns)
        elif self.group is None:
            found = select(*columns).where(false())
        else:
            found = user_search.members(
                self.connection, self.organization, *self.group, *columns
            )
        tests = _tests(_SEARCH, self.organization, self.query)
        return found.where(*tests, self.search.clause)


def _counted(found: _Found) -> tuple[_Found, StatusCounts]:
    """With what is known of them once they are counted."""
    if not found.query.is_filtered:
        n_all, n_active = user_search.totals(found.connection, found.organization)
        return found, StatusCounts(n_all, n_active, n_all - n_active)
    columns = found.rows(_SEARCH.user_seq, _SEARCH.is_active)
    few = found.connection.execute(columns.limit(FEW + 1)).all()
    if len(few) <= FEW:
        by_status = Counts(row.is_active for row in few)
        counts = StatusCounts(len(few), by_status[True], by_status[False])
        return replace(found, seqs=[row.user_seq for row in few]), counts
    if found.group is not None and not replace(found.query, group_id=None).is_filtered:
        return found, _count_members(found, *found.group)
    # Not by GROUP BY, for which SQLite sorts all of them.
    is_active = _SEARCH.is_active.is_(True)
    numbers = found.rows(
        func.count(),
        func.count().filter(is_active),
        func.count().filter(found.search.fits_best),
    )
    n_all, n_active, n_best = found.connection.execute(numbers).one()
    are_best = {0: False, n_all: True}.get(n_best)
    counts = StatusCounts(n_all, n_active, n_all - n_active)
    return replace(found, are_best=are_best), counts


def _count_members(found: _Found, group_seq: int, n_members: int) -> StatusCounts:
    """Of a group alone, which knows how many it has: the deactivated are looked up."""
    of_group = GroupMembership.group_seq == group_seq
    nested = select(func.count()).select_from(GroupMembership).where(of_group)
    n_all = n_members - found.connection.execute(nested).scalar_one()
    others = found.rows(func.count()).where(_SEARCH.is_active.is_(False))
    n_others = found.connection.execute(others).scalar_one()
    return StatusCounts(n_all, n_all - n_others, n_others)


def _are_many(found: _Found, counts: StatusCounts) -> bool:
    """Whether a walk through an index soon meets a page of them."""
    n_found = counts.of(found.query.status)
    if not found.search.words:
        return n_found > FEW
    # Whoever has a name in common stands together in the order of names: however many
    # there are, all others may stand before them.
    if found.are_best is None:
        return False
    n_users, _ = user_search.totals(found.connection, found.organization)
    return n_found * 2 > n_users


_Listed: TypeAlias = "tuple[list[Select[*tuple[Any, ...]]], Order]"
# Any: the `seq` alone


def _walked(found: _Found) -> _Listed:
    """Rows of `users` in the order of an index, until the page is full."""
    everybody = select(_USERS.seq).where(clause(found.query, found.organization))
    runs = [everybody]
    if found.search.words:
        nobody = everybody.where(false())
        runs = [everybody, nobody] if found.are_best else [nobody, everybody]
    return runs, _order(found.query, _USERS, _USERS.seq)


def _sorted(found: _Found) -> _Listed:
    """All narrow rows that match, of which the sort keeps those of the page.

    Of a search in two runs: those first in whom every word begins something.
    """
    statement = found.rows(_SEARCH.user_seq.label("seq"))
    if found.query.status != "all":
        is_active = found.query.status == "active"
        statement = statement.where(_SEARCH.is_active.is_(is_active))
    runs = [statement]
    if found.search.words:
        is_best = found.search.fits_best
        runs = [statement.where(is_best), statement.where(not_(is_best))]
    return runs, _order(found.query, _SEARCH, _SEARCH.user_seq)


def _order(
    query: UserQuery,
    columns: Any,  # Any: of `users` or `user_search`
    seq: ColumnElement[int],
) -> Order:
    by_seq = Key(seq, "number")
    orders = {
        "name": (Key(columns.name_key, "text"), by_seq),
        "user_name": (Key(columns.user_name_key, "text"),),
        "changed": (Key(columns.modified_at, "time"), by_seq),
        "created": (by_seq,),
    }
    keys = orders[query.sort.removeprefix("-")]
    return Order(keys, query.sort.startswith("-"))


_ROWS: Final = select(
    _USERS.seq,
    _USERS.id,
    _USERS.name,
    _USERS.is_active,
    _USERS.document,
    _USERS.source,
    _USERS.modified_at,
).where(_USERS.seq.in_(bindparam("seqs", expanding=True)))
_N_GROUPS: Final = (
    select(Membership.user_seq, func.count().label("n_groups"))
    .where(Membership.user_seq.in_(bindparam("seqs", expanding=True)))
    .group_by(Membership.user_seq)
)


def _shown(connection: Connection, window: Window[Any]) -> Window[UserRow]:
    """The page, told in full."""
    if not window.rows:
        return window
    seqs = {"seqs": [row.seq for row in window.rows]}
    users = {row.seq: row for row in connection.execute(_ROWS, seqs)}
    n_groups = {
        row.user_seq: row.n_groups for row in connection.execute(_N_GROUPS, seqs)
    }
    rows = tuple(_row(users[seq], n_groups.get(seq, 0)) for seq in seqs["seqs"])
    return Window(rows, window.first, window.previous, window.next)


def _row(row: Row[*tuple[Any, ...]], n_groups: int) -> UserRow:  # Any: as in _ROWS
    enterprise = row.document.get(names.ENTERPRISE_USER, {})
    return UserRow(
        row.id,
        row.name,
        row.document["userName"],
        row.is_active,
        enterprise.get("department"),
        n_groups,
        row.source,
        row.modified_at,
    )
