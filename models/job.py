"""Long work that outlives a request: bulk actions, imports, undo, the daily round."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, JsonText, KeyText, Seq, UtcDateTime


class Job(Base):
    """Work with its progress; `heartbeat_at` tells a dead runner from a slow one."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index(None, "state", "seq"),
        Index(None, "organization_seq", "created_at"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(Seq, primary_key=True)
    id: Mapped[str] = mapped_column(KeyText, unique=True)
    organization_seq: Mapped[int | None] = mapped_column(
        ForeignKey("organizations.seq", ondelete="CASCADE")
    )
    kind: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(Text)
    input: Mapped[dict[str, Any]] = mapped_column(JsonText)  # Any: depends on kind
    state: Mapped[str] = mapped_column(Text)
    n_done: Mapped[int] = mapped_column(Integer, default=0)
    n_total: Mapped[int | None] = mapped_column(Integer)
    result: Mapped[dict[str, Any] | None] = mapped_column(JsonText)  # Any: as input
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class JobFile(Base):
    """A file that a job reads or makes: what was uploaded, what could not be done.

    Kept in chunks, so that a job adds to it in the transaction of the work itself.
    """

    __tablename__ = "job_files"

    job_seq: Mapped[int] = mapped_column(
        ForeignKey("jobs.seq", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(KeyText, primary_key=True)
    chunk: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)
