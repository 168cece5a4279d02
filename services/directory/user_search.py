"""Who is meant by what somebody types: names, user names, e-mails, external IDs.

Every word must be found anywhere in one of these; who has one that begins with it comes
first. `user_search` keeps them in narrow rows, so that reading all of 100,000 takes
some 20 ms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    select,
)

from models import Counter, Membership, User, UserSearch
from scim.matching import fold
from services.organizations import OrganizationRef
from services.queries.comparing import Clause, among, contains, searchable

Found: TypeAlias = "Select[*tuple[Any, ...]]"  # Any: the caller's columns

FEW: Final = 2_000
"""Users that are read at once, and known by their numbers from then on."""

LARGE: Final = 10_000
"""Members of a group whose rows are still looked up one by one, not met in reading."""

MAX_WORDS: Final = 8
"""Words of a search; further ones are left out."""

_USERS: Final = User.__table__.c
_SEARCH: Final = UserSearch.__table__.c


@dataclass(frozen=True)
class Search:
    """What somebody typed, understood as conditions on the users of an organization."""

    organization: OrganizationRef
    text: str

    @property
    def words(self) -> list[str]:
        """The words as they are compared; none when nothing is looked for."""
        return fold(searchable(self.text)).split()[:MAX_WORDS]

    @property
    def clause(self) -> Clause:
        """Whether a row of `user_search` has every word."""
        return and_(True, *(contains(_SEARCH.texts, word) for word in self.words))

    @property
    def fits_best(self) -> Clause:
        """Whether every word begins something in a row of `user_search`."""
        return and_(
            True, *(contains(_SEARCH.texts, f"\n{word}") for word in self.words)
        )

    @property
    def of_user(self) -> Clause:
        """`clause` asked of a row of `users`."""
        is_same = (
            _SEARCH.organization_seq == self.organization.seq,
            _SEARCH.user_seq == _USERS.seq,
        )
        return exists().where(*is_same, self.clause)


_TOTALS: Final = select(Counter.n_users, Counter.n_active_users).where(
    Counter.organization_seq == bindparam("seq")
)


def totals(connection: Connection, organization: OrganizationRef) -> tuple[int, int]:
    """How many users an organization has, and how many of them are active."""
    row = connection.execute(_TOTALS, {"seq": organization.seq}).one()
    return row.n_users, row.n_active_users


def everybody(
    organization: OrganizationRef,
    *columns: ColumnElement[Any],  # Any: theirs
) -> Found:
    """All rows of `user_search` of an organization."""
    return select(*columns).where(_SEARCH.organization_seq == organization.seq)


_MEMBERS: Final = select(Membership.user_seq).where(
    Membership.group_seq == bindparam("group_seq")
)


def members(
    connection: Connection,
    organization: OrganizationRef,
    group_seq: int,
    n_members: int,
    *columns: ColumnElement[Any],  # Any: theirs
) -> Found:
    """The rows of those who are in a group of the organization."""
    if n_members <= FEW:
        # PostgreSQL would take a group to be as large as most are.
        seqs = connection.scalars(_MEMBERS, {"group_seq": group_seq}).all()
        known = among(connection, _SEARCH.user_seq, seqs)
        return everybody(organization, *columns).where(known)
    if n_members > LARGE:
        return everybody(organization, *columns).where(
            exists().where(
                Membership.group_seq == group_seq,
                Membership.user_seq == _SEARCH.user_seq,
            )
        )
    # The organization is not named: it would tempt SQLite into reading all of it.
    is_member = and_(
        _SEARCH.organization_seq == Membership.organization_seq,
        _SEARCH.user_seq == Membership.user_seq,
    )
    joined = select(*columns).join_from(Membership, UserSearch, is_member)
    return joined.where(Membership.group_seq == group_seq)
