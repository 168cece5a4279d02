"""What each connection has shown to work, kept for longer than the request log.

What the log can tell of the time before is taken over: the first request of each step.
An import read to its end is not among that; the next one shows it again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

GOOD = "r.status BETWEEN 200 AND 299"
STEPS = {
    "reached": "r.kind = 'scim'",
    "accepted": "r.kind = 'scim' AND (r.status IS NULL OR r.status < 400)",
    "discovery": f"{GOOD} AND (r.path LIKE '%/ServiceProviderConfig%'"
    " OR r.path LIKE '%/ResourceTypes%' OR r.path LIKE '%/Schemas%')",
    "looked_up": f"{GOOD} AND r.method = 'GET' AND r.path LIKE '%/Users?%filter=%'",
    "group_pushed": f"{GOOD} AND r.method IN ('POST', 'PUT', 'PATCH')"
    " AND r.path LIKE '/scim/v2/Groups%'",
}
CHANGES = {
    "created": "e.resource_type = 'User' AND e.action = 'created'",
    "updated": "e.resource_type = 'User' AND e.action = 'updated'",
    "deactivated": "e.resource_type = 'User' AND e.action IN ('deactivated','deleted')",
    "members_changed": "e.resource_type = 'Group' AND e.n_added + e.n_removed > 0",
}
JOINED = "JOIN change_events e ON e.request_id = r.id"


def upgrade() -> None:
    op.create_table(
        "connection_ticks",
        sa.Column("organization_seq", SEQ, nullable=False),
        sa.Column("token_public_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("request_id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_seq"],
            ["organizations.seq"],
            name="fk_connection_ticks_organization_seq_organizations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organization_seq", "token_public_id", "step", name="pk_connection_ticks"
        ),
    )
    for step, condition in STEPS.items():
        _take_over(step, "", condition)
    for step, condition in CHANGES.items():
        _take_over(step, JOINED, condition)


def _take_over(step: str, joined: str, condition: str) -> None:
    op.execute(
        sa.text(
            "INSERT INTO connection_ticks"  # noqa: S608 - of our own words above
            " (organization_seq, token_public_id, step, request_id, at)"
            f" SELECT organization_seq, token_public_id, '{step}', id, at"
            " FROM requests WHERE seq IN ("
            f" SELECT MIN(r.seq) FROM requests r {joined}"
            " WHERE r.organization_seq IS NOT NULL AND r.token_public_id IS NOT NULL"
            f" AND {condition} GROUP BY r.organization_seq, r.token_public_id)"
        )
    )


def downgrade() -> None:
    op.drop_table("connection_ticks")
