"""What happened: requests that changed something, and the changes they made."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, JsonText, KeyText, Seq, UtcDateTime


class Request(Base):
    """A request under `/scim/v2` that changed something, written with its change.

    `notes` are the leniencies that were used to understand it, as sentences.
    """

    __tablename__ = "requests"
    __table_args__ = (
        Index(None, "organization_seq", "at"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(Seq, primary_key=True)
    id: Mapped[str] = mapped_column(KeyText, unique=True)
    organization_seq: Mapped[int] = mapped_column(
        ForeignKey("organizations.seq", ondelete="CASCADE")
    )
    token_public_id: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    method: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    user_agent: Mapped[str] = mapped_column(Text)
    notes: Mapped[list[str]] = mapped_column(JsonText)


class ChangeEvent(Base):
    """One change of one resource: who, what, before and after.

    `number` orders the events of an organization as they were committed. `changes` maps
    an attribute to its value before and after. Added and removed members are kept in
    `ChangedMembers`. Changes of no organization (an admin, an organization itself) have
    none, and no number.
    """

    __tablename__ = "change_events"
    __table_args__ = (
        UniqueConstraint("organization_seq", "number"),
        Index(None, "organization_seq", "resource_id", "number"),
        Index(None, "organization_seq", "at"),
        Index(None, "request_id"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(Seq, primary_key=True)
    organization_seq: Mapped[int | None] = mapped_column(
        ForeignKey("organizations.seq", ondelete="CASCADE")
    )
    number: Mapped[int | None] = mapped_column(Seq)
    request_id: Mapped[str | None] = mapped_column(KeyText)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(Text)
    actor_name: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    resource_type: Mapped[str] = mapped_column(Text)
    resource_id: Mapped[str] = mapped_column(KeyText)
    resource_name: Mapped[str] = mapped_column(Text)
    changes: Mapped[dict[str, Any]] = mapped_column(JsonText)  # Any: JSON before, after
    n_added: Mapped[int] = mapped_column(Integer, default=0)
    n_removed: Mapped[int] = mapped_column(Integer, default=0)


class ChangedMembers(Base):
    """A chunk of the member ids that an event added to or removed from a group."""

    __tablename__ = "changed_members"

    event_seq: Mapped[int] = mapped_column(
        ForeignKey("change_events.seq", ondelete="CASCADE"), primary_key=True
    )
    chunk: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    added: Mapped[list[str]] = mapped_column(JsonText)
    removed: Mapped[list[str]] = mapped_column(JsonText)
