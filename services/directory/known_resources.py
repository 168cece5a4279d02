"""What can be told today of the resources that change events speak of.

An event has ids; a page wants names, and links to what is still there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    Connection,
    Select,
    false,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from models import DeletedResource, Group, ProvisioningToken, User
from services.activity.change_words import HistoryEvent, Known
from services.directory.mapping import Reference
from services.organizations import OrganizationRef
from services.origin import is_id

_MOST_OF_A_LIST: Final = 20
"""Values of one attribute that are looked up, such as the groups somebody was in."""

_Kind: TypeAlias = tuple[
    InstrumentedAttribute[int],
    InstrumentedAttribute[str],
    InstrumentedAttribute[str],
    str,
]
_KINDS: Final[tuple[_Kind, ...]] = (
    (User.organization_seq, User.id, User.name, "User"),
    (Group.organization_seq, Group.id, Group.display_name, "Group"),
    (
        ProvisioningToken.organization_seq,
        ProvisioningToken.public_id,
        ProvisioningToken.name,
        "Token",
    ),
)


def read(
    connection: Connection,
    organization: OrganizationRef,
    events: Iterable[HistoryEvent],
) -> Mapping[str, Known]:
    """What the events speak of, by id: what is here, and the names of what was deleted.

    One statement in all.
    """
    return read_names(
        connection, organization, {one for event in events for one in _ids_in(event)}
    )


def read_names(
    connection: Connection, organization: OrganizationRef, ids: Collection[str]
) -> Mapping[str, Known]:
    """The same of these ids; one statement, or none."""
    if not ids:
        return {}
    found = connection.execute(
        union_all(
            *(_named(organization, kind, ids) for kind in _KINDS),
            select(
                DeletedResource.id,
                DeletedResource.name,
                DeletedResource.resource_type,
                false(),
            ).where(
                DeletedResource.organization_seq == organization.seq,
                DeletedResource.id.in_(ids),
            ),
        )
    )
    return {
        id_: Known(Reference(type_, id_, name), bool(is_here))
        for id_, name, type_, is_here in found
    }


def _named(
    organization: OrganizationRef, kind: _Kind, ids: Iterable[str]
) -> Select[*tuple[Any, ...]]:  # Any: id, name, type, whether it is here
    owner, id_, name, type_ = kind
    return select(id_, name, literal(type_), true()).where(
        owner == organization.seq, id_.in_(ids)
    )


def _ids_in(event: HistoryEvent) -> Iterable[str]:
    """What an event may speak of by id: itself, members, a manager, groups left."""
    yield event.resource_id
    yield from event.added
    yield from event.removed
    for values in event.changes.values():
        for value in values:
            first = value[:_MOST_OF_A_LIST] if isinstance(value, list) else (value,)
            yield from (one for one in first if isinstance(one, str) and is_id(one))
