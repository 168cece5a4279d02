"""The overview of an organization: does provisioning work, how much is there.

What is told of the connection comes from the last use of the tokens, which is all that
is known of requests that change nothing. What needs attention is in
`services/connection/attention.py`, what changed in `services/activity/history.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Connection, exists, func, select

from models import ChangeEvent, Counter, Group, Request
from models.database import reading
from services.access import token_lists
from services.access.token_lists import StoredToken
from services.organizations import OrganizationRef

State = Literal["paused", "waiting", "ended", "quiet", "connected"]

DAY: Final = timedelta(days=1)

REGULAR_DAYS: Final = 7
"""Days with changes in a row, after which a day without a request is quiet."""


@dataclass(frozen=True)
class Figures:
    """How much there is, and how many changes of the last 24 hours."""

    n_users: int
    n_active_users: int
    n_groups: int
    n_memberships: int
    n_changes: int
    n_tokens: int

    @property
    def n_deactivated_users(self) -> int:
        """Users that are there, but not active."""
        return self.n_users - self.n_active_users


@dataclass(frozen=True)
class Health:
    """Whether a provider reaches Rollcall; `token` is the one used last.

    `paused`: the organization is suspended. `waiting`: no request yet. `ended`: no
    token works any more. `quiet`: no request for a day, after days that all had some.
    """

    state: State
    token: StoredToken | None
    provider: str
    figures: Figures


@dataclass(frozen=True)
class Progress:
    """How far a new organization is: each step ticks itself."""

    has_token: bool
    has_request: bool
    token: StoredToken | None


@reading
def read_health(
    connection: Connection, organization: OrganizationRef, now: datetime
) -> Health:
    """The state of the connection, worst first, and the figures."""
    tokens = token_lists.read_all(connection, organization, now)
    used = _last_used(tokens)
    figures = _figures(connection, organization, tokens, now)
    state = _state(organization, tokens, used)
    if state == "connected" and _is_quiet(connection, organization, used, now):
        state = "quiet"
    return Health(state, used, _provider(used), figures)


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
    used = _last_used(tokens)
    return Progress(live is not None or used is not None, used is not None, used)


def _last_used(tokens: Sequence[StoredToken]) -> StoredToken | None:
    used = [(one.last_used_at, one) for one in tokens if one.last_used_at is not None]
    return max(used, key=lambda pair: pair[0])[1] if used else None


def _state(
    organization: OrganizationRef,
    tokens: Sequence[StoredToken],
    used: StoredToken | None,
) -> State:
    if organization.is_suspended:
        return "paused"
    if not any(one.is_live for one in tokens):
        return "ended" if tokens else "waiting"
    return "waiting" if used is None else "connected"


def _provider(used: StoredToken | None) -> str:
    """What to call who sends: what it says it is, else what its token is called."""
    if used is None:
        return ""
    return "Okta" if "okta" in (used.last_used_agent or "").lower() else used.name


def _is_quiet(
    connection: Connection,
    organization: OrganizationRef,
    used: StoredToken | None,
    now: datetime,
) -> bool:
    if used is None or used.last_used_at is None or now - used.last_used_at < DAY:
        return False
    last = used.last_used_at
    days = [last - DAY * back for back in range(REGULAR_DAYS)]
    had_one = (
        exists()
        .where(
            Request.organization_seq == organization.seq,
            Request.at <= day,
            Request.at > day - DAY,
        )
        .select()
        .scalar_subquery()
        for day in days
    )
    return all(connection.execute(select(*had_one)).one())


def _figures(
    connection: Connection,
    organization: OrganizationRef,
    tokens: Sequence[StoredToken],
    now: datetime,
) -> Figures:
    n_memberships = (
        select(func.coalesce(func.sum(Group.n_members), 0))
        .where(Group.organization_seq == organization.seq)
        .scalar_subquery()
    )
    n_changes = (
        select(func.count())
        .select_from(ChangeEvent)
        .where(
            ChangeEvent.organization_seq == organization.seq,
            ChangeEvent.at > now - DAY,
        )
        .scalar_subquery()
    )
    row = connection.execute(
        select(
            Counter.n_users,
            Counter.n_active_users,
            Counter.n_groups,
            n_memberships.label("n_memberships"),
            n_changes.label("n_changes"),
        ).where(Counter.organization_seq == organization.seq)
    ).one()
    return Figures(
        row.n_users,
        row.n_active_users,
        row.n_groups,
        row.n_memberships,
        row.n_changes,
        n_tokens=sum(one.is_live for one in tokens),
    )
