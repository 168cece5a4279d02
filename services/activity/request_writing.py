"""Writes what the buffer hands on: rows of the request log, and its gaps.

Here it is found out whose request it was, when all there is to go by is the public id
in a token that was refused, and whether that organization keeps bodies. What a secret
is was decided before.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.orm import Session

from models import Organization, ProvisioningToken, Request, RequestLogGap
from models.database import writing_loosely
from services.access import credentials
from services.activity import request_rows, request_subjects
from services.activity.request_rows import Entry
from services.connection import ticks
from services.origin import Actor

UNNAMED_KEPT: Final = 10_000
"""Requests of no organization that are kept, the newest."""

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
        return cls(entry.organization_seq, entry.claimed, entry.at, entry.at, 1)

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
    owners = _owners(connection, {one.claimed for one in entries})
    named = [_named(one, owners) for one in entries]
    keep_bodies = _keep_bodies(connection, {one.organization_seq for one in named})
    written = [
        one if keep_bodies[one.organization_seq] else _without_bodies(one)
        for one in named
        # An organization may have gone meanwhile, with all that was kept of it.
        if one.organization_seq in keep_bodies
    ]
    if written:
        request_rows.write_answers(connection, written)
        request_subjects.add_answers(connection, written)
        ticks.record(connection, written)
    if any(one.organization_seq is None for one in named):
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


def _named(entry: Entry, owners: dict[str, _Owner]) -> Entry:
    owner = owners.get(entry.claimed)
    if owner is None:
        return entry
    actor = Actor("token", entry.claimed, owner.token_name)
    return entry._replace(
        organization_seq=owner.organization_seq,
        token_public_id=entry.claimed,
        actor=actor.key,
        actor_name=actor.name,
    )


def _without_bodies(entry: Entry) -> Entry:
    return entry._replace(request_body=None, response_body=None)


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
