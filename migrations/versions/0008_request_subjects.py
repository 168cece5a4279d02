"""The requests of a resource are found by it, those too that moved it as a member.

They were gathered from the log and from the changes with every page, which took the
longer the more of both a group was in. What is in the log already is taken over.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

TABLE = "request_subjects"
RARE = "ix_requests_rare_resource_id"
ABOUT = (
    "SELECT organization_seq, resource_id, at, seq, outcome = 'read' FROM requests"
    " WHERE organization_seq IS NOT NULL AND resource_id IS NOT NULL"
)
CHANGED = (
    "SELECT e.organization_seq, e.resource_id, r.at, r.seq, false"
    " FROM change_events e JOIN requests r ON r.id = e.request_id"
    " WHERE e.organization_seq IS NOT NULL"
)
MOVED = (
    "SELECT e.organization_seq, one.value, r.at, r.seq, false"
    " FROM change_events e JOIN requests r ON r.id = e.request_id"
    " JOIN changed_members m ON m.event_seq = e.seq"
    " CROSS JOIN {ids} WHERE e.organization_seq IS NOT NULL"
)
IDS = {
    "sqlite": "json_each(m.{column}) AS one",
    "postgresql": "LATERAL json_array_elements_text(CAST(m.{column} AS json))"
    " AS one(value)",
}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("organization_seq", SEQ, autoincrement=False, nullable=False),
        sa.Column("resource_id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_seq", SEQ, nullable=False),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_seq"],
            ["requests.seq"],
            name="fk_request_subjects_request_seq_requests",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            *("organization_seq", "resource_id", "at", "request_seq"),
            name="pk_request_subjects",
        ),
        sqlite_with_rowid=False,
    )
    _take_over(ABOUT)
    _take_over(CHANGED)
    ids = IDS[op.get_bind().dialect.name]
    for column in ("added", "removed"):
        _take_over(MOVED.format(ids=ids.format(column=column)))
    op.create_index("ix_request_subjects_request_seq", TABLE, ["request_seq"])
    op.drop_index(RARE, "requests")


def _take_over(found: str) -> None:
    op.execute(
        sa.text(
            f"INSERT INTO {TABLE}"
            " (organization_seq, resource_id, at, request_seq, is_read)"
            f" {found} ON CONFLICT DO NOTHING"
        )
    )


def downgrade() -> None:
    op.create_index(
        RARE,
        "requests",
        ["organization_seq", "resource_id", "at"],
        sqlite_where=sa.text("resource_id IS NOT NULL"),
        postgresql_where=sa.text("resource_id IS NOT NULL"),
    )
    op.drop_table(TABLE)
