"""Admins: the people who sign in to Rollcall, and what they may do where.

They are made here and on the command line only. SCIM can neither create nor change one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from argon2 import PasswordHasher
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from models import Admin, AdminRole
from models.database import reading, writing
from scim.matching import fold
from services import events
from services.errors import AlreadyTaken, Invalid
from services.organizations import OrganizationRef
from services.origin import Origin, new_id, shorten

Role = Literal["owner", "admin", "helpdesk", "viewer"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)

PASSWORD_LENGTH: Final = (15, 128)
"""Shortest and longest password, in characters (NIST SP 800-63B)."""

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
_MAX_NAME_LENGTH: Final = 100
_hasher: Final = PasswordHasher()


@dataclass(frozen=True)
class NewAdmin:
    """Who is to be made an admin. No organization: an owner of the whole instance."""

    email: str
    name: str
    role: Role
    password: str
    organizations: Sequence[OrganizationRef] = ()


def create(new: NewAdmin, *, origin: Origin) -> str:
    """Make an admin; returns the id.

    Raises `Invalid` for an unusable e-mail, name, password or a role without an
    organization, `AlreadyTaken` for an e-mail in use.
    """
    _check(new)
    # Outside of the transaction: hashing takes long, on purpose.
    return _create(new, _hasher.hash(new.password), origin)


@writing
def _create(session: Session, new: NewAdmin, password_hash: str, origin: Origin) -> str:
    key = fold(new.email)
    if session.scalar(select(Admin.seq).where(Admin.email_key == key)) is not None:
        raise AlreadyTaken("email", f"There is an admin {shorten(new.email)} already.")
    admin = Admin(
        id=new_id(),
        email=new.email,
        email_key=key,
        name=new.name.strip(),
        password_hash=password_hash,
        is_instance_owner=not new.organizations,
        created_at=origin.at,
    )
    session.add(admin)
    session.flush()
    session.add_all(
        AdminRole(admin_seq=admin.seq, organization_seq=one.seq, role=new.role)
        for one in new.organizations
    )
    session.flush()
    slugs = [one.slug for one in new.organizations]
    changes: events.Changes = {
        "role": (None, new.role),
        "organizations": (None, list(slugs)),
    }
    events.record_for_instance(
        session,
        origin,
        events.Change("created", "Admin", admin.id, admin.name, changes),
    )
    return admin.id


@reading
def count(connection: Connection) -> int:
    """How many admins there are; none means that set-up is still to be done."""
    return connection.scalar(select(func.count()).select_from(Admin)) or 0


def _check(new: NewAdmin) -> None:
    if not _EMAIL.fullmatch(new.email) or not new.email.isprintable():
        raise Invalid("email", f'"{shorten(new.email)}" is not an e-mail address.')
    name = new.name.strip()
    if not name or len(name) > _MAX_NAME_LENGTH or not name.isprintable():
        raise Invalid("name", f"Give a name of 1 to {_MAX_NAME_LENGTH} characters.")
    shortest, longest = PASSWORD_LENGTH
    if not shortest <= len(new.password) <= longest:
        raise Invalid(
            "password", f"Give a password of {shortest} to {longest} characters."
        )
    if any("\ud800" <= character <= "\udfff" for character in new.password):
        raise Invalid("password", "Give a password of characters that UTF-8 has.")
    if not new.organizations and new.role != "owner":
        raise Invalid(
            "organization",
            f"The role {new.role} is given in an organization. Name at least one.",
        )
