"""Jobs: work that outlives a request, with its progress and its files.

A job is a row; `services/background/job_runner.py` works on it, step by step, and a
page shows how far it came. What is done is not known here: each kind of job has a
module of its own.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast

from sqlalchemy import Connection, Select, delete, func, insert, select, update
from sqlalchemy.orm import Session

from models import Job, JobFile
from models.database import read_connection, reading, writing
from services.errors import NotFound
from services.organizations import OrganizationRef
from services.origin import Actor, ActorKind, Origin, is_id, new_id

State = Literal["waiting", "queued", "running", "done", "failed", "cancelled"]

GOING: Final = ("queued", "running")
"""States in which a runner works on a job; one that waits does so for an admin."""

CHUNK_BYTES: Final = 256 * 1024
"""Of a file that is kept as it came."""

PRIVATE_FILES: Final = ("upload", "rows", "hints", "later", "groups", "selection")
"""Files that a job reads for itself; the others are for admins to download."""

JOBS_KEPT: Final = timedelta(days=30)
"""How long a job is kept once it has ended."""

UPLOADS_KEPT: Final = timedelta(days=7)
"""How long the private files of a job are kept."""

_MOST_GOING: Final = 3

_OWNER_NAME: Final = "owner_name"


@dataclass(frozen=True)
class NewJob:
    """A job to be made. `files` are its first files: name to content, in chunks."""

    kind: str
    input: Mapping[str, Any]  # Any: depends on the kind, JSON
    n_total: int | None = None
    state: State = "queued"
    files: Mapping[str, list[bytes]] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredJob:
    """A job as it stood in one transaction.

    `result` is what came of it so far, `files` are the names of what can be read. Both,
    and `input`, hold what the kind of job puts there.
    """

    id: str
    kind: str
    state: State
    n_done: int
    n_total: int | None
    input: Mapping[str, Any]  # Any: JSON, by the kind of job
    result: Mapping[str, Any]  # Any: as input
    owner: str
    owner_name: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    files: frozenset[str] = frozenset()

    @property
    def is_going(self) -> bool:
        """Whether a runner works on it, or will by itself."""
        return self.state in GOING

    @property
    def problem(self) -> str | None:
        """Why it failed, in words."""
        found = self.result.get("problem")
        return found if isinstance(found, str) else None


def start(
    organization: OrganizationRef,
    kind: str,
    input: Mapping[str, Any],
    *,
    origin: Origin,
    file: bytes | None = None,
) -> str:
    """Queue a job, with `file` as its file `upload`; returns its id."""
    files = {} if file is None else {"upload": split(file)}
    return add(organization, NewJob(kind, input, files=files), origin=origin)


@writing
def add(
    session: Session, organization: OrganizationRef, new: NewJob, *, origin: Origin
) -> str:
    """Make a job and its first files; returns its id."""
    job = Job(
        id=new_id(),
        organization_seq=organization.seq,
        kind=new.kind,
        owner=origin.actor.key,
        input={**new.input, _OWNER_NAME: origin.actor.name},
        state=new.state,
        n_done=0,
        n_total=new.n_total,
        result={},
        created_at=origin.at,
    )
    session.add(job)
    session.flush()
    for name, chunks in new.files.items():
        write_file(session, job.seq, name, dict(enumerate(chunks)))
    return job.id


@reading
def get(
    connection: Connection, organization: OrganizationRef, job_id: str
) -> StoredJob:
    """The job of that id; raises `NotFound`, also for another organization's."""
    if not is_id(job_id):
        raise not_found()
    row = connection.execute(
        select(Job.__table__).where(
            Job.organization_seq == organization.seq, Job.id == job_id
        )
    ).one_or_none()
    if row is None:
        raise not_found()
    names = connection.scalars(
        select(JobFile.name).where(JobFile.job_seq == row.seq).distinct()
    )
    return _stored(row, frozenset(names))


@reading
def recent(
    connection: Connection, organization: OrganizationRef, count: int = 50
) -> list[StoredJob]:
    """The organization's jobs, the newest first, without the names of their files."""
    rows = connection.execute(
        select(Job.__table__)
        .where(Job.organization_seq == organization.seq)
        .order_by(Job.created_at.desc(), Job.seq.desc())
        .limit(count)
    )
    return [_stored(row, frozenset()) for row in rows]


@reading
def going_of(
    connection: Connection, organization: OrganizationRef, actor: Actor
) -> list[StoredJob]:
    """What somebody has started here and is not done yet, the newest first: a few."""
    rows = connection.execute(
        select(Job.__table__)
        .where(
            Job.organization_seq == organization.seq,
            Job.owner == actor.key,
            Job.state.in_(GOING),
        )
        .order_by(Job.created_at.desc(), Job.seq.desc())
        .limit(_MOST_GOING)
    )
    return [_stored(row, frozenset()) for row in rows]


@writing
def cancel(
    session: Session, organization: OrganizationRef, job_id: str, *, origin: Origin
) -> None:
    """Stop a job after the step it is in; what is done stays done.

    Nothing happens when it has ended already. Raises `NotFound`.
    """
    job = lock(session, organization, job_id)
    if job.state in ("waiting", *GOING):
        job.state, job.ended_at = "cancelled", origin.at
        forget_selection(session, job.seq)


def forget_selection(session: Session, job_seq: int) -> None:
    """Drop what an ended job had still to do: it names people and their values."""
    write_file(session, job_seq, "selection", {})


def lock(session: Session, organization: OrganizationRef, job_id: str) -> Job:
    """The row of a job, locked, for those who change it; raises `NotFound`."""
    if not is_id(job_id):
        raise not_found()
    job = session.scalar(
        select(Job)
        .where(Job.organization_seq == organization.seq, Job.id == job_id)
        .with_for_update()
    )
    if job is None:
        raise not_found()
    return job


def owner_of(job: Job) -> Actor:
    """Whom the changes of a job name: who asked for it."""
    kind, _, id_ = job.owner.partition(":")
    return Actor(cast(ActorKind, kind), id_, job.input[_OWNER_NAME])


def stream_file(
    organization: OrganizationRef, job_id: str, name: str
) -> Generator[bytes]:
    """A file of a job, chunk by chunk, from one snapshot; raises `NotFound`."""
    with read_connection() as connection:
        seq = is_id(job_id) and connection.scalar(
            select(Job.seq).where(
                Job.organization_seq == organization.seq, Job.id == job_id
            )
        )
        with closing(_chunks(connection, seq or 0, name)) as chunks:
            first = next(chunks, None)
            if first is None:
                raise NotFound("This job has no such file, or has it no more.")
            yield first
            yield from chunks


def _chunks(connection: Connection, job_seq: int, name: str) -> Generator[bytes]:
    """One statement a chunk: a file may be large, and its chunks are."""
    chunk = -1
    while True:
        row = connection.execute(
            select(JobFile.chunk, JobFile.content)
            .where(
                JobFile.job_seq == job_seq, JobFile.name == name, JobFile.chunk > chunk
            )
            .order_by(JobFile.chunk)
            .limit(1)
        ).one_or_none()
        if row is None:
            return
        chunk = row.chunk
        yield row.content


def read_chunk(
    database: Session | Connection, job_seq: int, name: str, chunk: int
) -> bytes | None:
    """One chunk of a job's file, if there is such a one."""
    content: bytes | None = database.execute(
        select(JobFile.content).where(
            JobFile.job_seq == job_seq, JobFile.name == name, JobFile.chunk == chunk
        )
    ).scalar()
    return content


def write_file(
    session: Session, job_seq: int, name: str, chunks: Mapping[int, bytes]
) -> None:
    """Keep a file in the place of the one of that name; without chunks, none at all."""
    session.execute(
        delete(JobFile).where(JobFile.job_seq == job_seq, JobFile.name == name)
    )
    rows = [
        {"job_seq": job_seq, "name": name, "chunk": chunk, "content": content}
        for chunk, content in chunks.items()
    ]
    if rows:
        session.execute(insert(JobFile), rows)


def append(session: Session, job_seq: int, name: str, content: bytes) -> None:
    """Add to the end of a job's file; makes it when there is none yet."""
    last = session.scalar(
        select(func.max(JobFile.chunk)).where(
            JobFile.job_seq == job_seq, JobFile.name == name
        )
    )
    session.execute(
        insert(JobFile).values(
            job_seq=job_seq,
            name=name,
            chunk=0 if last is None else last + 1,
            content=content,
        )
    )


def split(content: bytes) -> list[bytes]:
    """Content in chunks of `CHUNK_BYTES`; one empty chunk for nothing at all."""
    return [
        content[start : start + CHUNK_BYTES]
        for start in range(0, len(content), CHUNK_BYTES)
    ] or [b""]


@writing
def forget_old(session: Session, now: datetime, at_most: int = 20) -> int:
    """Drop what is old of jobs; returns how many were touched, 0 when none is left.

    Uploads go after `UPLOADS_KEPT`, ended jobs after `JOBS_KEPT`, and an import that
    nobody went on with counts as cancelled.
    """
    is_over = Job.state.not_in(("waiting", *GOING))
    ended = select(Job.seq).where(is_over, Job.created_at < now - JOBS_KEPT)
    gone = _first(session, ended, at_most)
    session.execute(delete(Job).where(Job.seq.in_(gone)))
    is_old = Job.created_at < now - UPLOADS_KEPT
    left = _first(session, select(Job.seq).where(Job.state == "waiting", is_old), 20)
    session.execute(
        update(Job).where(Job.seq.in_(left)).values(state="cancelled", ended_at=now)
    )
    is_private = JobFile.name.in_(PRIVATE_FILES)
    with_file = select(JobFile.job_seq).where(JobFile.job_seq == Job.seq, is_private)
    emptied = _first(
        session, select(Job.seq).where(is_over, is_old, with_file.exists()), at_most
    )
    session.execute(delete(JobFile).where(is_private, JobFile.job_seq.in_(emptied)))
    return len(gone) + len(left) + len(emptied)


def _first(session: Session, seqs: Select[int], at_most: int) -> list[int]:
    return list(session.scalars(seqs.order_by(Job.seq).limit(at_most)))


def not_found() -> NotFound:
    """The error for an id that is not, or no more, a job's."""
    return NotFound("There is no such job here. Jobs are kept for 30 days.")


def _stored(
    row: Any,  # Any: a row of the table
    files: frozenset[str],
) -> StoredJob:
    return StoredJob(
        row.id,
        row.kind,
        row.state,
        row.n_done,
        row.n_total,
        row.input,
        row.result or {},
        row.owner,
        row.input[_OWNER_NAME],
        row.created_at,
        row.started_at,
        row.ended_at,
        files,
    )
