"""Requests that fail for one cause, told together: what an admin has to mend.

A cause is gone when what failed went well since: the token was taken, an address was
found, the same was done to the same resource. What failed once and never came again is
told for a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, exists, func, select, text

from models import Request
from models.audit import PROBLEMS
from models.database import Base
from services.organizations import OrganizationRef

WITHIN: Final = timedelta(hours=24)

MOST_LOOKED_AT: Final = 2_000
"""The newest requests that fail, of which the causes are told."""

_TABLE: Final = Base.metadata.tables[Request.__tablename__]
_SAME: Final = (
    *("kind", "token_public_id", "method", "status", "scim_type", "cause"),
    "resource_type",
)
"""What requests have in common that fail alike."""

_TOLD: Final = (
    *("seq", "id", "at", "status", "method", "organization_seq", "token_public_id"),
    *("resource_type", "resource_id", "actor_name"),
)
_SLOW_DOWN: Final = 429
"""There is nothing to mend: the client tries again by itself."""

_REFUSED_TOKEN: Final = 401
_NOT_FOUND: Final = 404


@dataclass(frozen=True)
class Cause:
    """So many requests that fail alike: the newest of them, and the token's name."""

    request_id: str
    at: datetime
    name: str
    n_requests: int


def read(
    connection: Connection,
    organization: OrganizationRef,
    now: datetime,
    *,
    most: int,
) -> list[Cause]:
    """What fails, the most frequent first."""
    counts = _count(connection, organization, now, most * 2)
    rows = connection.execute(
        select(*(_TABLE.c[name] for name in _TOLD)).where(
            _TABLE.c.seq.in_(list(counts))
        )
    )
    worst_first = sorted(rows, key=lambda row: (-counts[row.seq], -row.seq))
    found = (row for row in worst_first if not _is_mended(connection, row))
    return [
        Cause(row.id, row.at, row.actor_name, counts[row.seq])
        for row, _ in zip(found, range(most), strict=False)
    ]


def _count(
    connection: Connection, organization: OrganizationRef, now: datetime, most: int
) -> dict[int, int]:
    """How many failed alike, by the newest of them."""
    newest = (
        select(*(_TABLE.c[name] for name in (*_SAME, "seq")))
        .where(
            _TABLE.c.organization_seq == organization.seq,
            _TABLE.c.at > now - WITHIN,
            text(f"requests.{PROBLEMS}"),
        )
        .order_by(_TABLE.c.at.desc())
        .limit(MOST_LOOKED_AT)
        .subquery()
    )
    n_requests = func.count().label("n_requests")
    groups = connection.execute(
        select(func.max(newest.c.seq), n_requests)
        .where(newest.c.kind == "scim", newest.c.status != _SLOW_DOWN)
        .group_by(*(newest.c[name] for name in _SAME))
        .order_by(n_requests.desc(), func.max(newest.c.seq).desc())
        .limit(most)
    )
    return {group[0]: group[1] for group in groups}


def _is_mended(connection: Connection, row: Any) -> bool:  # Any: the columns of _TOLD
    is_lost = row.status == _NOT_FOUND and row.resource_type is None
    if row.status == _REFUSED_TOKEN or is_lost:
        same = _TABLE.c.token_public_id == row.token_public_id
    elif row.resource_id is not None:
        same = and_(
            _TABLE.c.resource_id == row.resource_id, _TABLE.c.method == row.method
        )
    else:
        return False
    later = exists().where(
        _TABLE.c.organization_seq == row.organization_seq,
        same,
        _TABLE.c.at >= row.at,
        _TABLE.c.seq > row.seq,
        text(f"NOT (requests.{PROBLEMS})"),
    )
    return bool(connection.scalar(select(later)))
