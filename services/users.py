"""Users: created, read, listed, changed, deactivated, deleted (RFC 7644 §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select
from sqlalchemy import delete as delete_from
from sqlalchemy.orm import Session

from models import ChangeEvent, DeletedResource, User, UserValue
from models.database import reading, writing
from scim import documents
from scim import patch as scim_patch
from scim.attributes import Document
from scim.schemas import USER_TYPE
from services import events, filterable, listing, mapping, members, memberships
from services.errors import AlreadyTaken, NotFound
from services.mapping import Reference, StoredUser
from services.organizations import OrganizationRef
from services.origin import Origin, instant_after, is_id, new_id, shorten
from services.preconditions import NONE, Precondition

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
    document = {**document, "active": document.get("active", True)}
    columns = mapping.user_columns(document)
    _check_user_name(session, organization, document, columns["user_name_key"])
    user = User(
        organization_seq=organization.seq,
        id=new_id(),
        source=origin.actor.key,
        provenance=dict.fromkeys(documents.difference({}, document), origin.actor.key),
        created_at=origin.at,
        modified_at=origin.at,
        **columns,
    )
    session.add(user)
    session.flush()
    _insert_values(session, user)
    changes = documents.difference({}, document)
    events.record(
        session,
        organization.seq,
        origin,
        events.Change("created", "User", user.id, user.name, changes),
        totals=events.Totals(users=1, active_users=int(user.is_active)),
    )
    return _stored(session, organization, user)


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
        raise _not_found(user_id)
    parameters = {"organization_seq": organization.seq, "id": user_id}
    row = connection.execute(_BY_ID, parameters).one_or_none()
    if row is None:
        raise _not_found(user_id)
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
    user = _locked(session, organization, user_id, precondition)
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
    user = _locked(session, organization, user_id, precondition)
    before = {**user.document, "id": user.id}
    after = scim_patch.apply(before, operations, USER_TYPE, origin.notes)
    after = {name: value for name, value in after.items() if name != "id"}
    return _change(session, organization, user, after, origin)


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
    user = _locked(session, organization, user_id, precondition, for_delete=True)
    groups = memberships.forget_user(session, organization, user, origin)
    _keep_deleted(session, user, origin)
    session.execute(delete_from(User).where(User.seq == user.seq))
    before = dict(user.document)
    if groups:
        before["groups"] = [group.id for group in groups]
    changes = documents.difference(before, {})
    events.record(
        session,
        organization.seq,
        origin,
        events.Change("deleted", "User", user.id, user.name, changes),
        *(events.member_lost(group, user.id) for group in groups),
        totals=events.Totals(users=-1, active_users=-int(user.is_active)),
    )


def _change(
    session: Session,
    organization: OrganizationRef,
    user: User,
    document: Document,
    origin: Origin,
) -> StoredUser:
    """Write what differs, and only that; nothing at all when nothing does."""
    changes = documents.difference(user.document, document)
    if not changes:
        return _stored(session, organization, user)
    columns = mapping.user_columns(document)
    if columns["user_name_key"] != user.user_name_key:
        _check_user_name(session, organization, document, columns["user_name_key"])
    before_values, was_active = mapping.user_values(user.document), user.is_active
    for name, value in columns.items():
        setattr(user, name, value)
    user.provenance = user.provenance | dict.fromkeys(changes, origin.actor.key)
    if origin.actor.kind == "token":
        user.source = origin.actor.key
    user.modified_at = instant_after(origin.at, user.modified_at)
    session.flush()
    if before_values != mapping.user_values(document):
        session.execute(delete_from(UserValue).where(UserValue.user_seq == user.seq))
        _insert_values(session, user)
    events.record(
        session,
        organization.seq,
        origin,
        events.Change(
            _action(was_active, user.is_active), "User", user.id, user.name, changes
        ),
        totals=events.Totals(active_users=int(user.is_active) - int(was_active)),
    )
    return _stored(session, organization, user)


def _action(was_active: bool, is_active: bool) -> str:
    if was_active == is_active:
        return "updated"
    return "reactivated" if is_active else "deactivated"


def _locked(
    session: Session,
    organization: OrganizationRef,
    user_id: str,
    precondition: Precondition,
    *,
    for_delete: bool = False,
) -> User:
    if not is_id(user_id):
        raise _not_found(user_id)
    user = session.scalar(
        select(User)
        .where(User.organization_seq == organization.seq, User.id == user_id)
        # A push of groups may name the user meanwhile, unless the user is to go.
        .with_for_update(key_share=not for_delete)
    )
    if user is None:
        raise _not_found(user_id)
    precondition.check_write(user.version)
    return user


def _not_found(user_id: str) -> NotFound:
    return NotFound(
        f'There is no user "{shorten(user_id)}" here. If the person was deleted, '
        "let the provisioning client create a new user."
    )


def _check_user_name(
    session: Session, organization: OrganizationRef, document: Document, key: str
) -> None:
    holder = session.execute(
        select(User.id, User.name, User.is_active).where(
            User.organization_seq == organization.seq, User.user_name_key == key
        )
    ).one_or_none()
    if holder is None:
        return
    state = "" if holder.is_active else _deactivated(session, organization, holder.id)
    raise AlreadyTaken(
        "userName",
        f'userName "{shorten(str(document["userName"]))}" is used by '
        f"{shorten(holder.name)}{state}. Let the provisioning client match the "
        "existing user by userName, or give one of the two another userName.",
    )


def _deactivated(session: Session, organization: OrganizationRef, user_id: str) -> str:
    """Since when a user is deactivated, in brackets; made so counts too."""
    since = session.scalar(
        select(ChangeEvent.at)
        .where(
            ChangeEvent.organization_seq == organization.seq,
            ChangeEvent.resource_id == user_id,
            ChangeEvent.action.in_(("deactivated", "created")),
        )
        .order_by(ChangeEvent.number.desc())
        .limit(1)
    )
    return f" (deactivated {since:%-d %b %Y})" if since else " (deactivated)"


def _insert_values(session: Session, user: User) -> None:
    rows = [
        row | {"user_seq": user.seq, "organization_seq": user.organization_seq}
        for row in mapping.user_values(user.document)
    ]
    if rows:
        session.execute(insert(UserValue), rows)


def _keep_deleted(session: Session, user: User, origin: Origin) -> None:
    session.add(
        DeletedResource(
            organization_seq=user.organization_seq,
            id=user.id,
            resource_type="User",
            name=user.name,
            version=user.version,
            document=user.document,
            source=user.source,
            provenance=user.provenance,
            created_at=user.created_at,
            modified_at=user.modified_at,
            deleted_at=origin.at,
            deleted_by=origin.actor.key,
        )
    )
    session.flush()


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
