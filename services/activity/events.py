"""Change events: who changed what, before and after, in the order of the commits.

Written in the transaction of the change, last of all, since the organization's counter
row (totals and event numbers) is the last lock a write takes. Timelines, undo and
delivery to applications live from these rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final, TypeAlias

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from models import ChangedMembers, ChangeEvent, Counter
from scim.attributes import JSON
from services.activity import providers, redaction, request_rows, request_subjects
from services.directory.mapping import Reference
from services.origin import Origin, RequestInfo

Changes: TypeAlias = Mapping[str, tuple[JSON, JSON]]
"""Canonical attribute keys with their values before and after."""

MEMBERS_PER_CHUNK = 5_000
"""Member ids kept in one row of `changed_members`."""


@dataclass(frozen=True)
class Change:
    """What happened to one resource.

    `changes` maps a canonical attribute key to its value before and after; members are
    in `added` and `removed`, by id.
    """

    action: str
    resource_type: str
    resource_id: str
    resource_name: str
    changes: Changes = field(default_factory=dict)
    added: Sequence[str] = ()
    removed: Sequence[str] = ()


def member_lost(group: Reference, member_id: str) -> Change:
    """A group lost a member because the member was deleted."""
    return Change("updated", "Group", group.id, group.name, removed=[member_id])


@dataclass(frozen=True)
class Totals:
    """How a change moves the organization's counters."""

    users: int = 0
    active_users: int = 0
    groups: int = 0

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.users + other.users,
            self.active_users + other.active_users,
            self.groups + other.groups,
        )


@dataclass
class Batch:
    """What one transaction did so far, in its order; recorded at its end."""

    changes: list[Change] = field(default_factory=list)
    totals: Totals = field(default_factory=Totals)

    def add(self, *changes: Change, totals: Totals = Totals()) -> None:
        """Take note of what was done."""
        self.changes.extend(changes)
        self.totals += totals

    def record(self, session: Session, organization_seq: int, origin: Origin) -> None:
        """Write the events, if anything was done; the last act of a transaction."""
        if self.changes:
            record(session, organization_seq, origin, *self.changes, totals=self.totals)


def record(
    session: Session,
    organization_seq: int,
    origin: Origin,
    *changes: Change,
    totals: Totals = Totals(),
) -> None:
    """Write the events of one service call, and move the counters.

    To be called last in a transaction: it takes the organization's counter row.
    """
    number = session.scalar(
        update(Counter)
        .where(Counter.organization_seq == organization_seq)
        .values(
            n_users=Counter.n_users + totals.users,
            n_active_users=Counter.n_active_users + totals.active_users,
            n_groups=Counter.n_groups + totals.groups,
            last_event_number=Counter.last_event_number + len(changes),
        )
        .returning(Counter.last_event_number)
    )
    first = (number or 0) - len(changes) + 1
    _record_request(session, organization_seq, origin, changes)
    rows = [
        _row(change, origin)
        | {"organization_seq": organization_seq, "number": first + place}
        for place, change in enumerate(changes)
    ]
    _insert(session, rows, changes)
    request_subjects.add_changes(
        session.connection(),
        organization_seq,
        range(first, first + len(changes)),
        moved_members=any(change.added or change.removed for change in changes),
    )


def record_for_instance(session: Session, origin: Origin, change: Change) -> None:
    """Write an event that belongs to no organization, such as a new admin."""
    _insert(session, [_row(change, origin)], [change])


def _record_request(
    session: Session,
    organization_seq: int,
    origin: Origin,
    changes: Sequence[Change],
) -> None:
    """The row in the request log; several transactions of one request share it."""
    subject = _subject(changes)
    info = origin.request or _NO_REQUEST
    is_token = origin.actor.kind == "token"
    request_rows.write_change(
        session,
        {
            "id": origin.request_id,
            "organization_seq": organization_seq,
            "kind": "scim" if is_token else origin.actor.kind,
            "token_public_id": origin.actor.id if is_token else None,
            "actor": origin.actor.key,
            "actor_name": origin.actor.name,
            "at": origin.at,
            "method": info.method,
            "path": info.path,
            "address": info.address,
            "user_agent": info.user_agent,
            "provider": providers.recognise(info.user_agent) if is_token else "",
            "outcome": "changed",
            "resource_type": subject.resource_type if subject else None,
            "resource_id": subject.resource_id if subject else None,
            "facts": {},
            "notes": [redaction.remark(note) for note in origin.notes],
        },
    )


_NO_REQUEST: Final = RequestInfo("", "", "", "")


def _subject(changes: Sequence[Change]) -> Change | None:
    """A change of the one resource that a request was about, if it was only one.

    A member who is deleted leaves groups, which are not what it was about.
    """
    about = [change for change in changes if not _is_loss(change)] or list(changes)
    ids = {change.resource_id for change in about}
    return about[0] if len(ids) == 1 else None


def _is_loss(change: Change) -> bool:
    return bool(change.removed) and not change.changes and not change.added


def _row(change: Change, origin: Origin) -> dict[str, object]:
    return {
        "request_id": origin.request_id,
        "at": origin.at,
        "actor": origin.actor.key,
        "actor_name": origin.actor.name,
        "action": change.action,
        "resource_type": change.resource_type,
        "resource_id": change.resource_id,
        "resource_name": change.resource_name,
        "changes": change.changes,
        "n_added": len(change.added),
        "n_removed": len(change.removed),
    }


def _insert(
    session: Session, rows: Sequence[dict[str, object]], changes: Sequence[Change]
) -> None:
    with_members = any(change.added or change.removed for change in changes)
    if not with_members:
        session.execute(insert(ChangeEvent), rows)
        return
    seqs = session.scalars(
        insert(ChangeEvent).returning(ChangeEvent.seq, sort_by_parameter_order=True),
        rows,
    ).all()
    chunks = [
        {"event_seq": seq, "chunk": place, "added": added, "removed": removed}
        for seq, change in zip(seqs, changes, strict=True)
        for place, (added, removed) in enumerate(_chunks(change))
    ]
    session.execute(insert(ChangedMembers), chunks)


def _chunks(change: Change) -> list[tuple[Sequence[str], Sequence[str]]]:
    added = _split(change.added)
    removed = _split(change.removed)
    return list(zip_longest(added, removed, fillvalue=[]))


def _split(ids: Sequence[str]) -> list[Sequence[str]]:
    return [
        ids[start : start + MEMBERS_PER_CHUNK]
        for start in range(0, len(ids), MEMBERS_PER_CHUNK)
    ]
