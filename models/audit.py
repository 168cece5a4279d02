"""What happened: requests, and the changes they made."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    Text,
    TextClause,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, JsonText, KeyText, Seq, UtcDateTime

PROBLEMS: Final = "outcome IN ('refused', 'failed')"
"""What somebody has to look at. A query must say it alike to find the index."""

COMMON: Final = {"outcome": "read", "method": "GET", "kind": "scim"}
"""What most rows have; the others are in an index, for who says `column <> 'value'`."""

READS: Final = "outcome = 'read' AND resource_id IS NOT NULL"
"""What looks a resource up, or lists and finds it alone. To be said alike, as above."""

SHARD_FROM: Final = 36
SHARD: Final = f"substr(resource_id, {SHARD_FROM})"
"""The reads of a resource stand in one of sixteen parts of an index, by the last digit
of its id: a row is written where its part ends, and one part is quickly looked through.
By the whole id nearly each row would be written to a page of its own.
"""


def _rare(column: str, condition: TextClause) -> Index:
    """An index of those rows alone that stand out by a column, newest last."""
    name = f"ix_requests_rare_{column}"
    return Index(
        name,
        "organization_seq",
        column,
        "at",
        sqlite_where=condition,
        postgresql_where=condition,
    )


class Request(Base):
    """A request under `/scim/v2`, or what somebody did in the browser or at the server.

    `kind` says which: scim, admin, command, system. `path` and the bodies are redacted
    before they come here. The row of a change is written with it and completed after;
    without a status its end is not known. `notes` are the leniencies that were used to
    understand it, as sentences; `facts` what a sentence about it needs. No organization
    means that nobody could tell whose it is.
    """

    __tablename__ = "requests"
    __table_args__ = (
        Index(None, "organization_seq", "at"),
        Index(None, "organization_seq", "token_public_id", "at"),
        Index(None, "organization_seq", "provider", "at"),
        Index(
            "ix_requests_problems",
            "organization_seq",
            "at",
            sqlite_where=text(PROBLEMS),
            postgresql_where=text(PROBLEMS),
        ),
        Index(
            "ix_requests_reads",
            *("organization_seq", text(SHARD), "at", "seq", "resource_id"),
            sqlite_where=text(READS),
            postgresql_where=text(READS),
        ),
        # Most rows are of one kind; who looks for those walks the list itself.
        *(_rare(name, text(f"{name} <> '{most}'")) for name, most in COMMON.items()),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(Seq, primary_key=True)
    id: Mapped[str] = mapped_column(KeyText, unique=True)
    organization_seq: Mapped[int | None] = mapped_column(
        ForeignKey("organizations.seq", ondelete="CASCADE")
    )
    kind: Mapped[str] = mapped_column(Text, default="scim", server_default="scim")
    token_public_id: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text, default="", server_default="")
    actor_name: Mapped[str] = mapped_column(Text, default="", server_default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    method: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    status: Mapped[int | None] = mapped_column(Integer)
    scim_type: Mapped[str | None] = mapped_column(Text)
    cause: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[str | None] = mapped_column(Text)
    duration_us: Mapped[int | None] = mapped_column(Seq)
    address: Mapped[str] = mapped_column(Text)
    user_agent: Mapped[str] = mapped_column(Text)
    provider: Mapped[str] = mapped_column(Text, default="", server_default="")
    outcome: Mapped[str] = mapped_column(
        Text, default="changed", server_default="changed"
    )
    resource_type: Mapped[str | None] = mapped_column(Text)
    resource_id: Mapped[str | None] = mapped_column(KeyText)
    facts: Mapped[dict[str, Any]] = mapped_column(  # Any: JSON, small
        JsonText, default=dict, server_default="{}"
    )
    notes: Mapped[list[str]] = mapped_column(JsonText)
    request_bytes: Mapped[int | None] = mapped_column(Seq)
    response_bytes: Mapped[int | None] = mapped_column(Seq)
    # Last, so that who reads the rest passes them by.
    request_body: Mapped[str | None] = mapped_column(Text)
    response_body: Mapped[str | None] = mapped_column(Text)


class RequestSubject(Base):
    """A resource that a request was about, changed, or moved as a member of a group.

    `at` is the request's and stands in the key, so that the requests of a resource are
    read in their order. Requests that only read have none.
    """

    __tablename__ = "request_subjects"
    __table_args__ = (
        Index(None, "request_seq"),
        {"sqlite_with_rowid": False},
    )

    organization_seq: Mapped[int] = mapped_column(
        Seq, primary_key=True, autoincrement=False
    )
    resource_id: Mapped[str] = mapped_column(KeyText, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    request_seq: Mapped[int] = mapped_column(
        ForeignKey("requests.seq", ondelete="CASCADE"), primary_key=True
    )


class RequestLogGap(Base):
    """Requests that left no row, since there were too many at once."""

    __tablename__ = "request_log_gaps"
    __table_args__ = (
        Index(None, "organization_seq", "until"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(Seq, primary_key=True)
    organization_seq: Mapped[int | None] = mapped_column(
        ForeignKey("organizations.seq", ondelete="CASCADE")
    )
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    n_dropped: Mapped[int] = mapped_column(Integer)


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
        # The organization stands second, so that a planner without statistics takes it.
        Index(None, "request_id", "organization_seq", "number"),
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
