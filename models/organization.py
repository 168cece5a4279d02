"""Organizations: the tenants of an install, and the counters kept for each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, Text, text, true
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Seq, UtcDateTime


class Organization(Base):
    """An organization. Everything else names it; `slug` is its public, lasting name.

    What is deleted is kept for `retention_days` before it is purged. Requests are kept
    for `log_retention_days`, with their bodies if `log_keeps_bodies`.
    """

    __tablename__ = "organizations"
    __table_args__ = ({"sqlite_autoincrement": True},)

    seq: Mapped[int] = mapped_column(Seq, primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retention_days: Mapped[int] = mapped_column(
        Integer, default=30, server_default=text("30")
    )
    log_retention_days: Mapped[int] = mapped_column(
        Integer, default=30, server_default=text("30")
    )
    log_keeps_bodies: Mapped[bool] = mapped_column(
        Boolean, default=True, server_default=true()
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Counter(Base):
    """Totals of an organization, kept in the transactions that change them.

    Its row is the last lock every write takes, so that event numbers are handed out in
    the order of the commits.
    """

    __tablename__ = "counters"

    organization_seq: Mapped[int] = mapped_column(
        ForeignKey("organizations.seq", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    n_users: Mapped[int] = mapped_column(Integer, default=0)
    n_active_users: Mapped[int] = mapped_column(Integer, default=0)
    n_groups: Mapped[int] = mapped_column(Integer, default=0)
    last_event_number: Mapped[int] = mapped_column(Seq, default=0)
