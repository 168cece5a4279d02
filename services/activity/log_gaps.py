"""When requests left no row in the log, and how many: what its pages say of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from models import RequestLogGap
from models.database import reading
from services.organizations import OrganizationRef


@dataclass(frozen=True)
class Gap:
    """A time in which requests came that left no row."""

    since: datetime
    until: datetime
    n_dropped: int


@reading
def since(
    connection: Connection, organization: OrganizationRef | None, at: datetime
) -> list[Gap]:
    """When rows had to be dropped since then, the latest first.

    Without an organization: rows that would have belonged to none.
    """
    seq = organization.seq if organization else None
    rows = connection.execute(
        select(RequestLogGap.since, RequestLogGap.until, RequestLogGap.n_dropped)
        .where(
            RequestLogGap.organization_seq.is_not_distinct_from(seq),
            RequestLogGap.until >= at,
        )
        .order_by(RequestLogGap.until.desc())
    )
    return [Gap(*row) for row in rows]
