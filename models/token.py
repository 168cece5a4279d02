"""Provisioning tokens, and how far their holders have walked through a list."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, JsonText, Seq, UtcDateTime


class ProvisioningToken(Base):
    """A token of one organization. Its secret is known to its holder alone.

    `allowed_addresses` are networks (CIDR); none given means from anywhere.
    """

    __tablename__ = "provisioning_tokens"
    __table_args__ = (
        UniqueConstraint("organization_seq", "seq"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(Seq, primary_key=True)
    organization_seq: Mapped[int] = mapped_column(
        ForeignKey("organizations.seq", ondelete="CASCADE")
    )
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    last_four: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaced_by: Mapped[str | None] = mapped_column(Text)
    allowed_addresses: Mapped[list[str]] = mapped_column(
        JsonText, default=list, server_default="[]"
    )
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_address: Mapped[str | None] = mapped_column(Text)
    last_used_agent: Mapped[str | None] = mapped_column(Text)


class ListWalk(Base):
    """Where the next page of a `startIndex` walk begins, kept for a few minutes.

    `key` says whose walk through which list; the page at `start_index` begins after
    `after_seq`, and `total` is what the walk was told when it began.
    """

    __tablename__ = "list_walks"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_seq", "token_seq"],
            ["provisioning_tokens.organization_seq", "provisioning_tokens.seq"],
            ondelete="CASCADE",
        ),
        Index(None, "expires_at"),
    )

    organization_seq: Mapped[int] = mapped_column(Seq, primary_key=True)
    token_seq: Mapped[int] = mapped_column(Seq, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    start_index: Mapped[int] = mapped_column(Seq, primary_key=True)
    after_seq: Mapped[int] = mapped_column(Seq)
    total: Mapped[int] = mapped_column(Seq)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
