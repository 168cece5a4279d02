"""Admins: the people who sign in to Rollcall. SCIM never touches them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Text
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
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


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
