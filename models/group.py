"""Groups, and who is in them: rows, one a membership, never a list in a document."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, JsonText, KeyText, Seq, UtcDateTime


class Group(Base):
    """A group of users and groups. `n_members` is kept with the memberships."""

    __tablename__ = "groups"
    __table_args__ = (
        UniqueConstraint("organization_seq", "seq"),
        UniqueConstraint("organization_seq", "id"),
        UniqueConstraint("organization_seq", "display_name_key"),
        Index(None, "organization_seq", "external_id"),
        Index(None, "organization_seq", "modified_at", "seq"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(Seq, primary_key=True)
    organization_seq: Mapped[int] = mapped_column(
        ForeignKey("organizations.seq", ondelete="CASCADE")
    )
    id: Mapped[str] = mapped_column(KeyText)
    version: Mapped[int] = mapped_column(Integer)
    display_name: Mapped[str] = mapped_column(Text)
    display_name_key: Mapped[str] = mapped_column(KeyText)
    external_id: Mapped[str | None] = mapped_column(KeyText)
    n_members: Mapped[int] = mapped_column(Integer, default=0)
    source: Mapped[str] = mapped_column(Text)
    provenance: Mapped[dict[str, str]] = mapped_column(JsonText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    modified_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy types it


class Membership(Base):
    """A user is a member of a group; since when, if it is known."""

    __tablename__ = "memberships"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_seq", "group_seq"],
            ["groups.organization_seq", "groups.seq"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["organization_seq", "user_seq"],
            ["users.organization_seq", "users.seq"],
            ondelete="CASCADE",
        ),
        Index(None, "user_seq", "group_seq"),
        {"sqlite_with_rowid": False},
    )

    group_seq: Mapped[int] = mapped_column(Seq, primary_key=True, autoincrement=False)
    user_seq: Mapped[int] = mapped_column(Seq, primary_key=True, autoincrement=False)
    organization_seq: Mapped[int] = mapped_column(Seq)
    added_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class GroupMembership(Base):
    """A group is a member of a group.

    Circles are refused in `services/directory/memberships.py`.
    """

    __tablename__ = "group_memberships"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_seq", "group_seq"],
            ["groups.organization_seq", "groups.seq"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["organization_seq", "member_seq"],
            ["groups.organization_seq", "groups.seq"],
            ondelete="CASCADE",
        ),
        Index(None, "member_seq", "group_seq"),
        {"sqlite_with_rowid": False},
    )

    group_seq: Mapped[int] = mapped_column(Seq, primary_key=True, autoincrement=False)
    member_seq: Mapped[int] = mapped_column(Seq, primary_key=True, autoincrement=False)
    organization_seq: Mapped[int] = mapped_column(Seq)
    added_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
