"""The command line: `flask …`, run from the root. The same services, typed."""

from __future__ import annotations

from flask import Flask

from blueprints.commands import (
    admins,
    directory,
    jobs,
    organizations,
    server,
    simulate,
    tokens,
)


def register(app: Flask) -> None:
    """Add the commands to the application's."""
    for command in (
        organizations.group,
        tokens.group,
        admins.group,
        directory.users_group,
        directory.groups_group,
        jobs.group,
        simulate.group,
        server.serve,
        server.setup_link,
    ):
        app.cli.add_command(command)
