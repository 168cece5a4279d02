"""What was deleted: kept apart, so that live tables and unique keys stay clean."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, JsonText, KeyText, UtcDateTime


class DeletedResource(Base):
    """A deleted user or group, with all that a restore under the same id needs."""

    __tablename__ = "deleted_resources"
    __table_args__ = (
        Index(
            "ix_deleted_resources_newest_of_type",  # its columns are too long a name
            "organization_seq",
            "resource_type",
            "deleted_at",
            "id",
        ),
        Index(None, "deleted_at"),
    )

    organization_seq: Mapped[int] = mapped_column(
        ForeignKey("organizations.seq", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[str] = mapped_column(KeyText, primary_key=True)
    resource_type: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(KeyText, server_default="")
    version: Mapped[int] = mapped_column(Integer)
    document: Mapped[dict[str, Any]] = mapped_column(JsonText)  # Any: a SCIM document
    source: Mapped[str] = mapped_column(Text)
    provenance: Mapped[dict[str, str]] = mapped_column(JsonText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    modified_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_by: Mapped[str] = mapped_column(Text)


class DeletedMembership(Base):
    """A membership that ended because its group or its member was deleted.

    Whichever of the two comes back last brings the membership back, so the order of
    deleting and restoring loses nobody.
    """

    __tablename__ = "deleted_memberships"
    __table_args__ = (
        Index(None, "organization_seq", "member_id"),
        Index(None, "organization_seq", "deleted_at"),
        {"sqlite_with_rowid": False},
    )

    organization_seq: Mapped[int] = mapped_column(
        ForeignKey("organizations.seq", ondelete="CASCADE"), primary_key=True
    )
    group_id: Mapped[str] = mapped_column(KeyText, primary_key=True)
    member_id: Mapped[str] = mapped_column(KeyText, primary_key=True)
    member_type: Mapped[str] = mapped_column(Text)
    deleted_at: Mapped[datetime] = mapped_column(UtcDateTime)
