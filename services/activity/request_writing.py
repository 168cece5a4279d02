"""Writes what the buffer hands on: rows of the request log, and its gaps.

Here it is found out whose request it was, when all there is to go by is the public id
in a token that was refused, and whether that organization keeps bodies. What a secret
is was decided before.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.orm import Session

from models import Organization, ProvisioningToken, Request, RequestLogGap
from models.database import writing_loosely
from services.access import credentials
from services.activity import request_rows, request_subjects
from services.connection import ticks
from services.origin import Actor

UNNAMED_KEPT: Final = 10_000
"""Requests of no organization that are kept, the newest."""

_BYTES_WITHOUT_BODIES: Final = 2_000
_NO_BODIES: Final = {"request_body": None, "response_body": None}

# Built once: with every batch it would cost as much as the rows.
_BY_PUBLIC_ID: Final = select(
    ProvisioningToken.public_id,
    ProvisioningToken.organization_seq,
    ProvisioningToken.name,
).where(ProvisioningToken.public_id.in_(bindparam("claimed", expanding=True)))
_KEEPS_BODIES: Final = select(Organization.seq, Organization.log_keeps_bodies).where(
    Organization.seq.in_(bindparam("seqs", expanding=True))
)
_ONE_GAP_WITHIN: Final = timedelta(minutes=1)


@dataclass(slots=True)
class Entry:
    """A row of the request log, but for what only the database can tell.

    `claimed` is the public id that a refused token names, as far as one can see; `size`
    about how much memory the row takes, in bytes.
    """

    row: dict[str, Any]  # Any: values of the columns
    claimed: str = ""
    size: int = field(init=False)

    def __post_init__(self) -> None:
        sent, answered = self.row["request_body"], self.row["response_body"]
        self.size = _BYTES_WITHOUT_BODIES + len(sent or "") + len(answered or "")


@dataclass(frozen=True)
class Gap:
    """So many requests that left no row."""

    organization_seq: int | None
    claimed: str
    since: datetime
    until: datetime
    n_dropped: int

    @classmethod
    def of(cls, entry: Entry) -> Gap:
        """The gap that one row leaves."""
        at = entry.row["at"]
        return cls(entry.row["organization_seq"], entry.claimed, at, at, 1)

    def joined(self, other: Gap) -> Gap:
        """Both as one."""
        return replace(
            self,
            since=min(self.since, other.since),
            until=max(self.until, other.until),
            n_dropped=self.n_dropped + other.n_dropped,
        )


@dataclass(frozen=True)
class _Owner:
    organization_seq: int
    token_name: str


@writing_loosely
def write(session: Session, entries: Sequence[Entry]) -> None:
    """Write or complete the rows. Raises `Busy` while another writes for long."""
    connection = session.connection()
    owners = _owners(connection, {entry.claimed for entry in entries})
    rows = [_named(entry, owners) for entry in entries]
    keep_bodies = _keep_bodies(connection, {row["organization_seq"] for row in rows})
    written = [
        row if keep_bodies[row["organization_seq"]] else row | _NO_BODIES
        for row in rows
        # An organization may have gone meanwhile, with all that was kept of it.
        if row["organization_seq"] in keep_bodies
    ]
    if written:
        request_rows.write_answers(connection, written)
        request_subjects.add_answers(connection, written)
        refused = {entry.row["id"] for entry in entries if entry.claimed}
        ticks.record(connection, written, refused)
    if any(row["organization_seq"] is None for row in rows):
        _forget_unnamed(session)


@writing_loosely
def write_gaps(session: Session, gaps: Sequence[Gap]) -> None:
    """Keep the counts, each with the one before when that was just now."""
    connection = session.connection()
    owners = _owners(connection, {gap.claimed for gap in gaps})
    known = _keep_bodies(connection, {gap.organization_seq for gap in gaps})
    for gap in gaps:
        owner = owners.get(gap.claimed)
        if gap.organization_seq in known:
            _write_gap(session, gap, owner.organization_seq if owner else None)


def _owners(connection: Connection, claimed: Collection[str]) -> dict[str, _Owner]:
    """Whose the tokens are that are known here."""
    wanted = [one for one in claimed if credentials.is_public_id(one)]
    if not wanted:
        return {}
    found = connection.execute(_BY_PUBLIC_ID, {"claimed": wanted})
    return {row.public_id: _Owner(row.organization_seq, row.name) for row in found}


def _named(entry: Entry, owners: dict[str, _Owner]) -> dict[str, Any]:  # Any: as Entry
    owner = owners.get(entry.claimed)
    if owner is None:
        return entry.row
    actor = Actor("token", entry.claimed, owner.token_name)
    return entry.row | {
        "organization_seq": owner.organization_seq,
        "token_public_id": entry.claimed,
        "actor": actor.key,
        "actor_name": actor.name,
    }


def _keep_bodies(
    connection: Connection, organizations: Collection[int | None]
) -> dict[int | None, bool]:
    """Whether bodies are kept, by organization, of those that are there; none is."""
    seqs = [one for one in organizations if one is not None]
    found = connection.execute(_KEEPS_BODIES, {"seqs": seqs})
    return {None: True} | {row.seq: row.log_keeps_bodies for row in found}


def _forget_unnamed(session: Session) -> None:
    newest_to_go = (
        select(Request.seq)
        .where(Request.organization_seq.is_(None))
        .order_by(Request.seq.desc())
        .offset(UNNAMED_KEPT)
        .limit(1)
        .scalar_subquery()
    )
    session.execute(
        delete(Request)
        .where(Request.organization_seq.is_(None), Request.seq <= newest_to_go)
        .execution_options(synchronize_session=False)
    )


def _write_gap(session: Session, gap: Gap, organization_seq: int | None) -> None:
    seq = gap.organization_seq or organization_seq
    latest = (
        select(RequestLogGap.seq)
        .where(
            RequestLogGap.organization_seq.is_not_distinct_from(seq),
            RequestLogGap.until >= gap.since - _ONE_GAP_WITHIN,
        )
        .order_by(RequestLogGap.until.desc())
        .limit(1)
        .scalar_subquery()
    )
    joined = session.execute(
        update(RequestLogGap)
        .where(RequestLogGap.seq == latest)
        .values(until=gap.until, n_dropped=RequestLogGap.n_dropped + gap.n_dropped)
        .returning(RequestLogGap.seq)
        .execution_options(synchronize_session=False)
    )
    if joined.first() is None:
        session.add(
            RequestLogGap(
                organization_seq=seq,
                since=gap.since,
                until=gap.until,
                n_dropped=gap.n_dropped,
            )
        )
        session.flush()
