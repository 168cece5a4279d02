"""Works on an import: the rows of a file tried or loaded, a hundred a step.

A trial and a load plan each row in the same way (`services/files/csv_rows.py`); only a
load writes. A manager who is a row further down is set when all rows are loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, TypeAlias

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import User
from scim.errors import ScimError
from scim.matching import fold
from services.activity.events import Batch
from services.background import jobs
from services.background.job_steps import Step, Task
from services.directory import managers, mapping, user_changes
from services.errors import ServiceError
from services.files import csv_files, csv_rows
from services.files.csv_columns import BY_KEY, MANAGER
from services.files.csv_files import Line
from services.files.csv_rows import Hints, Mapped, Plan
from services.organizations import OrganizationRef
from services.origin import Origin

KIND: Final = "import"

Ending: TypeAlias = Literal["done", "waiting"]

PER_STEP: Final = 100
"""Rows of one step, and of one chunk of the file `rows`."""

PROBLEMS_SHOWN: Final = 50
"""Problem rows kept in the job itself; all of them are in the file `problems`."""


@dataclass
class Tally:
    """What the rows came to so far, as the job's result keeps it.

    `sources` counts, by actor, the users changed here that a provisioning client
    manages. `first_problems` are line, user name and problem.
    """

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    deactivated: int = 0
    problems: int = 0
    sources: dict[str, int] = field(default_factory=dict)
    first_problems: list[list[Any]] = field(default_factory=list)  # Any: JSON
    n_later: int = 0
    n_later_done: int = 0

    @classmethod
    def of_result(cls, result: Mapping[str, Any]) -> Tally:  # Any: a job's result
        """The tally of the step before."""
        return cls(**deepcopy(result.get("tally", {})))

    def count(self, plan: Plan) -> None:
        """One more row that can be loaded."""
        setattr(self, plan.outcome, getattr(self, plan.outcome) + 1)
        self.deactivated += plan.deactivates
        is_managed = plan.user is not None and plan.user.source.startswith("token:")
        if plan.user is not None and is_managed and plan.outcome == "changed":
            source = plan.user.source
            self.sources[source] = self.sources.get(source, 0) + 1


@dataclass
class _Round:
    """One step over some rows of the file."""

    session: Session
    task: Task
    origin: Origin
    mapped: Mapped
    tally: Tally
    batch: Batch = field(default_factory=Batch)
    problem_rows: list[list[str]] = field(default_factory=list)

    @property
    def organization(self) -> OrganizationRef:
        return self.task.home

    @property
    def is_loading(self) -> bool:
        return bool(self.task.input["phase"] == "load")

    def note_problem(self, line: Line, problem: str) -> None:
        """Count a row that cannot be loaded, and keep it to be downloaded."""
        who = self.mapped.user_name(line.cells)
        self.tally.problems += 1
        if len(self.tally.first_problems) < PROBLEMS_SHOWN:
            self.tally.first_problems.append([line.number, who[:200], problem])
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


def step(session: Session, task: Task, origin: Origin) -> Step:
    """Try or load the next rows; set managers once all are loaded."""
    mapped, tally = Mapped.of_input(task.input), Tally.of_result(task.result)
    round_ = _Round(session, task, origin, mapped, tally)
    n_rows = task.n_total or 0
    if task.n_done >= n_rows:
        return _set_managers(round_)
    chunk = task.n_done // PER_STEP
    lines = csv_rows.unpack(_chunk(round_, "rows", chunk) or b"[]")
    hints = Hints.unpack(_chunk(round_, "hints", chunk))
    later = _work(round_, lines, hints, chunk)
    if later:
        tally.n_later += 1
        jobs.append(session, task.seq, "later", orjson.dumps(later))
    round_.close()
    n_done = min(task.n_done + PER_STEP, n_rows)
    return round_.done(n_done, is_last=n_done == n_rows and not tally.n_later)


def _chunk(round_: _Round, name: str, chunk: int) -> bytes | None:
    return jobs.read_chunk(round_.session, round_.task.seq, name, chunk)


def _work(
    round_: _Round, lines: Sequence[Line], hints: Hints, chunk: int
) -> list[list[Any]]:  # Any: JSON
    """The rows one by one; returns whose manager is to be set later."""
    people = csv_rows.find_people(
        round_.session,
        round_.organization,
        lines,
        round_.mapped,
        with_lock=round_.is_loading,
    )
    later = []
    for place, line in enumerate(lines):
        try:
            plan = csv_rows.plan(line, round_.mapped, people, hints, place)
            user_id = _carry_out(round_, plan)
        except (ServiceError, ScimError) as error:
            round_.note_problem(line, error.detail)
            continue
        round_.tally.count(plan)
        if plan.manager and user_id:
            later.append([user_id, plan.manager, chunk, place])
    return later


def _carry_out(round_: _Round, plan: Plan) -> str | None:
    """Do it, or in a trial see whether it could be done; the user's id, if done."""
    session, organization = round_.session, round_.organization
    if not round_.is_loading:
        key = mapping.user_columns({"active": True, **plan.document})["user_name_key"]
        if plan.user is None or plan.user.user_name_key != key:
            user_changes.check_user_name(session, organization, plan.document, key)
        return None
    batch, origin = round_.batch, round_.origin
    if plan.user is None:
        made = user_changes.make(session, organization, plan.document, batch, origin)
        return made.id
    user_changes.change(session, organization, plan.user, plan.document, batch, origin)
    return plan.user.id


def _set_managers(round_: _Round) -> Step:
    """Those whose manager was a row further down, in the order of the file."""
    session, tally = round_.session, round_.tally
    content = _chunk(round_, "later", tally.n_later_done)
    entries = orjson.loads(content or b"[]")
    organization = round_.organization
    ids = managers.ids_of(session, organization, {one[1] for one in entries})
    users = {
        user.id: user
        for user in session.scalars(
            select(User)
            .where(
                User.organization_seq == organization.seq,
                User.id.in_({one[0] for one in entries}),
            )
            .order_by(User.seq)
            .with_for_update(key_share=True)
        )
    }
    for user_id, name, chunk, place in entries:
        manager = ids.get(fold(name))
        if manager is None:
            _note_missing(round_, name, chunk, place)
        elif user_id in users:
            document = deepcopy(users[user_id].document)
            BY_KEY[MANAGER].put(document, manager)
            user_changes.change(
                session,
                organization,
                users[user_id],
                document,
                round_.batch,
                round_.origin,
            )
    tally.n_later_done += 1
    round_.close()
    is_last = tally.n_later_done >= tally.n_later
    return round_.done(round_.task.n_done, is_last=is_last)


def _note_missing(round_: _Round, name: str, chunk: int, place: int) -> None:
    lines = csv_rows.unpack(_chunk(round_, "rows", chunk) or b"[]")
    problem = (
        f"The person was loaded without the manager {csv_files.quoted(name)}, whose "
        "own line has a problem. Load that line, then this one again."
    )
    round_.note_problem(lines[place], problem)
