"""Provisioning tokens: made, shown once, edited, rotated, ended.

What a token looks like is in `services/access/credentials.py`, what it opens in
`services/access/authentication.py`, and what lists show of it in
`services/access/token_lists.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ProvisioningToken
from models.database import writing
from scim.attributes import JSON
from services import naming
from services.access import credentials, networks, token_lists
from services.access.token_lists import Scope
from services.activity import events
from services.errors import AlreadyTaken, Invalid
from services.organizations import OrganizationRef
from services.origin import Origin, shorten

DEFAULT_OVERLAP: Final = timedelta(hours=24)
LONGEST_LIFETIME: Final = timedelta(days=3_653)


@dataclass(frozen=True)
class NewToken:
    """A token just made: the only time its text is known."""

    text: str
    public_id: str
    expires_at: datetime | None


@writing
def create(
    session: Session,
    organization: OrganizationRef,
    name: str,
    *,
    scope: Scope = "full",
    expires_at: datetime | None = None,
    allowed_addresses: Sequence[str] = (),
    origin: Origin,
) -> NewToken:
    """Make a token for the organization. The text is in the result and nowhere else.

    It may be used from the networks of `allowed_addresses` (CIDR), or from anywhere
    when none is given. Raises `Invalid` for a blank name, a past expiry or what is no
    network, `AlreadyTaken` when a live token has the name.
    """
    name = naming.check(name)
    _check_expiry(expires_at, origin.at)
    allowed = networks.read(allowed_addresses)
    _check_free(session, organization, name, origin.at)
    token, text = _add(session, organization, name, origin, scope, expires_at, allowed)
    events.record(session, organization.seq, origin, _created(token))
    return NewToken(text, token.public_id, expires_at)


@writing
def edit(
    session: Session,
    organization: OrganizationRef,
    public_id: str,
    *,
    name: str,
    allowed_addresses: Sequence[str],
    origin: Origin,
) -> None:
    """Give a live token another name, or other networks; nothing when neither differs.

    Those whose successor it is take the name too, since they are one token to people.
    Raises `NotFound`, `AlreadyTaken`, and `Invalid`, also for a token that has ended.
    """
    token = _locked(session, organization, public_id)
    state = token_lists.state_of(token, origin.at)
    if state != "active":
        raise Invalid("token", f"Token {public_id} is {state} and stays as it is.")
    name, allowed = naming.check(name), networks.read(allowed_addresses)
    changes: dict[str, tuple[JSON, JSON]] = {}
    if name != token.name:
        _check_free(session, organization, name, origin.at)
        changes["name"] = (token.name, name)
        for one in [token, *_predecessors(session, organization, token)]:
            one.name = name
    if allowed != token.allowed_addresses:
        changes["allowed_addresses"] = ([*token.allowed_addresses], [*allowed])
        token.allowed_addresses = allowed
    if not changes:
        return
    session.flush()
    change = events.Change("updated", "Token", public_id, name, changes)
    events.record(session, organization.seq, origin, change)


@writing
def rotate(
    session: Session,
    organization: OrganizationRef,
    public_id: str,
    *,
    overlap: timedelta = DEFAULT_OVERLAP,
    origin: Origin,
) -> NewToken:
    """Make a successor like the token; the old one works on for a while.

    The successor has its name, scope and networks, and lives as long as the old one was
    made for. Raises `NotFound`, and `Invalid` for a token that is revoked, expired or
    already replaced.
    """
    old = _locked(session, organization, public_id)
    state = token_lists.state_of(old, origin.at)
    if state != "active":
        raise Invalid("token", f"Token {public_id} is {state}. Make a new one instead.")
    if old.replaced_by is not None:
        raise Invalid(
            "token", f"Token {public_id} was already replaced by {old.replaced_by}."
        )
    lifetime = old.expires_at - old.created_at if old.expires_at else None
    new, text = _add(
        session,
        organization,
        old.name,
        origin,
        "read" if old.scope == "read" else "full",
        origin.at + lifetime if lifetime else None,
        old.allowed_addresses,
    )
    replaced = _replace(old, new, origin.at + overlap)
    session.flush()
    events.record(session, organization.seq, origin, _created(new), replaced)
    return NewToken(text, new.public_id, new.expires_at)


def _replace(
    old: ProvisioningToken, new: ProvisioningToken, ends_at: datetime
) -> events.Change:
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
    _end(session, organization, token, "revoked", origin)


@writing
def end_now(
    session: Session, organization: OrganizationRef, public_id: str, *, origin: Origin
) -> None:
    """End the old half of a rotation before its time; twice is no error.

    Raises `NotFound`, and `Invalid` for a token without a successor.
    """
    token = _locked(session, organization, public_id)
    if token.replaced_by is None:
        raise Invalid(
            "token", f"Token {public_id} has no successor. Rotate it first, or revoke."
        )
    _end(session, organization, token, "ended", origin)


def _end(
    session: Session,
    organization: OrganizationRef,
    token: ProvisioningToken,
    action: str,
    origin: Origin,
) -> None:
    if token.revoked_at is not None:
        return
    token.revoked_at = origin.at
    session.flush()
    changes = {"revoked": (False, True)}
    change = events.Change(action, "Token", token.public_id, token.name, changes)
    events.record(session, organization.seq, origin, change)


def _check_expiry(expires_at: datetime | None, now: datetime) -> None:
    if expires_at is None:
        return
    if expires_at <= now:
        raise Invalid("expires_at", "Give an expiry that lies in the future.")
    if expires_at > now + LONGEST_LIFETIME:
        raise Invalid("expires_at", "Give an expiry within ten years, or none.")


def _check_free(
    session: Session, organization: OrganizationRef, name: str, now: datetime
) -> None:
    taken = select(ProvisioningToken.seq).where(
        ProvisioningToken.organization_seq == organization.seq,
        ProvisioningToken.name == name,
        token_lists.is_live(now),
        ProvisioningToken.replaced_by.is_(None),
    )
    if session.scalar(taken) is not None:
        raise AlreadyTaken(
            "name",
            f'A token "{shorten(name)}" exists already. Give the new one another name, '
            "or rotate the old one.",
        )


def _predecessors(
    session: Session, organization: OrganizationRef, token: ProvisioningToken
) -> list[ProvisioningToken]:
    """The tokens whose successor it is, and theirs."""
    replaced = session.scalars(
        select(ProvisioningToken).where(
            ProvisioningToken.organization_seq == organization.seq,
            ProvisioningToken.replaced_by.is_not(None),
        )
    )
    by_successor = {one.replaced_by: one for one in replaced}
    found = [token]
    while (older := by_successor.get(found[-1].public_id)) is not None:
        found.append(older)
    return found[1:]


def _add(
    session: Session,
    organization: OrganizationRef,
    name: str,
    origin: Origin,
    scope: Scope,
    expires_at: datetime | None,
    allowed_addresses: list[str],
) -> tuple[ProvisioningToken, str]:
    """The row of a fresh token, and its text."""
    made = credentials.make()
    token = ProvisioningToken(
        organization_seq=organization.seq,
        public_id=made.public_id,
        name=name,
        scope=scope,
        digest=made.digest,
        last_four=made.last_four,
        created_at=origin.at,
        created_by=origin.actor.key,
        expires_at=expires_at,
        allowed_addresses=allowed_addresses,
    )
    session.add(token)
    session.flush()
    return token, made.text


def _created(token: ProvisioningToken) -> events.Change:
    changes: dict[str, tuple[JSON, JSON]] = {
        "scope": (None, token.scope),
        "expires_at": (None, _text(token.expires_at)),
    }
    if token.allowed_addresses:
        changes["allowed_addresses"] = (None, [*token.allowed_addresses])
    return events.Change("created", "Token", token.public_id, token.name, changes)


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _locked(
    session: Session, organization: OrganizationRef, public_id: str
) -> ProvisioningToken:
    if not credentials.is_public_id(public_id):
        raise token_lists.not_found(public_id)
    token = session.scalar(
        select(ProvisioningToken)
        .where(
            ProvisioningToken.organization_seq == organization.seq,
            ProvisioningToken.public_id == public_id,
        )
        .with_for_update()
    )
    if token is None:
        raise token_lists.not_found(public_id)
    return token
