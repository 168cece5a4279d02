"""How long the request log is kept, and whether with the bodies of the requests.

What is too old goes in small batches that let other writers pass. What happened is kept
all the same: the change events are not part of the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, or_, select, update
from sqlalchemy.orm import Session

from models import Organization, Request, RequestLogGap
from models.database import Base, reading, writing
from services.activity import events
from services.activity.events import Change
from services.background import jobs
from services.background.job_steps import Step, Task
from services.background.jobs import NewJob
from services.errors import Invalid, NotFound
from services.organizations import OrganizationRef
from services.origin import Origin

KIND: Final = "forget_bodies"
"""The job that drops the bodies of an organization that wants no more of them."""

LOG_DAYS: Final = (1, 3_650)
"""Least and most days that a log can be kept."""

UNNAMED_DAYS: Final = 30
"""How long requests of no organization are kept."""

_PER_BATCH: Final = 500

_TABLES: Final = (
    Base.metadata.tables[Request.__tablename__],
    Base.metadata.tables[RequestLogGap.__tablename__],
)


@dataclass(frozen=True)
class LogRules:
    """For how many days requests are kept; without bodies it is "meaning only"."""

    days: int
    keeps_bodies: bool


@reading
def get_rules(connection: Connection, organization: OrganizationRef) -> LogRules:
    """What an organization has chosen."""
    statement = select(
        Organization.log_retention_days, Organization.log_keeps_bodies
    ).where(Organization.seq == organization.seq)
    return LogRules(*connection.execute(statement).one())


def set_rules(
    organization: OrganizationRef, rules: LogRules, *, origin: Origin
) -> None:
    """Choose; without bodies, those that are kept are dropped at once, by a job.

    Raises `Invalid` ("log_retention_days").
    """
    least, most = LOG_DAYS
    if not least <= rules.days <= most:
        detail = f"Give a number of days from {least} to {most:,}."
        raise Invalid("log_retention_days", detail)
    ended_bodies = _set_rules(organization, rules, origin)
    if ended_bodies:
        jobs.add(organization, NewJob(KIND, {}), origin=origin)


@writing
def _set_rules(
    session: Session, organization: OrganizationRef, rules: LogRules, origin: Origin
) -> bool:
    row = session.get(Organization, organization.seq, with_for_update=True)
    if row is None:
        raise NotFound("There is no such organization any more.")
    before = {
        "log_retention_days": row.log_retention_days,
        "log_keeps_bodies": row.log_keeps_bodies,
    }
    row.log_retention_days, row.log_keeps_bodies = rules.days, rules.keeps_bodies
    after = {"log_retention_days": rules.days, "log_keeps_bodies": rules.keeps_bodies}
    changes: events.Changes = {
        key: (before[key], after[key]) for key in after if before[key] != after[key]
    }
    if changes:
        session.flush()
        change = Change("updated", "Organization", row.slug, row.name, changes)
        events.record(session, row.seq, origin, change)
    return "log_keeps_bodies" in changes and not rules.keeps_bodies


def purge_expired(now: datetime) -> int:
    """Drop a batch of what is older than its organization keeps; how many rows."""
    for table in _TABLES:
        seqs = _find_expired(table, now)
        if seqs:
            _drop(table, seqs)
            return len(seqs)
    return 0


@reading
def _find_expired(connection: Connection, table: Any, now: datetime) -> list[int]:
    # Any: a table, which has either column
    when = table.c.at if "at" in table.c else table.c.until
    days = select(Organization.seq, Organization.log_retention_days)
    kept = [*connection.execute(days), (None, UNNAMED_DAYS)]
    found: list[int] = []
    for seq, n_days in kept:
        statement = select(table.c.seq).where(
            table.c.organization_seq.is_not_distinct_from(seq)
            if seq is None
            else table.c.organization_seq == seq,
            when < now - timedelta(days=n_days),
        )
        found += connection.scalars(
            statement.order_by(when).limit(_PER_BATCH - len(found))
        )
        if len(found) >= _PER_BATCH:
            break
    return found


@writing
def _drop(session: Session, table: Any, seqs: Sequence[int]) -> None:  # Any: as above
    session.execute(delete(table).where(table.c.seq.in_(seqs)))


def step(session: Session, task: Task, origin: Origin) -> Step:
    """Drop the bodies of the next rows: one step of the job.

    Nothing once the organization has changed its mind.
    """
    place = int(task.result.get("place", 0))
    wants_none = session.scalar(
        select(Organization.seq).where(
            Organization.seq == task.home.seq, Organization.log_keeps_bodies.is_(False)
        )
    )
    seqs = session.scalars(
        select(Request.seq)
        .where(Request.organization_seq == task.home.seq, Request.seq > place)
        .order_by(Request.seq)
        .limit(_PER_BATCH)
    ).all()
    if not seqs or wants_none is None:
        return Step(task.n_done, task.n_total, task.result, "done")
    session.execute(
        update(Request)
        .where(
            Request.seq.in_(seqs),
            or_(Request.request_body.is_not(None), Request.response_body.is_not(None)),
        )
        .values(request_body=None, response_body=None)
        .execution_options(synchronize_session=False)
    )
    return Step(task.n_done + len(seqs), task.n_total, {"place": seqs[-1]}, "running")
