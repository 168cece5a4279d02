"""Organizations: the tenants of an install. The token of a request names one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from models import Counter, Organization
from models.database import reading, writing
from services import events
from services.errors import AlreadyTaken, Invalid, NotFound
from services.origin import Origin, shorten

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MAX_NAME_LENGTH = 100
_MAX_SLUG_LENGTH = 63


@dataclass(frozen=True)
class OrganizationRef:
    """The organization a call is about. Every query of a service names it."""

    seq: int
    slug: str
    name: str


@dataclass(frozen=True)
class StoredOrganization:
    """An organization with its totals."""

    slug: str
    name: str
    is_suspended: bool
    created_at: datetime
    n_users: int
    n_active_users: int
    n_groups: int


def slug_of(name: str) -> str:
    """The address part made of a name: `Harbour & Co` gives `harbour-co`."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_MAX_SLUG_LENGTH]


@writing
def create(
    session: Session, name: str, *, slug: str | None = None, origin: Origin
) -> OrganizationRef:
    """Make an organization; `slug` is made of the name unless given.

    Raises `Invalid` for a blank or unusable name, `AlreadyTaken` for a slug in use.
    """
    name = name.strip()
    if not name or len(name) > _MAX_NAME_LENGTH or not name.isprintable():
        raise Invalid("name", f"Give a name of 1 to {_MAX_NAME_LENGTH} characters.")
    slug = slug_of(name) if slug is None else slug
    if not _SLUG.fullmatch(slug) or len(slug) > _MAX_SLUG_LENGTH:
        raise Invalid(
            "slug",
            f'"{shorten(slug)}" cannot be part of an address. Give a short name of '
            "lower-case letters, digits and single hyphens.",
        )
    if session.scalar(select(Organization.seq).where(Organization.slug == slug)):
        raise AlreadyTaken("slug", f'An organization "{slug}" exists already.')
    row = Organization(slug=slug, name=name, created_at=origin.at)
    session.add(row)
    session.flush()
    session.add(Counter(organization_seq=row.seq))
    session.flush()
    events.record(
        session,
        row.seq,
        origin,
        events.Change("created", "Organization", slug, name, {"name": (None, name)}),
    )
    return OrganizationRef(row.seq, slug, name)


@reading
def get(connection: Connection, slug: str) -> OrganizationRef:
    """The organization of that slug, in whatever case; raises `NotFound`."""
    row = connection.execute(
        select(Organization.seq, Organization.slug, Organization.name).where(
            Organization.slug == _checked(slug)
        )
    ).one_or_none()
    if row is None:
        raise _not_found(slug)
    return OrganizationRef(row.seq, row.slug, row.name)


@reading
def list_all(connection: Connection) -> list[StoredOrganization]:
    """All organizations with their totals, by name."""
    rows = connection.execute(
        select(Organization, Counter)
        .join(Counter, Counter.organization_seq == Organization.seq)
        .order_by(Organization.name, Organization.seq)
    )
    return [
        StoredOrganization(
            row.slug,
            row.name,
            row.suspended_at is not None,
            row.created_at,
            row.n_users,
            row.n_active_users,
            row.n_groups,
        )
        for row in rows
    ]


@writing
def suspend(session: Session, slug: str, *, origin: Origin) -> None:
    """Pause provisioning: the organization's tokens are refused from now on."""
    _set_suspended(session, slug, origin.at, origin)


@writing
def resume(session: Session, slug: str, *, origin: Origin) -> None:
    """End a suspension."""
    _set_suspended(session, slug, None, origin)


def _set_suspended(
    session: Session, slug: str, at: datetime | None, origin: Origin
) -> None:
    row = session.scalar(
        select(Organization)
        .where(Organization.slug == _checked(slug))
        .with_for_update()
    )
    if row is None:
        raise _not_found(slug)
    before, row.suspended_at = row.suspended_at, at
    if (before is None) == (at is None):
        return
    session.flush()
    action = "resumed" if at is None else "suspended"
    changes = {"suspended": (before is not None, at is not None)}
    events.record(
        session,
        row.seq,
        origin,
        events.Change(action, "Organization", row.slug, row.name, changes),
    )


def _checked(slug: str) -> str:
    """The slug as it is stored; what cannot be one never reaches the database."""
    if not _SLUG.fullmatch(slug.lower()):
        raise _not_found(slug)
    return slug.lower()


def _not_found(slug: str) -> NotFound:
    return NotFound(f'There is no organization "{shorten(slug)}".')
