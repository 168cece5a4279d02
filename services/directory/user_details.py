"""One user as an admin's pages show one: who set what, who deactivated, which groups.

Only reading. What SCIM answers of a user is in `services/directory/users.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from models import ChangeEvent, Group, Membership, User
from models.database import reading
from scim.matching import fold
from services.activity import actors
from services.directory import mapping, user_changes
from services.directory.mapping import Reference, StoredUser
from services.organizations import OrganizationRef
from services.origin import is_id
from services.queries import keyset
from services.queries.comparing import searchable, starts_with
from services.queries.keyset import Key, Order, Window

_USERS: Final = User.__table__.c
_GROUPS: Final = Group.__table__.c
_BY_NAME: Final = Order((Key(_GROUPS.display_name_key, "text"),))


@dataclass(frozen=True)
class Deactivation:
    """When a user was deactivated, or made so, and by whom."""

    at: datetime
    actor_name: str


@dataclass(frozen=True)
class UserDetails:
    """A user with what the tables know besides the document.

    `provenance` maps the canonical key of an attribute (`name.familyName`, `emails`) to
    the key of the actor who set it, `labels` such keys to today's names.
    """

    user: StoredUser
    name: str
    source: str
    provenance: Mapping[str, str]
    labels: Mapping[str, str]
    n_groups: int
    deactivation: Deactivation | None

    @property
    def is_active(self) -> bool:
        """Whether the person may use the application."""
        return self.deactivation is None

    @property
    def source_label(self) -> str:
        """Who provisions the user, by name."""
        return self.labels[self.source]

    @property
    def is_pushed(self) -> bool:
        """Whether a provisioning client looks after the user."""
        return self.source.startswith("token:")

    def set_by(self, path: str) -> str | None:
        """The name of the token that set an attribute or a part of it, if one did."""
        for key, actor in self.provenance.items():
            is_meant = key == path or key.startswith((f"{path}.", f"{path}:"))
            if is_meant and actor.startswith("token:"):
                return self.labels[actor]
        return None


@dataclass(frozen=True)
class GroupOfUser:
    """A group that names the user as a member."""

    id: str
    name: str
    n_members: int
    added_at: datetime | None


@dataclass(frozen=True)
class Holder:
    """Who has a user name."""

    id: str
    name: str
    is_active: bool


@reading
def get(
    connection: Connection, organization: OrganizationRef, user_id: str
) -> UserDetails:
    """The user of that id; raises `NotFound`, also for another organization's."""
    row = _find(connection, organization, user_id)
    keys = {row.source, *row.provenance.values()}
    return UserDetails(
        _stored(connection, organization, row),
        row.name,
        row.source,
        row.provenance,
        actors.read_names(connection, organization, keys),
        _count_groups(connection, row.seq),
        None if row.is_active else _deactivation(connection, organization, row),
    )


@reading
def groups(
    connection: Connection,
    organization: OrganizationRef,
    user_id: str,
    *,
    cursor: str | None = None,
    count: int = 50,
) -> Window[GroupOfUser]:
    """A page of the user's groups by name; raises `NotFound` and `Invalid`."""
    row = _find(connection, organization, user_id)
    statement = (
        select(_GROUPS.id, _GROUPS.display_name, _GROUPS.n_members, Membership.added_at)
        .join_from(Membership, Group, Group.seq == Membership.group_seq)
        .where(Membership.user_seq == row.seq)
    )
    window = keyset.read(connection, statement, _BY_NAME, cursor, count)
    return replace(window, rows=tuple(GroupOfUser(*one[:4]) for one in window.rows))


@reading
def holder_of(
    connection: Connection, organization: OrganizationRef, user_name: str
) -> Holder | None:
    """Who has the user name, in whatever case it is written."""
    row = connection.execute(
        select(_USERS.id, _USERS.name, _USERS.is_active).where(
            _USERS.organization_seq == organization.seq,
            _USERS.user_name_key == fold(searchable(user_name)),
        )
    ).one_or_none()
    return row and Holder(*row)


@reading
def find_named(
    connection: Connection, organization: OrganizationRef, ids: Sequence[str]
) -> dict[str, Reference]:
    """The users and groups here that have one of the ids, by id."""
    wanted = [one for one in ids if is_id(one)]
    found: dict[str, Reference] = {}
    kinds = ((User, User.name, "User"), (Group, Group.display_name, "Group"))
    for model, name, kind in kinds:
        rows = connection.execute(
            select(model.id, name).where(
                model.organization_seq == organization.seq, model.id.in_(wanted)
            )
        )
        found |= {row[0]: Reference(kind, row[0], row[1]) for row in rows}
    return found


@reading
def find_group(
    connection: Connection, organization: OrganizationRef, name: str
) -> Reference | None:
    """The group of that name, or the first one whose name begins so."""
    key = fold(searchable(name))
    row = connection.execute(
        select(_GROUPS.id, _GROUPS.display_name)
        .where(
            _GROUPS.organization_seq == organization.seq,
            starts_with(_GROUPS.display_name_key, key),
        )
        .order_by(_GROUPS.display_name_key)
        .limit(1)
    ).one_or_none()
    return row and Reference("Group", row.id, row.display_name)


_COLUMNS: Final = tuple(
    _USERS[name]
    for name in (
        "seq",
        "id",
        "version",
        "document",
        "created_at",
        "modified_at",
        "name",
        "is_active",
        "source",
        "provenance",
    )
)


def _find(
    connection: Connection, organization: OrganizationRef, user_id: str
) -> Row[*tuple[Any, ...]]:  # Any: the columns of _COLUMNS
    if not is_id(user_id):
        raise user_changes.not_found(user_id)
    row = connection.execute(
        select(*_COLUMNS).where(
            _USERS.organization_seq == organization.seq, _USERS.id == user_id
        )
    ).one_or_none()
    if row is None:
        raise user_changes.not_found(user_id)
    return row


def _stored(
    connection: Connection,
    organization: OrganizationRef,
    row: Row[*tuple[Any, ...]],  # Any: as in _find
) -> StoredUser:
    manager_id = mapping.manager_id(row.document)
    manager = None
    if manager_id is not None:
        name = connection.scalar(
            select(_USERS.name).where(
                _USERS.organization_seq == organization.seq, _USERS.id == manager_id
            )
        )
        manager = Reference("User", manager_id, name) if name is not None else None
    return StoredUser(
        row.seq,
        row.id,
        row.version,
        row.document,
        row.created_at,
        row.modified_at,
        manager=manager,
    )


def _count_groups(connection: Connection, user_seq: int) -> int:
    counted = select(func.count()).where(Membership.user_seq == user_seq)
    return connection.execute(counted).scalar_one()


def _deactivation(
    connection: Connection,
    organization: OrganizationRef,
    row: Row[*tuple[Any, ...]],  # Any: as in _find
) -> Deactivation:
    event = connection.execute(
        select(ChangeEvent.at, ChangeEvent.actor_name)
        .where(
            ChangeEvent.organization_seq == organization.seq,
            ChangeEvent.resource_id == row.id,
            # Somebody may be made deactivated, and never be anything else.
            ChangeEvent.action.in_(("deactivated", "created")),
        )
        .order_by(ChangeEvent.number.desc())
        .limit(1)
    ).one_or_none()
    if event is None:
        return Deactivation(row.modified_at, "Rollcall")
    return Deactivation(event.at, event.actor_name)
