"""Changes are changed back: a preview with its numbers, then the act, all or nothing.

What is undone is a selection of change events; the undo makes change events itself, and
so it can be undone. A large one runs as a job, in steps of their own. Only users and
groups are undone: what was done to tokens, admins and settings is counted and left.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from models import Request
from models.database import reading, writing
from services.activity.events import Batch
from services.background import jobs
from services.background.job_steps import Step, Task
from services.background.jobs import NewJob
from services.errors import Invalid, NotFound, ServiceError
from services.files import csv_files
from services.organizations import OrganizationRef
from services.origin import Origin
from services.undo import parts, previewing
from services.undo.actions import Part, Skipped
from services.undo.performing import carry_out
from services.undo.planning import Plan, plan
from services.undo.previewing import Preview
from services.undo.selection import Selection

KIND: Final = "undo"

_HEADINGS: Final = ("type", "name", "id", "reason", "since")


class NotAsShown(ServiceError):
    """What would be undone is no more what the preview showed."""


@dataclass(frozen=True)
class Undone:
    """What came of it, by the changes made; `skipped` is what was left as it is."""

    n_resources: int
    n_members: int
    skipped: tuple[Skipped, ...]


@reading
def preview(
    connection: Connection,
    organization: OrganizationRef,
    selection: Selection,
    now: datetime,
) -> Preview:
    """What undoing comes to now: numbers, names, what stays and why.

    Raises `Invalid` ("request", "since", "until"), `NotFound` for a request that was
    never seen here.
    """
    selection = selection.closed(now)
    found = plan(connection, organization, selection)
    if selection.request_id and not found.n_events:
        _check_request(connection, organization, selection.request_id)
    return previewing.tell(connection, organization, selection, found)


def _check_request(
    connection: Connection, organization: OrganizationRef, request_id: str
) -> None:
    known = connection.scalar(
        select(Request.seq).where(
            Request.organization_seq == organization.seq, Request.id == request_id
        )
    )
    if known is None:
        raise NotFound("There is no such request here, and no change that it made.")


def undo(
    organization: OrganizationRef,
    selection: Selection,
    *,
    digest: str,
    origin: Origin,
) -> Undone | str:
    """Do what the preview of that digest showed; a job's id when it is large.

    Raises `NotAsShown` when it would be something else by now, `Invalid`.
    """
    selection = selection.closed(origin.at)
    job_id = _start_if_large(organization, selection, digest, origin)
    return job_id or _undo(organization, selection, digest, origin)


@writing
def _undo(
    session: Session,
    organization: OrganizationRef,
    selection: Selection,
    digest: str,
    origin: Origin,
) -> Undone:
    found = plan(session, organization, selection)
    _check_digest(found, digest)
    note = _note(session, organization, selection)
    # A list of its own: a transaction may run again.
    origin, batch = replace(origin, notes=[note]), Batch()
    late = [
        skipped
        for part in parts.whole(found)
        for skipped in carry_out(session, organization, part, batch, origin)
    ]
    was_first = bool(batch.changes or late) or not found.n_resources
    if any(one.is_late for one in late) or not was_first:
        # Somebody came between the look and the locks, perhaps with the same undo.
        raise _not_as_shown()
    batch.record(session, organization.seq, origin)
    moved = {one.group_id for one in (*found.leaving, *found.returning)}
    meant = moved | {one.id for one in found.actions}
    # Of a deletion other groups tell, too, which nobody asked for.
    n_resources = len(meant & {one.resource_id for one in batch.changes})
    return Undone(n_resources, _n_moved(batch, moved), (*found.skipped, *late))


def _start_if_large(
    organization: OrganizationRef, selection: Selection, digest: str, origin: Origin
) -> str | None:
    job = _make_job(organization, selection, digest)
    return None if job is None else jobs.add(organization, job, origin=origin)


@reading
def _make_job(
    connection: Connection,
    organization: OrganizationRef,
    selection: Selection,
    digest: str,
) -> NewJob | None:
    found = plan(connection, organization, selection)
    _check_digest(found, digest)
    if not found.is_large:
        return None
    todo = parts.split(found)
    files = {"selection": [orjson.dumps(part.as_dict()) for part in todo]}
    if found.skipped:
        files["skipped"] = [_rows(found.skipped, is_first=True)]
    return NewJob(
        KIND,
        {
            "note": _note(connection, organization, selection),
            "n_parts": len(todo),
            "n_resources": found.n_resources,
            "n_members": found.n_members,
            "n_skipped": len(found.skipped),
            "selection": dict(selection.as_dict()),
        },
        n_total=sum(part.size for part in todo),
        files=files,
    )


def step(session: Session, task: Task, origin: Origin) -> Step:
    """The next part of a job."""
    place, n_parts = int(task.result.get("part", 0)), task.input["n_parts"]
    kept = jobs.read_chunk(session, task.seq, "selection", place)
    if kept is None:
        raise Invalid("job", "What this job was to do is not kept any more.")
    part = Part.from_dict(orjson.loads(kept))
    origin, batch = replace(origin, notes=[task.input["note"]]), Batch()
    skipped = carry_out(session, task.home, part, batch, origin)
    batch.record(session, task.home.seq, origin)
    n_before = task.result.get("n_skipped", task.input["n_skipped"])
    if skipped:
        content = _rows(skipped, is_first=not n_before)
        jobs.append(session, task.seq, "skipped", content)
    result = {
        "part": place + 1,
        "n_skipped": n_before + len(skipped),
        "n_resources": task.result.get("n_resources", 0) + _n_changed(batch),
        "n_members": task.result.get("n_members", 0) + _n_moved(batch),
    }
    is_over = place + 1 >= n_parts
    if is_over:
        jobs.forget_selection(session, task.seq)
    return Step(
        task.n_done + part.size, task.n_total, result, "done" if is_over else "running"
    )


def _n_changed(batch: Batch) -> int:
    return len({one.resource_id for one in batch.changes if one.changes})


def _n_moved(batch: Batch, of: Container[str] | None = None) -> int:
    """Members who came or left: of these groups, or of all."""
    return sum(
        len(one.added) + len(one.removed)
        for one in batch.changes
        if one.action == "updated" and (of is None or one.resource_id in of)
    )


def _rows(skipped: Sequence[Skipped], *, is_first: bool) -> bytes:
    rows = [
        (
            one.resource.type,
            one.resource.name,
            one.resource.id,
            one.reason,
            one.at.isoformat() if one.at else "",
        )
        for one in skipped
    ]
    head = [_HEADINGS] if is_first else []
    return csv_files.write_rows([*head, *rows], is_first=is_first)


def _check_digest(found: Plan, digest: str) -> None:
    if found.digest != digest:
        raise _not_as_shown()


def _not_as_shown() -> NotAsShown:
    return NotAsShown(
        "Something changed since the preview was made. Nothing was undone: look at the "
        "new preview."
    )


def _note(
    database: Connection | Session, organization: OrganizationRef, selection: Selection
) -> str:
    """What was undone, for the row of the undo."""
    connection = database.connection() if isinstance(database, Session) else database
    name, at = previewing.read_actor(connection, organization, selection)
    who = name or "everybody"
    if selection.request_id:
        return (
            f"This undid what {who} changed on {_utc(at)}, by request "
            f"{selection.request_id}."
        )
    since, until = _utc(selection.since), _utc(selection.until)
    return f"This undid what {who} changed from {since} to {until}."


def _utc(at: datetime | None) -> str:
    return "" if at is None else f"{at:%-d %b %Y %H:%M:%S} UTC"
