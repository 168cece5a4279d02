"""What needs an admin's attention in an organization, the worst first.

Each item is a fact with what it is about; how it is worded, and which page mends it, is
the door's. Nothing is remembered: an item goes when its cause does, or grows old.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Final, Literal

from sqlalchemy import Connection, case, func, select

from models import ChangeEvent, Counter, DeletedResource, Job, User
from models.database import reading
from services.access import token_lists
from services.access.token_lists import StoredToken
from services.activity import actors
from services.connection import failing
from services.organizations import OrganizationRef

Kind = Literal[
    "suspended",
    "no_token",
    "token_expired",
    "requests_failing",
    "many_ended",
    "job_failed",
    "token_expiring",
]

MOST_ITEMS: Final = 5
REMEMBERED: Final = timedelta(days=7)
"""How long something that happened is worth attention."""

URGENT_DAYS: Final = 7
"""Days before its expiry from which a token stands above what merely happened."""

MANY_ENDED: Final = 20
"""Users deactivated or deleted by one token on one day that are worth a look.

In a large organization it takes one of `_ONE_OF` users.
"""

MOST_CAUSES: Final = 3
"""Causes of failing requests, so that there is room for the rest."""

_ONE_OF: Final = 200
_MOST_INACTIVE: Final = 1_000_000


@dataclass(frozen=True)
class Attention:
    """A fact that asks for something to be done.

    `resource_id` names what it is about: a token by its public id, a job, the newest of
    the requests that fail for one cause; `name` is its name, or that of who did it.
    `is_bad` tells what stands still from what is to come. Of `n_people` users or groups
    that are concerned, `people` are named.
    """

    kind: Kind
    is_bad: bool
    at: datetime
    resource_id: str = ""
    name: str = ""
    count: int = 0
    n_people: int = 1
    people: tuple[str, ...] = ()


@reading
def list_worst(
    connection: Connection,
    organization: OrganizationRef,
    *,
    now: datetime,
    zone: tzinfo,
) -> list[Attention]:
    """What needs attention, at most `MOST_ITEMS`, the worst first.

    Days begin where the zone says.
    """
    tokens = token_lists.read_all(connection, organization, now)
    expiring = list(_expiring(tokens, now))
    urgent = [one for one in expiring if one.at <= now + timedelta(days=URGENT_DAYS)]
    found = [
        *_suspended(organization, now),
        *_no_token(tokens),
        *_expired(tokens, now),
        *_failing(connection, organization, now),
        *urgent,
        *_many_ended(connection, organization, now, zone),
        *_failed_jobs(connection, organization, now),
        *(one for one in expiring if one not in urgent),
    ]
    return found[:MOST_ITEMS]


def _suspended(organization: OrganizationRef, now: datetime) -> Iterator[Attention]:
    if organization.is_suspended:
        yield Attention("suspended", True, now)


def _no_token(tokens: Sequence[StoredToken]) -> Iterator[Attention]:
    """No token is left of those that were used: what they provisioned stands still."""
    used = [one for one in tokens if one.last_used_at is not None]
    if used and not any(one.is_live for one in tokens):
        last = max(used, key=_ended_at)
        yield Attention("no_token", True, _ended_at(last), last.public_id, last.name)


def _ended_at(token: StoredToken) -> datetime:
    return token.revoked_at or token.expires_at or token.created_at


def _expired(tokens: Sequence[StoredToken], now: datetime) -> Iterator[Attention]:
    """Ended by itself a short while ago, and nothing took its place."""
    live_names = {one.name for one in tokens if one.is_live}
    for one in tokens:
        if one.state != "expired" or one.replaced_by is not None:
            continue
        ended = _ended_at(one)
        if now - ended <= REMEMBERED and one.name not in live_names:
            yield Attention("token_expired", True, ended, one.public_id, one.name)


def _expiring(tokens: Sequence[StoredToken], now: datetime) -> Iterator[Attention]:
    soon = now + timedelta(days=max(token_lists.WARNED_BEFORE))
    ends = [
        (one.expires_at, one)
        for one in tokens
        if one.can_rotate and one.expires_at is not None and one.expires_at <= soon
    ]
    for expires_at, one in sorted(ends, key=lambda pair: pair[0]):
        days = token_lists.warned_days(expires_at, now)
        name, is_bad = one.name, days == min(token_lists.WARNED_BEFORE)
        yield Attention(
            "token_expiring", is_bad, expires_at, one.public_id, name, count=days
        )


def _failing(
    connection: Connection, organization: OrganizationRef, now: datetime
) -> Iterator[Attention]:
    for one in failing.read(connection, organization, now, most=MOST_CAUSES):
        yield Attention(
            *("requests_failing", True, one.at, one.request_id, one.name),
            one.n_requests,
            one.n_people,
            one.people,
        )


def _many_ended(
    connection: Connection, organization: OrganizationRef, now: datetime, zone: tzinfo
) -> Iterator[Attention]:
    """The day on which one token deactivated or deleted unusually many users."""
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(REMEMBERED.days)]
    edges = [datetime.combine(day, time.min, zone) for day in days]
    if not _some_ended(connection, organization, edges[-1]):
        return
    day = case(
        *((ChangeEvent.at >= edge, place) for place, edge in enumerate(edges)),
        else_=len(edges),
    )
    count = func.count().label("n_ended")
    row = connection.execute(
        select(ChangeEvent.actor, func.max(ChangeEvent.at).label("last_at"), count)
        .where(
            ChangeEvent.organization_seq == organization.seq,
            ChangeEvent.at >= edges[-1],
            ChangeEvent.resource_type == "User",
            ChangeEvent.action.in_(("deactivated", "deleted")),
            ChangeEvent.actor.startswith("token:"),
        )
        .group_by(ChangeEvent.actor, day)
        .having(count >= MANY_ENDED)
        .order_by(count.desc(), func.max(ChangeEvent.at).desc())
        .limit(1)
    ).one_or_none()
    if row is None or row.n_ended < _share(connection, organization):
        return
    names = actors.read_names(connection, organization, [row.actor])
    public_id = row.actor.removeprefix("token:")
    yield Attention(
        "many_ended", False, row.last_at, public_id, names[row.actor], row.n_ended
    )


def _some_ended(
    connection: Connection, organization: OrganizationRef, since: datetime
) -> bool:
    """Whether enough users ended at all; spares a look at every event after an import.

    Whoever was reactivated since, or purged, does not count: that was seen already.
    """
    # The limit keeps it a query of its own: those who are deactivated are few, those
    # who changed may be all.
    inactive = (
        select(User.modified_at)
        .where(
            User.organization_seq == organization.seq,
            User.is_active.is_(False),
        )
        .limit(_MOST_INACTIVE)
        .subquery()
    )
    deactivated = (
        select(inactive.c.modified_at)
        .where(inactive.c.modified_at >= since)
        .limit(MANY_ENDED)
        .subquery()
    )
    deleted = (
        select(DeletedResource.id)
        .where(
            DeletedResource.organization_seq == organization.seq,
            DeletedResource.resource_type == "User",
            DeletedResource.deleted_at >= since,
        )
        .limit(MANY_ENDED)
        .subquery()
    )
    counts = (
        select(func.count()).select_from(one).scalar_subquery()
        for one in (deactivated, deleted)
    )
    return sum(connection.execute(select(*counts)).one()) >= MANY_ENDED


def _share(connection: Connection, organization: OrganizationRef) -> int:
    """How many users of a large organization come and go unnoticed on a day."""
    counted = select(Counter.n_users).where(
        Counter.organization_seq == organization.seq
    )
    return (connection.scalar(counted) or 0) // _ONE_OF


def _failed_jobs(
    connection: Connection, organization: OrganizationRef, now: datetime
) -> Iterator[Attention]:
    rows = connection.execute(
        select(Job.id, Job.kind, Job.ended_at)
        .where(
            Job.organization_seq == organization.seq,
            Job.created_at > now - REMEMBERED,
            Job.state == "failed",
            Job.ended_at.is_not(None),
        )
        .order_by(Job.created_at.desc())
        .limit(MOST_ITEMS)
    )
    for row in rows:
        yield Attention("job_failed", True, row.ended_at, row.id, row.kind)
