"""Accounts: what an admin sets for themselves, from the name to the password.

Whose password it is, and how often one may guess, is in `services/access/sign_in.py`.
"""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from functools import cache
from typing import Final, get_args

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from models import Admin, AdminRole, Organization
from models.database import reading, writing
from scim.attributes import JSON
from services import naming
from services.access import admins, passwords, sessions, sign_in
from services.access.sessions import Theme
from services.activity import events
from services.errors import Invalid
from services.origin import Origin, is_id

THEMES: Final[tuple[Theme, ...]] = get_args(Theme)


@dataclass(frozen=True)
class Profile:
    """What an admin chooses about themselves."""

    name: str
    theme: Theme
    time_zone: str
    uses_single_keys: bool


@writing
def change_profile(
    session: Session, admin_id: str, profile: Profile, *, origin: Origin
) -> None:
    """Write what an admin chose for themselves; raises `Invalid`, `NotFound`."""
    naming.check(profile.name)
    if profile.theme not in THEMES:
        raise Invalid("theme", "Choose one of the themes.")
    if profile.time_zone not in time_zones():
        raise Invalid(
            "time_zone", "Choose a time zone of the list, such as Europe/Berlin."
        )
    admin = admins.locked(session, admin_id)
    wanted: dict[str, JSON] = {
        "name": profile.name.strip(),
        "theme": profile.theme,
        "time_zone": profile.time_zone,
        "uses_single_keys": profile.uses_single_keys,
    }
    changes: events.Changes = {
        name: (getattr(admin, name), value)
        for name, value in wanted.items()
        if getattr(admin, name) != value
    }
    for name, (_, after) in changes.items():
        setattr(admin, name, after)
    if changes:
        session.flush()
        admins.record(session, origin, "updated", admin, changes)


@cache
def time_zones() -> frozenset[str]:
    """The zones an admin can choose, by their names in the zone database."""
    return frozenset(
        name
        for name in zoneinfo.available_timezones()
        if name == "UTC" or name.partition("/")[0] in _REGIONS
    )


_REGIONS: Final = frozenset(
    {
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    }
)


def change_password(
    admin_id: str, password: str, *, but: str | None = None, origin: Origin
) -> None:
    """Set a password, and end the sessions of the admin except `but`.

    Whether the old one was known is checked before, in `services/access/sign_in.py`.
    Raises `Invalid` and `NotFound`.
    """
    passwords.check(password, _known_about(admin_id))
    _set_password(admin_id, passwords.hash_of(password), but, origin)


def reset_password(email: str, password: str, *, origin: Origin) -> str:
    """The same from the command line, by e-mail; returns the admin's name.

    A disabled admin stays disabled. Raises `Invalid` and `NotFound`.
    """
    found = admins.find(email)
    change_password(found.id, password, origin=origin)
    sign_in.forget_failures(found.email)
    return found.name


@reading
def _known_about(connection: Connection, admin_id: str) -> list[str]:
    if not is_id(admin_id):
        raise admins.not_found()
    row = connection.execute(
        select(Admin.seq, Admin.email, Admin.name).where(Admin.id == admin_id)
    ).one_or_none()
    if row is None:
        raise admins.not_found()
    held = connection.scalars(
        select(Organization.name)
        .join(AdminRole, AdminRole.organization_seq == Organization.seq)
        .where(AdminRole.admin_seq == row.seq)
    )
    return [row.email, row.name, *held]


@writing
def _set_password(
    session: Session,
    admin_id: str,
    password_hash: str,
    but: str | None,
    origin: Origin,
) -> None:
    admin = admins.locked(session, admin_id)
    admin.password_hash = password_hash
    sessions.delete_all(session, admin.seq, but=but)
    session.flush()
    admins.record(session, origin, "password_changed", admin, {})
