"""Groups and their members: created, read, listed, changed, deleted (RFC 7644 §3).

A group's members are never part of a document that is read and written back; see
`services/memberships.py`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select
from sqlalchemy import delete as delete_from
from sqlalchemy.orm import Session

from models import DeletedResource, Group
from models.database import read_connection, reading, writing
from scim import documents
from scim import members as scim_members
from scim import patch as scim_patch
from scim.attributes import Document
from scim.members import MemberChange
from scim.schemas import GROUP_TYPE
from services import events, filterable, listing, mapping, members, memberships
from services.errors import AlreadyTaken, NotFound
from services.mapping import Reference, StoredGroup
from services.organizations import OrganizationRef
from services.origin import Origin, instant_after, is_id, new_id, shorten
from services.preconditions import NONE, Precondition

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
    columns = mapping.group_columns(document)
    _check_display_name(session, organization, columns)
    group = Group(
        organization_seq=organization.seq,
        id=new_id(),
        n_members=0,
        source=origin.actor.key,
        provenance=dict.fromkeys(document, origin.actor.key),
        created_at=origin.at,
        modified_at=origin.at,
        **columns,
    )
    session.add(group)
    session.flush()
    step = MemberChange(clear=False, add=tuple(member_ids), remove=())
    delta = memberships.apply(session, organization, group, [step], origin)
    if not delta.is_empty:
        # The members belong to the first version: the group was never seen without.
        memberships.set_first_count(session, group, len(delta.added))
    change = _described("created", group, documents.difference({}, document))
    events.record(
        session,
        organization.seq,
        origin,
        dataclasses.replace(change, added=delta.added),
        totals=events.Totals(groups=1),
    )
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
        raise _not_found(group_id)
    parameters = {"organization_seq": organization.seq, "id": group_id}
    row = connection.execute(_BY_ID, parameters).one_or_none()
    if row is None:
        raise _not_found(group_id)
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
    group = _locked(session, organization, group_id, precondition)
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
    group = _locked(session, organization, group_id, precondition)
    before = {"id": group.id, **_document(group)}
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
    group = _locked(session, organization, group_id, precondition, for_delete=True)
    removed, parents = memberships.forget_group(session, organization, group, origin)
    _keep_deleted(session, group, origin)
    change = _described("deleted", group, documents.difference(_document(group), {}))
    session.execute(delete_from(Group).where(Group.seq == group.seq))
    events.record(
        session,
        organization.seq,
        origin,
        dataclasses.replace(change, removed=removed),
        *(events.member_lost(parent, group.id) for parent in parents),
        totals=events.Totals(groups=-1),
    )


def _change(
    session: Session,
    organization: OrganizationRef,
    group: Group,
    document: Document,
    steps: Sequence[scim_members.Change],
    origin: Origin,
) -> StoredGroup:
    """Write what differs, and only that; nothing at all when nothing does."""
    changes = documents.difference(_document(group), document)
    if changes:
        columns = mapping.group_columns(document)
        if columns["display_name_key"] != group.display_name_key:
            _check_display_name(session, organization, columns)
        for name, value in columns.items():
            setattr(group, name, value)
    delta = memberships.apply(session, organization, group, steps, origin)
    if not changes and delta.is_empty:
        return _stored(session, group)
    group.n_members += len(delta.added) - len(delta.removed)
    group.provenance = group.provenance | dict.fromkeys(changes, origin.actor.key)
    if origin.actor.kind == "token":
        group.source = origin.actor.key
    group.modified_at = instant_after(origin.at, group.modified_at)
    session.flush()
    change = dataclasses.replace(
        _described("updated", group, changes),
        added=delta.added,
        removed=delta.removed,
    )
    events.record(session, organization.seq, origin, change)
    return _stored(session, group)


def _described(action: str, group: Group, changes: events.Changes) -> events.Change:
    return events.Change(action, "Group", group.id, group.display_name, changes)


def _locked(
    session: Session,
    organization: OrganizationRef,
    group_id: str,
    precondition: Precondition,
    *,
    for_delete: bool = False,
) -> Group:
    if not is_id(group_id):
        raise _not_found(group_id)
    group = session.scalar(
        select(Group)
        .where(Group.organization_seq == organization.seq, Group.id == group_id)
        # Another group may take the group as a member meanwhile, unless it is to go.
        .with_for_update(key_share=not for_delete)
    )
    if group is None:
        raise _not_found(group_id)
    precondition.check_write(group.version)
    return group


def _not_found(group_id: str) -> NotFound:
    return NotFound(
        f'There is no group "{shorten(group_id)}" here. If the group was deleted, '
        "unlink it in the provisioning client and push it again."
    )


def _check_display_name(
    session: Session, organization: OrganizationRef, columns: mapping.Row
) -> None:
    taken = session.scalar(
        select(Group.display_name).where(
            Group.organization_seq == organization.seq,
            Group.display_name_key == columns["display_name_key"],
        )
    )
    if taken is not None:
        raise AlreadyTaken(
            "displayName",
            f'A group named "{shorten(taken)}" exists already. In Okta, open Push '
            "Groups and link the pushed group to the existing one, or rename one of "
            "the two.",
        )


def _keep_deleted(session: Session, group: Group, origin: Origin) -> None:
    session.add(
        DeletedResource(
            organization_seq=group.organization_seq,
            id=group.id,
            resource_type="Group",
            name=group.display_name,
            version=group.version,
            document=_document(group),
            source=group.source,
            provenance=group.provenance,
            created_at=group.created_at,
            modified_at=group.modified_at,
            deleted_at=origin.at,
            deleted_by=origin.actor.key,
        )
    )
    session.flush()


def _document(group: Group) -> Document:
    return mapping.stored_group_document(group.display_name, group.external_id)


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
