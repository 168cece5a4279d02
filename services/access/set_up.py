"""Set-up: the first organization and the first admin, in one transaction, once.

Who may do it is the door's question; that it happens but once is answered here, also
when two try at the same moment.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from models import Admin
from models.database import writing
from services import naming, organizations
from services.access import admins, passwords
from services.access.admins import NewAdmin
from services.errors import ServiceError
from services.organizations import OrganizationRef
from services.origin import Origin


class SetUpDone(ServiceError):
    """There is an admin already, who can make others."""


@dataclass(frozen=True)
class First:
    """What is asked for at set-up."""

    organization_name: str
    email: str
    name: str
    password: str


def run(first: First, *, origin: Origin) -> tuple[OrganizationRef, str]:
    """Make the organization and an owner of the install; returns it and the admin's id.

    Raises `SetUpDone`; `Invalid` for `organization`, `email`, `name`, `password`, and
    for a `slug` that cannot be made of the name.
    """
    naming.check(first.organization_name, "organization")
    new = NewAdmin(first.email, first.name, "owner", first.password)
    admins.check(new, about=[first.organization_name])
    password_hash = passwords.hash_of(first.password)
    return _run(first.organization_name, new, password_hash, origin)


@writing
def _run(
    session: Session,
    organization_name: str,
    new: NewAdmin,
    password_hash: str,
    origin: Origin,
) -> tuple[OrganizationRef, str]:
    if session.get_bind().dialect.name == "postgresql":
        # As SQLite does by itself: the second one waits, and then finds the first.
        session.execute(text("LOCK TABLE admins IN SHARE ROW EXCLUSIVE MODE"))
    if session.scalar(select(func.count()).select_from(Admin)):
        raise SetUpDone("Rollcall is set up already. Sign in instead.")
    made = organizations.add(session, organization_name, None, origin)
    admin = admins.add(session, new, password_hash, origin)
    organizations.record_created(session, made, origin)
    return made, admin.id
