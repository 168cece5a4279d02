"""How much was changed, by how many requests, and how much failed on the last days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from sqlalchemy import Connection, func, select, text

from models import Request
from models.audit import COMMON, PROBLEMS
from models.database import reading
from services.activity import history
from services.organizations import OrganizationRef

_CHANGED: Final = f"outcome <> '{COMMON['outcome']}' AND requests.outcome = 'changed'"
"""The first half is what its index says, word for word."""


@dataclass(frozen=True)
class DayTraffic:
    """A day in somebody's time zone: changes, and requests refused or failed.

    `n_changing` are the requests that made the changes: one may make many.
    """

    day: date
    n_changes: int
    n_failed: int
    n_changing: int = 0


def per_day(
    organization: OrganizationRef, *, now: datetime, zone: tzinfo, count: int = 14
) -> list[DayTraffic]:
    """The last days, today last, as the zone counts. Counted by indexes alone."""
    counts = history.per_day(organization, now=now, zone=zone, count=count)
    edges = [start_of(one.day, zone) for one in counts]
    ends = [*edges[1:], start_of(counts[-1].day + timedelta(days=1), zone)]
    spans = list(zip(edges, ends, strict=True))
    failed = _count_requests(organization, spans, PROBLEMS)
    changing = _count_requests(organization, spans, _CHANGED)
    return [
        DayTraffic(one.day, one.n_changes, *numbers)
        for one, *numbers in zip(counts, failed, changing, strict=True)
    ]


def start_of(day: date, zone: tzinfo) -> datetime:
    """The first moment of a day, as the zone counts."""
    return datetime.combine(day, time.min, zone)


@reading
def _count_requests(
    connection: Connection,
    organization: OrganizationRef,
    spans: Sequence[tuple[datetime, datetime]],
    which: str,
) -> Sequence[int]:
    counts = (
        select(func.count())
        .select_from(Request)
        .where(
            Request.organization_seq == organization.seq,
            Request.at >= start,
            Request.at < end,
            text(f"requests.{which}"),
        )
        .scalar_subquery()
        for start, end in spans
    )
    return tuple(connection.execute(select(*counts)).one())
