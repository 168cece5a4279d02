"""Admins: the people who sign in to Rollcall, and who of them owns the install.

They are made by invitation, at set-up and on the command line; SCIM can neither create
nor change one. What an admin may do in one organization is in
`services/access/organization_admins.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.orm import Session

from models import Admin, AdminRole, Organization
from models.database import reading, writing
from scim.matching import fold
from services import naming
from services.access import passwords, sessions
from services.access.roles import Role
from services.activity import events
from services.errors import AlreadyTaken, Invalid, NotFound
from services.organizations import OrganizationRef
from services.origin import Origin, is_id, new_id, shorten

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")


@dataclass(frozen=True)
class NewAdmin:
    """Who is to be made an admin. No organization: an owner of the whole instance."""

    email: str
    name: str
    role: Role
    password: str
    organizations: Sequence[OrganizationRef] = ()


@dataclass(frozen=True)
class StoredAdmin:
    """An admin as the list of the whole install shows them."""

    id: str
    email: str
    name: str
    is_instance_owner: bool
    organizations: tuple[str, ...]
    created_at: datetime
    last_signed_in_at: datetime | None
    disabled_at: datetime | None


def create(new: NewAdmin, *, origin: Origin) -> str:
    """Make an admin; returns the id.

    Raises `Invalid` for an unusable e-mail, name, password or a role without an
    organization, `AlreadyTaken` for an e-mail in use.
    """
    check(new)
    # Outside of the transaction: hashing takes long, on purpose.
    return _create(new, passwords.hash_of(new.password), origin)


@writing
def _create(session: Session, new: NewAdmin, password_hash: str, origin: Origin) -> str:
    return add(session, new, password_hash, origin).id


def add(
    session: Session,
    new: NewAdmin,
    password_hash: str,
    origin: Origin,
    admin_id: str | None = None,
) -> Admin:
    """Within a caller's transaction: the checked admin with their roles, its event.

    Raises `AlreadyTaken` for an e-mail in use.
    """
    key = fold(new.email)
    if session.scalar(select(Admin.seq).where(Admin.email_key == key)) is not None:
        raise AlreadyTaken("email", f"There is an admin {shorten(new.email)} already.")
    admin = Admin(
        id=admin_id or new_id(),
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
    record(session, origin, "created", admin, changes)
    return admin


def check(new: NewAdmin, about: Iterable[str] = ()) -> None:
    """Refuse what no admin can have; `about` is what their password must not be.

    Raises `Invalid`.
    """
    check_email(new.email)
    naming.check(new.name)
    names = [one.name for one in new.organizations]
    passwords.check(new.password, [new.email, new.name, *names, *about])
    if not new.organizations and new.role != "owner":
        raise Invalid(
            "organization",
            f"The role {new.role} is given in an organization. Name at least one.",
        )


def check_email(email: str) -> None:
    """Refuse what is no address; raises `Invalid`."""
    if not _EMAIL.fullmatch(email) or not email.isprintable():
        raise Invalid("email", f'"{shorten(email)}" is not an e-mail address.')


@reading
def count(connection: Connection) -> int:
    """How many admins there are; none means that set-up is still to be done."""
    return connection.scalar(select(func.count()).select_from(Admin)) or 0


@reading
def list_all(connection: Connection) -> list[StoredAdmin]:
    """Everybody who may sign in, owners of the install first, then by name."""
    by_name = (Admin.is_instance_owner.desc(), func.lower(Admin.name), Admin.seq)
    return _read(connection, select(Admin).order_by(*by_name))


@reading
def get(connection: Connection, admin_id: str) -> StoredAdmin:
    """One of them; raises `NotFound`."""
    if not is_id(admin_id):
        raise not_found()
    found = _read(connection, select(Admin).where(Admin.id == admin_id))
    if not found:
        raise not_found()
    return found[0]


@reading
def find(connection: Connection, email: str) -> StoredAdmin:
    """The admin with that e-mail, in whatever case; raises `Invalid`, `NotFound`."""
    check_email(email)
    found = _read(connection, select(Admin).where(Admin.email_key == fold(email)))
    if not found:
        raise NotFound(f"There is no admin {shorten(email)}.")
    return found[0]


def _read(
    connection: Connection,
    statement: Select[Admin],
) -> list[StoredAdmin]:
    rows = connection.execute(statement).all()
    seqs = [row.seq for row in rows]
    held = connection.execute(
        select(AdminRole.admin_seq, Organization.name)
        .join(Organization, Organization.seq == AdminRole.organization_seq)
        .where(AdminRole.admin_seq.in_(seqs))
        .order_by(func.lower(Organization.name), Organization.seq)
    )
    organizations: dict[int, list[str]] = {}
    for seq, name in held:
        organizations.setdefault(seq, []).append(name)
    return [
        StoredAdmin(
            row.id,
            row.email,
            row.name,
            row.is_instance_owner,
            tuple(organizations.get(row.seq, ())),
            row.created_at,
            row.last_signed_in_at,
            row.disabled_at,
        )
        for row in rows
    ]


@writing
def disable(session: Session, admin_id: str, *, origin: Origin) -> None:
    """Keep an admin out from now on: their sessions end. Twice is no error.

    Raises `NotFound`, and `Invalid` for the last owner of the install.
    """
    admin = _locked_with_owners(session, admin_id)
    if admin.disabled_at is not None:
        return
    _keep_an_owner(session, admin, "disabled")
    admin.disabled_at = origin.at
    sessions.delete_all(session, admin.seq)
    session.flush()
    record(session, origin, "disabled", admin, {"disabled": (False, True)})


@writing
def enable(session: Session, admin_id: str, *, origin: Origin) -> None:
    """Let a disabled admin in again; raises `NotFound`. Twice is no error."""
    admin = locked(session, admin_id)
    if admin.disabled_at is None:
        return
    admin.disabled_at = None
    session.flush()
    record(session, origin, "enabled", admin, {"disabled": (True, False)})


@writing
def set_instance_owner(
    session: Session, admin_id: str, is_owner: bool, *, origin: Origin
) -> None:
    """Make an admin an owner of the install, or take that away. Twice is no error.

    Raises `NotFound`, and `Invalid` for the last owner of the install.
    """
    admin = _locked_with_owners(session, admin_id)
    if admin.is_instance_owner == is_owner:
        return
    if not is_owner:
        _keep_an_owner(session, admin, "made something less")
    admin.is_instance_owner = is_owner
    session.flush()
    changes: events.Changes = {"instance_owner": (not is_owner, is_owner)}
    record(session, origin, "updated", admin, changes)


def locked(session: Session, admin_id: str) -> Admin:
    """Within a caller's transaction: the row, to be changed; raises `NotFound`."""
    if not is_id(admin_id):
        raise not_found()
    statement = select(Admin).where(Admin.id == admin_id).with_for_update()
    admin = session.scalar(statement)
    if admin is None:
        raise not_found()
    return admin


def _locked_with_owners(session: Session, admin_id: str) -> Admin:
    """The admin, and all owners of the install, locked in one order.

    So two owners who take the right from each other do it one after the other.
    """
    if not is_id(admin_id):
        raise not_found()
    wanted = Admin.is_instance_owner | (Admin.id == admin_id)
    statement = select(Admin).where(wanted).order_by(Admin.seq).with_for_update()
    found = [one for one in session.scalars(statement) if one.id == admin_id]
    if not found:
        raise not_found()
    return found[0]


def _keep_an_owner(session: Session, admin: Admin, done: str) -> None:
    others = select(func.count()).where(
        Admin.is_instance_owner, Admin.disabled_at.is_(None), Admin.seq != admin.seq
    )
    if admin.is_instance_owner and not session.scalar(others):
        raise Invalid(
            "admin",
            f"{admin.name} is the only owner of this installation and cannot be "
            f"{done}. Make somebody else an owner of it first.",
        )


def record(
    session: Session,
    origin: Origin,
    action: str,
    admin: Admin,
    changes: events.Changes,
) -> None:
    """Within a caller's transaction: an event of the install about an admin."""
    events.record_for_instance(
        session,
        origin,
        events.Change(action, "Admin", admin.id, admin.name, changes),
    )


def not_found() -> NotFound:
    """What is said of an id that is nobody's."""
    return NotFound("There is no such admin.")
