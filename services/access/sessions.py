"""Sessions: browsers that are signed in, as rows that every worker asks.

A session ends by being deleted, so that an old cookie is dead everywhere at once. The
cookie holds 256 random bits, of which the SHA-256 is kept. How a password is checked is
in `services/access/sign_in.py`; cookies are the door's.
"""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, cast

from sqlalchemy import ColumnElement, Connection, bindparam, delete, select, update
from sqlalchemy.orm import Session

from models import Admin, AdminRole, AdminSession, Organization
from models.database import reading, writing, writing_if_free
from services.access.roles import Role
from services.activity import events
from services.errors import NotFound
from services.origin import Actor, Origin, is_id, new_id

IDLE: Final = timedelta(minutes=30)
"""How long a session lives without a request."""

LONGEST: Final = timedelta(hours=12)
"""How long it lives at most."""

RECENT: Final = timedelta(minutes=15)
"""How long a password counts as just given, for what asks for it again."""

USE_WRITTEN_EVERY: Final = timedelta(minutes=1)

_KEPT_AFTERWARDS: Final = timedelta(days=1)
"""Rows of sessions that ran out stay as long, so that sign-in can say why it asks."""

_LONGEST_AGENT: Final = 400

Theme = Literal["system", "light", "dark"]
Ending = Literal["idle", "longest", "ended"]


@dataclass(frozen=True)
class SignedIn:
    """Who is behind a request: an admin, by one session."""

    id: str
    admin_id: str
    email: str
    name: str
    theme: Theme
    time_zone: str
    uses_single_keys: bool
    is_instance_owner: bool
    roles: Mapping[str, Role]
    created_at: datetime
    authenticated_at: datetime
    last_used_at: datetime

    @property
    def actor(self) -> Actor:
        """Whom the events of this session name."""
        return Actor("admin", self.admin_id, self.name)

    @property
    def ends_at(self) -> datetime:
        """When the session runs out unless another request comes."""
        return min(self.last_used_at + IDLE, self.created_at + LONGEST)

    @property
    def is_final(self) -> bool:
        """Whether no request puts the end off any more."""
        return self.ends_at == self.created_at + LONGEST

    def used(self, now: datetime) -> SignedIn:
        """The same session after a request: a use is noted once a minute."""
        if not self.is_use_due(now):
            return self
        return dataclasses.replace(self, last_used_at=now)

    def seconds_left(self, now: datetime) -> int:
        """How long the session still is, in whole seconds."""
        return int((self.ends_at - now).total_seconds())

    def role_in(self, slug: str) -> Role | None:
        """The role in an organization; an instance owner is owner everywhere."""
        return "owner" if self.is_instance_owner else self.roles.get(slug)

    def is_recent(self, now: datetime) -> bool:
        """Whether the password was given a short while ago."""
        return now - self.authenticated_at < RECENT

    def is_use_due(self, now: datetime) -> bool:
        """Whether the last use on record is old enough to be written again."""
        return now - self.last_used_at >= USE_WRITTEN_EVERY


@dataclass(frozen=True)
class StoredSession:
    """A session as its admin's list shows it."""

    id: str
    created_at: datetime
    last_used_at: datetime
    address: str
    user_agent: str


def new_secret() -> str:
    """256 random bits, fit for a cookie and a path."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> bytes:
    """What is stored of it; so many random bits need no salt and no stretching."""
    return hashlib.sha256(secret.encode()).digest()


@writing
def start(
    session: Session, admin_id: str, *, at: datetime, address: str, user_agent: str
) -> str:
    """Begin a session for an admin whose password was right; returns its secret.

    Raises `NotFound` when the admin was disabled or removed meanwhile.
    """
    admin = session.scalar(
        select(Admin)
        .where(Admin.id == admin_id, Admin.disabled_at.is_(None))
        .with_for_update()
    )
    if admin is None:
        raise NotFound("This admin cannot sign in any more.")
    secret = new_secret()
    session.add(
        AdminSession(
            id=new_id(),
            admin_seq=admin.seq,
            digest=digest_of(secret),
            created_at=at,
            authenticated_at=at,
            last_used_at=at,
            address=address,
            user_agent=user_agent[:_LONGEST_AGENT],
        )
    )
    admin.last_signed_in_at = at
    _forget_old(session, at)
    session.flush()
    changes: events.Changes = {
        "address": (None, address),
        "device": (None, user_agent[:_LONGEST_AGENT]),
    }
    origin = Origin(Actor("admin", admin.id, admin.name), at)
    events.record_for_instance(
        session,
        origin,
        events.Change("signed_in", "Admin", admin.id, admin.name, changes),
    )
    return secret


def _forget_old(session: Session, at: datetime) -> None:
    oldest = at - LONGEST - _KEPT_AFTERWARDS
    session.execute(delete(AdminSession).where(AdminSession.created_at < oldest))


# Built once: it runs with every request of the browser side.
_FIND: Final = (
    select(
        AdminSession.id,
        AdminSession.created_at,
        AdminSession.authenticated_at,
        AdminSession.last_used_at,
        Admin.seq.label("admin_seq"),
        Admin.id.label("admin_id"),
        Admin.email,
        Admin.name,
        Admin.theme,
        Admin.time_zone,
        Admin.uses_single_keys,
        Admin.is_instance_owner,
    )
    .join(Admin, Admin.seq == AdminSession.admin_seq)
    .where(
        AdminSession.digest == bindparam("digest"),
        Admin.disabled_at.is_(None),
        AdminSession.created_at > bindparam("born_after"),
        AdminSession.last_used_at > bindparam("used_after"),
    )
)
_ROLES: Final = (
    select(Organization.slug, AdminRole.role)
    .join(Organization, Organization.seq == AdminRole.organization_seq)
    .where(AdminRole.admin_seq == bindparam("admin_seq"))
)


@reading
def find(connection: Connection, secret: str, now: datetime) -> SignedIn | None:
    """Who holds that secret; None when nobody does, or does no more."""
    row = connection.execute(
        _FIND,
        {
            "digest": digest_of(secret),
            "born_after": now - LONGEST,
            "used_after": now - IDLE,
        },
    ).one_or_none()
    if row is None:
        return None
    roles: dict[str, Role] = {}
    if not row.is_instance_owner:
        found = connection.execute(_ROLES, {"admin_seq": row.admin_seq})
        # Only `services/` writes the column, and only roles.
        roles = {one.slug: cast(Role, one.role) for one in found}
    return SignedIn(
        id=row.id,
        admin_id=row.admin_id,
        email=row.email,
        name=row.name,
        theme=row.theme,
        time_zone=row.time_zone,
        uses_single_keys=row.uses_single_keys,
        is_instance_owner=row.is_instance_owner,
        roles=roles,
        created_at=row.created_at,
        authenticated_at=row.authenticated_at,
        last_used_at=row.last_used_at,
    )


@reading
def find_ending(connection: Connection, secret: str, now: datetime) -> Ending:
    """Why a secret that `find` does not know opens nothing: in words for sign-in."""
    row = connection.execute(
        select(AdminSession.created_at).where(AdminSession.digest == digest_of(secret))
    ).one_or_none()
    if row is None:
        return "ended"
    return "longest" if row.created_at <= now - LONGEST else "idle"


@writing_if_free
def note_use(session: Session, session_id: str, *, at: datetime, address: str) -> None:
    """Remember the last request, at most once a minute.

    Raises `Busy` soon while another writes: the next request will tell it as well.
    """
    session.execute(
        update(AdminSession)
        .where(
            AdminSession.id == session_id,
            AdminSession.last_used_at <= at - USE_WRITTEN_EVERY,
        )
        .values(last_used_at=at, address=address)
    )


@writing
def confirm(session: Session, session_id: str, *, at: datetime) -> str:
    """The password was given again: returns the new secret, the old one is dead.

    Raises `NotFound` when the session ended meanwhile.
    """
    secret = new_secret()
    found = session.scalar(
        update(AdminSession)
        .where(AdminSession.id == session_id)
        .values(digest=digest_of(secret), authenticated_at=at, last_used_at=at)
        .returning(AdminSession.seq)
    )
    if found is None:
        raise NotFound("This session has ended. Sign in again.")
    return secret


@writing
def end(session: Session, session_id: str, *, admin_id: str, origin: Origin) -> None:
    """Sign one browser of an admin out; raises `NotFound` when there is none such."""
    if not is_id(session_id):
        raise _not_found()
    admin = session.scalars(select(Admin).where(Admin.id == admin_id)).one_or_none()
    if admin is None or not _delete(
        session, admin, AdminSession.id == session_id, origin
    ):
        raise _not_found()


@writing
def replace(session: Session, session_id: str) -> None:
    """End the session that a browser had before it signed in anew: no sign-out."""
    session.execute(delete(AdminSession).where(AdminSession.id == session_id))


@writing
def end_all(
    session: Session, admin_id: str, *, but: str | None = None, origin: Origin
) -> int:
    """Sign an admin out everywhere, except in the session `but`; how many ended."""
    admin = session.scalars(select(Admin).where(Admin.id == admin_id)).one_or_none()
    if admin is None:
        raise _not_found()
    return _delete(session, admin, AdminSession.id != (but or ""), origin)


def delete_all(session: Session, admin_seq: int, *, but: str | None = None) -> None:
    """Within a caller's transaction, which records why: no event of its own."""
    session.execute(
        delete(AdminSession).where(
            AdminSession.admin_seq == admin_seq, AdminSession.id != (but or "")
        )
    )


def _delete(
    session: Session, admin: Admin, which: ColumnElement[bool], origin: Origin
) -> int:
    statement = delete(AdminSession).where(AdminSession.admin_seq == admin.seq, which)
    ended = session.scalars(statement.returning(AdminSession.address)).all()
    if ended:
        changes: events.Changes = {"address": (", ".join(dict.fromkeys(ended)), None)}
        events.record_for_instance(
            session,
            origin,
            events.Change("signed_out", "Admin", admin.id, admin.name, changes),
        )
    return len(ended)


@reading
def list_of(
    connection: Connection, admin_id: str, now: datetime
) -> list[StoredSession]:
    """Where an admin is signed in, the last used first."""
    rows = connection.execute(
        select(
            AdminSession.id,
            AdminSession.created_at,
            AdminSession.last_used_at,
            AdminSession.address,
            AdminSession.user_agent,
        )
        .join(Admin, Admin.seq == AdminSession.admin_seq)
        .where(
            Admin.id == admin_id,
            AdminSession.created_at > now - LONGEST,
            AdminSession.last_used_at > now - IDLE,
        )
        .order_by(AdminSession.last_used_at.desc(), AdminSession.seq.desc())
    )
    return [StoredSession(*row) for row in rows]


def _not_found() -> NotFound:
    return NotFound("This session has ended already.")
