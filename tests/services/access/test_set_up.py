"""Set-up: the first organization and its owner, once, also when two try at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Admin, Organization
from models.database import db
from services import organizations
from services.access import admins, set_up
from services.access.set_up import First, SetUpDone
from services.errors import Invalid
from services.origin import Actor, Origin
from tests.conftest import PASSWORD

ORIGIN = Origin(Actor("system", "set-up", "Set-up"), datetime.now(UTC))
FIRST = First("Harbour & Co", "ada@harbour.example", "Ada", PASSWORD)


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def counts() -> tuple[int | None, int | None]:
    with Session(db.engine) as session:
        n_admins = session.scalar(select(func.count()).select_from(Admin))
        n_organizations = session.scalar(select(func.count()).select_from(Organization))
    return n_admins, n_organizations


def test_both_are_made() -> None:
    organization, admin_id = set_up.run(FIRST, origin=ORIGIN)
    assert organizations.get("harbour-co") == organization
    made = admins.get(admin_id)
    assert (made.email, made.name) == ("ada@harbour.example", "Ada")
    assert made.is_instance_owner


def test_it_happens_once() -> None:
    set_up.run(FIRST, origin=ORIGIN)
    with pytest.raises(SetUpDone, match="Sign in instead"):
        set_up.run(replace(FIRST, email="bo@globex.example"), origin=ORIGIN)
    assert counts() == (1, 1)


def test_of_two_at_once_one_is_told_that_it_is_done(app: Flask) -> None:
    barrier = Barrier(2)

    def run(name: str) -> str:
        first = First(name, f"{name}@example.com", name, PASSWORD)
        with app.app_context():
            barrier.wait()
            try:
                set_up.run(first, origin=ORIGIN)
            except SetUpDone:
                return "done already"
        return "made"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(run, ["one", "two"]))
    assert sorted(outcomes) == ["done already", "made"]
    assert counts() == (1, 1)


@pytest.mark.parametrize(
    ("changed", "attribute"),
    [
        ({"organization_name": " "}, "organization"),
        ({"organization_name": "株式会社"}, "slug"),
        ({"email": "ada"}, "email"),
        ({"name": ""}, "name"),
        ({"password": "short"}, "password"),
        ({"password": "harbour-co-harbour-2026"}, "password"),
    ],
)
def test_what_cannot_be_used_leaves_nothing(
    changed: dict[str, str], attribute: str
) -> None:
    with pytest.raises(Invalid) as caught:
        set_up.run(replace(FIRST, **changed), origin=ORIGIN)
    assert caught.value.attribute == attribute
    assert counts() == (0, 0)
