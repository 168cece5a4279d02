"""How much was changed, and how much failed, on each of the last days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import Connection, func, select, text

from models import Request
from models.audit import PROBLEMS
from models.database import reading
from services.activity import history
from services.organizations import OrganizationRef


@dataclass(frozen=True)
class DayTraffic:
    """A day in somebody's time zone: changes, and requests refused or failed."""

    day: date
    n_changes: int
    n_failed: int


def per_day(
    organization: OrganizationRef, *, now: datetime, zone: tzinfo, count: int = 14
) -> list[DayTraffic]:
    """The last days, today last, as the zone counts. Counted by indexes alone."""
    counts = history.per_day(organization, now=now, zone=zone, count=count)
    edges = [_start(one.day, zone) for one in counts]
    ends = [*edges[1:], _start(counts[-1].day + timedelta(days=1), zone)]
    failed = _count_failed(organization, list(zip(edges, ends, strict=True)))
    return [
        DayTraffic(one.day, one.n_changes, n_failed)
        for one, n_failed in zip(counts, failed, strict=True)
    ]


def _start(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone)


@reading
def _count_failed(
    connection: Connection,
    organization: OrganizationRef,
    spans: Sequence[tuple[datetime, datetime]],
) -> Sequence[int]:
    counts = (
        select(func.count())
        .select_from(Request)
        .where(
            Request.organization_seq == organization.seq,
            Request.at >= start,
            Request.at < end,
            text(f"requests.{PROBLEMS}"),
        )
        .scalar_subquery()
        for start, end in spans
    )
    return tuple(connection.execute(select(*counts)).one())
