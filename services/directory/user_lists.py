"""The list of users as an admin reads it: searched, filtered, sorted, counted, paged.

For pages, bulk actions and exports. What a provisioning client lists is another thing
(`services/queries/listing.py`): its filter is SCIM's, its order that of creation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import (
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

from models import Counter, Group, Membership, User, UserSearch
from models.database import reading
from scim import names
from services.activity import actors
from services.directory.user_search import Condition, Search, Settled, settle
from services.organizations import OrganizationRef
from services.origin import is_id
from services.queries import keyset
from services.queries.comparing import Clause, searchable
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
    """A page and the counts of one moment; raises `Invalid` ("cursor")."""
    plan = _plan(connection, organization, query)
    window = _page(connection, organization, query, plan, cursor, count)
    return UserList(window, _counts(connection, organization, query, plan))


@reading
def page(
    connection: Connection,
    organization: OrganizationRef,
    query: UserQuery,
    *,
    cursor: str | None = None,
    count: int = 50,
) -> Window[UserRow]:
    """A page of users; raises `Invalid` ("cursor").

    Of a search, those come first in whom every word begins something.
    """
    plan = _plan(connection, organization, query)
    return _page(connection, organization, query, plan, cursor, count)


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
    tests = [one.test for one in _filters(organization, query)]
    tests += [one.test for one in _status(organization, query)]
    search = Search(organization, query.q)
    if search.words:
        tests.append(search.found().test)
    return and_(_USERS.organization_seq == organization.seq, *tests)


@dataclass(frozen=True)
class _Plan:
    """How those who match are come by, but for the status."""

    here: Clause
    filters: Sequence[Settled]
    words: Sequence[Clause]
    search: Search
    are_few: bool

    @property
    def clauses(self) -> list[Clause]:
        """What is asked of a row of `users`, but for the words."""
        return [self.here, *(one.clause for one in self.filters)]


def _plan(
    connection: Connection, organization: OrganizationRef, query: UserQuery
) -> _Plan:
    filters = [settle(connection, one) for one in _filters(organization, query)]
    search = Search(organization, query.q)
    words, are_few = search.settle(connection)
    here = _USERS.organization_seq == organization.seq
    return _Plan(here, filters, words, search, are_few)


def _filters(organization: OrganizationRef, query: UserQuery) -> list[Condition]:
    conditions = []
    if query.group_id is not None:
        conditions.append(_in_group(organization, query.group_id))
    if query.source is not None:
        conditions.append(_from(organization, searchable(query.source)))
    if query.changed_since is not None:
        recent = _USERS.modified_at >= query.changed_since
        conditions.append(Condition(recent, _everybody(organization, recent)))
    return conditions


def _from(organization: OrganizationRef, source: str) -> Condition:
    came = actors.came_from(_SEARCH.source, organization, source)
    found = select(_SEARCH.user_seq).where(
        _SEARCH.organization_seq == organization.seq, came
    )
    test = actors.came_from(_USERS.source, organization, source)
    return Condition(test, found, came)


def _status(organization: OrganizationRef, query: UserQuery) -> list[Condition]:
    if query.status == "all":
        return []
    is_active = query.status == "active"
    # Wrapped, so that SQLite does not read most of the table by the index of the flag
    # to sort it.
    test = case((_USERS.is_active, 1), else_=0) == int(is_active)
    flagged = _USERS.is_active.is_(is_active)
    return [Condition(test, _everybody(organization, flagged))]


def _everybody(organization: OrganizationRef, test: Clause) -> Select[int]:
    return select(_USERS.seq).where(_USERS.organization_seq == organization.seq, test)


def _in_group(organization: OrganizationRef, group_id: str) -> Condition:
    if not is_id(group_id):
        return Condition(false(), select(_USERS.seq).where(false()))
    group = (
        select(Group.seq)
        .where(Group.organization_seq == organization.seq, Group.id == group_id)
        .scalar_subquery()
    )
    members = select(Membership.user_seq).where(Membership.group_seq == group)
    return Condition(
        exists(members.where(Membership.user_seq == _USERS.seq)),
        members,
        exists(members.where(Membership.user_seq == _SEARCH.user_seq)),
    )


_ORDERS: Final[Mapping[str, tuple[Key, ...]]] = {
    "name": (Key(_USERS.name_key, "text"), Key(_USERS.seq, "number")),
    "user_name": (Key(_USERS.user_name_key, "text"),),
    "changed": (Key(_USERS.modified_at, "time"), Key(_USERS.seq, "number")),
    "created": (Key(_USERS.seq, "number"),),
}
_ROW: Final = select(
    _USERS.seq,
    _USERS.id,
    _USERS.name,
    _USERS.is_active,
    _USERS.document,
    _USERS.source,
    _USERS.modified_at,
)
_N_GROUPS: Final = (
    select(Membership.user_seq, func.count().label("n_groups"))
    .where(Membership.user_seq.in_(bindparam("user_seqs", expanding=True)))
    .group_by(Membership.user_seq)
)
_TOTALS: Final = select(
    Counter.n_users.label("all"), Counter.n_active_users.label("active")
).where(Counter.organization_seq == bindparam("seq"))


def _page(
    connection: Connection,
    organization: OrganizationRef,
    query: UserQuery,
    plan: _Plan,
    cursor: str | None,
    count: int,
) -> Window[UserRow]:
    status = [settle(connection, one) for one in _status(organization, query)]
    filters = [*plan.clauses, *(one.clause for one in status)]
    order = _order(query, are_few=plan.are_few)
    runs = _runs(connection, plan, filters)
    window = keyset.read_runs(connection, runs, order, cursor, count)
    n_groups = _n_groups(connection, [row.seq for row in window.rows])
    rows = tuple(_row(row, n_groups) for row in window.rows)
    return Window(rows, window.first, window.previous, window.next)


def _order(query: UserQuery, *, are_few: bool) -> Order:
    keys = _ORDERS[query.sort.removeprefix("-")]
    if are_few:
        # Not the columns themselves: PostgreSQL would walk their index for the few.
        keys = tuple(
            Key(func.coalesce(key.column, key.column), key.kind) for key in keys
        )
    return Order(keys, query.sort.startswith("-"))


def _runs(
    connection: Connection, plan: _Plan, filters: Sequence[Clause]
) -> list[Select[*tuple[Any, ...]]]:  # Any: the columns of _ROW
    if not plan.words:
        return [_ROW.where(*filters)]
    found = [*filters, *plan.words]
    best = plan.search.fits_best()
    if plan.are_few:
        return [_ROW.where(*found, best.test), _ROW.where(*found, not_(best.test))]
    # Who fits best is found: no need to ask for both.
    best_of_all = settle(connection, best).clause
    return [_ROW.where(*filters, best_of_all), _ROW.where(*found, not_(best.test))]


def _n_groups(connection: Connection, user_seqs: Sequence[int]) -> dict[int, int]:
    if not user_seqs:
        return {}
    return {
        row.user_seq: row.n_groups
        for row in connection.execute(_N_GROUPS, {"user_seqs": user_seqs})
    }


def _row(row: Row[Any], n_groups: Mapping[int, int]) -> UserRow:  # Any: as in _ROW
    enterprise = row.document.get(names.ENTERPRISE_USER, {})
    return UserRow(
        row.id,
        row.name,
        row.document["userName"],
        row.is_active,
        enterprise.get("department"),
        n_groups.get(row.seq, 0),
        row.source,
        row.modified_at,
    )


def _counts(
    connection: Connection,
    organization: OrganizationRef,
    query: UserQuery,
    plan: _Plan,
) -> StatusCounts:
    if not query.is_filtered:
        row = connection.execute(_TOTALS, {"seq": organization.seq}).one()
        return StatusCounts(row.all, row.active, row.all - row.active)
    known = [one.counted for one in plan.filters if one.counted is not None]
    if len(known) == len(plan.filters) and not plan.are_few:
        # Many are found, and the narrow rows know everything that is asked.
        is_active, clauses = UserSearch.is_active, [plan.search.clause, *known]
    else:
        is_active, clauses = User.is_active, [*plan.clauses, *plan.words]
    numbers = select(is_active, func.count()).where(*clauses).group_by(is_active)
    by_status = {row[0]: row[1] for row in connection.execute(numbers)}
    active, deactivated = by_status.get(True, 0), by_status.get(False, 0)
    return StatusCounts(active + deactivated, active, deactivated)
