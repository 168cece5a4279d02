"""Invitations: links that make their holder an admin, for 72 hours, once.

No mail server is needed: whoever invites passes the link on. Only the SHA-256 of its
secret is kept, so that a link can be replaced but never shown again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import ColumnElement, Connection, select
from sqlalchemy.orm import Session

from models import Admin, AdminInvitation, AdminRole, Organization
from models.database import reading, writing
from scim.matching import fold
from services.access import admins, organization_admins, passwords, sessions
from services.access.admins import NewAdmin
from services.access.roles import Role
from services.activity import events
from services.errors import AlreadyTaken, Invalid, NotFound
from services.organizations import OrganizationRef
from services.origin import Actor, Origin, is_id, new_id, shorten

LIFETIME: Final = timedelta(hours=72)


@dataclass(frozen=True)
class NewInvitation:
    """An invitation just made: the only time its secret is known."""

    id: str
    secret: str
    email: str
    role: Role
    expires_at: datetime


@dataclass(frozen=True)
class PendingInvitation:
    """An invitation that can still be accepted, as lists show it."""

    id: str
    email: str
    role: Role
    invited_by: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Invitation:
    """What the holder of a link sees. No organization: to own the whole install."""

    id: str
    email: str
    role: Role
    organization: OrganizationRef | None
    invited_by: str
    expires_at: datetime
    admin_id: str | None

    @property
    def has_account(self) -> bool:
        """Whether the person is an admin already."""
        return self.admin_id is not None


@writing
def invite(
    session: Session,
    organization: OrganizationRef | None,
    email: str,
    role: Role,
    *,
    origin: Origin,
) -> NewInvitation:
    """Make a link for somebody; one they had for the same is dead from then on.

    Raises `Invalid` for what is no e-mail, `AlreadyTaken` for an admin who has a role
    there, and for one who owns the install.
    """
    admins.check_email(email)
    key = fold(email)
    _check_is_new(session, organization, email, key)
    _withdraw_older(session, organization, key, origin)
    secret = sessions.new_secret()
    row = AdminInvitation(
        id=new_id(),
        digest=sessions.digest_of(secret),
        email=email,
        email_key=key,
        organization_seq=None if organization is None else organization.seq,
        role=role,
        invited_by=origin.actor.name,
        created_at=origin.at,
        expires_at=origin.at + LIFETIME,
    )
    session.add(row)
    session.flush()
    _record(session, row, "created", origin)
    return NewInvitation(row.id, secret, email, role, row.expires_at)


def _check_is_new(
    session: Session, organization: OrganizationRef | None, email: str, key: str
) -> None:
    admin = session.scalar(select(Admin).where(Admin.email_key == key))
    if admin is None:
        return
    if admin.is_instance_owner:
        raise AlreadyTaken(
            "email", f"{shorten(email)} owns this installation, and so all in it."
        )
    if organization is None:
        raise AlreadyTaken(
            "email",
            f"There is an admin {shorten(email)} already. Make them an owner in the "
            "list.",
        )
    held = select(AdminRole.role).where(
        AdminRole.admin_seq == admin.seq,
        AdminRole.organization_seq == organization.seq,
    )
    role = session.scalar(held)
    if role is not None:
        raise AlreadyTaken(
            "email",
            f"{shorten(email)} is {role} of {organization.name} already. Change the "
            "role in the list.",
        )


def _withdraw_older(
    session: Session, organization: OrganizationRef | None, key: str, origin: Origin
) -> None:
    older = session.scalars(
        select(AdminInvitation)
        .where(
            AdminInvitation.email_key == key,
            _is_of(organization),
            _is_open(origin.at),
        )
        .with_for_update()
    )
    for row in older:
        row.withdrawn_at = origin.at


@writing
def withdraw(
    session: Session,
    organization: OrganizationRef | None,
    invitation_id: str,
    *,
    origin: Origin,
) -> str:
    """Make a link useless; returns whom it was for. Raises `NotFound`."""
    if not is_id(invitation_id):
        raise _not_pending()
    row = session.scalar(
        select(AdminInvitation)
        .where(
            AdminInvitation.id == invitation_id,
            _is_of(organization),
            _is_open(origin.at),
        )
        .with_for_update()
    )
    if row is None:
        raise _not_pending()
    row.withdrawn_at = origin.at
    session.flush()
    _record(session, row, "withdrawn", origin)
    return row.email


@reading
def list_pending(
    connection: Connection, organization: OrganizationRef | None, now: datetime
) -> list[PendingInvitation]:
    """The links that still open something, the newest first."""
    rows = connection.execute(
        select(
            AdminInvitation.id,
            AdminInvitation.email,
            AdminInvitation.role,
            AdminInvitation.invited_by,
            AdminInvitation.created_at,
            AdminInvitation.expires_at,
        )
        .where(_is_of(organization), _is_open(now))
        .order_by(AdminInvitation.seq.desc())
    )
    return [
        # Only this module writes the column, and only roles.
        PendingInvitation(row[0], row[1], cast(Role, row[2]), *row[3:])
        for row in rows
    ]


@reading
def get(connection: Connection, secret: str, now: datetime) -> Invitation:
    """What a link is for; raises `NotFound` when it opens nothing, or no more."""
    row = connection.execute(
        select(
            AdminInvitation.id,
            AdminInvitation.email,
            AdminInvitation.role,
            AdminInvitation.invited_by,
            AdminInvitation.expires_at,
            Organization.seq,
            Organization.slug,
            Organization.name,
            Admin.id.label("admin_id"),
        )
        .outerjoin(Organization, Organization.seq == AdminInvitation.organization_seq)
        .outerjoin(Admin, Admin.email_key == AdminInvitation.email_key)
        .where(AdminInvitation.digest == sessions.digest_of(secret), _is_open(now))
    ).one_or_none()
    if row is None:
        raise _dead_link()
    organization = (
        None if row.seq is None else OrganizationRef(row.seq, row.slug, row.name)
    )
    return Invitation(
        row.id,
        row.email,
        # Only this module writes the column, and only roles.
        cast(Role, row.role),
        organization,
        row.invited_by,
        row.expires_at,
        row.admin_id,
    )


def accept_as_new(secret: str, name: str, password: str, *, at: datetime) -> str:
    """Make the invited person an admin; returns the id.

    Raises `NotFound` for a dead link, `Invalid` for the name or the password, and
    `AlreadyTaken` when the person became an admin meanwhile.
    """
    invitation = get(secret, at)
    places = [] if invitation.organization is None else [invitation.organization]
    new = NewAdmin(invitation.email, name, invitation.role, password, places)
    admins.check(new)
    return _accept_as_new(secret, new, passwords.hash_of(password), at)


@writing
def _accept_as_new(
    session: Session, secret: str, new: NewAdmin, password_hash: str, at: datetime
) -> str:
    row = _locked(session, secret, at)
    admin_id = new_id()
    origin = Origin(Actor("admin", admin_id, new.name.strip()), at)
    row.accepted_at = at
    admin = admins.add(session, new, password_hash, origin, admin_id)
    for one in new.organizations:
        organization_admins.record_added(session, one, admin, new.role, origin)
    return admin.id


@writing
def accept_as_known(
    session: Session, secret: str, admin_id: str, *, origin: Origin
) -> None:
    """Give an admin who is signed in what they were invited to.

    Raises `NotFound` for a dead link, and `Invalid` for a link made for somebody else.
    A role that they have there already stays as it is.
    """
    row = _locked(session, secret, origin.at)
    admin = session.scalar(
        select(Admin)
        .where(Admin.id == admin_id, Admin.disabled_at.is_(None))
        .with_for_update()
    )
    if admin is None or admin.email_key != row.email_key:
        raise Invalid(
            "email",
            f"This invitation is for {row.email}. Sign out, and sign in as them.",
        )
    row.accepted_at = origin.at
    session.flush()
    if row.organization_seq is None:
        _make_instance_owner(session, admin, origin)
        return
    held = session.get(AdminRole, (admin.seq, row.organization_seq))
    organization = session.get_one(Organization, row.organization_seq)
    if held is None:
        organization_admins.give_role(
            session,
            OrganizationRef(organization.seq, organization.slug, organization.name),
            admin,
            cast(Role, row.role),
            origin,
        )


def _make_instance_owner(session: Session, admin: Admin, origin: Origin) -> None:
    if admin.is_instance_owner:
        return
    admin.is_instance_owner = True
    session.flush()
    change = events.Change(
        "updated", "Admin", admin.id, admin.name, {"instance_owner": (False, True)}
    )
    events.record_for_instance(session, origin, change)


def _locked(session: Session, secret: str, at: datetime) -> AdminInvitation:
    row = session.scalar(
        select(AdminInvitation)
        .where(AdminInvitation.digest == sessions.digest_of(secret), _is_open(at))
        .with_for_update()
    )
    if row is None:
        raise _dead_link()
    return row


def _is_open(now: datetime) -> ColumnElement[bool]:
    return (
        AdminInvitation.accepted_at.is_(None)
        & AdminInvitation.withdrawn_at.is_(None)
        & (AdminInvitation.expires_at > now)
    )


def _is_of(organization: OrganizationRef | None) -> ColumnElement[bool]:
    if organization is None:
        return AdminInvitation.organization_seq.is_(None)
    return AdminInvitation.organization_seq == organization.seq


def _record(
    session: Session, row: AdminInvitation, action: str, origin: Origin
) -> None:
    changes: events.Changes = {"role": (None, row.role)} if action == "created" else {}
    name = f"Invitation of {row.email}"
    change = events.Change(action, "Invitation", row.id, name, changes)
    if row.organization_seq is None:
        events.record_for_instance(session, origin, change)
    else:
        events.record(session, row.organization_seq, origin, change)


def _not_pending() -> NotFound:
    return NotFound("There is no such invitation here, or it is used or expired.")


def _dead_link() -> NotFound:
    return NotFound(
        "This invitation is used, withdrawn or older than 72 hours. Ask whoever sent "
        "it for a new one."
    )
