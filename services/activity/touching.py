"""Which rows of the request log have to do with one resource: about it, or changing it.

A condition for the statements of `request_log`, no more: what else they ask for is
handed in, so that nothing is gathered that they leave out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    TextClause,
    exists,
    select,
    text,
    union,
)
from sqlalchemy.orm import aliased

from models import ChangeEvent, Request
from models.audit import COMMON
from models.database import Base
from services.queries.keyset import Stretch

_AT_WORK: Final = 1_000
"""Changes of a resource that may be numbered otherwise than their requests came.

Many more than can be under way at once.
"""

_TABLE: Final = Base.metadata.tables[Request.__tablename__]
_AT, _SEQ = _TABLE.c.at, _TABLE.c.seq


Changing: TypeAlias = Literal["any", "failed", "none"]
"""Which of the requests that are wanted can have changed anything."""


def of_resource(
    organization_seq: int | None,
    resource_id: str,
    changing: Changing,
    clauses: Sequence[ColumnElement[bool] | TextClause],
    wanted: Stretch,
) -> ColumnElement[bool]:
    """Whether a request of theirs was about a resource, or changed it among others.

    Either has its index, and gives no more than is wanted: a group of a busy directory
    is in most of the log. Changes have the order in which they were committed.
    """
    beyond = [] if wanted.beyond is None else [wanted.beyond]
    mine = select(_SEQ).where(_TABLE.c.organization_seq == organization_seq)
    mine = mine.where(*clauses, *beyond)
    about = mine.where(_TABLE.c.resource_id == resource_id)
    branches = [_first(about, (_AT, _SEQ), wanted, wanted.count)]
    changes = (
        ChangeEvent.organization_seq == organization_seq,
        ChangeEvent.resource_id == resource_id,
    )
    is_of_request = ChangeEvent.request_id == _TABLE.c.id
    if changing == "failed":
        # They are few: each is asked for what it changed. Said as the index says it.
        failed = mine.where(
            _TABLE.c.outcome == "failed",
            text(f"requests.outcome <> '{COMMON['outcome']}'"),
            exists().where(is_of_request, *changes).correlate(_TABLE),
        )
        branches.append(_first(failed, (_AT, _SEQ), wanted, wanted.count))
    elif changing == "any":
        changed = mine.join(ChangeEvent, is_of_request).where(*changes)
        if wanted.runs_down:
            next_ = _next_request(organization_seq, resource_id)
            changed = changed.where(next_.is_distinct_from(ChangeEvent.request_id))
            most = wanted.count + _AT_WORK
            changed = _first(changed, (ChangeEvent.number,), wanted, most)
        # Upwards all are gathered: the first of them are far from where they are.
        branches.append(changed)
    return _SEQ.in_(select(union(*branches).subquery().c.seq))


def _next_request(
    organization_seq: int | None, resource_id: str
) -> ScalarSelect[str | None]:
    """Who made the next change of the resource: of many in a row by one, one counts."""
    later = aliased(ChangeEvent)
    return (
        select(later.request_id)
        .where(
            later.organization_seq == organization_seq,
            later.resource_id == resource_id,
            later.number > ChangeEvent.number,
        )
        .order_by(later.number)
        .limit(1)
        .correlate(ChangeEvent)
        .scalar_subquery()
    )


def _first(
    found: Select[Any],  # Any: a seq
    keys: Sequence[Any],  # Any: columns to order by
    wanted: Stretch,
    most: int,
) -> Select[Any]:  # Any: as `found`
    ordered = found.order_by(
        *(key.desc() if wanted.runs_down else key.asc() for key in keys)
    )
    return select(ordered.limit(most).subquery().c.seq)
