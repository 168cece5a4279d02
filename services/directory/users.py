"""Users: created, read, listed, changed, deactivated, deleted (RFC 7644 §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select
from sqlalchemy.orm import Session

from models import User
from models.database import reading, writing
from scim import patch as scim_patch
from scim import remarks
from scim.attributes import Document
from scim.schemas import USER_TYPE
from services.activity.events import Batch
from services.directory import mapping, members, user_changes
from services.directory.mapping import Reference, StoredUser
from services.directory.preconditions import NONE, Precondition
from services.organizations import OrganizationRef
from services.origin import Origin, is_id
from services.queries import filterable, listing

_COLUMNS = listing.columns(
    User, "seq", "id", "version", "document", "created_at", "modified_at"
)
# Built once: making a statement costs more than running one of these.
_BY_ID = select(*_COLUMNS).where(
    User.organization_seq == bindparam("organization_seq"), User.id == bindparam("id")
)
_NAMES = select(User.id, User.name).where(
    User.organization_seq == bindparam("organization_seq"),
    User.id.in_(bindparam("ids", expanding=True)),
)
_PAGE = listing.page_of(User, _COLUMNS)


@writing
def create(
    session: Session,
    organization: OrganizationRef,
    document: Document,
    *,
    origin: Origin,
) -> StoredUser:
    """Make a user of a cleaned document (RFC 7644 §3.3); active unless it says not.

    Raises `AlreadyTaken` when another user, active or not, has the userName.
    """
    batch = Batch()
    user = user_changes.make(session, organization, document, batch, origin)
    batch.record(session, organization.seq, origin)
    managers = _managers(session.connection(), organization, [user.document])
    made = _result(user, {}, managers)
    _note_manager(None, made, origin)
    return made


@reading
def get(
    connection: Connection,
    organization: OrganizationRef,
    user_id: str,
    *,
    with_groups: bool = True,
) -> StoredUser:
    """The user of that id; raises `NotFound`, also for another organization's."""
    if not is_id(user_id):
        raise user_changes.not_found(user_id)
    parameters = {"organization_seq": organization.seq, "id": user_id}
    row = connection.execute(_BY_ID, parameters).one_or_none()
    if row is None:
        raise user_changes.not_found(user_id)
    groups = members.groups_of(connection, [row.seq]) if with_groups else {}
    managers = _managers(connection, organization, [row.document])
    return _result(row, groups, managers)


def page(
    organization: OrganizationRef,
    query: listing.Query,
    *,
    with_groups: bool = True,
    walker: listing.Walker | None = None,
) -> listing.Page[StoredUser]:
    """A page of users in creation order; deactivated ones are among them.

    Raises `InvalidFilter`. `walker` lets the following page continue after this one.
    """
    found, users = _read_page(organization, query, with_groups, walker)
    listing.remember(_PAGE, organization, query, found, walker)
    return listing.Page(found.total, query.start_index, users)


@reading
def _read_page(
    connection: Connection,
    organization: OrganizationRef,
    query: listing.Query,
    with_groups: bool,
    walker: listing.Walker | None,
) -> tuple[listing.Slice, tuple[StoredUser, ...]]:
    clause = (
        filterable.compile_for_users(query.filter, organization)
        if query.filter is not None
        else None
    )
    found = listing.find(connection, _PAGE, organization, clause, query, walker)
    seqs = [row.seq for row in found.rows]
    groups = members.groups_of(connection, seqs) if with_groups else {}
    managers = _managers(connection, organization, [row.document for row in found.rows])
    return found, tuple(_result(row, groups, managers) for row in found.rows)


@writing
def replace(
    session: Session,
    organization: OrganizationRef,
    user_id: str,
    document: Document,
    *,
    precondition: Precondition = NONE,
    origin: Origin,
) -> StoredUser:
    """Put a cleaned document in the place of the user's (RFC 7644 §3.5.1).

    What it leaves out is cleared, but for `active`, which stays as it is.
    """
    user = user_changes.lock(session, organization, user_id, precondition)
    if "active" not in document and not user.is_active:
        remarks.note_still_inactive(origin.notes)
    document = {**document, "active": document.get("active", user.is_active)}
    return _change(session, organization, user, document, origin)


@writing
def patch(
    session: Session,
    organization: OrganizationRef,
    user_id: str,
    operations: Sequence[scim_patch.Operation],
    *,
    precondition: Precondition = NONE,
    origin: Origin,
) -> StoredUser:
    """Apply the operations in their order, all or none (RFC 7644 §3.5.2)."""
    user = user_changes.lock(session, organization, user_id, precondition)
    before = {**user.document, "id": user.id}
    after = scim_patch.apply(before, operations, USER_TYPE, origin.notes)
    after = {name: value for name, value in after.items() if name != "id"}
    return _change(session, organization, user, after, origin)


@writing
def set_active(
    session: Session,
    organization: OrganizationRef,
    user_id: str,
    is_active: bool,
    *,
    origin: Origin,
) -> StoredUser:
    """Deactivate or reactivate; nothing is written when that is so already."""
    user = user_changes.lock(session, organization, user_id)
    document = {**user.document, "active": is_active}
    return _change(session, organization, user, document, origin)


@writing
def delete(
    session: Session,
    organization: OrganizationRef,
    user_id: str,
    *,
    precondition: Precondition = NONE,
    origin: Origin,
) -> None:
    """Delete the user and the memberships (RFC 7644 §3.6); both can be restored."""
    user = user_changes.lock(
        session, organization, user_id, precondition, for_delete=True
    )
    batch = Batch()
    user_changes.remove(session, organization, user, batch, origin)
    batch.record(session, organization.seq, origin)


def _change(
    session: Session,
    organization: OrganizationRef,
    user: User,
    document: Document,
    origin: Origin,
) -> StoredUser:
    batch, before = Batch(), mapping.manager_id(user.document)
    user_changes.change(session, organization, user, document, batch, origin)
    batch.record(session, organization.seq, origin)
    changed = _stored(session, organization, user)
    _note_manager(before, changed, origin)
    return changed


def _note_manager(before: str | None, changed: StoredUser, origin: Origin) -> None:
    """Take note of a new manager who is nobody here."""
    manager = mapping.manager_id(changed.document)
    if manager and manager != before and changed.manager is None:
        remarks.note_unknown_manager(manager, origin.notes)


def _stored(session: Session, organization: OrganizationRef, user: User) -> StoredUser:
    connection = session.connection()
    groups = members.groups_of(connection, [user.seq])
    managers = _managers(connection, organization, [user.document])
    return _result(user, groups, managers)


def _result(
    row: User | Row[*tuple[Any, ...]],  # Any: the columns of _COLUMNS
    groups: Mapping[int, tuple[Reference, ...]],
    managers: Mapping[str, Reference],
) -> StoredUser:
    return StoredUser(
        row.seq,
        row.id,
        row.version,
        row.document,
        row.created_at,
        row.modified_at,
        groups.get(row.seq, ()),
        managers.get(mapping.manager_id(row.document) or ""),
    )


def _managers(
    connection: Connection, organization: OrganizationRef, stored: Sequence[Document]
) -> dict[str, Reference]:
    """The users here that the documents name as managers; one statement, or none."""
    ids = {manager for document in stored if (manager := mapping.manager_id(document))}
    if not ids:
        return {}
    parameters = {"organization_seq": organization.seq, "ids": list(ids)}
    found = connection.execute(_NAMES, parameters)
    return {row.id: Reference("User", row.id, row.name) for row in found}
