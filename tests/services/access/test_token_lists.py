"""Tokens as they are shown: one, all, and how soon one ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from services.access import token_lists, tokens
from services.errors import NotFound
from services.organizations import OrganizationRef
from services.origin import Actor, Origin

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def at(moment: datetime) -> Origin:
    return Origin(Actor("command", "line", "the command line"), moment)


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_a_token_is_shown_with_all_but_its_text(
    acme: OrganizationRef,
) -> None:
    new = tokens.create(
        *(acme, "Okta"), allowed_addresses=["192.0.2.1"], origin=at(NOW)
    )
    found = token_lists.get(acme, new.public_id, NOW)
    assert (found.name, found.scope, found.state) == ("Okta", "full", "active")
    assert (found.created_by, found.created_by_name) == (
        *("command:line", "the command line"),
    )
    assert found.allowed_addresses == ("192.0.2.1/32",)
    assert found.last_four == new.text[-4:]


@pytest.mark.parametrize("public_id", ["AAAAAAAAAA", "", "x" * 300, "\x00", "\ud800"])
def test_what_is_no_token_is_not_found(acme: OrganizationRef, public_id: str) -> None:
    with pytest.raises(NotFound, match="There is no token"):
        token_lists.get(acme, public_id, NOW)


def test_another_organizations_token_is_not_found(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    new = tokens.create(acme, "Okta", origin=at(NOW))
    assert token_lists.get(acme, new.public_id, NOW).name == "Okta"
    with pytest.raises(NotFound, match="There is no token"):
        token_lists.get(globex, new.public_id, NOW)


def test_both_halves_of_a_rotation_know_each_other(acme: OrganizationRef) -> None:
    old = tokens.create(acme, "Okta", origin=at(NOW - DAY))
    new = tokens.rotate(acme, old.public_id, overlap=HOUR, origin=at(NOW))
    newer, older = token_lists.list_all(acme, NOW)
    assert (newer.replaces, newer.replaced_by) == (old.public_id, None)
    assert (older.replaces, older.replaced_by) == (None, new.public_id)
    assert (newer.is_old_half, newer.can_rotate) == (False, True)
    assert (older.is_old_half, older.can_rotate) == (True, False)
    assert not token_lists.get(acme, old.public_id, NOW + HOUR).is_old_half


@pytest.mark.parametrize(
    ("left", "days"),
    [
        (HOUR, 1),
        (DAY, 1),
        (DAY + HOUR, 7),
        (7 * DAY, 7),
        (7 * DAY + HOUR, 30),
        (30 * DAY, 30),
    ],
)
def test_a_token_is_warned_of_30_and_7_and_1_days_before(
    left: timedelta, days: int
) -> None:
    assert token_lists.warned_days(NOW + left, NOW) == days
