"""Organizations: the tenants of an install. The token of a request names one."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from models import Counter, Organization, ProvisioningToken
from models.database import reading, writing
from services import naming
from services.activity import events
from services.errors import AlreadyTaken, Invalid, NotFound
from services.origin import Origin, shorten

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MAX_SLUG_LENGTH = 63

RETENTION_DAYS: Final = (1, 365)
"""Shortest and longest time to keep what is deleted."""


@dataclass(frozen=True)
class OrganizationRef:
    """The organization a call is about. Every query of a service names it."""

    seq: int
    slug: str
    name: str
    is_suspended: bool = False


@dataclass(frozen=True)
class StoredOrganization:
    """An organization with its totals; `last_request_at` is its tokens' last use."""

    slug: str
    name: str
    suspended_at: datetime | None
    retention_days: int
    created_at: datetime
    n_users: int
    n_active_users: int
    n_groups: int
    last_request_at: datetime | None

    @property
    def is_suspended(self) -> bool:
        """Whether provisioning is paused."""
        return self.suspended_at is not None


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
    made = add(session, name, slug, origin)
    record_created(session, made, origin)
    return made


def add(
    session: Session, name: str, slug: str | None, origin: Origin
) -> OrganizationRef:
    """Within a caller's transaction, which ends with `record_created`."""
    name = naming.check(name)
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
    return OrganizationRef(row.seq, slug, name)


def record_created(session: Session, made: OrganizationRef, origin: Origin) -> None:
    """The event of a new organization, last in its transaction."""
    changes: events.Changes = {"name": (None, made.name)}
    created = events.Change("created", "Organization", made.slug, made.name, changes)
    events.record(session, made.seq, origin, created)


@reading
def get(connection: Connection, slug: str) -> OrganizationRef:
    """The organization of that slug, in whatever case; raises `NotFound`."""
    row = connection.execute(
        select(
            Organization.seq,
            Organization.slug,
            Organization.name,
            Organization.suspended_at,
        ).where(Organization.slug == _checked(slug))
    ).one_or_none()
    if row is None:
        raise _not_found(slug)
    is_suspended = row.suspended_at is not None
    return OrganizationRef(row.seq, row.slug, row.name, is_suspended)


@reading
def describe(connection: Connection, slug: str) -> StoredOrganization:
    """The organization of that slug with its totals; raises `NotFound`."""
    statement = _WITH_TOTALS.where(Organization.slug == _checked(slug))
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise _not_found(slug)
    return StoredOrganization(*row)


@reading
def list_all(connection: Connection) -> list[StoredOrganization]:
    """All organizations with their totals, by name."""
    return [StoredOrganization(*row) for row in connection.execute(_BY_NAME)]


@reading
def list_for(
    connection: Connection, slugs: Collection[str] | None
) -> list[OrganizationRef]:
    """The organizations of these slugs, or all (None), by name: for a switcher."""
    statement = select(Organization.seq, Organization.slug, Organization.name)
    if slugs is not None:
        statement = statement.where(Organization.slug.in_(slugs))
    by_name = statement.order_by(func.lower(Organization.name), Organization.seq)
    return [OrganizationRef(*row) for row in connection.execute(by_name)]


# A subquery, so that an organization is one row however many tokens it has.
_LAST_REQUEST: Final = (
    select(func.max(ProvisioningToken.last_used_at))
    .where(ProvisioningToken.organization_seq == Organization.seq)
    .scalar_subquery()
)
_WITH_TOTALS: Final = select(
    Organization.slug,
    Organization.name,
    Organization.suspended_at,
    Organization.retention_days,
    Organization.created_at,
    Counter.n_users,
    Counter.n_active_users,
    Counter.n_groups,
    _LAST_REQUEST,
).join(Counter, Counter.organization_seq == Organization.seq)
_BY_NAME: Final = _WITH_TOTALS.order_by(func.lower(Organization.name), Organization.seq)


@writing
def rename(session: Session, slug: str, name: str, *, origin: Origin) -> None:
    """Give an organization another name; its slug, and so its addresses, stay.

    Raises `Invalid` and `NotFound`. The name it has already is no error.
    """
    name = naming.check(name)
    row = _locked(session, slug)
    before, row.name = row.name, name
    if before != name:
        session.flush()
        _record(session, row, "updated", {"name": (before, name)}, origin)


@writing
def set_retention(session: Session, slug: str, days: int, *, origin: Origin) -> None:
    """How long what is deleted is kept; raises `Invalid` and `NotFound`."""
    least, most = RETENTION_DAYS
    if not least <= days <= most:
        raise Invalid(
            "retention_days", f"Give a number of days from {least} to {most}."
        )
    row = _locked(session, slug)
    before, row.retention_days = row.retention_days, days
    if before != days:
        session.flush()
        _record(session, row, "updated", {"retention_days": (before, days)}, origin)


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
    row = _locked(session, slug)
    before = row.suspended_at
    if (before is None) == (at is None):
        return
    row.suspended_at = at
    session.flush()
    action = "resumed" if at is None else "suspended"
    changes = {"suspended": (before is not None, at is not None)}
    _record(session, row, action, changes, origin)


def _record(
    session: Session,
    row: Organization,
    action: str,
    changes: events.Changes,
    origin: Origin,
) -> None:
    change = events.Change(action, "Organization", row.slug, row.name, changes)
    events.record(session, row.seq, origin, change)


def _locked(session: Session, slug: str) -> Organization:
    statement = select(Organization).where(Organization.slug == _checked(slug))
    row = session.scalar(statement.with_for_update())
    if row is None:
        raise _not_found(slug)
    return row


def _checked(slug: str) -> str:
    """The slug as it is stored; what cannot be one never reaches the database."""
    if not _SLUG.fullmatch(slug.lower()):
        raise _not_found(slug)
    return slug.lower()


def _not_found(slug: str) -> NotFound:
    return NotFound(f'There is no organization "{shorten(slug)}".')
