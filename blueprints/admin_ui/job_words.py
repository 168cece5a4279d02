"""What jobs are called on pages, and how their state is said."""

from __future__ import annotations

from typing import Final

from blueprints.admin_ui import bulk_words
from services.background.bulk_changes import ACTIONS
from services.background.jobs import State, StoredJob

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
    if job.kind == "import":
        return f"Import {job.input['file_name']}"
    action, group = job.input.get("action"), job.input.get("group_name", "")
    return (
        bulk_words.title(action, job.n_total or 0, group)
        if action in ACTIONS
        else "Job"
    )


def sentences(job: StoredJob) -> list[str]:
    """What came of a bulk action so far."""
    action, group = job.input.get("action"), job.input.get("group_name", "")
    return bulk_words.result(action, job.result, group) if action in ACTIONS else []
