"""Provisioning tokens: made, shown once, listed, rotated, revoked.

What a token looks like is in `services/credentials.py`, and what it opens in
`services/authentication.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    or_,
    select,
)
from sqlalchemy.orm import Session

from models import Organization, ProvisioningToken
from models.database import reading, writing
from services import credentials, events
from services.errors import (
    AlreadyTaken,
    Invalid,
    NotFound,
)
from services.organizations import OrganizationRef
from services.origin import Origin, shorten

Scope = Literal["full", "read"]
State = Literal["active", "expired", "revoked"]

_MAX_NAME_LENGTH: Final = 100

DEFAULT_OVERLAP: Final = timedelta(hours=24)


@dataclass(frozen=True)
class NewToken:
    """A token just made: the only time its text is known."""

    text: str
    public_id: str
    expires_at: datetime | None


@dataclass(frozen=True)
class StoredToken:
    """A token as lists show it."""

    public_id: str
    name: str
    scope: Scope
    last_four: str
    state: State
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    replaced_by: str | None
    last_used_at: datetime | None
    last_used_address: str | None
    last_used_agent: str | None


@writing
def create(
    session: Session,
    organization: OrganizationRef,
    name: str,
    *,
    scope: Scope = "full",
    expires_at: datetime | None = None,
    origin: Origin,
) -> NewToken:
    """Make a token for the organization. The text is in the result and nowhere else.

    Raises `Invalid` for a blank name or a past expiry, `AlreadyTaken` when a live token
    has the name.
    """
    name = name.strip()
    if not name or len(name) > _MAX_NAME_LENGTH or not name.isprintable():
        raise Invalid("name", f"Give a name of 1 to {_MAX_NAME_LENGTH} characters.")
    if expires_at is not None and expires_at <= origin.at:
        raise Invalid("expires_at", "Give an expiry that lies in the future.")
    taken = select(ProvisioningToken.seq).where(
        ProvisioningToken.organization_seq == organization.seq,
        ProvisioningToken.name == name,
        _is_live(origin.at),
        ProvisioningToken.replaced_by.is_(None),
    )
    if session.scalar(taken) is not None:
        raise AlreadyTaken(
            "name",
            f'A token "{shorten(name)}" exists already. Give the new one another name, '
            "or rotate the old one.",
        )
    new, created = _add(session, organization, name, scope, expires_at, origin)
    events.record(session, organization.seq, origin, created)
    return new


@writing
def rotate(
    session: Session,
    organization: OrganizationRef,
    public_id: str,
    *,
    overlap: timedelta = DEFAULT_OVERLAP,
    origin: Origin,
) -> NewToken:
    """Make a successor with the same name and scope; the old one works on for a while.

    The successor lives as long as the old one was made for. Raises `NotFound`, and
    `Invalid` for a token that is revoked, expired or already replaced.
    """
    old = _locked(session, organization, public_id)
    state = _state(old, origin.at)
    if state != "active":
        raise Invalid("token", f"Token {public_id} is {state}. Make a new one instead.")
    if old.replaced_by is not None:
        raise Invalid(
            "token", f"Token {public_id} was already replaced by {old.replaced_by}."
        )
    expires_at = (
        origin.at + (old.expires_at - old.created_at) if old.expires_at else None
    )
    scope: Scope = "read" if old.scope == "read" else "full"
    new, created = _add(session, organization, old.name, scope, expires_at, origin)
    replaced = _replace(old, new, origin.at + overlap)
    session.flush()
    events.record(session, organization.seq, origin, created, replaced)
    return new


def _replace(old: ProvisioningToken, new: NewToken, ends_at: datetime) -> events.Change:
    before, after = old.expires_at, min(old.expires_at or ends_at, ends_at)
    old.replaced_by, old.expires_at = new.public_id, after
    changes: events.Changes = {
        "replaced_by": (None, new.public_id),
        "expires_at": (_text(before), _text(after)),
    }
    return events.Change("replaced", "Token", old.public_id, old.name, changes)


@writing
def revoke(
    session: Session, organization: OrganizationRef, public_id: str, *, origin: Origin
) -> None:
    """End a token at once: the next request with it is refused. Twice is no error."""
    token = _locked(session, organization, public_id)
    if token.revoked_at is not None:
        return
    token.revoked_at = origin.at
    session.flush()
    changes = {"revoked": (False, True)}
    events.record(
        session,
        organization.seq,
        origin,
        events.Change("revoked", "Token", public_id, token.name, changes),
    )


@reading
def list_all(
    connection: Connection, organization: OrganizationRef, now: datetime
) -> list[StoredToken]:
    """The organization's tokens, the newest first."""
    rows = connection.execute(
        select(ProvisioningToken)
        .where(ProvisioningToken.organization_seq == organization.seq)
        .order_by(ProvisioningToken.seq.desc())
    )
    return [_stored(row, now) for row in rows]


@reading
def organization_of(connection: Connection, public_id: str) -> OrganizationRef:
    """Whose token that is, for the command line; raises `NotFound`."""
    if not credentials.is_public_id(public_id):
        raise _not_found(public_id)
    row = connection.execute(
        select(Organization.seq, Organization.slug, Organization.name)
        .join(ProvisioningToken, ProvisioningToken.organization_seq == Organization.seq)
        .where(ProvisioningToken.public_id == public_id)
    ).one_or_none()
    if row is None:
        raise _not_found(public_id)
    return OrganizationRef(row.seq, row.slug, row.name)


def _add(
    session: Session,
    organization: OrganizationRef,
    name: str,
    scope: Scope,
    expires_at: datetime | None,
    origin: Origin,
) -> tuple[NewToken, events.Change]:
    token = credentials.make()
    session.add(
        ProvisioningToken(
            organization_seq=organization.seq,
            public_id=token.public_id,
            name=name,
            scope=scope,
            digest=token.digest,
            last_four=token.last_four,
            created_at=origin.at,
            created_by=origin.actor.key,
            expires_at=expires_at,
        )
    )
    session.flush()
    changes: events.Changes = {
        "scope": (None, scope),
        "expires_at": (None, _text(expires_at)),
    }
    return (
        NewToken(token.text, token.public_id, expires_at),
        events.Change("created", "Token", token.public_id, name, changes),
    )


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _locked(
    session: Session, organization: OrganizationRef, public_id: str
) -> ProvisioningToken:
    if not credentials.is_public_id(public_id):
        raise _not_found(public_id)
    token = session.scalar(
        select(ProvisioningToken)
        .where(
            ProvisioningToken.organization_seq == organization.seq,
            ProvisioningToken.public_id == public_id,
        )
        .with_for_update()
    )
    if token is None:
        raise _not_found(public_id)
    return token


def _not_found(public_id: str) -> NotFound:
    return NotFound(f'There is no token "{shorten(public_id)}".')


def _stored(row: Row[*tuple[Any, ...]], now: datetime) -> StoredToken:
    return StoredToken(
        public_id=row.public_id,
        name=row.name,
        scope="read" if row.scope == "read" else "full",
        last_four=row.last_four,
        state=_state(row, now),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        replaced_by=row.replaced_by,
        last_used_at=row.last_used_at,
        last_used_address=row.last_used_address,
        last_used_agent=row.last_used_agent,
    )


def _state(row: ProvisioningToken | Row[*tuple[Any, ...]], now: datetime) -> State:
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at is not None and row.expires_at <= now:
        return "expired"
    return "active"


def _is_live(now: datetime) -> ColumnElement[bool]:
    return ProvisioningToken.revoked_at.is_(None) & or_(
        ProvisioningToken.expires_at.is_(None), ProvisioningToken.expires_at > now
    )
