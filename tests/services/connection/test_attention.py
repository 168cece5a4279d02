"""What needs attention: each cause, when it goes, and what comes first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from models import Counter, Job
from models.database import db
from scim.attributes import Document
from services.access import authentication, credentials, tokens
from services.background import bulk_loading
from services.connection import attention
from services.connection.attention import Attention
from services.directory import users
from services.organizations import OrganizationRef
from services.origin import Actor, Origin, new_id
from tests.log_rows import add_requests, refused

NOW = datetime(2024, 11, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def at(moment: datetime, kind: str = "token") -> Origin:
    return Origin(Actor(kind, "okta", "Okta"), moment)  # type: ignore[arg-type]  # a kind


def seen(
    organization: OrganizationRef, zone: str = "UTC", now: datetime = NOW
) -> list[Attention]:
    return attention.list_worst(organization, now=now, zone=ZoneInfo(zone))


def kinds(organization: OrganizationRef) -> list[str]:
    return [one.kind for one in seen(organization)]


def make_token(
    organization: OrganizationRef, name: str, expires_at: datetime | None = None
) -> tokens.NewToken:
    return tokens.create(
        organization, name, expires_at=expires_at, origin=at(NOW - 90 * DAY)
    )


def use(new: tokens.NewToken) -> None:
    text = credentials.read_header(new.text)
    moment = NOW - 60 * DAY
    found = authentication.identify(text, moment, address="192.0.2.1")
    authentication.note_use(
        found.token_seq, at=moment, address="192.0.2.1", user_agent="curl"
    )


def add_job(organization: OrganizationRef, state: str, ended_at: datetime) -> str:
    job_id = new_id()
    row = {
        "id": job_id,
        "organization_seq": organization.seq,
        "kind": "import_users",
        "owner": "admin:ada",
        "input": {},
        "state": state,
        "created_at": ended_at - HOUR,
        "ended_at": ended_at,
    }
    with db.engine.begin() as connection:
        connection.execute(sa.insert(Job).values(row))
    return job_id


def end_users(
    organization: OrganizationRef, count: int, origin: Origin, name: str = "u"
) -> None:
    documents: list[Document] = [
        {"userName": f"{name}{number}"} for number in range(count)
    ]
    ids = bulk_loading.load_users(organization, documents, origin=at(NOW - 80 * DAY))
    for one in ids:
        users.set_active(
            organization, one, False, origin=replace(origin, request_id=new_id())
        )


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_a_new_organization_needs_nothing(acme: OrganizationRef) -> None:
    make_token(acme, "Okta")
    assert seen(acme) == []


def test_a_suspended_organization_comes_first(acme: OrganizationRef) -> None:
    make_token(acme, "Okta", NOW - HOUR)
    found = seen(replace(acme, is_suspended=True))
    assert [one.kind for one in found] == ["suspended", "token_expired"]
    assert all(one.is_bad for one in found)


def test_no_token_left_of_those_used_stands_still(acme: OrganizationRef) -> None:
    token = make_token(acme, "Okta")
    tokens.revoke(acme, token.public_id, origin=at(NOW - DAY))
    assert kinds(acme) == []
    token = make_token(acme, "Entra")
    use(token)
    tokens.revoke(acme, token.public_id, origin=at(NOW - HOUR))
    expected = Attention("no_token", True, NOW - HOUR, token.public_id, "Entra")
    assert seen(acme) == [expected]


@pytest.mark.parametrize(
    ("ended", "expected"),
    [(HOUR, ["token_expired"]), (7 * DAY, ["token_expired"]), (8 * DAY, [])],
)
def test_a_token_that_expired_is_told_for_a_week(
    acme: OrganizationRef, ended: timedelta, expected: list[str]
) -> None:
    make_token(acme, "Okta", NOW - ended)
    assert kinds(acme) == expected


def test_an_expired_token_that_was_replaced_is_not_told(acme: OrganizationRef) -> None:
    old = make_token(acme, "Okta", NOW + DAY)
    tokens.rotate(acme, old.public_id, overlap=HOUR, origin=at(NOW - 2 * HOUR))
    make_token(acme, "Entra", NOW - DAY)
    tokens.create(acme, "Entra", origin=at(NOW))
    assert kinds(acme) == []


def test_a_token_that_expires_soon_is_warned_of(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    token = make_token(acme, "Okta", NOW + 6 * DAY)
    make_token(acme, "Later", NOW + 31 * DAY)
    make_token(globex, "Elsewhere", NOW + DAY)
    ends_at = NOW + 6 * DAY
    assert seen(acme) == [
        Attention("token_expiring", False, ends_at, token.public_id, "Okta", 7)
    ]


def test_the_token_that_expires_soonest_comes_first(acme: OrganizationRef) -> None:
    make_token(acme, "Later", NOW + 20 * DAY)
    make_token(acme, "Sooner", NOW + HOUR)
    found = [(one.name, one.count, one.is_bad) for one in seen(acme)]
    assert found == [("Sooner", 1, True), ("Later", 30, False)]


def test_a_token_that_was_revoked_or_has_a_successor_is_not_warned_of(
    acme: OrganizationRef,
) -> None:
    revoked, rotated = (make_token(acme, name, NOW + 2 * DAY) for name in "ab")
    tokens.revoke(acme, revoked.public_id, origin=at(NOW))
    tokens.rotate(acme, rotated.public_id, origin=at(NOW))
    assert "token_expiring" not in kinds(acme)


def test_failing_requests_come_before_what_is_to_come(acme: OrganizationRef) -> None:
    token = make_token(acme, "Okta", NOW + 6 * DAY)
    for status in (400, 404, 409, 413, 500):
        add_requests(acme, token.public_id, [NOW - HOUR], **refused(status))
    *_, newest = add_requests(acme, token.public_id, [NOW, NOW], **refused())
    found = seen(acme)
    assert [one.kind for one in found] == [*["requests_failing"] * 3, "token_expiring"]
    first = Attention("requests_failing", True, NOW, newest, "Okta production", 3)
    assert found[0] == first


def test_failed_jobs_of_a_week_are_told(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    job = add_job(acme, "failed", NOW - DAY)
    add_job(acme, "done", NOW - DAY)
    add_job(acme, "failed", NOW - 8 * DAY)
    add_job(globex, "failed", NOW - DAY)
    assert seen(acme) == [Attention("job_failed", True, NOW - DAY, job, "import_users")]


def test_many_users_ended_by_a_token_on_a_day_are_told(acme: OrganizationRef) -> None:
    token = make_token(acme, "Okta")
    by_token = Origin(Actor("token", token.public_id, "Okta"), NOW - 2 * DAY)
    end_users(acme, 20, by_token)
    assert seen(acme) == [
        Attention("many_ended", False, NOW - 2 * DAY, token.public_id, "Okta", 20)
    ]


@pytest.mark.parametrize(
    ("count", "kind", "ago"),
    [(19, "token", DAY), (20, "admin", DAY), (20, "token", 8 * DAY)],
)
def test_few_or_old_ends_and_those_by_admins_are_not_told(
    acme: OrganizationRef, count: int, kind: str, ago: timedelta
) -> None:
    end_users(acme, count, at(NOW - ago, kind))
    assert seen(acme) == []


@pytest.mark.parametrize(("n_users", "n_items"), [(4_000, 1), (4_200, 0)])
def test_in_a_large_organization_it_takes_more_to_be_told(
    acme: OrganizationRef, n_users: int, n_items: int
) -> None:
    end_users(acme, 20, at(NOW - DAY))
    with db.engine.begin() as connection:
        connection.execute(
            sa.update(Counter)
            .where(Counter.organization_seq == acme.seq)
            .values(n_users=n_users)
        )
    assert len(seen(acme)) == n_items


def test_the_days_of_many_ends_are_the_admins(acme: OrganizationRef) -> None:
    end_users(acme, 12, at(NOW.replace(day=2, hour=22)), "a")
    end_users(acme, 12, at(NOW.replace(day=3, hour=1)), "b")
    assert seen(acme, "UTC") == []
    assert [one.count for one in seen(acme, "America/New_York")] == [24]


def test_the_day_with_the_most_is_told_alone(acme: OrganizationRef) -> None:
    end_users(acme, 20, at(NOW - DAY), "a")
    end_users(acme, 21, at(NOW - 2 * DAY), "b")
    assert [one.count for one in seen(acme)] == [21]


def test_five_items_are_told_the_worst_first(acme: OrganizationRef) -> None:
    for number in range(3):
        add_job(acme, "failed", NOW - number * HOUR)
    make_token(acme, "in 20 days", NOW + 20 * DAY)
    make_token(acme, "in 3 days", NOW + 3 * DAY)
    make_token(acme, "gone", NOW - DAY)
    make_token(acme, "tomorrow", NOW + HOUR)
    found = [one.name for one in seen(acme)]
    expected = ["gone", "tomorrow", "in 3 days", "import_users", "import_users"]
    assert found == expected
