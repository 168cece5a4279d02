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
from services.directory import users
from services.organizations import OrganizationRef
from services.origin import Actor, Origin, new_id
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


@pytest.mark.parametrize(
    ("columns", "n_told"),
    [
        ({"method": "PUT", "outcome": "already"}, 0),
        ({"method": "GET", "outcome": "read"}, 1),
        ({"method": "PUT", "outcome": "refused", "status": 404}, 2),
    ],
)
def test_a_taken_name_is_mended_by_what_goes_well_for_its_holder(
    acme: OrganizationRef, columns: dict[str, Any], n_told: int
) -> None:
    taken = refused(facts={"name": "Ana", "holder_id": PUT["resource_id"]})
    add_requests(acme, "okta", [NOW - 2 * MINUTE], **taken)
    later = columns | {"resource_id": PUT["resource_id"]}
    add_requests(acme, "okta", [NOW - MINUTE], **later)
    assert len(causes(acme)) == n_told


@pytest.mark.parametrize(("minutes", "n_told"), [(1, 0), (3, 1)])
def test_a_taken_name_is_mended_by_a_later_change_of_its_holder(
    acme: OrganizationRef, minutes: int, n_told: int
) -> None:
    by_hand = Origin(Actor("admin", "ada", "Ada"), NOW - HOUR)
    holder = users.create(acme, {"userName": "ana"}, origin=by_hand)
    taken = refused(facts={"name": "Ana", "holder_id": holder.id})
    add_requests(acme, "okta", [NOW - 2 * MINUTE], **taken)
    linked = {"userName": "ana", "externalId": "00u1"}
    later = Origin(Actor("admin", "ada", "Ada"), NOW - MINUTE * minutes)
    users.create(acme, {"userName": "first of many"}, origin=later)
    users.replace(acme, holder.id, linked, origin=later)  # type: ignore[arg-type]  # JSON
    assert len(causes(acme)) == n_told


def test_people_of_one_cause_are_counted_named_and_mended_alone(
    acme: OrganizationRef,
) -> None:
    ana, bo, cy = (
        refused(facts={"name": name, "holder_id": new_id()})
        for name in ("Ana", "Bo", "Cy")
    )
    add_requests(acme, "okta", [NOW - 9 * MINUTE, NOW - 8 * MINUTE], **ana)
    add_requests(acme, "okta", [NOW - 7 * MINUTE], **bo)
    (newest,) = add_requests(acme, "okta", [NOW - 6 * MINUTE], **cy)
    mended = {"outcome": "changed", "resource_id": bo["facts"]["holder_id"]}
    add_requests(acme, "okta", [NOW - MINUTE], **mended)
    at, name = NOW - 6 * MINUTE, "Okta production"
    assert causes(acme) == [Cause(newest, at, name, 3, 2, ("Cy", "Ana"))]


def test_a_refused_token_is_one_cause_whoever_was_sent_with_it(
    acme: OrganizationRef,
) -> None:
    for name in ("Ana", "Bo"):
        sent = refused(401, cause="expired", facts={"name": name})
        add_requests(acme, "okta", [NOW - HOUR], **sent)
    (found,) = causes(acme)
    assert (found.n_requests, found.n_people, found.people) == (2, 1, ())


def test_days_have_their_failed_requests_beside_their_changes(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    days = [NOW - timedelta(days=back) for back in (0, 0, 1, 13, 14)]
    add_requests(acme, "okta", days, **refused())
    add_requests(acme, "okta", days)
    add_requests(globex, "okta", days, **refused())
    add_requests(acme, "okta", days[:2], outcome="changed")
    told = traffic.per_day(acme, now=NOW, zone=UTC)
    assert [one.n_changing for one in told] == [*[0] * 13, 2]
    assert [one.n_failed for one in told] == [1, *[0] * 11, 1, 2]
    assert {one.n_changes for one in told} == {0}
    assert told[-1].day == NOW.date()
