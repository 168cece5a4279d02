"""Provisioning tokens as they are shown: listed, looked at, soon to expire.

Their text is not here: nobody has it but whoever was given it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, or_, select
from sqlalchemy.orm import aliased

from models import Organization, ProvisioningToken
from models.database import reading
from services.access import credentials
from services.activity import actors
from services.errors import NotFound
from services.organizations import OrganizationRef
from services.origin import shorten

Scope = Literal["full", "read"]
State = Literal["active", "expired", "revoked"]

WARNED_BEFORE: Final = (1, 7, 30)
"""Days before the expiry at which a token is warned of, the most urgent first."""


@dataclass(frozen=True)
class StoredToken:
    """A token as lists show it.

    `replaced_by` and `replaces` are the public ids of its successor and of the token
    whose successor it is.
    """

    public_id: str
    name: str
    scope: Scope
    last_four: str
    state: State
    created_at: datetime
    created_by: str
    created_by_name: str
    expires_at: datetime | None
    revoked_at: datetime | None
    replaced_by: str | None
    replaces: str | None
    allowed_addresses: tuple[str, ...]
    last_used_at: datetime | None
    last_used_address: str | None
    last_used_agent: str | None

    @property
    def is_live(self) -> bool:
        """Whether it opens the door today."""
        return self.state == "active"

    @property
    def is_old_half(self) -> bool:
        """Whether it lives on only until its successor has taken over."""
        return self.is_live and self.replaced_by is not None

    @property
    def can_rotate(self) -> bool:
        """Whether a successor may be made."""
        return self.is_live and self.replaced_by is None


def state_of(
    row: ProvisioningToken | Row[*tuple[Any, ...]],  # Any: the columns of a token
    now: datetime,
) -> State:
    """What a token's row is at an instant."""
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at is not None and row.expires_at <= now:
        return "expired"
    return "active"


def is_live(now: datetime) -> ColumnElement[bool]:
    """The same as a clause, for "active"."""
    return ProvisioningToken.revoked_at.is_(None) & or_(
        ProvisioningToken.expires_at.is_(None), ProvisioningToken.expires_at > now
    )


@reading
def list_all(
    connection: Connection, organization: OrganizationRef, now: datetime
) -> list[StoredToken]:
    """The organization's tokens, the newest first."""
    return read_all(connection, organization, now)


def read_all(
    connection: Connection, organization: OrganizationRef, now: datetime
) -> list[StoredToken]:
    """The same within a transaction that somebody else leads."""
    statement = _tokens_of(organization).order_by(ProvisioningToken.seq.desc())
    return _stored(connection, organization, statement, now)


@reading
def get(
    connection: Connection,
    organization: OrganizationRef,
    public_id: str,
    now: datetime,
) -> StoredToken:
    """The token of that public id; raises `NotFound`, also for another's."""
    if not credentials.is_public_id(public_id):
        raise not_found(public_id)
    where = ProvisioningToken.public_id == public_id
    statement = _tokens_of(organization).where(where)
    found = _stored(connection, organization, statement, now)
    if not found:
        raise not_found(public_id)
    return found[0]


def warned_days(expires_at: datetime, now: datetime) -> int:
    """Which warning is due: the fewest days that the rest of the life fits in."""
    left = expires_at - now
    return next(
        (days for days in WARNED_BEFORE if left <= timedelta(days=days)),
        max(WARNED_BEFORE),
    )


@reading
def organization_of(connection: Connection, public_id: str) -> OrganizationRef:
    """Whose token that is, for the command line; raises `NotFound`."""
    if not credentials.is_public_id(public_id):
        raise not_found(public_id)
    row = connection.execute(
        select(Organization.seq, Organization.slug, Organization.name)
        .join(ProvisioningToken, ProvisioningToken.organization_seq == Organization.seq)
        .where(ProvisioningToken.public_id == public_id)
    ).one_or_none()
    if row is None:
        raise not_found(public_id)
    return OrganizationRef(row.seq, row.slug, row.name)


def not_found(public_id: str) -> NotFound:
    """The error for what names no token here."""
    return NotFound(f'There is no token "{shorten(public_id)}".')


def _tokens_of(
    organization: OrganizationRef,
) -> Select[*tuple[Any, ...]]:  # Any: the columns of a token
    older = aliased(ProvisioningToken)
    replaced = (
        select(older.public_id)
        .where(
            older.organization_seq == ProvisioningToken.organization_seq,
            older.replaced_by == ProvisioningToken.public_id,
        )
        .limit(1)
        .scalar_subquery()
    )
    return select(
        *ProvisioningToken.__table__.columns, replaced.label("replaces")
    ).where(ProvisioningToken.organization_seq == organization.seq)


def _stored(
    connection: Connection,
    organization: OrganizationRef,
    statement: Select[*tuple[Any, ...]],  # Any: as in _tokens_of
    now: datetime,
) -> list[StoredToken]:
    rows = connection.execute(statement).all()
    makers = actors.read_names(connection, organization, [r.created_by for r in rows])
    return [_one(row, makers[row.created_by], now) for row in rows]


def _one(
    row: Row[*tuple[Any, ...]],  # Any: as in _tokens_of
    created_by_name: str,
    now: datetime,
) -> StoredToken:
    return StoredToken(
        public_id=row.public_id,
        name=row.name,
        scope="read" if row.scope == "read" else "full",
        last_four=row.last_four,
        state=state_of(row, now),
        created_at=row.created_at,
        created_by=row.created_by,
        created_by_name=created_by_name,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        replaced_by=row.replaced_by,
        replaces=row.replaces,
        allowed_addresses=tuple(row.allowed_addresses),
        last_used_at=row.last_used_at,
        last_used_address=row.last_used_address,
        last_used_agent=row.last_used_agent,
    )
