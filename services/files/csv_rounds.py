"""A step of an import: what its rows came to, counted and kept with the job.

A trial and a load take the same steps; only a load writes. What a row comes to is known
by the modules of the kinds (`user_loading`, `group_loading`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Generic, Literal, Protocol, Self, TypeAlias, TypeVar

from sqlalchemy.orm import Session

from services.activity.events import Batch
from services.background import jobs
from services.background.job_steps import Step, Task
from services.files import csv_files
from services.files.csv_files import Line
from services.files.csv_kinds import Mapped
from services.organizations import OrganizationRef
from services.origin import Origin

Outcome = Literal["created", "changed", "unchanged"]
Ending: TypeAlias = Literal["done", "waiting"]

PER_STEP: Final = 100
"""Rows of one step, and of one chunk of the file `rows`."""

PROBLEMS_SHOWN: Final = 50
"""Problem rows kept in the job itself; all of them are in the file `problems`."""


class Sourced(Protocol):
    """A user or a group, as far as a tally looks at it."""

    source: str


@dataclass
class Tally:
    """What the rows came to so far, as the job's result keeps it.

    `sources` counts, by actor, what is changed here and managed by a provisioning
    client. `first_problems` are line, name and problem.
    """

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: int = 0
    sources: dict[str, int] = field(default_factory=dict)
    first_problems: list[list[Any]] = field(default_factory=list)  # Any: JSON

    @classmethod
    def of_result(cls, result: Mapping[str, Any]) -> Self:  # Any: a job's result
        """The tally of the step before."""
        return cls(**deepcopy(result.get("tally", {})))

    def count(self, outcome: Outcome, found: Sourced | None) -> None:
        """One more that can be loaded; `found` is who or what was here already."""
        setattr(self, outcome, getattr(self, outcome) + 1)
        if found and outcome == "changed" and found.source.startswith("token:"):
            self.sources[found.source] = self.sources.get(found.source, 0) + 1


T = TypeVar("T", bound=Tally)


@dataclass
class Round(Generic[T]):
    """One step over some rows of the file."""

    session: Session
    task: Task
    origin: Origin
    mapped: Mapped
    tally: T
    batch: Batch = field(default_factory=Batch)
    problem_rows: list[list[str]] = field(default_factory=list)

    @classmethod
    def begin(
        cls, session: Session, task: Task, origin: Origin, tally: type[T]
    ) -> Self:
        """Go on where the step before left off."""
        mapped = Mapped.of_input(task.input)
        return cls(session, task, origin, mapped, tally.of_result(task.result))

    @property
    def organization(self) -> OrganizationRef:
        """Where it happens."""
        return self.task.home

    @property
    def is_loading(self) -> bool:
        """Whether it is more than a trial."""
        return bool(self.task.input["phase"] == "load")

    def chunk(self, name: str, chunk: int) -> bytes | None:
        """A chunk of one of the job's files, if there is such a one."""
        return jobs.read_chunk(self.session, self.task.seq, name, chunk)

    def note_problem(self, line: Line, name: str, problem: str) -> None:
        """Count a row that cannot be loaded, and keep it to be downloaded."""
        self.tally.problems += 1
        if len(self.tally.first_problems) < PROBLEMS_SHOWN:
            self.tally.first_problems.append([line.number, name[:200], problem])
        header = self.task.input["header"]
        cells = _without_old_problem(header, line.cells)
        self.problem_rows.append([*cells, problem])

    def close(self) -> None:
        """Write the events and the problem rows."""
        self.batch.record(self.session, self.organization.seq, self.origin)
        if not self.problem_rows:
            return
        is_first = self.tally.problems == len(self.problem_rows)
        header = self.task.input["header"]
        head = [[*_without_old_problem(header, header), "problem"]] if is_first else []
        content = csv_files.write_rows([*head, *self.problem_rows], is_first=is_first)
        jobs.append(self.session, self.task.seq, "problems", content)

    def done(self, n_done: int, *, is_last: bool) -> Step:
        """How far the job is after this step."""
        result = {**self.task.result, "tally": asdict(self.tally)}
        if not is_last:
            return Step(n_done, self.task.n_total, result)
        # After a trial an admin decides.
        ending: Ending = "done" if self.is_loading else "waiting"
        return Step(n_done, self.task.n_total, result, ending)


def _without_old_problem(header: Sequence[str], cells: Sequence[str]) -> list[str]:
    """The cells but for the column that an earlier round added."""
    if header and header[-1].casefold() == "problem":
        return [*cells[: len(header) - 1], *cells[len(header) :]]
    return list(cells)
