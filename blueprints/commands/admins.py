"""`flask admins`: the people who sign in to Rollcall."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from blueprints.commands.output import print_table, refusals_shown, when
from services import organizations
from services.access import accounts, admins, roles
from services.origin import Origin

group = click.Group("admins", help="Admins: who signs in to Rollcall.")


@group.command("create")
@click.option("--email", required=True, help="What the admin signs in with.")
@click.option("--name", required=True, help="What the admin is called.")
@click.option("--role", type=click.Choice(roles.ROLES), required=True)
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
    role: roles.Role,
    slugs: tuple[str, ...],
    password_stdin: bool,
) -> None:
    """Make an admin. The password is the first line of standard input."""
    password = _read_password()
    found = [organizations.get(slug) for slug in dict.fromkeys(slugs)]
    new = admins.NewAdmin(email, name, role, password, found)
    admins.create(new, origin=Origin.of_command_line())
    where = ", ".join(one.name for one in found) or "the whole install"
    click.echo(f"{name} is {role} of {where}.")


@group.command("list")
@with_appcontext
@refusals_shown
def list_all() -> None:
    """List who may sign in, and where they have a role."""
    print_table(
        "Admins",
        ("email", "name", "state", "where", "last sign-in"),
        [
            (
                one.email,
                one.name,
                "active" if one.disabled_at is None else "disabled",
                "the whole install"
                if one.is_instance_owner
                else ", ".join(one.organizations),
                when(one.last_signed_in_at, "not yet"),
            )
            for one in admins.list_all()
        ],
        "No admins yet. Make the first one at the address of: flask setup-link",
    )


@group.command("reset-password")
@click.option("--email", required=True, help="Whose password it is.")
@click.option(
    "--password-stdin",
    is_flag=True,
    required=True,
    help="Read the password from standard input.",
)
@with_appcontext
@refusals_shown
def reset_password(email: str, password_stdin: bool) -> None:
    """Set a password, and sign the admin out of every browser.

    The password is the first line of standard input. Tries that failed before are
    forgotten.
    """
    password = _read_password()
    origin = Origin.of_command_line()
    name = accounts.reset_password(email, password, origin=origin)
    click.echo(f"{name} has a new password, and is signed out everywhere.")


@group.command("enable")
@click.option("--email", required=True, help="Who may sign in again.")
@with_appcontext
@refusals_shown
def enable(email: str) -> None:
    """Let a disabled admin sign in again."""
    found = admins.find(email)
    admins.enable(found.id, origin=Origin.of_command_line())
    click.echo(f"{found.name} can sign in.")


def _read_password() -> str:
    try:
        return sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise click.ClickException("The password is not text in UTF-8.") from error
