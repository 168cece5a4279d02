"""Admins: the people who sign in to Rollcall, their sessions, and who is invited.

SCIM never touches them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, Text, true
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, KeyText, Seq, UtcDateTime


class Admin(Base):
    """Somebody who may sign in. An instance owner may do everything everywhere."""

    __tablename__ = "admins"
    __table_args__ = ({"sqlite_autoincrement": True},)

    seq: Mapped[int] = mapped_column(Seq, primary_key=True)
    id: Mapped[str] = mapped_column(KeyText, unique=True)
    email: Mapped[str] = mapped_column(Text)
    email_key: Mapped[str] = mapped_column(KeyText, unique=True)
    name: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    is_instance_owner: Mapped[bool] = mapped_column(Boolean, default=False)
    theme: Mapped[str] = mapped_column(Text, default="system", server_default="system")
    time_zone: Mapped[str] = mapped_column(Text, default="UTC", server_default="UTC")
    uses_single_keys: Mapped[bool] = mapped_column(
        Boolean, default=True, server_default=true()
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AdminRole(Base):
    """What an admin may do in one organization: owner, admin, helpdesk or viewer."""

    __tablename__ = "admin_roles"
    __table_args__ = (Index(None, "organization_seq"),)

    admin_seq: Mapped[int] = mapped_column(
        ForeignKey("admins.seq", ondelete="CASCADE"), primary_key=True
    )
    organization_seq: Mapped[int] = mapped_column(
        ForeignKey("organizations.seq", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(Text)


class AdminSession(Base):
    """A browser that is signed in: ends by being deleted, in every worker at once.

    The cookie holds a secret of which only the SHA-256 is kept; `id` names the session
    on pages. `authenticated_at` is when the password was last given.
    """

    __tablename__ = "admin_sessions"
    __table_args__ = (
        Index(None, "admin_seq"),
        Index(None, "created_at"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(Seq, primary_key=True)
    id: Mapped[str] = mapped_column(KeyText, unique=True)
    admin_seq: Mapped[int] = mapped_column(ForeignKey("admins.seq", ondelete="CASCADE"))
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    authenticated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(Text)
    user_agent: Mapped[str] = mapped_column(Text)


class AdminInvitation(Base):
    """A link that makes its holder an admin. No organization: an instance owner.

    Like a session's, its secret is known to its holder alone.
    """

    __tablename__ = "admin_invitations"
    __table_args__ = (
        Index(None, "organization_seq"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(Seq, primary_key=True)
    id: Mapped[str] = mapped_column(KeyText, unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    email: Mapped[str] = mapped_column(Text)
    email_key: Mapped[str] = mapped_column(KeyText)
    organization_seq: Mapped[int | None] = mapped_column(
        ForeignKey("organizations.seq", ondelete="CASCADE")
    )
    role: Mapped[str] = mapped_column(Text)
    invited_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInFailure(Base):
    """Failed sign-ins of one account from one address, known to every worker.

    `account` is the SHA-256 of the e-mail's key, so that no typed password that landed
    in the wrong field is kept.
    """

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index(None, "last_at"),)

    account: Mapped[str] = mapped_column(KeyText, primary_key=True)
    address: Mapped[str] = mapped_column(KeyText, primary_key=True)
    n_failures: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
