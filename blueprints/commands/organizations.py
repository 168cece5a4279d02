"""`flask organizations`: the tenants of the install."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from blueprints.commands.output import print_table, refusals_shown, when
from services import organizations
from services.origin import Origin

group = click.Group("organizations", help="Organizations: the tenants of the install.")


@group.command("create")
@click.argument("name")
@click.option("--slug", help="Its part of addresses; made of the name unless given.")
@with_appcontext
@refusals_shown
def create(name: str, slug: str | None) -> None:
    """Make the organization NAME and print its slug."""
    made = organizations.create(name, slug=slug, origin=Origin.of_command_line())
    click.echo(made.slug)


@group.command("list")
@with_appcontext
@refusals_shown
def list_all() -> None:
    """List the organizations with their totals."""
    print_table(
        "Organizations",
        ("slug", "name", "state", "users", "active", "groups", "created"),
        [
            (
                one.slug,
                one.name,
                "suspended" if one.is_suspended else "active",
                f"{one.n_users:,}",
                f"{one.n_active_users:,}",
                f"{one.n_groups:,}",
                when(one.created_at, ""),
            )
            for one in organizations.list_all()
        ],
        "No organizations yet. Make one with: flask organizations create NAME",
    )
