"""Requests that only read a resource are found in the log itself.

With each of them a row was written to a page of its own, which was a third of what the
log wrote.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SUBJECTS = "request_subjects"
INDEX = "ix_requests_reads"
READS = sa.text("outcome = 'read' AND resource_id IS NOT NULL")
WRITE_AGAIN = (
    "INSERT INTO request_subjects"
    " (organization_seq, resource_id, at, request_seq, is_read)"
    " SELECT organization_seq, resource_id, at, seq, true FROM requests"
    " WHERE outcome = 'read' AND resource_id IS NOT NULL"
    " AND organization_seq IS NOT NULL ON CONFLICT DO NOTHING"
)


def upgrade() -> None:
    op.create_index(
        INDEX,
        "requests",
        [
            "organization_seq",
            sa.text("substr(resource_id, 36)"),
            *("at", "seq", "resource_id"),
        ],
        sqlite_where=READS,
        postgresql_where=READS,
    )
    op.execute("DELETE FROM request_subjects WHERE is_read")
    op.drop_column(SUBJECTS, "is_read")


def downgrade() -> None:
    op.add_column(
        SUBJECTS,
        sa.Column("is_read", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.execute(WRITE_AGAIN)
    op.drop_index(INDEX, "requests")
