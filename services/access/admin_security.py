"""How an admin's account is guarded, and who used it: read from the change events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Select, select

from models import Admin, ChangeEvent
from models.database import reading
from services.access import admins
from services.origin import is_id

_N_SIGN_INS: Final = 10


@dataclass(frozen=True)
class SignInRecord:
    """A sign-in that was let through."""

    at: datetime
    address: str
    user_agent: str


@dataclass(frozen=True)
class Security:
    """What is known of an account. Without a change since, the password is as old."""

    password_set_at: datetime
    sign_ins: tuple[SignInRecord, ...]


@reading
def of(connection: Connection, admin_id: str) -> Security:
    """The age of the password and the last sign-ins; raises `NotFound`."""
    found = select(Admin.created_at).where(Admin.id == admin_id)
    created_at = connection.scalar(found) if is_id(admin_id) else None
    if created_at is None:
        raise admins.not_found()
    changed = connection.execute(_events(admin_id, "password_changed").limit(1)).first()
    rows = connection.execute(_events(admin_id, "signed_in").limit(_N_SIGN_INS))
    return Security(
        created_at if changed is None else changed.at,
        tuple(
            SignInRecord(row.at, _after(row.changes, "address"), _agent(row.changes))
            for row in rows
        ),
    )


def _events(
    admin_id: str, action: str
) -> Select[datetime, dict[str, list[str | None]]]:
    return (
        select(ChangeEvent.at, ChangeEvent.changes)
        .where(
            ChangeEvent.organization_seq.is_(None),
            ChangeEvent.resource_id == admin_id,
            ChangeEvent.action == action,
        )
        .order_by(ChangeEvent.seq.desc())
    )


def _after(changes: dict[str, list[str | None]], key: str) -> str:
    return changes.get(key, [None, None])[1] or ""


def _agent(changes: dict[str, list[str | None]]) -> str:
    return _after(changes, "device")
