"""Jobs: which there are, how far each is, what came of it. Also its files.

A page that is open asks once a second until the job has ended; it may be left.
"""

from __future__ import annotations

from collections.abc import Generator
from itertools import chain, islice
from typing import Final

from flask import Response, g, url_for
from werkzeug.wrappers import Response as AnyResponse

from blueprints.admin_ui import bp, formats, fragments, shell
from blueprints.admin_ui.directory import job_words
from services.background import jobs
from services.background.jobs import StoredJob
from services.errors import NotFound
from services.files import csv_files, csv_import

FILES: Final = ("problems", "skipped", "result")
"""Files of a job that are for downloading; the others it reads itself."""

_MEDIA_TYPES: Final = {
    "csv": csv_files.MEDIA_TYPE,
    "json": "application/json",
    "jsonl": "application/x-ndjson",
}


@bp.get("/o/<slug>/jobs")
def list_jobs(slug: str) -> Response:
    """The jobs of the last 30 days; for htmx those of one's own that go on."""
    g.section = "list_users"
    found = [
        (job, job_words.title(job), *job_words.state(job), may_open(job.kind))
        for job in jobs.recent(g.organization)
    ]
    return fragments.show(
        "jobs/index.html",
        "jobs/_own.html",
        jobs=found,
        own_jobs=own(),
        can_import=shell.may("new_import"),
        slug=slug,
    )


def own() -> list[tuple[StoredJob, str, str]]:
    """What whoever is signed in has started and is under way.

    With its title, and what its progress counts.
    """
    going = jobs.going_of(g.organization, g.signed_in.actor)
    return [(job, job_words.title(job), job_words.counted(job)) for job in going]


def may_open(kind: str) -> bool:
    """Whether whoever is signed in may see more of such a job than its line."""
    return shell.may("show_import" if csv_import.noun_of(kind) else "show_job")


@bp.get("/o/<slug>/jobs/<job_id>")
def show_job(slug: str, job_id: str) -> AnyResponse:
    """A job with its progress, at last with its result."""
    g.section = "list_users"
    job = jobs.get(g.organization, job_id)
    if noun := csv_import.noun_of(job.kind):
        return fragments.go(
            url_for("admin_ui.show_import", slug=slug, noun=noun, job_id=job_id)
        )
    return fragments.show(
        "jobs/show.html",
        "jobs/_job.html",
        *ended_parts(job),
        job=job,
        slug=slug,
        title=job_words.title(job),
        state=job_words.state(job),
        noun=job_words.counted(job),
        sentences=job_words.sentences(job),
        cancel=cancelling(job),
        can_download=shell.may("download_job_file"),
    )


def ended_parts(job: StoredJob) -> list[str]:
    """What else changes on an open page once its job has ended, which is announced.

    While it goes on the actions stay as they are, so that focus may rest on them.
    """
    if job.is_going:
        return []
    if fragments.wants_fragment():
        fragments.notify(job_words.ending(job))
    return ["jobs/_actions.html"]


def cancelling(job: StoredJob) -> str:
    """What the button says that stops the job; empty when the page offers none."""
    is_offered = job.state in ("waiting", *jobs.GOING) and shell.may("cancel_job")
    return job_words.cancelling(job) if is_offered else ""


@bp.post("/o/<slug>/jobs/<job_id>/cancel")
def cancel_job(slug: str, job_id: str) -> AnyResponse:
    """Stop a job after the step it is in."""
    jobs.cancel(g.organization, job_id, origin=g.origin)
    fragments.notify("The job was cancelled. What was done before stays done.")
    return fragments.go(url_for("admin_ui.show_job", slug=slug, job_id=job_id))


@bp.get("/o/<slug>/jobs/<job_id>/<name>.csv")
def download_job_file(slug: str, job_id: str, name: str) -> Response:
    """What became of everybody, what was skipped, or which rows have problems."""
    if name not in FILES:
        raise NotFound("This job has no such file, or has it no more.")
    pieces = jobs.stream_file(g.organization, job_id, name)
    return download(pieces, f"{slug}-{name}", "csv")


def download(pieces: Generator[bytes], name: str, kind: str) -> Response:
    """A file that is written while it is sent; `kind` is csv, json or jsonl."""
    # The first piece is made now: what is wrong still has a proper answer. The rest
    # needs no context of Flask's, which would outlive a browser that goes away.
    begun = list(islice(pieces, 1))
    day = g.now.astimezone(formats.zone()).date()
    response = Response(
        chain(begun, pieces),
        content_type=_MEDIA_TYPES[kind],
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{day}.{kind}"',
        },
    )
    response.call_on_close(pieces.close)
    return response
