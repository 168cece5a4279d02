"""What jobs are called on pages, and how their state is said."""

from __future__ import annotations

from typing import Final

from blueprints.admin_ui.activity import undo_words
from blueprints.admin_ui.directory import bulk_words, group_words
from services.activity import log_retention
from services.background import bulk_groups
from services.background.bulk_changes import ACTIONS
from services.background.jobs import State, StoredJob
from services.files import csv_import
from services.undo import undoing

_STATES: Final[dict[State, tuple[str, str]]] = {
    "waiting": ("warn", "Waits for you"),
    "queued": ("off", "Waits for its turn"),
    "running": ("ok", "Under way"),
    "done": ("ok", "Done"),
    "failed": ("bad", "Failed"),
    "cancelled": ("off", "Cancelled"),
}


def state(job: StoredJob) -> tuple[str, str]:
    """The kind of its dot, and its state in words."""
    return _STATES[job.state]


def ending(job: StoredJob) -> str:
    """What is announced when the job stops."""
    words = {"waiting": "the trial is done", "done": "done", "failed": "it failed"}
    return f"{title(job)}: {words.get(job.state, 'cancelled')}."


def title(job: StoredJob) -> str:
    """What the job does, as a heading."""
    if csv_import.noun_of(job.kind):
        return f"Import {job.input['file_name']}"
    if job.kind == undoing.KIND:
        return undo_words.job_title(job.input)
    if job.kind == bulk_groups.KIND:
        return group_words.title(job.n_total or 0)
    if job.kind == log_retention.KIND:
        return "Drop the bodies of requests"
    action, group = job.input.get("action"), job.input.get("group_name", "")
    return (
        bulk_words.title(action, job.n_total or 0, group)
        if action in ACTIONS
        else "Job"
    )


def cancelling(job: StoredJob) -> str:
    """What stopping it is called."""
    return "Cancel import" if csv_import.noun_of(job.kind) else "Cancel job"


def counted(job: StoredJob) -> str:
    """What its progress counts: one of them."""
    if csv_import.noun_of(job.kind):
        return "line"
    return {undoing.KIND: "change", bulk_groups.KIND: "group"}.get(job.kind, "user")


def sentences(job: StoredJob) -> list[str]:
    """What came of it so far."""
    if job.kind == undoing.KIND:
        return undo_words.job_result(job.result)
    if job.kind == bulk_groups.KIND:
        return group_words.result(job.result)
    if job.kind == log_retention.KIND:
        return [f"{job.n_done:,} requests have no bodies any more."]
    action, group = job.input.get("action"), job.input.get("group_name", "")
    return bulk_words.result(action, job.result, group) if action in ACTIONS else []
