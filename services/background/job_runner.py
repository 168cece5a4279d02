"""Works on jobs: one step after the other, each step one transaction.

A step does some of the work and writes how far the job is in the same transaction, so
that a process may die at any moment: what the step did is there with its progress, or
neither is. Whoever takes the job next goes on from there. The row of the job is locked
during a step, so a job is never in two hands; the heartbeat only keeps runners from
crowding around one job, and tells an abandoned job from one that somebody works on.

What a step does belongs to the modules of the kinds of jobs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeAlias

import structlog
from sqlalchemy import Connection, or_, select, update
from sqlalchemy.orm import Session

from models import Job, Organization
from models.database import Busy, reading, writing
from scim.errors import ScimError
from services.activity import log_retention
from services.background import bulk_changes, bulk_groups, daily_round, jobs
from services.background.job_steps import Step, Task
from services.errors import ServiceError
from services.files import group_import, group_loading, user_import, user_loading
from services.organizations import OrganizationRef
from services.origin import Origin, new_id
from services.undo import undoing

Handler: TypeAlias = Callable[[Session, Task, Origin], Step]
Chore: TypeAlias = Callable[[Task, datetime], Step]
Wait: TypeAlias = Callable[[float], bool]
"""Waits so many seconds, less if the runner is to stop; says whether it is."""

HANDLERS: Final[Mapping[str, Handler]] = {
    bulk_changes.KIND: bulk_changes.step,
    bulk_groups.KIND: bulk_groups.step,
    group_import.GROUPS.job: group_loading.step,
    user_import.USERS.job: user_loading.step,
    log_retention.KIND: log_retention.step,
    undoing.KIND: undoing.step,
}
"""What a step of each kind of job does, within the transaction of its progress."""

CHORES: Final[Mapping[str, Chore]] = {daily_round.KIND: daily_round.step}
"""The same for work in transactions of its own, which may be done twice."""

ABANDONED_AFTER: Final = timedelta(seconds=30)
"""Without a step for so long, a job is free for any runner."""

MOST_BEGINNINGS: Final = 5
"""Times that a job is taken up without a step done; after them it fails.

A step that ends the process it runs in would else end every process, one by one.
"""

_BEGINNINGS: Final = "beginnings"
_CANDIDATES: Final = 100

IDLE_SECONDS: Final = 0.5
LONGEST_PATIENCE_SECONDS: Final = 30.0

log = structlog.get_logger()


def now() -> datetime:
    """The clock of a runner."""
    return datetime.now(UTC)


@dataclass
class Runner:
    """One who works on jobs. `clock` is handed to the steps as their time."""

    clock: Callable[[], datetime] = now
    _mine: set[int] = field(default_factory=set)
    _planned: date | None = None

    def run(self, wait: Wait) -> None:
        """Work until `wait` says to stop; the step in progress then finishes."""
        impatience, is_stopping = 0, False
        while not is_stopping:
            began = time.monotonic()
            try:
                self._plan_day()
                did_something = self.step()
                impatience = 0
            except Exception as error:  # a runner outlives whatever happens to it
                impatience += 1
                _log_trouble(error, impatience)
                is_stopping = wait(min(2.0**impatience / 4, LONGEST_PATIENCE_SECONDS))
                continue
            took = time.monotonic() - began
            # Requests write between two steps: SQLite has one writer at a time, and who
            # waits for it looks again every tenth of a second.
            is_stopping = wait(max(took / 2, 0.02) if did_something else IDLE_SECONDS)
        self.release()

    def _plan_day(self) -> None:
        at = self.clock()
        if self._planned != at.date():
            daily_round.plan(at)
            self._planned = at.date()

    def drain(self) -> int:
        """Work until nothing is left to do; the number of steps."""
        n_steps = 0
        while self.step():
            n_steps += 1
        return n_steps

    def step(self) -> bool:
        """One step of the job whose turn it is; False when there is none to be done.

        Raises `Busy`: nothing was done, and the job goes on later.
        """
        at = self.clock()
        candidates = _candidates(at - ABANDONED_AFTER, self._mine)
        self._mine.intersection_update(candidates)
        for seq in candidates:
            if self._try(seq, at):
                self._mine.add(seq)
                return True
            self._mine.discard(seq)
        return False

    def _try(self, seq: int, at: datetime) -> bool:
        try:
            return self._step(seq, at)
        except Busy:
            raise
        except Exception as error:
            _fail(seq, at, *_explained(seq, error))
            return True

    def _step(self, seq: int, at: datetime) -> bool:
        if seq not in self._mine and not _begin(seq, at):
            return True
        chore = _find_chore(seq)
        if chore is None:
            return _step(seq, at)
        task, work = chore
        return _write_progress(seq, work(task, at), at)

    def release(self) -> None:
        """Let others go on at once with what this runner worked on."""
        if self._mine:
            _release(tuple(self._mine))
        self._mine.clear()


@reading
def _candidates(
    connection: Connection, abandoned_before: datetime, mine: set[int]
) -> list[int]:
    """Jobs that this runner may work on, the one that waited longest first."""
    is_free = or_(
        Job.heartbeat_at.is_(None),
        Job.heartbeat_at < abandoned_before,
        Job.seq.in_(mine),
    )
    rows = connection.scalars(
        select(Job.seq)
        .where(Job.state.in_(jobs.GOING), Job.kind.in_((*HANDLERS, *CHORES)), is_free)
        .order_by(Job.heartbeat_at.asc().nulls_first(), Job.seq)
        .limit(_CANDIDATES)
    )
    return list(rows)


@writing
def _begin(session: Session, seq: int, at: datetime) -> bool:
    """Take note that a job is taken up; False when it was too often, and failed.

    The note goes with the next step that gets done.
    """
    job = _locked(session, seq)
    if job is None:
        return True
    result = job.result or {}
    times: int = result.get(_BEGINNINGS, 0) + 1
    job.result = {**result, _BEGINNINGS: times}
    if times > MOST_BEGINNINGS:
        job.state, job.ended_at = "failed", at
        job.result = {**result, "problem": _STUCK, "incident": None}
        jobs.forget_selection(session, seq)
        log.error("job failed", job=seq, problem=_STUCK)
    return times <= MOST_BEGINNINGS


@writing
def _step(session: Session, seq: int, at: datetime) -> bool:
    """One step of that job; False when somebody else works on it, or it has ended."""
    job = _locked(session, seq)
    if job is None:
        return False
    # The job stands for the request: its changes are found by its id.
    origin = Origin(jobs.owner_of(job), at, request_id=job.id)
    step = HANDLERS[job.kind](session, _task(session, job), origin)
    _note(job, step, at)
    return True


@writing
def _write_progress(session: Session, seq: int, step: Step, at: datetime) -> bool:
    job = _locked(session, seq)
    if job is not None:
        _note(job, step, at)
    return job is not None


def _locked(session: Session, seq: int) -> Job | None:
    return session.scalar(
        select(Job)
        .where(Job.seq == seq, Job.state.in_(jobs.GOING))
        .with_for_update(skip_locked=True)
    )


def _note(job: Job, step: Step, at: datetime) -> None:
    job.n_done, job.n_total, job.result = step.n_done, step.n_total, dict(step.result)
    job.state = step.state
    job.started_at = job.started_at or at
    job.heartbeat_at = at
    job.ended_at = at if step.state == "done" else None


def _task(session: Session | Connection, job: Any) -> Task:  # Any: an entity or a row
    organization = session.execute(
        select(Organization.seq, Organization.slug, Organization.name).where(
            Organization.seq == job.organization_seq
        )
    ).one_or_none()
    return Task(
        OrganizationRef(*organization) if organization else None,
        job.seq,
        job.input,
        job.n_done,
        job.n_total,
        {key: one for key, one in (job.result or {}).items() if key != _BEGINNINGS},
    )


@reading
def _find_chore(connection: Connection, seq: int) -> tuple[Task, Chore] | None:
    job = connection.execute(
        select(Job.__table__).where(Job.seq == seq, Job.kind.in_(CHORES))
    ).one_or_none()
    return None if job is None else (_task(connection, job), CHORES[job.kind])


@writing
def _release(session: Session, seqs: tuple[int, ...]) -> None:
    session.execute(
        update(Job)
        .where(Job.seq.in_(seqs), Job.state.in_(jobs.GOING))
        .values(heartbeat_at=None)
    )


@writing
def _fail(
    session: Session, seq: int, at: datetime, problem: str, incident: str | None
) -> None:
    job = _locked(session, seq)
    if job is not None:
        job.state, job.ended_at = "failed", at
        job.result = {**(job.result or {}), "problem": problem, "incident": incident}
        jobs.forget_selection(session, seq)


def _explained(seq: int, error: Exception) -> tuple[str, str | None]:
    """Why a job fails, in words, and the incident id of what nobody foresaw."""
    if isinstance(error, (ServiceError, ScimError)):
        return error.detail, None
    incident = new_id()
    log.error("job failed", job=seq, incident=incident, exc_info=error)
    return (
        "Something went wrong inside Rollcall. What was done before stays done. Tell "
        f"whoever runs this installation the incident id {incident}.",
        incident,
    )


_STUCK: Final = (
    f"It was taken up {MOST_BEGINNINGS} times, and each time the server stopped before "
    "anything more was done. What was done before stays done. Tell whoever runs this "
    "installation to look at the server's log."
)


def _log_trouble(error: Exception, times: int) -> None:
    if isinstance(error, Busy):
        log.warning("jobs wait for the database", times=times)
    else:
        log.error("jobs cannot be worked on", times=times, exc_info=error)
