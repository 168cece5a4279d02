"""Changes many users in a transaction of one's own, or step by step as a job.

Whom an action is about is chosen in `services/background/bulk_actions.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, get_args
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Group, User
from scim.members import MemberChange
from services.activity.events import Batch
from services.background import jobs
from services.background.job_steps import Step, Task
from services.directory import group_changes, user_changes
from services.errors import NotFound
from services.files import csv_files
from services.organizations import OrganizationRef
from services.origin import Origin

KIND: Final = "bulk"

RESULT: Final = "result"
"""The file of a job with everybody who was meant: a chunk for each step."""

PER_STEP: Final = 100
"""Users of one step of a job."""

Action = Literal["deactivate", "reactivate", "delete", "add_to_group"]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)

_ID_BYTES: Final = 16


@dataclass
class Outcome:
    """What came of it. `rows`: all that was meant, with what was done; for a file."""

    n_changed: int = 0
    n_unchanged: int = 0
    n_gone: int = 0
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def change(self, user: User, done: str) -> None:
        """Somebody to whom it was done."""
        self.n_changed += 1
        self._tell(user, done)

    def leave_out(self, user: User, reason: str) -> None:
        """Somebody for whom there was nothing to do."""
        self.n_unchanged += 1
        self._tell(user, reason)

    def miss(self, user_id: str) -> None:
        """Somebody who is here no more."""
        self.n_gone += 1
        self.rows.append(("", "", user_id, "Skipped: deleted meanwhile"))

    def _tell(self, user: User, result: str) -> None:
        user_name = str(user.document["userName"])
        self.rows.append((user_name, user.name, user.id, result))


_HEADINGS: Final = ("userName", "displayName", "id", "result")


def pack(ids: Sequence[str], per_step: int = PER_STEP) -> list[bytes]:
    """Ids in chunks, sixteen bytes each: a step reads its own."""
    return [
        b"".join(UUID(one).bytes for one in ids[start : start + per_step])
        for start in range(0, len(ids), per_step)
    ]


def change(
    session: Session,
    organization: OrganizationRef,
    action: Action,
    ids: Sequence[str],
    *,
    group_id: str,
    origin: Origin,
) -> Outcome:
    """Do it to these users, and record it; ends the caller's transaction.

    Raises `NotFound` when the group is gone.
    """
    batch, outcome = Batch(), Outcome()
    change = _Change(session, organization, batch, outcome, origin)
    _ACTIONS[action](change, change.lock(ids, action == "delete"), group_id)
    batch.record(session, organization.seq, origin)
    return outcome


def step(session: Session, task: Task, origin: Origin) -> Step:
    """The next users of a job."""
    ids = next_ids(session, task, PER_STEP)
    outcome = change(
        session,
        task.home,
        task.input["action"],
        ids,
        group_id=task.input["group_id"],
        origin=origin,
    )
    return note(session, task, PER_STEP, outcome, _HEADINGS)


def next_ids(session: Session, task: Task, per_step: int) -> list[str]:
    """What the next step of a job is about."""
    chunk = task.n_done // per_step
    return _unpack(jobs.read_chunk(session, task.seq, "selection", chunk) or b"")


def note(
    session: Session,
    task: Task,
    per_step: int,
    outcome: Outcome,
    headings: Sequence[str],
) -> Step:
    """Write down what a step has done, and how far the job is."""
    is_first = task.n_done == 0
    head = [headings] if is_first else []
    content = csv_files.write_rows([*head, *outcome.rows], is_first=is_first)
    jobs.append(session, task.seq, RESULT, content)
    n_total = task.n_total or 0
    n_done = min(task.n_done + per_step, n_total)
    result = _added(task.result, outcome)
    return Step(n_done, n_total, result, "done" if n_done == n_total else "running")


def _unpack(packed: bytes) -> list[str]:
    return [
        str(UUID(bytes=packed[start : start + _ID_BYTES]))
        for start in range(0, len(packed), _ID_BYTES)
    ]


def _added(
    before: Mapping[str, Any],  # Any: a job's result
    outcome: Outcome,
) -> dict[str, Any]:
    more = {
        "n_changed": outcome.n_changed,
        "n_unchanged": outcome.n_unchanged,
        "n_gone": outcome.n_gone,
        "n_skipped": outcome.n_unchanged + outcome.n_gone,
    }
    return {name: before.get(name, 0) + count for name, count in more.items()}


@dataclass(frozen=True)
class _Change:
    """A transaction that changes some users."""

    session: Session
    organization: OrganizationRef
    batch: Batch
    outcome: Outcome
    origin: Origin

    def lock(self, ids: Sequence[str], for_delete: bool) -> list[User]:
        """The users of those ids, in the one order in which users are locked."""
        found = self.session.scalars(
            select(User)
            .where(User.organization_seq == self.organization.seq, User.id.in_(ids))
            .order_by(User.seq)
            # As for one user: a push of groups may name them, unless they are to go.
            .with_for_update(key_share=not for_delete)
        ).all()
        here = {user.id for user in found}
        for user_id in ids:
            if user_id not in here:
                self.outcome.miss(user_id)
        return list(found)

    def set_active(
        self, users: Sequence[User], is_active: bool, done: str, already: str
    ) -> None:
        for user in users:
            if user.is_active == is_active:
                self.outcome.leave_out(user, already)
                continue
            user_changes.set_active(
                self.session,
                self.organization,
                user,
                is_active,
                self.batch,
                self.origin,
            )
            self.outcome.change(user, done)

    def remove(self, users: Sequence[User]) -> None:
        for user in users:
            self.outcome.change(user, "Deleted")
            user_changes.remove(
                self.session, self.organization, user, self.batch, self.origin
            )

    def add_to_group(self, users: Sequence[User], group_id: str) -> None:
        if not users:
            return
        group = self._lock_group(group_id)
        n_before = len(self.batch.changes)
        everybody = MemberChange(
            clear=False, add=tuple(user.id for user in users), remove=()
        )
        group_changes.change_members(
            self.session,
            self.organization,
            group,
            [everybody],
            self.batch,
            self.origin,
        )
        added = {id_ for one in self.batch.changes[n_before:] for id_ in one.added}
        for user in users:
            if user.id in added:
                self.outcome.change(user, "Added to the group")
            else:
                self.outcome.leave_out(user, "Skipped: a member already")

    def _lock_group(self, group_id: str) -> Group:
        try:
            return group_changes.lock(self.session, self.organization, group_id)
        except NotFound as error:
            raise NotFound(
                "The group was deleted meanwhile. Restore it, then add the rest."
            ) from error


_Act: TypeAlias = Callable[[_Change, Sequence[User], str], None]
_ACTIONS: Final[Mapping[Action, _Act]] = {
    "deactivate": lambda change, users, _: change.set_active(
        users, False, "Deactivated", "Skipped: deactivated already"
    ),
    "reactivate": lambda change, users, _: change.set_active(
        users, True, "Reactivated", "Skipped: active already"
    ),
    "delete": lambda change, users, _: change.remove(users),
    "add_to_group": lambda change, users, group_id: change.add_to_group(
        users, group_id
    ),
}
