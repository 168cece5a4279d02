"""What fails, told by its cause, until it is mended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from models.database import reading
from services.connection import failing, traffic
from services.connection.failing import Cause
from services.organizations import OrganizationRef
from tests.log_rows import add_requests, refused

NOW = datetime(2024, 11, 6, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

read = reading(failing.read)

BAD_TOKEN = {"status": 401, "cause": "altered", "outcome": "refused"}
PUT = {"method": "PUT", "resource_id": "0190f2d4-1c6e-7a3b-8f5d-2b9c4e6a7d10"}


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def causes(organization: OrganizationRef, most: int = 5) -> list[Cause]:
    return read(organization, NOW, most=most)


def test_what_fails_alike_is_told_once_with_its_newest(acme: OrganizationRef) -> None:
    times = [NOW - MINUTE * back for back in (3, 2, 1)]
    *_, newest = add_requests(acme, "okta", times, **refused())
    (other,) = add_requests(acme, "okta", [NOW - HOUR], **refused(404, method="GET"))
    assert causes(acme) == [
        Cause(newest, NOW - MINUTE, "Okta production", 3),
        Cause(other, NOW - HOUR, "Okta production", 1),
    ]
    assert len(causes(acme, most=1)) == 1


def test_old_ones_others_and_what_mends_itself_are_not_told(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    add_requests(acme, "okta", [NOW - 25 * HOUR], **refused())
    add_requests(acme, "okta", [NOW - HOUR], **refused(429))
    add_requests(acme, "", [NOW - HOUR], **refused(kind="admin"))
    add_requests(globex, "okta", [NOW - HOUR], **refused())
    assert causes(acme) == []


@pytest.mark.parametrize(
    ("bad", "later", "n_told"),
    [
        (BAD_TOKEN, {}, 0),
        (BAD_TOKEN, BAD_TOKEN | {"cause": "expired"}, 2),
        (refused(404, resource_type=None), {}, 0),
        (refused(404, resource_type="User"), {}, 1),
        (refused(500, outcome="failed") | PUT, PUT | {"outcome": "changed"}, 0),
        (refused(500, outcome="failed") | PUT, PUT | {"method": "GET"}, 1),
        (refused(), {"method": "POST", "status": 201, "outcome": "changed"}, 1),
    ],
)
def test_a_cause_goes_when_the_same_went_well_since(
    acme: OrganizationRef, bad: dict[str, Any], later: dict[str, Any], n_told: int
) -> None:
    add_requests(acme, "okta", [NOW - 2 * MINUTE], **bad)
    add_requests(acme, "okta", [NOW - MINUTE], **later)
    assert len(causes(acme)) == n_told


def test_days_have_their_failed_requests_beside_their_changes(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    days = [NOW - timedelta(days=back) for back in (0, 0, 1, 13, 14)]
    add_requests(acme, "okta", days, **refused())
    add_requests(acme, "okta", days)
    add_requests(globex, "okta", days, **refused())
    told = traffic.per_day(acme, now=NOW, zone=UTC)
    assert [one.n_failed for one in told] == [1, *[0] * 11, 1, 2]
    assert {one.n_changes for one in told} == {0}
    assert told[-1].day == NOW.date()
