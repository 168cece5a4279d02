"""One group as its page tells of it: whose it is, since when, where it belongs.

Only reading, and without members: those are in `member_lists`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from models import ChangeEvent, Group, GroupMembership
from models.database import reading
from services.activity import actors
from services.directory import group_changes
from services.directory.mapping import Reference
from services.organizations import OrganizationRef
from services.origin import is_id
from services.queries import keyset

_TOKEN = "token:"  # noqa: S105 - a kind of actor, no secret


_BY_NAME: Final = keyset.Order((keyset.Key(Group.display_name_key.expression, "text"),))


@dataclass(frozen=True)
class GroupDetails:
    """A group and its surroundings as they stood in one moment.

    `set_by` names who set which attribute last; `pushed_at` is when a provisioning
    client last changed something about it.
    """

    id: str
    name: str
    external_id: str | None
    n_members: int
    is_pushed: bool
    source_name: str
    set_by: Mapping[str, str]
    created_at: datetime
    modified_at: datetime
    pushed_at: datetime | None


@reading
def get(
    connection: Connection, organization: OrganizationRef, group_id: str
) -> GroupDetails:
    """The group of that id; raises `NotFound`, also for another organization's."""
    if not is_id(group_id):
        raise group_changes.not_found(group_id)
    row = connection.execute(
        select(
            Group.display_name,
            Group.external_id,
            Group.n_members,
            Group.source,
            Group.provenance,
            Group.created_at,
            Group.modified_at,
        ).where(Group.organization_seq == organization.seq, Group.id == group_id)
    ).one_or_none()
    if row is None:
        raise group_changes.not_found(group_id)
    provenance: dict[str, str] = row.provenance
    names = actors.read_names(
        connection, organization, {row.source, *provenance.values()}
    )
    return GroupDetails(
        group_id,
        row.display_name,
        row.external_id,
        row.n_members,
        row.source.startswith(_TOKEN),
        names[row.source],
        {attribute: names[key] for attribute, key in provenance.items()},
        row.created_at,
        row.modified_at,
        _pushed_at(connection, organization, group_id),
    )


def _pushed_at(
    connection: Connection, organization: OrganizationRef, group_id: str
) -> datetime | None:
    return connection.scalar(
        select(ChangeEvent.at)
        .where(
            ChangeEvent.organization_seq == organization.seq,
            ChangeEvent.resource_id == group_id,
            ChangeEvent.actor.startswith(_TOKEN),
        )
        .order_by(ChangeEvent.number.desc())
        .limit(1)
    )


@reading
def parents(
    connection: Connection,
    organization: OrganizationRef,
    group_id: str,
    *,
    cursor: str | None = None,
    count: int = 50,
) -> keyset.Window[Reference]:
    """A page of the groups that it is in, by name; none for an unknown group.

    Raises `Invalid` ("cursor").
    """
    if not is_id(group_id):
        return keyset.Window(())
    inner = (
        select(Group.seq)
        .where(Group.organization_seq == organization.seq, Group.id == group_id)
        .scalar_subquery()
    )
    statement = (
        select(Group.id, Group.display_name)
        .join(GroupMembership, GroupMembership.group_seq == Group.seq)
        .where(GroupMembership.member_seq == inner)
    )
    window = keyset.read(connection, statement, _BY_NAME, cursor, count)
    rows = tuple(Reference("Group", row.id, row.display_name) for row in window.rows)
    return replace(window, rows=rows)
