"""The daily round: once a day, whichever process comes first, what is old is dropped.

A job like others, of no organization, so that its day is remembered in the database and
a round that was broken off goes on. Each part may be done twice without harm. How long
deleted users and groups are kept is each organization's own setting.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, delete, or_, select
from sqlalchemy.orm import Session

from models import AdminInvitation, AdminSession, Job, ListWalk, SignInFailure
from models.database import reading, writing
from services.access.sessions import LONGEST
from services.access.sign_in import FORGOTTEN_AFTER
from services.activity import log_retention
from services.background import jobs
from services.background.job_steps import Step, Task
from services.deletion import deleted
from services.origin import Actor, Origin

KIND: Final = "daily"

ACTOR: Final = Actor("system", "daily", "Rollcall")
"""Who asks for it."""

_PER_TRANSACTION: Final = 1_000
_DAY: Final = timedelta(days=1)
_MONTH: Final = timedelta(days=30)

Drop: TypeAlias = Callable[[datetime], int]
Condition: TypeAlias = Callable[[datetime], ColumnElement[bool]]


def plan(now: datetime) -> None:
    """Queue the round of the day, unless there is one already."""
    job_id = id_of(now)
    if not _is_planned(job_id):
        _plan(job_id, Origin(ACTOR, now))


def id_of(now: datetime) -> str:
    """The id of a day's round: two processes cannot plan it twice."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"rollcall daily {now.date()}"))


@reading
def _is_planned(connection: Connection, job_id: str) -> bool:
    return connection.scalar(select(Job.seq).where(Job.id == job_id)) is not None


@writing
def _plan(session: Session, job_id: str, origin: Origin) -> None:
    if session.scalar(select(Job.seq).where(Job.id == job_id)) is None:
        session.add(
            Job(
                id=job_id,
                organization_seq=None,
                kind=KIND,
                owner=origin.actor.key,
                input={"owner_name": origin.actor.name},
                state="queued",
                n_done=0,
                n_total=len(PARTS),
                result={},
                created_at=origin.at,
            )
        )
        session.flush()


def step(task: Task, now: datetime) -> Step:
    """Some of the part that is due; the next part once it finds nothing more."""
    name, drop = PARTS[task.n_done]
    n_dropped = drop(now)
    counts = {**task.result, name: task.result.get(name, 0) + n_dropped}
    n_done = task.n_done if n_dropped else task.n_done + 1
    is_last = n_done == len(PARTS)
    return Step(n_done, len(PARTS), counts, "done" if is_last else "running")


def _dropping(table: Any, key: Any, is_old: Condition) -> Drop:
    """Any: a table and its key, a mapped class and column."""

    @writing
    def drop(session: Session, now: datetime) -> int:
        old = is_old(now)
        # The key need not be unique, so the condition stands twice.
        some = select(key).where(old).limit(_PER_TRANSACTION)
        gone = session.execute(delete(table).where(old, key.in_(some)).returning(key))
        return len(gone.all())

    return drop


def _ended_invitations(now: datetime) -> ColumnElement[bool]:
    ended = (
        AdminInvitation.expires_at,
        AdminInvitation.accepted_at,
        AdminInvitation.withdrawn_at,
    )
    return or_(*(column < now - _MONTH for column in ended))


PARTS: Final[tuple[tuple[str, Drop], ...]] = (
    ("deleted", deleted.purge_expired),
    (
        "sessions",
        _dropping(
            AdminSession,
            AdminSession.seq,
            lambda now: AdminSession.created_at < now - LONGEST - _DAY,
        ),
    ),
    (
        "invitations",
        _dropping(AdminInvitation, AdminInvitation.seq, _ended_invitations),
    ),
    (
        "sign_in_failures",
        _dropping(
            SignInFailure,
            SignInFailure.account,
            lambda now: SignInFailure.last_at < now - FORGOTTEN_AFTER,
        ),
    ),
    (
        "list_walks",
        _dropping(
            ListWalk, ListWalk.expires_at, lambda now: ListWalk.expires_at <= now
        ),
    ),
    ("jobs", jobs.forget_old),
    ("requests", log_retention.purge_expired),
)
"""In this order; each is called again until it has dropped nothing."""
