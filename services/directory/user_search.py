"""Who is meant by what somebody types: names, user names, e-mails, external IDs.

Every word must be found: at the beginning of a name, a user name, an e-mail address or
an external ID, or anywhere within a name or user name. `user_search` keeps these texts
together in narrow rows, so that reading all of 100,000 takes some 20 ms. A search that
few people meet is carried on as their numbers, and one that many meet is asked of one
user after the other, until a page is full: `settle` finds out which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Select, and_, exists, false, or_, select

from models import User, UserSearch
from scim.matching import fold
from services.organizations import OrganizationRef
from services.queries.comparing import Clause, among, contains, searchable

FEW: Final = 2_000
"""People up to whom a set is carried on as numbers; asking each is cheaper of more."""

MAX_WORDS: Final = 8
"""Words of a search; further ones are left out."""

_USERS: Final = User.__table__.c
_SEARCH: Final = UserSearch.__table__.c


@dataclass(frozen=True)
class Condition:
    """What a user must meet: asked of one row, or as a selection of `seq`.

    `counted` asks it of a row of `user_search`, if that row knows.
    """

    test: Clause
    source: Select[int]
    counted: Clause | None = None


@dataclass(frozen=True)
class Settled:
    """A condition in its cheaper form; narrow when few people meet it."""

    clause: Clause
    is_narrow: bool
    counted: Clause | None = None


def settle(connection: Connection, condition: Condition) -> Settled:
    """Read who meets the condition, as long as they are few, and choose its form."""
    seqs = connection.scalars(condition.source.limit(FEW + 1)).all()
    if len(seqs) > FEW:
        return Settled(condition.test, False, condition.counted)
    # An empty list would still be compared with every row.
    clause = among(connection, _USERS.seq, seqs) if seqs else false()
    return Settled(clause, is_narrow=True)


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
        return and_(self.is_here, *map(_found, self.words))

    @property
    def is_here(self) -> Clause:
        """Whether a row of `user_search` is of the organization."""
        return _SEARCH.organization_seq == self.organization.seq

    def found(self) -> Condition:
        """Every word begins something, or stands within the name or user name."""
        return self._condition(self.clause)

    def fits_best(self) -> Condition:
        """Every word begins something, or a word of the name."""
        return self._condition(and_(self.is_here, *map(_begins, self.words)))

    def settle(self, connection: Connection) -> tuple[list[Clause], bool]:
        """The clauses that every word be found, and whether few people meet them."""
        if not self.words:
            return [], False
        settled = settle(connection, self.found())
        return [settled.clause], settled.is_narrow

    def _condition(self, clause: Clause) -> Condition:
        test = exists(
            select(1).where(clause, _SEARCH.user_seq == _USERS.seq).correlate(User)
        )
        return Condition(test, select(_SEARCH.user_seq).where(clause))


def _found(word: str) -> Clause:
    return or_(contains(_SEARCH.names, word), contains(_SEARCH.others, f"\n{word}"))


def _begins(word: str) -> Clause:
    return or_(
        contains(_SEARCH.names, f"\n{word}"),
        contains(_SEARCH.names, f" {word}"),
        contains(_SEARCH.others, f"\n{word}"),
    )
