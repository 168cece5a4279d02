"""Groups and their members: created, read, listed, changed, deleted (RFC 7644 §3).

A group's members are never part of a document that is read and written back; see
`services/directory/memberships.py`.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select
from sqlalchemy.orm import Session

from models import Group
from models.database import read_connection, reading, writing
from scim import members as scim_members
from scim import patch as scim_patch
from scim.attributes import Document
from scim.members import MemberChange
from scim.schemas import GROUP_TYPE
from services.activity.events import Batch
from services.directory import group_changes, members
from services.directory.mapping import Reference, StoredGroup
from services.directory.preconditions import NONE, Precondition
from services.organizations import OrganizationRef
from services.origin import Origin, is_id
from services.queries import filterable, listing

FEW_MEMBERS = 100
"""Up to so many members a result carries them; larger groups are streamed."""

_COLUMNS = listing.columns(
    Group,
    "seq",
    "id",
    "version",
    "display_name",
    "external_id",
    "n_members",
    "created_at",
    "modified_at",
)
_BY_ID = select(*_COLUMNS).where(
    Group.organization_seq == bindparam("organization_seq"),
    Group.id == bindparam("id"),
)
_PAGE = listing.page_of(Group, _COLUMNS)


@writing
def create(
    session: Session,
    organization: OrganizationRef,
    document: Document,
    member_ids: Sequence[str],
    *,
    origin: Origin,
) -> StoredGroup:
    """Make a group of a cleaned document and its members' ids (RFC 7644 §3.3).

    Raises `AlreadyTaken` for a displayName in use, `InvalidValue` for unknown members.
    """
    batch = Batch()
    group = group_changes.make(
        session, organization, document, member_ids, batch, origin
    )
    batch.record(session, organization.seq, origin)
    return _stored(session, group)


@reading
def get(
    connection: Connection,
    organization: OrganizationRef,
    group_id: str,
    *,
    with_members: bool = True,
) -> StoredGroup:
    """The group of that id; its members too, when they are few and wanted.

    Raises `NotFound`, also for another organization's.
    """
    if not is_id(group_id):
        raise group_changes.not_found(group_id)
    parameters = {"organization_seq": organization.seq, "id": group_id}
    row = connection.execute(_BY_ID, parameters).one_or_none()
    if row is None:
        raise group_changes.not_found(group_id)
    return _result(connection, row, with_members=with_members)


def page(
    organization: OrganizationRef,
    query: listing.Query,
    *,
    walker: listing.Walker | None = None,
) -> listing.Page[StoredGroup]:
    """A page of groups in creation order, without their members.

    `stream_members` reads those, in one statement for the page.
    """
    found = _read_page(organization, query, walker)
    listing.remember(_PAGE, organization, query, found, walker)
    groups = tuple(StoredGroup(*row) for row in found.rows)
    return listing.Page(found.total, query.start_index, groups)


@reading
def _read_page(
    connection: Connection,
    organization: OrganizationRef,
    query: listing.Query,
    walker: listing.Walker | None,
) -> listing.Slice:
    clause = (
        filterable.compile_for_groups(query.filter, organization)
        if query.filter is not None
        else None
    )
    return listing.find(connection, _PAGE, organization, clause, query, walker)


def stream_members(
    groups: Sequence[StoredGroup],
) -> Generator[tuple[int, Reference]]:
    """`(group seq, member)` for the groups of one page, in the order of their seq.

    Holds a read transaction while it is consumed.
    """
    with read_connection() as connection:
        yield from members.stream_members(connection, [one.seq for one in groups])


@writing
def replace(
    session: Session,
    organization: OrganizationRef,
    group_id: str,
    document: Document,
    member_ids: Sequence[str],
    *,
    precondition: Precondition = NONE,
    origin: Origin,
) -> StoredGroup:
    """Put a cleaned document and a member list in place of the group's (§3.5.1)."""
    group = group_changes.lock(session, organization, group_id, precondition)
    step = MemberChange(clear=True, add=tuple(member_ids), remove=())
    return _change(session, organization, group, document, [step], origin)


def patch(
    organization: OrganizationRef,
    group_id: str,
    operations: Sequence[scim_patch.Operation],
    *,
    precondition: Precondition = NONE,
    origin: Origin,
) -> StoredGroup:
    """Apply the operations in their order, all or none (RFC 7644 §3.5.2).

    Membership operations become deltas; the rest is applied to the group's document.
    """
    rest, steps = scim_members.split(operations, origin.notes)
    return _patch(
        organization, group_id, rest, steps, precondition=precondition, origin=origin
    )


@writing
def _patch(
    session: Session,
    organization: OrganizationRef,
    group_id: str,
    operations: Sequence[scim_patch.Operation],
    steps: Sequence[scim_members.Change],
    *,
    precondition: Precondition,
    origin: Origin,
) -> StoredGroup:
    group = group_changes.lock(session, organization, group_id, precondition)
    before = {"id": group.id, **group_changes.stored_document(group)}
    after = scim_patch.apply(before, operations, GROUP_TYPE, origin.notes)
    after = {name: value for name, value in after.items() if name != "id"}
    return _change(session, organization, group, after, steps, origin)


@writing
def delete(
    session: Session,
    organization: OrganizationRef,
    group_id: str,
    *,
    precondition: Precondition = NONE,
    origin: Origin,
) -> None:
    """Delete the group and its memberships (RFC 7644 §3.6); both can be restored."""
    group = group_changes.lock(
        session, organization, group_id, precondition, for_delete=True
    )
    batch = Batch()
    group_changes.remove(session, organization, group, batch, origin)
    batch.record(session, organization.seq, origin)


def _change(
    session: Session,
    organization: OrganizationRef,
    group: Group,
    document: Document,
    steps: Sequence[scim_members.Change],
    origin: Origin,
) -> StoredGroup:
    batch = Batch()
    group_changes.change(session, organization, group, document, steps, batch, origin)
    batch.record(session, organization.seq, origin)
    return _stored(session, group)


def _stored(session: Session, group: Group) -> StoredGroup:
    return _result(session.connection(), group, with_members=True)


def _result(
    connection: Connection,
    row: Group | Row[*tuple[Any, ...]],  # Any: the columns of _COLUMNS
    *,
    with_members: bool,
) -> StoredGroup:
    carried: tuple[Reference, ...] | None = None
    if with_members and row.n_members <= FEW_MEMBERS:
        found = members.read_members(connection, [row.seq])
        carried = tuple(member for _, member in found)
    return StoredGroup(
        row.seq,
        row.id,
        row.version,
        row.display_name,
        row.external_id,
        row.n_members,
        row.created_at,
        row.modified_at,
        carried,
    )
