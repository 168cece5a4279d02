"""What the runner hands to a kind of job, and what it gets back: the seam of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from services.organizations import OrganizationRef


@dataclass(frozen=True)
class Task:
    """A job as far as it has come; no organization when it is one for the install."""

    organization: OrganizationRef | None
    seq: int
    input: Mapping[str, Any]  # Any: JSON, by the kind of job
    n_done: int
    n_total: int | None
    result: Mapping[str, Any]  # Any: as input

    @property
    def home(self) -> OrganizationRef:
        """The organization of a job that has one."""
        if self.organization is None:
            raise LookupError("a job for the whole install has no organization")
        return self.organization


@dataclass(frozen=True)
class Step:
    """How far a job is after a step. `waiting`: an admin decides how it goes on."""

    n_done: int
    n_total: int | None
    result: Mapping[str, Any]  # Any: as in Task
    state: Literal["running", "waiting", "done"] = "running"
