"""The real server in a process of its own, on loopback, and a way into its database."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.error import URLError
from urllib.request import urlopen

from flask import Flask

from models.database import db
from services import organizations
from services.access import tokens
from services.activity import told
from services.activity.log_queries import LogQuery
from services.background import bulk_loading
from services.background.bulk_loading import NewGroup
from services.organizations import OrganizationRef
from services.origin import Origin, new_id

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN_SECONDS = 30

SETUP_PATH = re.compile(r"http\S+(/setup\?code=[0-9a-f]+)")
"""In what a server prints that nobody has set up."""

Scope = Literal["full", "read"]
State = Literal["live", "expired", "revoked"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`flask serve` on a port of its own; `app` is bound to the same database."""

    def __init__(self, app: Flask, database_url: str, **settings: str) -> None:
        self.app = app
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.base_url = f"{self.url}/scim/v2"
        self._environment = {
            **os.environ,
            "ROLLCALL_INSTANCE": app.instance_path,
            "ROLLCALL_DATABASE_URL": database_url,
            "PORT": str(self.port),
            "ROLLCALL_WORKERS": "1",
            **settings,
        }
        self._log = Path(app.instance_path) / "served.log"
        self._n_tokens: dict[str, int] = {}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        # A file, not a pipe: a pipe that nobody reads stops the server once it is full.
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flask", "serve"],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        ends = time.monotonic() + READY_WITHIN_SECONDS
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"the server did not start:\n{self.stop()}")
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        try:
            with urlopen(f"{self.url}/readyz", timeout=1) as answer:  # noqa: S310 - ours
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def stop(self) -> str:
        """End it as a service manager would; returns what it printed."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=15)
        return self.printed()

    def printed(self) -> str:
        """What it has printed up to now."""
        return self._log.read_text("utf-8")

    def new_organization(self, name: str = "Journey") -> str:
        """A fresh organization; returns its slug."""
        slug = f"o{new_id().replace('-', '')}"
        with self.app.app_context():
            organizations.create(name, slug=slug, origin=Origin.of_command_line())
        return slug

    def new_token(self, slug: str, scope: Scope = "full", state: State = "live") -> str:
        origin = Origin.of_command_line()
        with self.app.app_context():
            organization = organizations.get(slug)
            name, ends_at = self._name_of_token(slug), None
            if state == "expired":
                origin = Origin(origin.actor, datetime.now(UTC) - timedelta(days=2))
                ends_at = origin.at + timedelta(days=1)
            new = tokens.create(
                organization,
                name,
                scope=scope,
                expires_at=ends_at,
                origin=origin,
            )
            if state == "revoked":
                tokens.revoke(organization, new.public_id, origin=origin)
        return new.text

    def _name_of_token(self, slug: str) -> str:
        """Short, since sentences say it: `Production`, `Production 2`."""
        self._n_tokens[slug] = n = self._n_tokens.get(slug, 0) + 1
        return "Production" if n == 1 else f"Production {n}"

    def load(
        self, slug: str, users: int = 0, groups: int = 0, members_per_group: int = 0
    ) -> None:
        """Fill an organization: numbered users, groups of consecutive members."""
        with self.app.app_context():
            fill(organizations.get(slug), users, groups, members_per_group)

    def activity(self, slug: str) -> list[list[str]]:
        """Each request of provisioning clients, oldest first: a sentence, then notes.

        A quarter of a second passes before a read or a refusal is there.
        """
        with self.app.app_context():
            rows = told.page(
                organizations.get(slug), LogQuery(kind="scim"), count=500
            ).rows
        return [
            ["".join(part.text for part in row.full), *row.request.notes]
            for row in reversed(rows)
        ]

    def close(self) -> None:
        with self.app.app_context():
            db.engine.dispose()


def fill(
    organization: OrganizationRef, users: int, groups: int, members_per_group: int
) -> list[str]:
    """Load users, every fifth of them deactivated, and groups; returns the user ids."""
    origin = Origin.of_command_line()
    ids = bulk_loading.load_users(
        organization,
        (
            {
                "userName": f"user{number:05}@example.com",
                "externalId": f"00u{number:017}",
                "name": {"givenName": "User", "familyName": f"Number {number}"},
                "emails": [
                    {
                        "value": f"user{number:05}@example.com",
                        "type": "work",
                        "primary": True,
                    }
                ],
                "active": number % 5 != 0,
            }
            for number in range(1, users + 1)
        ),
        origin=origin,
    )
    bulk_loading.load_groups(
        organization,
        [
            NewGroup(
                f"Group {number:04}",
                [
                    ids[(number + place) % len(ids)]
                    for place in range(members_per_group)
                ],
            )
            for number in range(1, groups + 1)
        ],
        origin=origin,
    )
    return ids
