"""The changes of a request are found in their order, however many there are.

The index of the request alone did not say in which order, and a planner without
statistics took that of the organization for as good.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLE = "change_events"
OLD = "ix_change_events_request_id"
NEW = "ix_change_events_request_id_organization_seq_number"


def upgrade() -> None:
    op.create_index(NEW, TABLE, ["request_id", "organization_seq", "number"])
    op.drop_index(OLD, TABLE)


def downgrade() -> None:
    op.create_index(OLD, TABLE, ["request_id"])
    op.drop_index(NEW, TABLE)
