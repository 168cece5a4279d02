"""Lists of what was deleted, and one of it with all that a restore would meet.

Only reading: restoring and purging are in `deleted`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, Select, func, or_, select, true

from models import DeletedMembership, DeletedResource, Group, Organization, User
from models.database import reading
from scim.attributes import Document
from scim.matching import fold
from services.deletion import restoring
from services.directory.mapping import Reference
from services.organizations import OrganizationRef
from services.origin import is_id
from services.queries import comparing, keyset

Kind = Literal["User", "Group"]

_UNIQUE_NAMES: Final = {"User": "userName", "Group": "displayName"}
_NEWEST_FIRST: Final = keyset.Order(
    (
        keyset.Key(DeletedResource.deleted_at.expression, "time"),
        keyset.Key(DeletedResource.id.expression, "text"),
    ),
    is_descending=True,
)


@dataclass(frozen=True)
class DeletedQuery:
    """Which of the deleted a list shows: of one kind, found by name or user name."""

    kind: Kind = "User"
    q: str = ""


@dataclass(frozen=True)
class DeletedRow:
    """A deleted user or group in a list. `deleted_by` is the key of an actor.

    `unique_name` is what must be free for a restore: the user name, or a group's name.
    """

    type: Kind
    id: str
    name: str
    unique_name: str
    source: str
    deleted_at: datetime
    deleted_by: str
    purged_at: datetime


@dataclass(frozen=True)
class Holder:
    """Who has the name of a deleted one by now, so that a restore needs another."""

    reference: Reference
    is_active: bool = True


@dataclass(frozen=True)
class DeletedDetails:
    """A deleted user or group, with what a restore would bring back and meet."""

    row: DeletedRow
    document: Document
    created_at: datetime
    n_memberships: int
    holder: Holder | None


@dataclass(frozen=True)
class DeletedCounts:
    """How many of each kind are kept."""

    users: int
    groups: int


@reading
def page(
    connection: Connection,
    organization: OrganizationRef,
    query: DeletedQuery,
    *,
    cursor: str | None = None,
    count: int = 50,
) -> keyset.Window[DeletedRow]:
    """A page of what was deleted, the newest first; raises `Invalid` ("cursor")."""
    statement = _columns(organization).where(
        DeletedResource.resource_type == query.kind, *_matching(query.q)
    )
    window = keyset.read(connection, statement, _NEWEST_FIRST, cursor, count)
    rows = tuple(_row(row) for row in window.rows)
    return keyset.Window(rows, window.first, window.previous, window.next)


@reading
def counts(
    connection: Connection, organization: OrganizationRef, q: str = ""
) -> DeletedCounts:
    """How many users and groups are deleted and, if `q` is given, found by it."""
    found = connection.execute(
        select(DeletedResource.resource_type, func.count())
        .where(DeletedResource.organization_seq == organization.seq, *_matching(q))
        .group_by(DeletedResource.resource_type)
    )
    by_type: dict[str, int] = {type_: n for type_, n in found}  # noqa: C416 - typed
    return DeletedCounts(by_type.get("User", 0), by_type.get("Group", 0))


@reading
def get(
    connection: Connection, organization: OrganizationRef, resource_id: str
) -> DeletedDetails:
    """One deleted user or group; raises `NotFound`, also for what is not deleted."""
    if not is_id(resource_id):
        raise restoring.not_found(resource_id)
    row = connection.execute(
        _columns(organization)
        .add_columns(DeletedResource.created_at)
        .where(DeletedResource.id == resource_id)
    ).one_or_none()
    if row is None:
        raise restoring.not_found(resource_id)
    kept = _row(row)
    return DeletedDetails(
        kept,
        row.document,
        row.created_at,
        _count_memberships(connection, organization, resource_id),
        _holder(connection, organization, kept),
    )


@reading
def is_kept(
    connection: Connection, organization: OrganizationRef, resource_id: str, kind: Kind
) -> bool:
    """Whether a user, or a group, of that id is among the deleted."""
    if not is_id(resource_id):
        return False
    found = select(DeletedResource.id).where(
        DeletedResource.organization_seq == organization.seq,
        DeletedResource.id == resource_id,
        DeletedResource.resource_type == kind,
    )
    return connection.scalar(found) is not None


def _columns(
    organization: OrganizationRef,
) -> Select[*tuple[Any, ...]]:  # Any: columns of two tables
    return (
        select(
            DeletedResource.resource_type,
            DeletedResource.id,
            DeletedResource.name,
            DeletedResource.document,
            DeletedResource.source,
            DeletedResource.deleted_at,
            DeletedResource.deleted_by,
            Organization.retention_days,
        )
        .join(Organization, Organization.seq == DeletedResource.organization_seq)
        .where(DeletedResource.organization_seq == organization.seq)
    )


def _matching(q: str) -> list[comparing.Clause]:
    words = fold(comparing.searchable(q)).split()
    return [comparing.contains(DeletedResource.name_key, word) for word in words]


def _row(row: Row[*tuple[Any, ...]]) -> DeletedRow:  # Any: of _columns
    unique_name = row.document[_UNIQUE_NAMES[row.resource_type]]
    return DeletedRow(
        row.resource_type,
        row.id,
        row.name,
        str(unique_name),
        row.source,
        row.deleted_at,
        row.deleted_by,
        row.deleted_at + timedelta(days=row.retention_days),
    )


def _count_memberships(
    connection: Connection, organization: OrganizationRef, resource_id: str
) -> int:
    return connection.execute(
        select(func.count())
        .select_from(DeletedMembership)
        .where(
            DeletedMembership.organization_seq == organization.seq,
            or_(
                DeletedMembership.group_id == resource_id,
                DeletedMembership.member_id == resource_id,
            ),
        )
    ).scalar_one()


def _holder(
    connection: Connection, organization: OrganizationRef, row: DeletedRow
) -> Holder | None:
    key = fold(row.unique_name)
    if row.type == "User":
        statement = select(User.id, User.name, User.is_active).where(
            User.organization_seq == organization.seq, User.user_name_key == key
        )
    else:
        statement = select(Group.id, Group.display_name, true()).where(
            Group.organization_seq == organization.seq, Group.display_name_key == key
        )
    found = connection.execute(statement).one_or_none()
    if found is None:
        return None
    id_, name, is_active = found
    return Holder(Reference(row.type, id_, name), is_active)
