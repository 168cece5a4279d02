"""What is measured: an install of its own, with users and groups of several sizes."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import flask_migrate
from flask import Flask

from app import create_app
from models.database import db
from scim import names
from scim.attributes import Document
from services import organizations
from services.access import tokens
from services.background import bulk_loading
from services.background.bulk_loading import NewGroup
from services.origin import Origin

_FIRST = ("Ana", "Bo", "Cy", "Dina", "Eli", "Fatma", "Gus", "Hana", "Ivo", "June")
_LAST = ("Silva", "Yilmaz", "Novak", "Okafor", "Lind", "Moreau", "Sato", "Weiss")


@dataclass(frozen=True)
class Seeded:
    """An organization with a token, and what to ask for."""

    slug: str
    n_users: int
    token: str
    user_ids: list[str]
    small_group: str
    large_group: str


@contextmanager
def installed(database_url: str) -> Iterator[Flask]:
    """The application over a fresh database, in a folder that goes away with it.

    Servers that are started meanwhile find both in the environment.
    """
    with tempfile.TemporaryDirectory(prefix="rollcall-bench-") as instance:
        os.environ |= {
            "ROLLCALL_INSTANCE": instance,
            "ROLLCALL_DATABASE_URL": database_url,
        }
        app = create_app()
        with app.app_context():
            flask_migrate.upgrade()
        yield app
        with app.app_context():
            db.engine.dispose()


def user(number: int) -> Document:
    """About 720 bytes of JSON, as Okta makes it."""
    first = _FIRST[number % len(_FIRST)]
    last = _LAST[number // 7 % len(_LAST)]
    address = f"{first}.{last}.{number}@example.com".lower()
    return {
        "userName": address,
        "externalId": f"00u{number:017}",
        "name": {"givenName": first, "familyName": last},
        "displayName": f"{first} {last}",
        "title": f"Engineer {number % 40}",
        "locale": "en-US",
        "active": number % 11 != 0,
        "emails": [{"value": address, "type": "work", "primary": True}],
        "phoneNumbers": [{"value": f"+1 555 {number:07}", "type": "mobile"}],
        "addresses": [
            {
                "type": "work",
                "streetAddress": f"{number} Harbour Street",
                "locality": "Bergen",
                "postalCode": f"{number % 9999:04}",
                "country": "NO",
            }
        ],
        names.ENTERPRISE_USER: {
            "employeeNumber": str(number),
            "department": f"Department {number % 60}",
        },
    }


def seed(app: Flask, slug: str, n_users: int) -> Seeded:
    """Load users, 100 groups of 1,000, one of 100, one of everybody but one."""
    with app.app_context():
        origin = Origin.of_command_line()
        organization = organizations.create(slug, slug=slug, origin=origin)
        token = tokens.create(organization, "Benchmark", origin=origin).text
        users = (user(number) for number in range(1, n_users + 1))
        ids = bulk_loading.load_users(organization, users, origin=origin)
        groups = bulk_loading.load_groups(organization, _groups(ids), origin=origin)
        db.engine.dispose()
    return Seeded(slug, n_users, token, ids, groups[-2], groups[-1])


def _groups(ids: list[str]) -> Iterator[NewGroup]:
    choose = random.Random(7)  # noqa: S311 - the same groups each time
    for number in range(1, 101):
        yield NewGroup(f"Team {number}", choose.sample(ids, 1_000))
    yield NewGroup("A hundred", ids[1:101])
    yield NewGroup("Everybody but one", ids[1:])
