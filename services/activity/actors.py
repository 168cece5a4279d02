"""Names of those who act: what stands on a page for `token:7Qm2…` or `admin:<id>`.

Rows remember an actor by its key, since names change. An event keeps the name of its
day besides (`services/activity/history.py`); here it is today's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    exists,
    false,
    literal,
    or_,
    select,
)

from models import Admin, AdminRole, ProvisioningToken
from models.database import reading
from services.organizations import OrganizationRef
from services.origin import COMMAND_LINE

ANY_ADMIN: Final = "admin"
"""The source of all that admins made by hand, whoever of them it was."""

_TOKEN: Final = "token:"  # noqa: S105 - a kind of actor, no secret
_ADMIN: Final = "admin:"


@dataclass(frozen=True)
class Source:
    """Where users and groups come from, as a filter offers it."""

    key: str
    label: str


@reading
def names(
    connection: Connection, organization: OrganizationRef, keys: Iterable[str]
) -> dict[str, str]:
    """What the actors of those keys are called today; every key gets an answer."""
    return read_names(connection, organization, keys)


def read_names(
    connection: Connection, organization: OrganizationRef, keys: Iterable[str]
) -> dict[str, str]:
    """The same within a transaction that somebody else leads; two statements at most.

    Another organization's token has no name here, and neither has an admin without a
    role in this one, unless they own the installation.
    """
    wanted = set(keys)
    found = _token_names(connection, organization, _ids(wanted, _TOKEN))
    found |= _admin_names(connection, organization, _ids(wanted, _ADMIN))
    return {key: found.get(key) or _unknown(key) for key in wanted}


def _ids(keys: set[str], kind: str) -> list[str]:
    return [key.removeprefix(kind) for key in keys if key.startswith(kind)]


def _token_names(
    connection: Connection, organization: OrganizationRef, public_ids: list[str]
) -> dict[str, str]:
    if not public_ids:
        return {}
    statement = select(ProvisioningToken.public_id, ProvisioningToken.name).where(
        ProvisioningToken.organization_seq == organization.seq,
        ProvisioningToken.public_id.in_(public_ids),
    )
    return {
        f"{_TOKEN}{row.public_id}": row.name for row in connection.execute(statement)
    }


def _admin_names(
    connection: Connection, organization: OrganizationRef, ids: list[str]
) -> dict[str, str]:
    if not ids:
        return {}
    works_here = exists().where(
        AdminRole.admin_seq == Admin.seq,
        AdminRole.organization_seq == organization.seq,
    )
    statement = select(Admin.id, Admin.name).where(
        Admin.id.in_(ids), or_(Admin.is_instance_owner, works_here)
    )
    return {f"{_ADMIN}{row.id}": row.name for row in connection.execute(statement)}


def _unknown(key: str) -> str:
    """What an actor is called of whom no row tells a name."""
    kind, _, id_ = key.partition(":")
    if kind == "token":
        return f"token rcl_{id_}…"
    if kind == "admin":
        return "a former admin"
    return COMMAND_LINE.name if kind == COMMAND_LINE.kind else "Rollcall"


@reading
def sources(connection: Connection, organization: OrganizationRef) -> list[Source]:
    """Where users and groups may come from: tokens by name, then admins, then others.

    A token and its successors have one name and are one source, under the key of the
    newest of them. Tokens that only read are left out.
    """
    rows = connection.execute(
        select(ProvisioningToken.public_id, ProvisioningToken.name)
        .where(
            ProvisioningToken.organization_seq == organization.seq,
            ProvisioningToken.scope == "full",
        )
        .order_by(ProvisioningToken.seq)
    )
    newest = {row.name: f"{_TOKEN}{row.public_id}" for row in rows}
    tokens = [Source(key, name) for name, key in newest.items()]
    return [
        *sorted(tokens, key=lambda one: (one.label.casefold(), one.key)),
        Source(ANY_ADMIN, "Admins, by hand"),
        Source(COMMAND_LINE.key, "The command line"),
    ]


def came_from(
    column: ColumnElement[str] | Any,  # Any: a mapped attribute types as neither
    organization: OrganizationRef,
    key: str,
) -> ColumnElement[bool]:
    """Whether a `source` column names that source, by any of its tokens or admins.

    For statements that filter by source; a key that is no source matches nothing.
    """
    if key == ANY_ADMIN:
        started: ColumnElement[bool] = column.startswith(_ADMIN)
        return started
    if key == COMMAND_LINE.key or key.startswith(_ADMIN):
        return column == literal(key)
    if not key.startswith(_TOKEN):
        return false()
    named = select(ProvisioningToken.name).where(
        ProvisioningToken.organization_seq == organization.seq,
        ProvisioningToken.public_id == key.removeprefix(_TOKEN),
    )
    alike = select(literal(_TOKEN) + ProvisioningToken.public_id).where(
        ProvisioningToken.organization_seq == organization.seq,
        ProvisioningToken.name == named.scalar_subquery(),
    )
    return column.in_(alike)
