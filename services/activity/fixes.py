"""What can be pressed to mend a refusal: looked up in what is there now.

The words are in `catalogue`; here is whom and what they are about. Nothing is changed
here, and a fix that would not help any more is not among those returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, select

from models import DeletedResource, Group, ProvisioningToken, User
from models.database import reading
from scim.matching import fold
from services.activity import sent
from services.activity.request_log import LoggedExchange, LoggedRequest
from services.directory.mapping import Reference
from services.organizations import OrganizationRef
from services.origin import is_id

Kind = Literal[
    "link_user",  # resource: the user who has the name
    "open_user",  # resource: a user who is there
    "restore_user",  # resource: a deleted user
    "open_group",  # resource: a group that is there
    "restore_group",  # resource: a deleted group
    "open_token",  # token_public_id
    "rotate_token",  # token_public_id
    "connect",  # neither: the guide, with base URL and tokens
]

MOST_RESTORED: Final = 5
"""Deleted members that are offered to be restored one by one."""

_RESTORE: Final[dict[str, Kind]] = {"User": "restore_user", "Group": "restore_group"}
_OPEN: Final[dict[str, Kind]] = {"User": "open_user", "Group": "open_group"}
_NEEDS_ANOTHER: Final = frozenset({"expired", "revoked", "read_only"})
_BOUND: Final = "address"
_PASTED_WRONGLY: Final = frozenset(
    {"altered", "bearer_twice", "blank", "blanks", "cut", "empty", "foreign"}
    | {"missing", "padded", "quoted", "scheme", "two_tokens", "unknown", "unprefixed"}
)
_BASE_URL: Final = frozenset(
    {"base_url", "doubled_prefix", "method", "unknown_address"}
)


@dataclass(frozen=True)
class Fix:
    """One thing to press; the first of several is the one that mends most."""

    kind: Kind
    resource: Reference | None = None
    token_public_id: str | None = None


@reading
def fixes_of(
    connection: Connection, organization: OrganizationRef, exchange: LoggedExchange
) -> tuple[Fix, ...]:
    """What mends this refusal today; empty when nothing here would."""
    request = exchange.request
    cause = request.cause or ""
    if request.kind != "scim" or request.status is None or request.status < 400:
        return ()
    if cause in _NEEDS_ANOTHER | _PASTED_WRONGLY | {_BOUND}:
        return _of_token(connection, organization, request)
    if cause in _BASE_URL:
        return (Fix("connect"),)
    if cause == "not_found":
        return _of_missing(connection, organization, request)
    if cause in ("taken", "taken_deactivated"):
        return _of_taken(connection, organization, exchange)
    if cause == "unknown_members":
        return _of_members(connection, organization, exchange)
    if cause == "circle":
        group = _there(connection, organization, "Group", request.resource_id)
        return (Fix("open_group", group),) if group else ()
    return ()


def _of_token(
    connection: Connection, organization: OrganizationRef, request: LoggedRequest
) -> tuple[Fix, ...]:
    """For credentials: the token itself, or another one when it is of no use."""
    public_id = request.token_public_id
    row = connection.execute(
        select(ProvisioningToken.revoked_at, ProvisioningToken.expires_at).where(
            ProvisioningToken.organization_seq == organization.seq,
            ProvisioningToken.public_id == public_id,
        )
    ).one_or_none()
    if row is None:
        return (Fix("connect"),)
    opened = Fix("open_token", token_public_id=public_id)
    if request.cause in _NEEDS_ANOTHER or _has_ended(row, request):
        return (Fix("connect"), opened)
    return (opened, Fix("rotate_token", token_public_id=public_id))


def _has_ended(row: Row[*tuple[Any, ...]], request: LoggedRequest) -> bool:
    # Any: when it was revoked and when it expires
    is_over = row.expires_at is not None and row.expires_at <= request.at
    return row.revoked_at is not None or is_over


def _of_missing(
    connection: Connection, organization: OrganizationRef, request: LoggedRequest
) -> tuple[Fix, ...]:
    """For who is gone: bring them back, or look at them if somebody has."""
    kind, resource_id = request.resource_type or "", request.resource_id
    if kind not in _OPEN or resource_id is None:
        return ()
    if there := _there(connection, organization, kind, resource_id):
        return (Fix(_OPEN[kind], there),)
    gone = _deleted(connection, organization, [resource_id], kind)
    return tuple(Fix(_RESTORE[kind], one) for one in gone)


def _of_taken(
    connection: Connection, organization: OrganizationRef, exchange: LoggedExchange
) -> tuple[Fix, ...]:
    """For a name in use: whoever has it; nothing when it is free by now."""
    request = exchange.request
    if request.resource_type == "Group":
        group = _there(connection, organization, "Group", _holder_id(request))
        return (Fix("open_group", group),) if group else ()
    holder = find_holder(connection, organization, exchange)
    if holder is None:
        return ()
    opened = Fix("open_user", holder)
    if request.method != "POST" or _is_linked(connection, holder, exchange):
        return (opened,)
    return (Fix("link_user", holder), opened)


def _is_linked(
    connection: Connection, holder: Reference, exchange: LoggedExchange
) -> bool:
    """Whether who has the name is active, and has the external ID that was sent."""
    user = sent.user_of(exchange)
    if user is None or user.external_id is None:
        return False
    row = connection.execute(
        select(User.external_id, User.is_active).where(User.id == holder.id)
    ).one()
    return bool(row.is_active and row.external_id == user.external_id)


def find_holder(
    connection: Connection, organization: OrganizationRef, exchange: LoggedExchange
) -> Reference | None:
    """Who has the user name that was asked for, today; None when nobody has."""
    user = sent.user_of(exchange)
    if user is None or user.user_name is None:
        holder_id = _holder_id(exchange.request)
        return _there(connection, organization, "User", holder_id)
    row = connection.execute(
        select(User.id, User.name).where(
            User.organization_seq == organization.seq,
            User.user_name_key == fold(user.user_name),
        )
    ).one_or_none()
    return Reference("User", row.id, row.name) if row else None


def _holder_id(request: LoggedRequest) -> str | None:
    """Who had the name when the request came."""
    found = request.facts.get("holder_id")
    return found if isinstance(found, str) else None


def _of_members(
    connection: Connection, organization: OrganizationRef, exchange: LoggedExchange
) -> tuple[Fix, ...]:
    """For members that are not known: those of them that were deleted here."""
    gone = _deleted(connection, organization, sent.ids_in(exchange))
    return tuple(Fix(_RESTORE[one.type], one) for one in gone)


def _deleted(
    connection: Connection,
    organization: OrganizationRef,
    ids: Sequence[str],
    resource_type: str = "",
) -> list[Reference]:
    statement = (
        select(DeletedResource.resource_type, DeletedResource.id, DeletedResource.name)
        .where(
            DeletedResource.organization_seq == organization.seq,
            DeletedResource.id.in_(ids),
        )
        .order_by(DeletedResource.name_key, DeletedResource.id)
        .limit(MOST_RESTORED)
    )
    if resource_type:
        statement = statement.where(DeletedResource.resource_type == resource_type)
    return [Reference(*row) for row in connection.execute(statement)]


def _there(
    connection: Connection,
    organization: OrganizationRef,
    resource_type: str,
    resource_id: str | None,
) -> Reference | None:
    if resource_id is None or not is_id(resource_id):
        return None
    statement = (
        select(User.id, User.name).where(
            User.organization_seq == organization.seq, User.id == resource_id
        )
        if resource_type == "User"
        else select(Group.id, Group.display_name.label("name")).where(
            Group.organization_seq == organization.seq, Group.id == resource_id
        )
    )
    row = connection.execute(statement).one_or_none()
    return Reference(resource_type, row.id, row.name) if row else None
