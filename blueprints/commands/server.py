"""`flask serve` and `flask setup-link`: the server itself."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping
from typing import Any

import click
import flask_migrate
from flask import current_app
from flask.cli import with_appcontext
from granian.constants import Interfaces
from granian.server.mp import MPServer

from blueprints import setup_code
from blueprints.addresses import SCIM_PREFIX
from blueprints.commands.output import refusals_shown
from blueprints.extensions import assets
from services import readiness
from services.access import admins

STOP_WITHIN_SECONDS = 8


@click.command("serve")
@with_appcontext
@refusals_shown
def serve() -> None:
    """Migrate when needed, build the assets, and serve until stopped."""
    if not readiness.is_migrated():
        flask_migrate.upgrade()
    for bundle in assets:
        bundle.build()
    config = current_app.config
    _check_port(config["HOST"], config["PORT"])
    _announce()
    readiness.let_go()
    _serve(config)


def _check_port(host: str, port: int) -> None:
    """Refuse a port in use: the server itself would share it without a word."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"Rollcall cannot listen on {host}, port {port}: {error.strerror}. "
                "Stop what listens there, or set HOST and PORT to something else."
            ) from error


def _serve(config: Mapping[str, Any]) -> None:  # Any: Flask's configuration
    MPServer(
        "app:create_worker",
        factory=True,
        interface=Interfaces.WSGI,
        address=config["HOST"],
        port=config["PORT"],
        workers=config["ROLLCALL_WORKERS"],
        # Threads and the database pool are one figure: a thread never waits for a
        # connection that another one holds.
        blocking_threads=config["ROLLCALL_THREADS"],
        backpressure=max(config["ROLLCALL_THREADS"] * 16, 64),
        workers_kill_timeout=STOP_WITHIN_SECONDS,
        respawn_failed_workers=True,
        websockets=False,
        log_enabled=False,
    ).serve()


@click.command("setup-link")
@with_appcontext
@refusals_shown
def setup_link() -> None:
    """Print the one-time address where the first admin is made."""
    if admins.count():
        raise click.ClickException("There is an admin already; set-up is done.")
    click.echo(setup_address())


def setup_address() -> str:
    """Where the first admin is made."""
    return own_url() + setup_code.path()


def own_url() -> str:
    """The address under which this install is reached, as far as it is known."""
    config = current_app.config
    host = "127.0.0.1" if config["HOST"] in ("0.0.0.0", "::") else config["HOST"]  # noqa: S104 - compared, not bound
    host = f"[{host}]" if ":" in host else host
    return config["ROLLCALL_PUBLIC_URL"] or f"http://{host}:{config['PORT']}"


def scim_url() -> str:
    """The base URL of provisioning clients there."""
    return f"{own_url()}{SCIM_PREFIX}"


def _announce() -> None:
    click.echo(f"Rollcall is at {own_url()} (SCIM base URL {scim_url()})")
    if not admins.count():
        click.echo(f"Set-up, once: {setup_address()}")
    sys.stdout.flush()
