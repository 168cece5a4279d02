"""The request log: every request, those that only read and those refused included.

New columns have a default in the database, and those that may now be empty were always
filled, so that the version before this one can go on writing while an upgrade rolls.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)
AUTOINCREMENT = {"sqlite_autoincrement": True}

PROBLEMS = "outcome IN ('refused', 'failed')"
RARE = {
    "outcome": "outcome <> 'read'",
    "method": "method <> 'GET'",
    "kind": "kind <> 'scim'",
    "resource_id": "resource_id IS NOT NULL",
}


def upgrade() -> None:
    op.add_column(
        "organizations",
        sa.Column(
            "log_retention_days",
            sa.Integer(),
            nullable=False,
            server_default=sa.text("30"),
        ),
    )
    op.add_column(
        "organizations",
        sa.Column(
            "log_keeps_bodies", sa.Boolean(), nullable=False, server_default=sa.true()
        ),
    )
    with op.batch_alter_table("requests", table_kwargs=AUTOINCREMENT) as table:
        table.alter_column("organization_seq", existing_type=SEQ, nullable=True)
        table.alter_column("token_public_id", existing_type=sa.Text(), nullable=True)
        for column in _new_columns():
            table.add_column(column)
    # What was kept until now came by a token, and changed something.
    op.execute("UPDATE requests SET actor = 'token:' || token_public_id")
    _create_indexes()
    op.create_table(
        "request_log_gaps",
        sa.Column("seq", SEQ, nullable=False),
        sa.Column("organization_seq", SEQ, nullable=True),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("n_dropped", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_seq"],
            ["organizations.seq"],
            name=op.f("fk_request_log_gaps_organization_seq_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_request_log_gaps")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_request_log_gaps_organization_seq_until",
        "request_log_gaps",
        ["organization_seq", "until"],
    )


def _new_columns() -> list[sa.Column[str]]:
    def text(name: str, default: str) -> sa.Column[str]:
        return sa.Column(name, sa.Text(), nullable=False, server_default=default)

    return [
        text("kind", "scim"),
        text("actor", ""),
        text("actor_name", ""),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("scim_type", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("duration_us", SEQ, nullable=True),
        text("provider", ""),
        text("outcome", "changed"),
        sa.Column("resource_type", sa.Text(), nullable=True),
        sa.Column("resource_id", KEY, nullable=True),
        text("facts", "{}"),
        sa.Column("request_bytes", SEQ, nullable=True),
        sa.Column("response_bytes", SEQ, nullable=True),
        sa.Column("request_body", sa.Text(), nullable=True),
        sa.Column("response_body", sa.Text(), nullable=True),
    ]


def _create_indexes() -> None:
    for column in ("token_public_id", "provider"):
        op.create_index(
            f"ix_requests_organization_seq_{column}_at",
            "requests",
            ["organization_seq", column, "at"],
        )
    op.create_index(
        "ix_requests_problems",
        "requests",
        ["organization_seq", "at"],
        sqlite_where=sa.text(PROBLEMS),
        postgresql_where=sa.text(PROBLEMS),
    )
    for column, condition in RARE.items():
        op.create_index(
            f"ix_requests_rare_{column}",
            "requests",
            ["organization_seq", column, "at"],
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )


def downgrade() -> None:
    """Keeps what the version before knows: the requests that changed something."""
    op.drop_table("request_log_gaps")
    for column in RARE:
        op.drop_index(f"ix_requests_rare_{column}", "requests")
    op.drop_index("ix_requests_problems", "requests")
    for column in ("token_public_id", "provider"):
        op.drop_index(f"ix_requests_organization_seq_{column}_at", "requests")
    op.execute(
        "DELETE FROM requests WHERE outcome <> 'changed' OR organization_seq IS NULL"
        " OR token_public_id IS NULL"
    )
    with op.batch_alter_table("requests", table_kwargs=AUTOINCREMENT) as table:
        for column in _new_columns():
            table.drop_column(column.name)
        table.alter_column("token_public_id", existing_type=sa.Text(), nullable=False)
        table.alter_column("organization_seq", existing_type=SEQ, nullable=False)
    op.drop_column("organizations", "log_keeps_bodies")
    op.drop_column("organizations", "log_retention_days")
