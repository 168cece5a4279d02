"""Groups as pages list them: found, sorted, counted, a page at a time.

Only reading, and without members: those are in `member_lists`. SCIM's lists, which run
in the order of creation, are in `groups`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    true,
)

from models import Counter, Group
from models.database import reading
from scim.matching import fold
from services.activity import actors
from services.organizations import OrganizationRef
from services.queries import comparing, keyset

Sort = Literal["name", "-name", "members", "-members", "changed", "-changed"]
SORTS: Final[tuple[Sort, ...]] = get_args(Sort)

_NAME: Final = keyset.Key(Group.display_name_key.expression, "text")
_SEQ: Final = keyset.Key(Group.seq.expression, "number")
_SORT_KEYS: Final[Mapping[str, tuple[keyset.Key, ...]]] = {
    "name": (_NAME,),
    "members": (keyset.Key(Group.n_members.expression, "number"), _SEQ),
    "changed": (keyset.Key(Group.modified_at.expression, "time"), _SEQ),
}


@dataclass(frozen=True)
class GroupQuery:
    """Which groups a list shows, and in what order.

    `q` is looked for in the words of the name and is also an external id; `source` is a
    key of `actors.sources`.
    """

    q: str = ""
    source: str | None = None
    changed_since: datetime | None = None
    sort: Sort = "name"

    @property
    def is_filtered(self) -> bool:
        """Whether it may leave groups out."""
        return bool(self.q.strip() or self.source or self.changed_since)


@dataclass(frozen=True)
class GroupRow:
    """A group in a list. `source` is the key of who provisions it."""

    seq: int
    id: str
    name: str
    n_members: int
    source: str
    modified_at: datetime


@reading
def page(
    connection: Connection,
    organization: OrganizationRef,
    query: GroupQuery,
    *,
    cursor: str | None = None,
    count: int = 50,
) -> keyset.Window[GroupRow]:
    """A page of groups; raises `Invalid` ("cursor").

    By name, those whose name begins with what is looked for come first.
    """
    statement = _rows().where(clause(query, organization))
    window = keyset.read(connection, statement, _order(query), cursor, count)
    rows = tuple(GroupRow(*row[:6]) for row in window.rows)
    return keyset.Window(rows, window.first, window.previous, window.next)


@reading
def total(
    connection: Connection, organization: OrganizationRef, query: GroupQuery
) -> int:
    """How many groups the query finds."""
    if not query.is_filtered:
        counter = select(Counter.n_groups).where(
            Counter.organization_seq == organization.seq
        )
        return connection.execute(counter).scalar_one()
    found = select(func.count(Group.seq)).where(clause(query, organization))
    return connection.execute(found).scalar_one()


def matching_ids(
    connection: Connection,
    organization: OrganizationRef,
    query: GroupQuery,
    *,
    after_seq: int,
    count: int,
) -> list[tuple[int, str]]:
    """`(seq, id)` of the next groups that match, in the order of creation; for jobs."""
    rows = connection.execute(
        select(Group.seq, Group.id)
        .where(clause(query, organization), Group.seq > after_seq)
        .order_by(Group.seq)
        .limit(count)
    )
    return [(row.seq, row.id) for row in rows]


def clause(query: GroupQuery, organization: OrganizationRef) -> ColumnElement[bool]:
    """The query as a condition on groups, the organization included."""
    wanted: list[ColumnElement[bool]] = [Group.organization_seq == organization.seq]
    if query.source is not None:
        source = comparing.searchable(query.source)
        wanted.append(actors.came_from(Group.source, organization, source))
    if query.changed_since is not None:
        wanted.append(Group.modified_at >= query.changed_since)
    q = comparing.searchable(query.q)
    if q:
        wanted.append(or_(named(q), Group.external_id == q))
    return and_(*wanted)


def named(q: str) -> ColumnElement[bool]:
    """Whether every word of `q` begins a word of the group's name."""
    words = literal(" ") + Group.display_name_key
    return and_(
        true(),
        *(
            comparing.contains(words, f" {word}")
            for word in fold(comparing.searchable(q)).split()
        ),
    )


def _rows() -> Select[*tuple[Any, ...]]:  # Any: the fields of GroupRow
    return select(
        Group.seq,
        Group.id,
        Group.display_name,
        Group.n_members,
        Group.source,
        Group.modified_at,
    )


def _order(query: GroupQuery) -> keyset.Order:
    keys = _SORT_KEYS[query.sort.removeprefix("-")]
    q = fold(comparing.searchable(query.q))
    if q and query.sort == "name":
        begins = case((comparing.starts_with(Group.display_name_key, q), 0), else_=1)
        keys = (keyset.Key(begins, "number"), *keys)
    return keyset.Order(keys, query.sort.startswith("-"))
