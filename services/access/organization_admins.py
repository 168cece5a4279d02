"""Who may do what in one organization: its admins and their roles.

Changed by its owners, and by the owners of the install, whose own rights no
organization can touch. How somebody becomes an admin is in
`services/access/invitations.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from models import Admin, AdminRole, Organization
from models.database import reading, writing
from services.access.roles import Role
from services.activity import events
from services.errors import Invalid, NotFound
from services.organizations import OrganizationRef
from services.origin import Origin, is_id


@dataclass(frozen=True)
class OrganizationAdmin:
    """An admin as the list of an organization shows them.

    `is_last_owner`: the only one who owns it and can sign in, so nobody may take that.
    """

    id: str
    email: str
    name: str
    role: Role
    is_instance_owner: bool
    is_last_owner: bool
    last_signed_in_at: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True)
class Target:
    """Whose role is changed, locked together with the organization's other owners."""

    admin: Admin
    held: AdminRole
    is_last_owner: bool


@reading
def list_all(
    connection: Connection, organization: OrganizationRef
) -> list[OrganizationAdmin]:
    """Everybody with a role in the organization, by name."""
    return _read(connection, organization)


@reading
def get(
    connection: Connection, organization: OrganizationRef, admin_id: str
) -> OrganizationAdmin:
    """One of them; raises `NotFound` for somebody without a role here."""
    # The list is short, and says who is the last owner.
    for one in _read(connection, organization):
        if one.id == admin_id:
            return one
    raise _not_found()


@reading
def owned_alone(connection: Connection, admin_id: str) -> list[str]:
    """The names of organizations that nobody else who may sign in is an owner of."""
    is_owner = (
        (AdminRole.role == "owner")
        & Admin.disabled_at.is_(None)
        & (AdminRole.organization_seq == Organization.seq)
    )
    owners = (
        select(Admin.id)
        .join(AdminRole, AdminRole.admin_seq == Admin.seq)
        .where(is_owner)
        .correlate(Organization)
    )
    names = connection.scalars(
        select(Organization.name)
        .where(
            owners.where(Admin.id == admin_id).exists(),
            ~owners.where(Admin.id != admin_id).exists(),
        )
        .order_by(func.lower(Organization.name), Organization.seq)
    )
    return list(names)


def _read(
    connection: Connection, organization: OrganizationRef
) -> list[OrganizationAdmin]:
    rows = connection.execute(
        select(
            Admin.id,
            Admin.email,
            Admin.name,
            AdminRole.role,
            Admin.is_instance_owner,
            Admin.last_signed_in_at,
            Admin.disabled_at,
        )
        .join(AdminRole, AdminRole.admin_seq == Admin.seq)
        .where(AdminRole.organization_seq == organization.seq)
        .order_by(func.lower(Admin.name), Admin.seq)
    ).all()
    owners = [row.id for row in rows if row.role == "owner" and not row.disabled_at]
    return [
        OrganizationAdmin(
            row.id,
            row.email,
            row.name,
            # Only `services/` writes the column, and only roles.
            cast(Role, row.role),
            row.is_instance_owner,
            owners == [row.id],
            row.last_signed_in_at,
            row.disabled_at,
        )
        for row in rows
    ]


@reading
def instance_owners(connection: Connection) -> list[str]:
    """The names of those who may do everything everywhere."""
    names = connection.scalars(
        select(Admin.name)
        .where(Admin.is_instance_owner, Admin.disabled_at.is_(None))
        .order_by(func.lower(Admin.name), Admin.seq)
    )
    return list(names)


@writing
def change_role(
    session: Session,
    organization: OrganizationRef,
    admin_id: str,
    role: Role,
    *,
    by_instance_owner: bool,
    origin: Origin,
) -> None:
    """Give an admin another role in the organization. The one they have is no error.

    Raises `NotFound`, and `Invalid` for the last owner and for somebody whom only an
    owner of the install may touch.
    """
    target = _locked(session, organization, admin_id, by_instance_owner)
    before = target.held.role
    if before == role:
        return
    if target.is_last_owner:
        raise _last_owner(organization, target.admin)
    target.held.role = role
    session.flush()
    _record(session, organization, target.admin, "updated", (before, role), origin)


@writing
def remove(
    session: Session,
    organization: OrganizationRef,
    admin_id: str,
    *,
    by_instance_owner: bool,
    origin: Origin,
) -> str:
    """Take an admin's role in the organization; returns their name.

    They stay an admin elsewhere. Raises as `change_role` does.
    """
    target = _locked(session, organization, admin_id, by_instance_owner)
    if target.is_last_owner:
        raise _last_owner(organization, target.admin)
    session.delete(target.held)
    session.flush()
    before = target.held.role
    _record(session, organization, target.admin, "removed", (before, None), origin)
    return target.admin.name


def give_role(
    session: Session,
    organization: OrganizationRef,
    admin: Admin,
    role: Role,
    origin: Origin,
) -> None:
    """Within a caller's transaction: an admin's first role here, and its event."""
    held = AdminRole(admin_seq=admin.seq, organization_seq=organization.seq, role=role)
    session.add(held)
    session.flush()
    record_added(session, organization, admin, role, origin)


def record_added(
    session: Session,
    organization: OrganizationRef,
    admin: Admin,
    role: Role,
    origin: Origin,
) -> None:
    """The event of an admin who is new in the organization, last in a transaction."""
    _record(session, organization, admin, "added", (None, role), origin)


def _locked(
    session: Session,
    organization: OrganizationRef,
    admin_id: str,
    by_instance_owner: bool,
) -> Target:
    if not is_id(admin_id):
        raise _not_found()
    # All owners are locked in one order, so that two of them who remove each other do
    # it one after the other.
    rows = session.execute(
        select(Admin, AdminRole)
        .join(AdminRole, AdminRole.admin_seq == Admin.seq)
        .where(
            AdminRole.organization_seq == organization.seq,
            (AdminRole.role == "owner") | (Admin.id == admin_id),
        )
        .order_by(AdminRole.admin_seq)
        .with_for_update()
    ).all()
    chosen = [row for row in rows if row.Admin.id == admin_id]
    if not chosen:
        raise _not_found()
    admin, held = chosen[0]
    if admin.is_instance_owner and not by_instance_owner:
        raise Invalid(
            "admin",
            f"{admin.name} owns this installation. Only another owner of it may change "
            "what they do here.",
        )
    owners = [
        row.Admin.id
        for row in rows
        if row.AdminRole.role == "owner" and row.Admin.disabled_at is None
    ]
    return Target(admin, held, owners == [admin_id])


def _record(
    session: Session,
    organization: OrganizationRef,
    admin: Admin,
    action: str,
    role: tuple[str | None, str | None],
    origin: Origin,
) -> None:
    change = events.Change(action, "Admin", admin.id, admin.name, {"role": role})
    events.record(session, organization.seq, origin, change)


def _last_owner(organization: OrganizationRef, admin: Admin) -> Invalid:
    return Invalid(
        "role",
        f"{admin.name} is the only owner of {organization.name}. Make somebody else an "
        "owner first.",
    )


def _not_found() -> NotFound:
    return NotFound("There is no such admin in this organization.")
