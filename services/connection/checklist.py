"""How far a connection is: ten steps that tick themselves, and which request did it.

The ticks are written beside the request log (`services/connection/ticks.py`); here they
are read. A step that was seen once stays ticked, also when its request has gone. What a
token was rotated from has shown the same things: only that the new secret arrives is to
be seen anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, get_args

from sqlalchemy import Connection, select

from models import ConnectionTick, Request
from models.database import reading
from services.access import token_lists
from services.access.token_lists import StoredToken
from services.connection.ticks import Step
from services.organizations import OrganizationRef

STEPS: Final[tuple[Step, ...]] = get_args(Step)
"""In the order in which they happen."""

READING: Final = frozenset(
    {"reached", "accepted", "discovery", "looked_up", "imported"}
)
"""What a token shows that may only read."""

OF_THE_SECRET: Final = frozenset({"reached", "accepted"})
"""What a successor does not take over."""

_SELDOM: Final[Mapping[str, frozenset[str]]] = {
    # okta.md §1: the discovery documents are read for entitlements alone.
    "Okta": frozenset({"discovery"}),
    # identity-providers.md §2.1: it looks users up, and reads no list of all.
    "Entra ID": frozenset({"discovery", "imported"}),
}
_SELDOM_OTHERWISE: Final = frozenset({"discovery", "imported"})


@dataclass(frozen=True)
class Check:
    """One step. `at` is when it was first seen; `request_id` while that is kept.

    `is_seldom`: a connection of this kind is whole without it.
    """

    step: Step
    at: datetime | None
    request_id: str | None
    is_seldom: bool

    @property
    def is_seen(self) -> bool:
        """Whether it is ticked."""
        return self.at is not None

    @property
    def is_awaited(self) -> bool:
        """Whether the connection is not whole without it, and it is still to come."""
        return self.at is None and not self.is_seldom


@dataclass(frozen=True)
class Checklist:
    """The steps of one token."""

    checks: tuple[Check, ...]

    @property
    def n_seen(self) -> int:
        """How many are ticked."""
        return sum(one.is_seen for one in self.checks)

    @property
    def n_needed(self) -> int:
        """How many the connection is whole with; those seen beyond it count too."""
        return sum(one.is_seen or not one.is_seldom for one in self.checks)

    @property
    def next(self) -> Check | None:
        """The first that is awaited; None when the connection is whole."""
        return next((one for one in self.checks if one.is_awaited), None)

    @property
    def is_done(self) -> bool:
        """Whether nothing is awaited."""
        return self.next is None

    @property
    def is_accepted(self) -> bool:
        """Whether the token has opened the door once."""
        return any(one.step == "accepted" and one.is_seen for one in self.checks)


@reading
def get(
    connection: Connection,
    organization: OrganizationRef,
    public_id: str,
    *,
    provider: str,
    now: datetime,
) -> Checklist:
    """The steps of one token; `provider` as the log names it. Raises `NotFound`."""
    tokens = token_lists.read_all(connection, organization, now)
    token = next((one for one in tokens if one.public_id == public_id), None)
    if token is None:
        raise token_lists.not_found(public_id)
    return read_many(connection, organization, tokens, {public_id: provider})[public_id]


@reading
def list_for(
    connection: Connection,
    organization: OrganizationRef,
    providers: Mapping[str, str],
    now: datetime,
) -> dict[str, Checklist]:
    """The steps of several tokens, by public id; `providers` says who uses each."""
    tokens = token_lists.read_all(connection, organization, now)
    return read_many(connection, organization, tokens, providers)


def read_many(
    connection: Connection,
    organization: OrganizationRef,
    tokens: Sequence[StoredToken],
    providers: Mapping[str, str],
) -> dict[str, Checklist]:
    """The steps of the tokens that `providers` names, by public id.

    `tokens` are all of the organization, for those that were rotated.
    """
    by_id = {one.public_id: one for one in tokens}
    lines = {one: _line_of(by_id[one], by_id) for one in providers}
    found = _read(
        connection, organization, {one for line in lines.values() for one in line}
    )
    return {
        public_id: _checklist(by_id[public_id], line, found, providers[public_id])
        for public_id, line in lines.items()
    }


def _line_of(token: StoredToken, by_id: Mapping[str, StoredToken]) -> list[str]:
    """The token and those it was rotated from, the newest first."""
    line = [token.public_id]
    older = token.replaces
    while older is not None and older in by_id and older not in line:
        line.append(older)
        older = by_id[older].replaces
    return line


_Ticks = dict[tuple[str, str], tuple[datetime, str | None]]


def _read(
    connection: Connection, organization: OrganizationRef, tokens: set[str]
) -> _Ticks:
    rows = connection.execute(
        select(
            ConnectionTick.token_public_id,
            ConnectionTick.step,
            ConnectionTick.at,
            Request.id,
        )
        .outerjoin(Request, Request.id == ConnectionTick.request_id)
        .where(
            ConnectionTick.organization_seq == organization.seq,
            ConnectionTick.token_public_id.in_(tokens),
        )
    )
    return {(row.token_public_id, row.step): (row.at, row.id) for row in rows}


def _checklist(
    token: StoredToken, line: Sequence[str], found: _Ticks, provider: str
) -> Checklist:
    seldom = _SELDOM.get(provider, _SELDOM_OTHERWISE)
    steps = (one for one in STEPS if token.scope == "full" or one in READING)
    checks = []
    for step in steps:
        known = line[:1] if step in OF_THE_SECRET else line
        at, request_id = next(
            (found[one, step] for one in known if (one, step) in found), (None, None)
        )
        checks.append(Check(step, at, request_id, step in seldom))
    return Checklist(tuple(checks))
