"""`flask admins`: the people who sign in to Rollcall."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from blueprints.commands.output import refusals_shown
from services import admins, organizations
from services.origin import Origin

group = click.Group("admins", help="Admins: who signs in to Rollcall.")


@group.command("create")
@click.option("--email", required=True, help="What the admin signs in with.")
@click.option("--name", required=True, help="What the admin is called.")
@click.option("--role", type=click.Choice(admins.ROLES), required=True)
@click.option(
    "--organization",
    "slugs",
    multiple=True,
    help="Slug of an organization the role is for; repeat for several. An owner "
    "without one owns the whole install.",
)
@click.option(
    "--password-stdin",
    is_flag=True,
    required=True,
    help="Read the password from standard input.",
)
@with_appcontext
@refusals_shown
def create(
    email: str,
    name: str,
    role: admins.Role,
    slugs: tuple[str, ...],
    password_stdin: bool,
) -> None:
    """Make an admin. The password is the first line of standard input."""
    try:
        password = sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise click.ClickException("The password is not text in UTF-8.") from error
    found = [organizations.get(slug) for slug in dict.fromkeys(slugs)]
    new = admins.NewAdmin(email, name, role, password, found)
    admins.create(new, origin=Origin.of_command_line())
    where = ", ".join(one.name for one in found) or "the whole install"
    click.echo(f"{name} is {role} of {where}.")
