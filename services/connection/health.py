"""How each connection is: who sends, when last, how much of it fails, and its rhythm.

A connection is a token and whoever holds it. Silence is judged by what is usual for it:
Okta sends when something changes there, so its own days of traffic are what it is
compared with; Entra ID comes about every 40 minutes. Nothing is remembered: all of it
is read from the newest rows of the request log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any, Final, Literal

from sqlalchemy import Connection, exists, func, select, text

from models import Request
from models.audit import PROBLEMS
from models.database import Base, reading
from services.access import token_lists
from services.access.token_lists import StoredToken
from services.activity import providers
from services.organizations import OrganizationRef

State = Literal["waiting", "connected", "quiet", "stalled", "failing", "ended"]
"""`waiting`: nothing has come. `quiet`: silent, as usual. `stalled`: silent for longer
than ever. `ended`: the token has expired, and nothing took its place."""

WORST_FIRST: Final[tuple[State, ...]] = (
    *("ended", "failing", "stalled", "connected", "quiet", "waiting"),
)

DAY: Final = timedelta(days=1)
REMEMBERED: Final = timedelta(days=7)
"""How long a token that expired is told of."""

RECENT: Final = 50
"""The newest requests, of which is told how many fail."""

MOST_FAILED: Final = 10_000
"""Failing requests that are counted in detail; more are that many "or more"."""

MOST_CONNECTIONS: Final = 20

_FAILING_SHARE: Final = 3
"""One of so many requests fails, and one of the last `_LAST` too."""

_LAST: Final = 5
_ENOUGH: Final = 10
"""Requests that show a share; of fewer the newest has to fail: who sets up mistypes."""

_QUIET_AFTER: Final = timedelta(hours=1)

_TABLE: Final = Base.metadata.tables[Request.__tablename__]


@dataclass(frozen=True)
class Rhythm:
    """What silence is compared with: so many spans of time, back from the last request.

    Judged when at least `least` of them had one. Silence is unusual when it is longer
    than the longest pause among them, by `missed` spans.
    """

    span: timedelta
    n_spans: int
    least: int
    missed: int


_RHYTHMS: Final = {"Entra ID": Rhythm(timedelta(minutes=40), 12, 6, 3)}
_OWN_DAYS: Final = Rhythm(DAY, 28, 7, 0)


@dataclass(frozen=True)
class TokenHealth:
    """A connection as it is. `provider` is as the log names it, or nothing.

    `n_recent` are the newest requests, at most `RECENT`; `n_requests` and `n_failed`
    those of 24 hours, failing ones up to `MOST_FAILED`.
    """

    token: StoredToken
    state: State
    provider: str
    last_at: datetime | None
    n_recent: int = 0
    n_recent_failed: int = 0
    n_requests: int = 0
    n_failed: int = 0
    typical_us: int | None = None

    @property
    def name(self) -> str:
        """What to call who sends: the provider, else what its token is called."""
        return self.provider or self.token.name


@reading
def list_all(
    connection: Connection, organization: OrganizationRef, now: datetime
) -> list[TokenHealth]:
    """The connections that there are, the worst first."""
    tokens = token_lists.read_all(connection, organization, now)
    return read_many(connection, organization, relevant(tokens, now), now)


@reading
def get(
    connection: Connection,
    organization: OrganizationRef,
    token: StoredToken,
    now: datetime,
) -> TokenHealth:
    """The connection of one token, also of one that has ended."""
    return read_many(connection, organization, [token], now)[0]


def relevant(tokens: Sequence[StoredToken], now: datetime) -> list[StoredToken]:
    """Those that work, and those that expired in use and left a gap."""
    live = [one for one in tokens if one.is_live]
    names = {one.name for one in live}
    gone = [
        one
        for one in tokens
        if one.state == "expired"
        and one.last_used_at is not None
        and one.replaced_by is None
        and one.name not in names
        and one.expires_at is not None
        and now - one.expires_at <= REMEMBERED
    ]
    found = sorted([*live, *gone], key=_used_at, reverse=True)
    return found[:MOST_CONNECTIONS]


def _used_at(token: StoredToken) -> datetime:
    return token.last_used_at or token.created_at


def read_many(
    connection: Connection,
    organization: OrganizationRef,
    tokens: Sequence[StoredToken],
    now: datetime,
) -> list[TokenHealth]:
    """How the connections of those tokens are, the worst first."""
    if not tokens:
        return []
    requests = _count_requests(connection, organization, tokens, now - DAY)
    failed = _count_failed(connection, organization, now - DAY)
    found = [
        _one(connection, organization, token, now, (n, failed.get(token.public_id, 0)))
        for token, n in zip(tokens, requests, strict=True)
    ]
    return sorted(found, key=lambda one: WORST_FIRST.index(one.state))


def _count_requests(
    connection: Connection,
    organization: OrganizationRef,
    tokens: Sequence[StoredToken],
    since: datetime,
) -> Sequence[int]:
    counts = (
        select(func.count())
        .where(
            Request.organization_seq == organization.seq,
            Request.token_public_id == token.public_id,
            Request.at > since,
        )
        .scalar_subquery()
        for token in tokens
    )
    return tuple(connection.execute(select(*counts)).one())


def _count_failed(
    connection: Connection, organization: OrganizationRef, since: datetime
) -> dict[str, int]:
    newest = (
        select(_TABLE.c.token_public_id)
        .where(
            _TABLE.c.organization_seq == organization.seq,
            _TABLE.c.at > since,
            text(f"requests.{PROBLEMS}"),
        )
        .order_by(_TABLE.c.at.desc())
        .limit(MOST_FAILED)
        .subquery()
    )
    rows = connection.execute(
        select(newest.c.token_public_id, func.count())
        .where(newest.c.token_public_id.is_not(None))
        .group_by(newest.c.token_public_id)
    )
    return {row[0]: row[1] for row in rows}


def _one(
    connection: Connection,
    organization: OrganizationRef,
    token: StoredToken,
    now: datetime,
    counts: tuple[int, int],
) -> TokenHealth:
    rows = _newest(connection, organization, token)
    ends = (rows[0].at if rows else None, token.last_used_at)
    last_at = max((one for one in ends if one is not None), default=None)
    provider = next((row.provider for row in rows if row.provider), "")
    provider = provider or providers.recognise(token.last_used_agent or "")
    state = _state_of(token, rows)
    if state == "connected" and last_at is not None:
        rhythm = _RHYTHMS.get(provider, _OWN_DAYS)
        state = _silence(connection, organization, token, (last_at, now), rhythm)
    times = [row.duration_us for row in rows if row.duration_us and not _failed(row)]
    return TokenHealth(
        token,
        state,
        provider,
        last_at,
        len(rows),
        sum(_failed(row) for row in rows),
        *counts,
        typical_us=int(median(times)) if times else None,
    )


def _newest(
    connection: Connection, organization: OrganizationRef, token: StoredToken
) -> Sequence[Any]:  # Any: a row as selected here
    return connection.execute(
        select(Request.at, Request.outcome, Request.provider, Request.duration_us)
        .where(
            Request.organization_seq == organization.seq,
            Request.token_public_id == token.public_id,
        )
        .order_by(Request.at.desc(), Request.seq.desc())
        .limit(RECENT)
    ).all()


def _failed(row: Any) -> bool:  # Any: as in _newest
    return row.outcome in ("refused", "failed")


def _state_of(token: StoredToken, rows: Sequence[Any]) -> State:  # Any: as in _newest
    if token.last_used_at is None and not rows:
        return "waiting"
    if not token.is_live:
        return "ended"
    n_failed = sum(_failed(row) for row in rows)
    n_last = _LAST if len(rows) >= _ENOUGH else 1
    is_lasting = any(_failed(row) for row in rows[:n_last])
    if is_lasting and n_failed * _FAILING_SHARE >= len(rows):
        return "failing"
    return "connected"


def _silence(
    connection: Connection,
    organization: OrganizationRef,
    token: StoredToken,
    between: tuple[datetime, datetime],
    rhythm: Rhythm,
) -> State:
    last_at, now = between
    silence = now - last_at
    if silence < _QUIET_AFTER:
        return "connected"
    if silence < rhythm.span * max(rhythm.missed, 1):
        return "quiet"
    had = _had_requests(connection, organization, token, last_at, rhythm)
    n_silent = silence // rhythm.span
    is_regular = sum(had) >= rhythm.least
    unusual = _longest_pause(had) + rhythm.missed
    return "stalled" if is_regular and n_silent > unusual else "quiet"


def _had_requests(
    connection: Connection,
    organization: OrganizationRef,
    token: StoredToken,
    last_at: datetime,
    rhythm: Rhythm,
) -> Sequence[bool]:
    """Whether each span before the last request had one, the newest span first."""
    lines = [one for one in (token.public_id, token.replaces) if one]
    ends = (last_at - rhythm.span * back for back in range(rhythm.n_spans))
    had_one = (
        exists()
        .where(
            Request.organization_seq == organization.seq,
            Request.token_public_id.in_(lines),
            Request.at <= end,
            Request.at > end - rhythm.span,
        )
        .select()
        .scalar_subquery()
        for end in ends
    )
    return tuple(bool(one) for one in connection.execute(select(*had_one)).one())


def _longest_pause(had: Sequence[bool]) -> int:
    """The most spans without a request between two that had one."""
    places = [place for place, one in enumerate(had) if one]
    return max((after - before - 1 for before, after in pairwise(places)), default=0)
