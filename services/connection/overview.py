"""The overview of an organization: does provisioning work, how much is there.

How each connection is stands in `services/connection/health.py`, and the worst of them
is what the overview says first. What needs attention is in
`services/connection/attention.py`, what changed in `services/activity/history.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    TextClause,
    func,
    select,
    text,
)

from models import Counter, Group, Request
from models.audit import PROBLEMS
from models.database import reading
from services.access import token_lists
from services.access.token_lists import StoredToken
from services.connection import health
from services.connection.health import TokenHealth
from services.organizations import OrganizationRef

State = Literal[
    "paused", "waiting", "ended", "failing", "stalled", "quiet", "connected"
]

DAY: Final = timedelta(days=1)

_NOT_SCIM: Final = "requests.kind <> 'scim'"
"""Said as the index says it."""


@dataclass(frozen=True)
class Figures:
    """How much there is, and how many requests of the last 24 hours.

    `typical_us` is what a reply took, of the newest requests that went well.
    """

    n_users: int
    n_active_users: int
    n_groups: int
    n_memberships: int
    n_requests: int
    n_failed: int
    n_tokens: int
    typical_us: int | None

    @property
    def n_deactivated_users(self) -> int:
        """Users that are there, but not active."""
        return self.n_users - self.n_active_users


@dataclass(frozen=True)
class Health:
    """Whether providers reach Rollcall; the worst connection says so for all.

    `paused`: the organization is suspended. `waiting`: no request yet. `ended`: a token
    in use has expired, or no token works any more. `worst` is the connection that the
    state is of; None when there is none.
    """

    state: State
    worst: TokenHealth | None
    connections: tuple[TokenHealth, ...]
    figures: Figures


@dataclass(frozen=True)
class Progress:
    """How far a new organization is: each step ticks itself.

    `token` is the one used last, else the newest that works.
    """

    has_token: bool
    has_request: bool
    token: StoredToken | None


@reading
def read_health(
    connection: Connection, organization: OrganizationRef, now: datetime
) -> Health:
    """The state of the connections, the worst first, and the figures."""
    tokens = token_lists.read_all(connection, organization, now)
    told = health.relevant(tokens, now) or _last_used(tokens)
    found = health.read_many(connection, organization, told, now)
    figures = _figures(connection, organization, tokens, found, now)
    state: State = "paused" if organization.is_suspended else _worst(found)
    return Health(state, found[0] if found else None, tuple(found), figures)


def _worst(found: Sequence[TokenHealth]) -> State:
    return found[0].state if found else "waiting"


@reading
def read_progress(
    connection: Connection, organization: OrganizationRef, now: datetime
) -> Progress | None:
    """The steps of a new organization; None once it is one no more.

    That is when a request came, or when somebody made users or groups by hand.
    """
    tokens = token_lists.read_all(connection, organization, now)
    counters = connection.execute(
        select(Counter.n_users, Counter.n_groups).where(
            Counter.organization_seq == organization.seq
        )
    ).one()
    progress = steps_of(tokens)
    if progress.has_request or counters.n_users or counters.n_groups:
        return None
    return progress


@reading
def read_steps(
    connection: Connection, organization: OrganizationRef, now: datetime
) -> Progress:
    """The steps, also when all of them are done."""
    return steps_of(token_lists.read_all(connection, organization, now))


def steps_of(tokens: Sequence[StoredToken]) -> Progress:
    """The steps, as the tokens tell them."""
    live = next((one for one in tokens if one.is_live), None)
    used = next(iter(_last_used(tokens)), None)
    return Progress(
        live is not None or used is not None, used is not None, used or live
    )


def _last_used(tokens: Sequence[StoredToken]) -> list[StoredToken]:
    """The token that was used last, if one was."""
    used = [(one.last_used_at, one) for one in tokens if one.last_used_at is not None]
    return [max(used, key=lambda pair: pair[0])[1]] if used else []


def _figures(
    connection: Connection,
    organization: OrganizationRef,
    tokens: Sequence[StoredToken],
    connections: Sequence[TokenHealth],
    now: datetime,
) -> Figures:
    lately = (Request.organization_seq == organization.seq, Request.at > now - DAY)
    n_memberships = (
        select(func.coalesce(func.sum(Group.n_members), 0))
        .where(Group.organization_seq == organization.seq)
        .scalar_subquery()
    )
    row = connection.execute(
        select(
            Counter.n_users,
            Counter.n_active_users,
            Counter.n_groups,
            n_memberships.label("n_memberships"),
            # What is in an index alone is counted many times faster.
            _count(*lately).label("n_all"),
            _count(*lately, text(_NOT_SCIM)).label("n_others"),
            _count(*lately, text(f"requests.{PROBLEMS}")).label("n_failed"),
        ).where(Counter.organization_seq == organization.seq)
    ).one()
    times = [one.typical_us for one in connections if one.typical_us is not None]
    return Figures(
        row.n_users,
        row.n_active_users,
        row.n_groups,
        row.n_memberships,
        row.n_all - row.n_others,
        row.n_failed,
        n_tokens=sum(one.is_live for one in tokens),
        typical_us=int(median(times)) if times else None,
    )


def _count(*clauses: ColumnElement[bool] | TextClause) -> ScalarSelect[int]:
    return select(func.count()).select_from(Request).where(*clauses).scalar_subquery()
