"""An index of values that the deletion of a user does not mistake for its own.

Beginning with the organization, SQLite took it to find the values of a deleted user,
and walked through those of everybody.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BEFORE = "ix_user_values_organization_seq_attribute_value_key_user_seq"
AFTER = "ix_user_values_attribute_organization_seq_value_key_user_seq"


def upgrade() -> None:
    op.create_index(
        AFTER,
        "user_values",
        ["attribute", "organization_seq", "value_key", "user_seq"],
    )
    op.drop_index(BEFORE, "user_values")


def downgrade() -> None:
    op.create_index(
        BEFORE,
        "user_values",
        ["organization_seq", "attribute", "value_key", "user_seq"],
    )
    op.drop_index(AFTER, "user_values")
