"""What a provisioning token opens: the look-up at the door, and the last use.

The form of a token is judged before, in `services/access/credentials.py`, without
asking the database.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlalchemy.orm import Session

from models import Organization, ProvisioningToken
from models.database import reading, writing_if_free
from services.access import networks
from services.access.credentials import TokenText
from services.errors import OrganizationSuspended, TokenRefused
from services.organizations import OrganizationRef
from services.origin import shorten

USE_WRITTEN_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Credentials:
    """What a good token opens: one organization, to change it or only to read it."""

    organization: OrganizationRef
    token_seq: int
    public_id: str
    name: str
    may_write: bool
    last_used_at: datetime | None


# Built once: making a statement costs more than running this one.
_CREDENTIALS: Final = (
    select(
        ProvisioningToken.seq,
        ProvisioningToken.name,
        ProvisioningToken.scope,
        ProvisioningToken.digest,
        ProvisioningToken.expires_at,
        ProvisioningToken.revoked_at,
        ProvisioningToken.allowed_addresses,
        ProvisioningToken.last_used_at,
        Organization.seq.label("organization_seq"),
        Organization.slug,
        Organization.name.label("organization_name"),
        Organization.suspended_at,
    )
    .join(Organization, Organization.seq == ProvisioningToken.organization_seq)
    .where(ProvisioningToken.public_id == bindparam("public_id"))
)


@reading
def identify(
    connection: Connection, token: TokenText, now: datetime, *, address: str
) -> Credentials:
    """The credentials that a well-formed token stands for, sent from that address.

    Raises `TokenRefused` for an unknown, expired or revoked one, and for one that may
    not be used from there; and `OrganizationSuspended`.
    """
    public_id = token.public_id
    parameters = {"public_id": public_id}
    row = connection.execute(_CREDENTIALS, parameters).one_or_none()
    if row is None or not hmac.compare_digest(row.digest, token.digest):
        raise TokenRefused(
            "unknown",
            f"Token rcl_{public_id}… is not known here. Check that the base URL is "
            "that of the installation which made it, or make a new token.",
            public_id,
        )
    _check_state(public_id, row.name, row.expires_at, row.revoked_at, now)
    if row.allowed_addresses and not networks.contain(row.allowed_addresses, address):
        raise _not_from(address, public_id, row.name)
    if row.suspended_at is not None:
        raise OrganizationSuspended(
            "Provisioning for this organization is paused. Ask the owner of this "
            "Rollcall installation."
        )
    return Credentials(
        OrganizationRef(row.organization_seq, row.slug, row.organization_name),
        row.seq,
        public_id,
        row.name,
        row.scope == "full",
        row.last_used_at,
    )


def _check_state(
    public_id: str,
    name: str,
    expires_at: datetime | None,
    revoked_at: datetime | None,
    now: datetime,
) -> None:
    if revoked_at is not None:
        raise TokenRefused(
            "revoked",
            f'Token "{shorten(name)}" (rcl_{public_id}…) was revoked on '
            f"{revoked_at:%-d %b %Y}. Make a new token and paste it; the old one does "
            "not come back.",
            public_id,
        )
    if expires_at is not None and expires_at <= now:
        raise TokenRefused(
            "expired",
            f'Token "{shorten(name)}" (rcl_{public_id}…) expired on '
            f"{expires_at:%-d %b %Y}. Make a new token and paste it; the old one does "
            "not come back.",
            public_id,
        )


def _not_from(address: str, public_id: str, name: str) -> TokenRefused:
    return TokenRefused(
        "address",
        f'Token "{shorten(name)}" (rcl_{public_id}…) may not be used from the address '
        f"{shorten(address) or 'that this came from'}. Add it to the token's allowed "
        "addresses in Rollcall, or send from one of those.",
        public_id,
    )


@writing_if_free
def note_use(
    session: Session, token_seq: int, *, at: datetime, address: str, user_agent: str
) -> None:
    """Remember the last use, at most once a minute.

    Raises `Busy` soon while another writes: the next request will tell it as well.
    """
    session.execute(
        update(ProvisioningToken)
        .where(
            ProvisioningToken.seq == token_seq,
            or_(
                ProvisioningToken.last_used_at.is_(None),
                ProvisioningToken.last_used_at <= at - USE_WRITTEN_EVERY,
            ),
        )
        .values(
            last_used_at=at,
            last_used_address=address,
            last_used_agent=user_agent[:200],
        )
    )


def is_use_due(credentials: Credentials, now: datetime) -> bool:
    """Whether the last use on record is old enough to be written again."""
    last = credentials.last_used_at
    return last is None or now - last >= USE_WRITTEN_EVERY
