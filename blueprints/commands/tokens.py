"""`flask tokens`: what provisioning clients sign in with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click
from flask.cli import with_appcontext

from blueprints.commands.output import print_table, refusals_shown, when
from services import organizations
from services.access import token_lists, tokens
from services.origin import Origin

group = click.Group("tokens", help="Provisioning tokens of an organization.")


@group.command("create")
@click.option("--organization", required=True, help="Slug of the organization.")
@click.option(
    "--name", required=True, help="Where it is used, such as Okta production."
)
@click.option(
    "--scope",
    type=click.Choice(["full", "read"]),
    default="full",
    show_default=True,
    help="Change users and groups, or only read them.",
)
@click.option(
    "--expires-in-days",
    type=click.IntRange(1, 3650),
    help="Days until it ends; never unless given.",
)
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    metavar="CIDR",
    help="Network or address it may be used from; repeat for several. From anywhere "
    "unless given.",
)
@with_appcontext
@refusals_shown
def create(
    organization: str,
    name: str,
    scope: token_lists.Scope,
    expires_in_days: int | None,
    allowed: tuple[str, ...],
) -> None:
    """Make a token and print it alone. It is shown only this once."""
    origin = Origin.of_command_line()
    lifetime = expires_in_days and timedelta(days=expires_in_days)
    new = tokens.create(
        organizations.get(organization),
        name,
        scope=scope,
        expires_at=origin.at + lifetime if lifetime else None,
        allowed_addresses=allowed,
        origin=origin,
    )
    click.echo(new.text)


@group.command("list")
@click.option(
    "--organization", help="Slug of an organization; all of them unless given."
)
@with_appcontext
@refusals_shown
def list_all(organization: str | None) -> None:
    """List the tokens, organization by organization, the newest first."""
    slugs = [organization] if organization else _slugs()
    now = datetime.now(UTC)
    found = [
        (slug, one)
        for slug in slugs
        for one in token_lists.list_all(organizations.get(slug), now)
    ]
    print_table(
        "Provisioning tokens",
        (
            "organization",
            "public id",
            "name",
            "ends in",
            "scope",
            "state",
            "expires",
            "last used",
        ),
        [
            (
                slug,
                one.public_id,
                one.name,
                f"…{one.last_four}",
                one.scope,
                one.state,
                when(one.expires_at, "never"),
                _last_use(one),
            )
            for slug, one in found
        ],
        "No tokens yet. Make one with: flask tokens create --organization "
        f"{organization or 'SLUG'} --name Okta",
    )


def _slugs() -> list[str]:
    return [one.slug for one in organizations.list_all()]


def _last_use(token: token_lists.StoredToken) -> str:
    if token.last_used_at is None:
        return "not yet"
    return f"{when(token.last_used_at, '')} from {token.last_used_address}"


@group.command("rotate")
@click.argument("public_id")
@click.option(
    "--overlap-hours",
    type=click.IntRange(0, 24 * 90),
    default=24,
    show_default=True,
    help="How long the old token works beside the new one.",
)
@with_appcontext
@refusals_shown
def rotate(public_id: str, overlap_hours: int) -> None:
    """Make a successor of the token PUBLIC_ID and print it alone."""
    new = tokens.rotate(
        token_lists.organization_of(public_id),
        public_id,
        overlap=timedelta(hours=overlap_hours),
        origin=Origin.of_command_line(),
    )
    click.echo(new.text)


@group.command("revoke")
@click.argument("public_id")
@with_appcontext
@refusals_shown
def revoke(public_id: str) -> None:
    """End the token PUBLIC_ID at once."""
    organization = token_lists.organization_of(public_id)
    tokens.revoke(organization, public_id, origin=Origin.of_command_line())
    click.echo(f"Token {public_id} is revoked.")
