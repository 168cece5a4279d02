"""What the admin UI keeps: sessions, invitations, preferences, files of jobs.

New columns have a default in the database too, so that the version before this one can
go on writing while an upgrade rolls.
"""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)
NAMES_AT_A_TIME = 1_000


def upgrade() -> None:
    _add_columns()
    _fill_name_keys()
    op.drop_index(
        "ix_deleted_resources_organization_seq_deleted_at", "deleted_resources"
    )
    op.create_index(
        "ix_deleted_resources_newest_of_type",
        "deleted_resources",
        ["organization_seq", "resource_type", "deleted_at", "id"],
    )
    op.create_index(
        "ix_deleted_resources_deleted_at", "deleted_resources", ["deleted_at"]
    )
    _create_sessions()
    _create_invitations()
    op.create_table(
        "sign_in_failures",
        sa.Column("account", KEY, nullable=False),
        sa.Column("address", KEY, nullable=False),
        sa.Column("n_failures", sa.Integer(), nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account", "address", name=op.f("pk_sign_in_failures")),
    )
    op.create_index("ix_sign_in_failures_last_at", "sign_in_failures", ["last_at"])
    op.create_table(
        "job_files",
        sa.Column("job_seq", SEQ, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("chunk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_seq"],
            ["jobs.seq"],
            name=op.f("fk_job_files_job_seq_jobs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("job_seq", "name", "chunk", name=op.f("pk_job_files")),
    )


def _add_columns() -> None:
    def text(name: str, default: str) -> sa.Column[str]:
        return sa.Column(name, sa.Text(), nullable=False, server_default=default)

    op.add_column("admins", text("theme", "system"))
    op.add_column("admins", text("time_zone", "UTC"))
    op.add_column(
        "admins",
        sa.Column(
            "uses_single_keys",
            sa.Boolean(),
            nullable=False,
            server_default=sa.true(),
        ),
    )
    op.add_column("admins", sa.Column("last_signed_in_at", INSTANT, nullable=True))
    op.add_column("admins", sa.Column("disabled_at", INSTANT, nullable=True))
    op.add_column(
        "organizations",
        sa.Column(
            "retention_days", sa.Integer(), nullable=False, server_default=sa.text("30")
        ),
    )
    op.add_column("provisioning_tokens", text("allowed_addresses", "[]"))
    op.add_column("memberships", sa.Column("added_at", INSTANT, nullable=True))
    op.add_column("group_memberships", sa.Column("added_at", INSTANT, nullable=True))
    op.add_column(
        "deleted_resources",
        sa.Column("name_key", KEY, nullable=False, server_default=""),
    )


def _fill_name_keys() -> None:
    """Names as they are searched: made in Python, since SQL knows ASCII only."""
    deleted = sa.table(
        "deleted_resources",
        sa.column("organization_seq", SEQ),
        sa.column("id", KEY),
        sa.column("name", sa.Text()),
        sa.column("name_key", KEY),
    )
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(deleted.c.organization_seq, deleted.c.id, deleted.c.name)
    ).all()
    statement = deleted.update().where(
        deleted.c.organization_seq == sa.bindparam("of"),
        deleted.c.id == sa.bindparam("one"),
    )
    for start in range(0, len(rows), NAMES_AT_A_TIME):
        connection.execute(
            statement,
            [
                {"of": row.organization_seq, "one": row.id, "name_key": _key(row.name)}
                for row in rows[start : start + NAMES_AT_A_TIME]
            ],
        )


def _key(name: str) -> str:
    folded = unicodedata.normalize("NFC", name).casefold()
    return folded.encode()[:2_000].decode(errors="ignore")


def _create_sessions() -> None:
    op.create_table(
        "admin_sessions",
        sa.Column("seq", SEQ, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("admin_seq", SEQ, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("authenticated_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["admin_seq"],
            ["admins.seq"],
            name=op.f("fk_admin_sessions_admin_seq_admins"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_admin_sessions")),
        sa.UniqueConstraint("digest", name=op.f("uq_admin_sessions_digest")),
        sa.UniqueConstraint("id", name=op.f("uq_admin_sessions_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_admin_sessions_admin_seq", "admin_sessions", ["admin_seq"])
    op.create_index("ix_admin_sessions_created_at", "admin_sessions", ["created_at"])


def _create_invitations() -> None:
    op.create_table(
        "admin_invitations",
        sa.Column("seq", SEQ, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", KEY, nullable=False),
        sa.Column("organization_seq", SEQ, nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("accepted_at", INSTANT, nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_seq"],
            ["organizations.seq"],
            name=op.f("fk_admin_invitations_organization_seq_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_admin_invitations")),
        sa.UniqueConstraint("digest", name=op.f("uq_admin_invitations_digest")),
        sa.UniqueConstraint("id", name=op.f("uq_admin_invitations_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_admin_invitations_organization_seq",
        "admin_invitations",
        ["organization_seq"],
    )


def downgrade() -> None:
    for table in (
        "job_files",
        "sign_in_failures",
        "admin_invitations",
        "admin_sessions",
    ):
        op.drop_table(table)
    op.drop_index("ix_deleted_resources_deleted_at", "deleted_resources")
    op.drop_index(
        "ix_deleted_resources_newest_of_type",
        "deleted_resources",
    )
    op.create_index(
        "ix_deleted_resources_organization_seq_deleted_at",
        "deleted_resources",
        ["organization_seq", "deleted_at"],
    )
    for table, column in (
        ("deleted_resources", "name_key"),
        ("group_memberships", "added_at"),
        ("memberships", "added_at"),
        ("provisioning_tokens", "allowed_addresses"),
        ("organizations", "retention_days"),
        ("admins", "disabled_at"),
        ("admins", "last_signed_in_at"),
        ("admins", "uses_single_keys"),
        ("admins", "time_zone"),
        ("admins", "theme"),
    ):
        op.drop_column(table, column)
