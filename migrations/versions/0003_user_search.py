"""What an admin's list reads of users, in narrow rows of a table of its own.

A user whom the version before this one makes while an upgrade rolls is found as soon as
the user changes.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
USERS_AT_A_TIME = 1_000
Row = dict[str, Any]  # Any: values of the columns


def upgrade() -> None:
    op.create_table(
        "user_search",
        sa.Column("organization_seq", SEQ, autoincrement=False, nullable=False),
        sa.Column("user_seq", SEQ, autoincrement=False, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("user_name_key", KEY, nullable=False),
        sa.Column("texts", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_seq", "user_seq"],
            ["users.organization_seq", "users.seq"],
            name=op.f("fk_user_search_organization_seq_user_seq_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organization_seq", "user_seq", name=op.f("pk_user_search")
        ),
        sqlite_with_rowid=False,
    )
    _fill()


def downgrade() -> None:
    op.drop_table("user_search")


def _fill() -> None:
    """The rows of the users there are: keys are made in Python, as always."""
    search = sa.table(
        "user_search",
        sa.column("organization_seq", SEQ),
        sa.column("user_seq", SEQ),
        sa.column("is_active", sa.Boolean()),
        sa.column("source", sa.Text()),
        sa.column("modified_at", sa.DateTime(timezone=True)),
        sa.column("name_key", KEY),
        sa.column("user_name_key", KEY),
        sa.column("texts", KEY),
    )
    for rows in _users():
        op.get_bind().execute(search.insert(), [_searched(row) for row in rows])


def _users() -> Iterator[Sequence[Any]]:  # Any: rows of users
    users = sa.table(
        "users",
        sa.column("seq", SEQ),
        sa.column("organization_seq", SEQ),
        sa.column("is_active", sa.Boolean()),
        sa.column("source", sa.Text()),
        sa.column("modified_at", sa.DateTime(timezone=True)),
        sa.column("name_key", KEY),
        sa.column("user_name_key", KEY),
        sa.column("document", sa.Text()),
    )
    after = 0
    while True:
        page = sa.select(users).where(users.c.seq > after).order_by(users.c.seq)
        rows = op.get_bind().execute(page.limit(USERS_AT_A_TIME)).all()
        if not rows:
            return
        yield rows
        after = rows[-1].seq


def _searched(user: Any) -> Row:  # Any: a row of users
    document = json.loads(user.document)
    name = document.get("name", {})
    texts = [*user.name_key.split(), *user.user_name_key.split()]
    for part in ("familyName", "givenName"):
        texts += _key(name.get(part, "")).split()
    others = [document.get("externalId")]
    others += [email.get("value") for email in document.get("emails", [])]
    texts += [_key(other) for other in others if other]
    return {
        "organization_seq": user.organization_seq,
        "user_seq": user.seq,
        "is_active": user.is_active,
        "source": user.source,
        "modified_at": user.modified_at,
        "name_key": user.name_key,
        "user_name_key": user.user_name_key,
        "texts": "".join(f"\n{text}" for text in dict.fromkeys(texts)),
    }


def _key(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
