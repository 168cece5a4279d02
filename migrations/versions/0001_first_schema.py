"""The first schema: organizations, tokens, users, groups, what changed, admins, jobs.

Types are spelled out here and not taken from `models/`, which will move on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "admins",
        sa.Column("seq", SEQ, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("is_instance_owner", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_admins")),
        sa.UniqueConstraint("email_key", name=op.f("uq_admins_email_key")),
        sa.UniqueConstraint("id", name=op.f("uq_admins_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "organizations",
        sa.Column("seq", SEQ, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("suspended_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_organizations")),
        sa.UniqueConstraint("slug", name=op.f("uq_organizations_slug")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "admin_roles",
        sa.Column("admin_seq", SEQ, nullable=False),
        sa.Column("organization_seq", SEQ, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["admin_seq"],
            ["admins.seq"],
            name=op.f("fk_admin_roles_admin_seq_admins"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_seq"],
            ["organizations.seq"],
            name=op.f("fk_admin_roles_organization_seq_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "admin_seq", "organization_seq", name=op.f("pk_admin_roles")
        ),
    )
    op.create_index(
        "ix_admin_roles_organization_seq", "admin_roles", ["organization_seq"]
    )

    op.create_table(
        "change_events",
        sa.Column("seq", SEQ, nullable=False),
        sa.Column("organization_seq", SEQ, nullable=True),
        sa.Column("number", SEQ, nullable=True),
        sa.Column("request_id", KEY, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("resource_type", sa.Text(), nullable=False),
        sa.Column("resource_id", KEY, nullable=False),
        sa.Column("resource_name", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("n_added", sa.Integer(), nullable=False),
        sa.Column("n_removed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_seq"],
            ["organizations.seq"],
            name=op.f("fk_change_events_organization_seq_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_change_events")),
        sa.UniqueConstraint(
            "organization_seq",
            "number",
            name=op.f("uq_change_events_organization_seq_number"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_change_events_organization_seq_at",
        "change_events",
        ["organization_seq", "at"],
    )
    op.create_index(
        "ix_change_events_organization_seq_resource_id_number",
        "change_events",
        ["organization_seq", "resource_id", "number"],
    )
    op.create_index("ix_change_events_request_id", "change_events", ["request_id"])

    op.create_table(
        "counters",
        sa.Column("organization_seq", SEQ, autoincrement=False, nullable=False),
        sa.Column("n_users", sa.Integer(), nullable=False),
        sa.Column("n_active_users", sa.Integer(), nullable=False),
        sa.Column("n_groups", sa.Integer(), nullable=False),
        sa.Column("last_event_number", SEQ, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_seq"],
            ["organizations.seq"],
            name=op.f("fk_counters_organization_seq_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_seq", name=op.f("pk_counters")),
    )
    op.create_table(
        "deleted_memberships",
        sa.Column("organization_seq", SEQ, nullable=False),
        sa.Column("group_id", KEY, nullable=False),
        sa.Column("member_id", KEY, nullable=False),
        sa.Column("member_type", sa.Text(), nullable=False),
        sa.Column("deleted_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_seq"],
            ["organizations.seq"],
            name=op.f("fk_deleted_memberships_organization_seq_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organization_seq",
            "group_id",
            "member_id",
            name=op.f("pk_deleted_memberships"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_deleted_memberships_organization_seq_deleted_at",
        "deleted_memberships",
        ["organization_seq", "deleted_at"],
    )
    op.create_index(
        "ix_deleted_memberships_organization_seq_member_id",
        "deleted_memberships",
        ["organization_seq", "member_id"],
    )

    op.create_table(
        "deleted_resources",
        sa.Column("organization_seq", SEQ, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("resource_type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("modified_at", INSTANT, nullable=False),
        sa.Column("deleted_at", INSTANT, nullable=False),
        sa.Column("deleted_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_seq"],
            ["organizations.seq"],
            name=op.f("fk_deleted_resources_organization_seq_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organization_seq", "id", name=op.f("pk_deleted_resources")
        ),
    )
    op.create_index(
        "ix_deleted_resources_organization_seq_deleted_at",
        "deleted_resources",
        ["organization_seq", "deleted_at"],
    )

    op.create_table(
        "groups",
        sa.Column("seq", SEQ, nullable=False),
        sa.Column("organization_seq", SEQ, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("display_name_key", KEY, nullable=False),
        sa.Column("external_id", KEY, nullable=True),
        sa.Column("n_members", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("modified_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_seq"],
            ["organizations.seq"],
            name=op.f("fk_groups_organization_seq_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_groups")),
        sa.UniqueConstraint(
            "organization_seq",
            "display_name_key",
            name=op.f("uq_groups_organization_seq_display_name_key"),
        ),
        sa.UniqueConstraint(
            "organization_seq", "id", name=op.f("uq_groups_organization_seq_id")
        ),
        sa.UniqueConstraint(
            "organization_seq", "seq", name=op.f("uq_groups_organization_seq_seq")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_groups_organization_seq_external_id",
        "groups",
        ["organization_seq", "external_id"],
    )
    op.create_index(
        "ix_groups_organization_seq_modified_at_seq",
        "groups",
        ["organization_seq", "modified_at", "seq"],
    )

    op.create_table(
        "jobs",
        sa.Column("seq", SEQ, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("organization_seq", SEQ, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("input", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("n_done", sa.Integer(), nullable=False),
        sa.Column("n_total", sa.Integer(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("heartbeat_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_seq"],
            ["organizations.seq"],
            name=op.f("fk_jobs_organization_seq_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_jobs")),
        sa.UniqueConstraint("id", name=op.f("uq_jobs_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_jobs_organization_seq_created_at",
        "jobs",
        ["organization_seq", "created_at"],
    )
    op.create_index("ix_jobs_state_seq", "jobs", ["state", "seq"])

    op.create_table(
        "provisioning_tokens",
        sa.Column("seq", SEQ, nullable=False),
        sa.Column("organization_seq", SEQ, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("last_four", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("replaced_by", sa.Text(), nullable=True),
        sa.Column("last_used_at", INSTANT, nullable=True),
        sa.Column("last_used_address", sa.Text(), nullable=True),
        sa.Column("last_used_agent", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_seq"],
            ["organizations.seq"],
            name=op.f("fk_provisioning_tokens_organization_seq_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_provisioning_tokens")),
        sa.UniqueConstraint(
            "organization_seq",
            "seq",
            name=op.f("uq_provisioning_tokens_organization_seq_seq"),
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_provisioning_tokens_public_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "requests",
        sa.Column("seq", SEQ, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("organization_seq", SEQ, nullable=False),
        sa.Column("token_public_id", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_seq"],
            ["organizations.seq"],
            name=op.f("fk_requests_organization_seq_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_requests")),
        sa.UniqueConstraint("id", name=op.f("uq_requests_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_requests_organization_seq_at", "requests", ["organization_seq", "at"]
    )

    op.create_table(
        "users",
        sa.Column("seq", SEQ, nullable=False),
        sa.Column("organization_seq", SEQ, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("user_name_key", KEY, nullable=False),
        sa.Column("external_id", KEY, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("modified_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_seq"],
            ["organizations.seq"],
            name=op.f("fk_users_organization_seq_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_users")),
        sa.UniqueConstraint(
            "organization_seq", "id", name=op.f("uq_users_organization_seq_id")
        ),
        sa.UniqueConstraint(
            "organization_seq", "seq", name=op.f("uq_users_organization_seq_seq")
        ),
        sa.UniqueConstraint(
            "organization_seq",
            "user_name_key",
            name=op.f("uq_users_organization_seq_user_name_key"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_users_organization_seq_external_id",
        "users",
        ["organization_seq", "external_id"],
    )
    op.create_index(
        "ix_users_organization_seq_is_active_seq",
        "users",
        ["organization_seq", "is_active", "seq"],
    )
    op.create_index(
        "ix_users_organization_seq_modified_at_seq",
        "users",
        ["organization_seq", "modified_at", "seq"],
    )
    op.create_index(
        "ix_users_organization_seq_name_key_seq",
        "users",
        ["organization_seq", "name_key", "seq"],
    )

    op.create_table(
        "changed_members",
        sa.Column("event_seq", SEQ, nullable=False),
        sa.Column("chunk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("added", sa.Text(), nullable=False),
        sa.Column("removed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_seq"],
            ["change_events.seq"],
            name=op.f("fk_changed_members_event_seq_change_events"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("event_seq", "chunk", name=op.f("pk_changed_members")),
    )
    op.create_table(
        "group_memberships",
        sa.Column("group_seq", SEQ, autoincrement=False, nullable=False),
        sa.Column("member_seq", SEQ, autoincrement=False, nullable=False),
        sa.Column("organization_seq", SEQ, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_seq", "group_seq"],
            ["groups.organization_seq", "groups.seq"],
            name=op.f("fk_group_memberships_organization_seq_group_seq_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_seq", "member_seq"],
            ["groups.organization_seq", "groups.seq"],
            name=op.f("fk_group_memberships_organization_seq_member_seq_groups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "group_seq", "member_seq", name=op.f("pk_group_memberships")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_group_memberships_member_seq_group_seq",
        "group_memberships",
        ["member_seq", "group_seq"],
    )

    op.create_table(
        "list_walks",
        sa.Column("organization_seq", SEQ, nullable=False),
        sa.Column("token_seq", SEQ, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("start_index", SEQ, nullable=False),
        sa.Column("after_seq", SEQ, nullable=False),
        sa.Column("total", SEQ, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_seq", "token_seq"],
            ["provisioning_tokens.organization_seq", "provisioning_tokens.seq"],
            name=op.f("fk_list_walks_organization_seq_token_seq_provisioning_tokens"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organization_seq",
            "token_seq",
            "key",
            "start_index",
            name=op.f("pk_list_walks"),
        ),
    )
    op.create_index("ix_list_walks_expires_at", "list_walks", ["expires_at"])

    op.create_table(
        "memberships",
        sa.Column("group_seq", SEQ, autoincrement=False, nullable=False),
        sa.Column("user_seq", SEQ, autoincrement=False, nullable=False),
        sa.Column("organization_seq", SEQ, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_seq", "group_seq"],
            ["groups.organization_seq", "groups.seq"],
            name=op.f("fk_memberships_organization_seq_group_seq_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_seq", "user_seq"],
            ["users.organization_seq", "users.seq"],
            name=op.f("fk_memberships_organization_seq_user_seq_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_seq", "user_seq", name=op.f("pk_memberships")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_memberships_user_seq_group_seq", "memberships", ["user_seq", "group_seq"]
    )

    op.create_table(
        "user_values",
        sa.Column("user_seq", SEQ, autoincrement=False, nullable=False),
        sa.Column("attribute", KEY, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("organization_seq", SEQ, nullable=False),
        sa.Column("value_key", KEY, nullable=True),
        sa.Column("type_key", KEY, nullable=True),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_seq", "user_seq"],
            ["users.organization_seq", "users.seq"],
            name=op.f("fk_user_values_organization_seq_user_seq_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "user_seq", "attribute", "ordinal", name=op.f("pk_user_values")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_user_values_organization_seq_attribute_value_key_user_seq",
        "user_values",
        ["organization_seq", "attribute", "value_key", "user_seq"],
    )


def downgrade() -> None:
    op.drop_table("user_values")
    op.drop_table("memberships")
    op.drop_table("list_walks")
    op.drop_table("group_memberships")
    op.drop_table("changed_members")
    op.drop_table("users")
    op.drop_table("requests")
    op.drop_table("provisioning_tokens")
    op.drop_table("jobs")
    op.drop_table("groups")
    op.drop_table("deleted_resources")
    op.drop_table("deleted_memberships")
    op.drop_table("counters")
    op.drop_table("change_events")
    op.drop_table("admin_roles")
    op.drop_table("organizations")
    op.drop_table("admins")
