"""Requests that fail for one cause, told together: what an admin has to mend.

A cause is gone when what failed went well since: the token was taken, an address was
found, the same was done to the same resource, who had the name was changed. Each person
and group is looked at alone. What failed once and never came again is told for a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Text,
    and_,
    case,
    exists,
    func,
    select,
    text,
    type_coerce,
)

from models import ChangeEvent, Request
from models.audit import COMMON, PROBLEMS
from models.database import Base
from services.directory import known_resources
from services.organizations import OrganizationRef

WITHIN: Final = timedelta(hours=24)

MOST_LOOKED_AT: Final = 2_000
"""The newest requests that fail, of which the causes are told."""

MOST_NAMED: Final = 3
"""People and groups that a cause names; of more it tells the number."""

_MOST_JUDGED: Final = 50
"""People and groups that are asked whether they are mended; the others are not."""

_TABLE: Final = Base.metadata.tables[Request.__tablename__]
_SAME: Final = (
    *("kind", "token_public_id", "method", "status", "scim_type", "cause"),
    "resource_type",
)
"""What requests have in common that fail alike."""

_TOLD: Final = (
    *("seq", "id", "at", "status", "method", "organization_seq", "token_public_id"),
    *("resource_type", "resource_id", "actor_name", "facts"),
)
_SLOW_DOWN: Final = 429
"""There is nothing to mend: the client tries again by itself."""

_REFUSED_TOKEN: Final = 401
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404
_READ: Final = COMMON["outcome"]
_IS_ABOUT_SOMEBODY: Final = and_(
    _TABLE.c.resource_type.is_not(None),
    _TABLE.c.status.not_in((_REFUSED_TOKEN, _FORBIDDEN)),
)
_SOMEBODY: Final = {
    "whom": func.coalesce(_TABLE.c.resource_id, ""),
    "said": type_coerce(_TABLE.c.facts, Text),
}
"""What tells people and groups apart: their id, or the name sent and who has it."""


@dataclass(frozen=True)
class Cause:
    """So many requests that fail alike: the newest of them, and the token's name.

    `n_people` users or groups are concerned, of which `people` are named.
    """

    request_id: str
    at: datetime
    name: str
    n_requests: int
    n_people: int = 1
    people: tuple[str, ...] = ()


def read(
    connection: Connection,
    organization: OrganizationRef,
    now: datetime,
    *,
    most: int,
) -> list[Cause]:
    """What fails, the most frequent first."""
    groups = _count(connection, organization, now)
    judged = _rows(connection, [one.newest for one in groups[:_MOST_JUDGED]])
    mended = {row.seq for row in judged if _is_mended(connection, row)}
    alike: dict[tuple[Any, ...], list[Any]] = {}  # Any: values of _SAME; as in _count
    for one in groups:
        if one.newest not in mended:
            alike.setdefault(tuple(one)[: len(_SAME)], []).append(one)
    worst_first = sorted(alike.values(), key=_weight, reverse=True)
    return [_cause(connection, organization, one) for one in worst_first[:most]]


def _weight(groups: Sequence[Any]) -> tuple[int, int]:  # Any: as in _count
    """How many requests, and the newest of them."""
    return sum(one.n_requests for one in groups), max(one.newest for one in groups)


def _count(
    connection: Connection, organization: OrganizationRef, now: datetime
) -> Sequence[Any]:  # Any: _SAME, who it was, the newest and the number of requests
    """How many failed alike, each person and group alone, the most frequent first."""
    newest = (
        select(
            *(_TABLE.c[name] for name in (*_SAME, "seq")),
            *(
                case((_IS_ABOUT_SOMEBODY, one), else_="").label(name)
                for name, one in _SOMEBODY.items()
            ),
        )
        .where(
            _TABLE.c.organization_seq == organization.seq,
            _TABLE.c.at > now - WITHIN,
            text(f"requests.{PROBLEMS}"),
        )
        .order_by(_TABLE.c.at.desc())
        .limit(MOST_LOOKED_AT)
        .subquery()
    )
    same = [newest.c[name] for name in (*_SAME, *_SOMEBODY)]
    n_requests = func.count().label("n_requests")
    return connection.execute(
        select(*same, func.max(newest.c.seq).label("newest"), n_requests)
        .where(newest.c.kind == "scim", newest.c.status != _SLOW_DOWN)
        .group_by(*same)
        .order_by(n_requests.desc(), func.max(newest.c.seq).desc())
    ).all()


def _rows(connection: Connection, seqs: Sequence[int]) -> Sequence[Any]:
    # Any: the columns of _TOLD
    return connection.execute(
        select(*(_TABLE.c[name] for name in _TOLD))
        .where(_TABLE.c.seq.in_(seqs))
        .order_by(_TABLE.c.seq.desc())
    ).all()


def _cause(
    connection: Connection, organization: OrganizationRef, groups: Sequence[Any]
) -> Cause:  # Any: as in _count
    """Those groups of one cause, told as one."""
    seqs = sorted((one.newest for one in groups), reverse=True)
    rows = _rows(connection, seqs[:MOST_NAMED])
    ids = {row.resource_id for row in rows if row.resource_id}
    known = known_resources.read_names(connection, organization, ids)
    names = [
        known[row.resource_id].reference.name
        if row.resource_id in known
        else str(row.facts.get("name", ""))
        for row in rows
        if groups[0].said
    ]
    return Cause(
        rows[0].id,
        rows[0].at,
        rows[0].actor_name,
        _weight(groups)[0],
        len({one.whom or one.said for one in groups}),
        tuple(dict.fromkeys(filter(None, names))),
    )


def _is_mended(connection: Connection, row: Any) -> bool:  # Any: the columns of _TOLD
    is_lost = row.status == _NOT_FOUND and row.resource_type is None
    holder_id = row.facts.get("holder_id")
    if row.status == _REFUSED_TOKEN or is_lost:
        same = _TABLE.c.token_public_id == row.token_public_id
    elif holder_id:
        ids = [one for one in (holder_id, row.resource_id) if one]
        if _was_changed(connection, row, ids):
            return True
        same = and_(
            _TABLE.c.resource_id.in_(ids), text(f"requests.outcome <> '{_READ}'")
        )
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


def _was_changed(connection: Connection, row: Any, ids: Sequence[str]) -> bool:
    # Any: as in _is_mended
    """Whether one of them was changed since, by whomever."""
    later = exists().where(
        ChangeEvent.organization_seq == row.organization_seq,
        ChangeEvent.resource_id.in_(ids),
        ChangeEvent.at > row.at,
    )
    return bool(connection.scalar(select(later)))
