"""Users: the provisioned people of an organization. Never who signs in to Rollcall."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, JsonText, KeyText, Seq, UtcDateTime


class User(Base):
    """A person. `document` is the resource as SCIM knows it; the columns are its keys.

    `document` holds the stored attributes (not `id`, `meta`, `groups`), `provenance`
    the actor who last set each of them, `source` the actor who provisions the person.
    """

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("organization_seq", "seq"),
        UniqueConstraint("organization_seq", "id"),
        UniqueConstraint("organization_seq", "user_name_key"),
        Index(None, "organization_seq", "external_id"),
        Index(None, "organization_seq", "name_key", "seq"),
        Index(None, "organization_seq", "modified_at", "seq"),
        Index(None, "organization_seq", "is_active", "seq"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(Seq, primary_key=True)
    organization_seq: Mapped[int] = mapped_column(
        ForeignKey("organizations.seq", ondelete="CASCADE")
    )
    id: Mapped[str] = mapped_column(KeyText)
    version: Mapped[int] = mapped_column(Integer)
    user_name_key: Mapped[str] = mapped_column(KeyText)
    external_id: Mapped[str | None] = mapped_column(KeyText)
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(KeyText)
    is_active: Mapped[bool] = mapped_column(Boolean)
    document: Mapped[dict[str, Any]] = mapped_column(JsonText)  # Any: a SCIM document
    source: Mapped[str] = mapped_column(Text)
    provenance: Mapped[dict[str, str]] = mapped_column(JsonText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    modified_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy types it


class UserValue(Base):
    """One value of one attribute of a user, so that filters find it by an index.

    `attribute` is lower case: `title`, `name.familyname`, `emails` (the row of a value,
    with its type and primary flag), `addresses.locality` (a further sub-attribute of
    the value with the same `ordinal`).
    """

    __tablename__ = "user_values"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_seq", "user_seq"],
            ["users.organization_seq", "users.seq"],
            ondelete="CASCADE",
        ),
        # The attribute first: SQLite would look for a deleted user's values by an index
        # that begins with the organization, and so through all of them.
        Index(None, "attribute", "organization_seq", "value_key", "user_seq"),
        {"sqlite_with_rowid": False},
    )

    user_seq: Mapped[int] = mapped_column(Seq, primary_key=True, autoincrement=False)
    attribute: Mapped[str] = mapped_column(KeyText, primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True)
    organization_seq: Mapped[int] = mapped_column(Seq)
    value_key: Mapped[str | None] = mapped_column(KeyText)
    type_key: Mapped[str | None] = mapped_column(KeyText)
    is_primary: Mapped[bool] = mapped_column(Boolean, default=False)


class UserSearch(Base):
    """What an admin's list finds, sorts and counts users by, in narrow rows.

    `texts` holds what is looked through, one a line and each after a line break: the
    words of the name, the user name, the given and the family name, the e-mails, the
    external ID. The other columns are those of `users`.
    """

    __tablename__ = "user_search"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_seq", "user_seq"],
            ["users.organization_seq", "users.seq"],
            ondelete="CASCADE",
        ),
        {"sqlite_with_rowid": False},
    )

    organization_seq: Mapped[int] = mapped_column(
        Seq, primary_key=True, autoincrement=False
    )
    user_seq: Mapped[int] = mapped_column(Seq, primary_key=True, autoincrement=False)
    is_active: Mapped[bool] = mapped_column(Boolean)
    source: Mapped[str] = mapped_column(Text)
    modified_at: Mapped[datetime] = mapped_column(UtcDateTime)
    name_key: Mapped[str] = mapped_column(KeyText)
    user_name_key: Mapped[str] = mapped_column(KeyText)
    texts: Mapped[str] = mapped_column(KeyText)
