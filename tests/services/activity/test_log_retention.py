"""How long requests are kept, and what becomes of their bodies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from models import Request, RequestLogGap
from models.database import Base
from services.activity import log_retention, request_writing
from services.activity.log_retention import LogRules
from services.activity.request_writing import Gap
from services.background import daily_round
from services.background.job_runner import Runner
from services.errors import Invalid
from services.organizations import OrganizationRef
from services.origin import Actor, Origin
from tests.directories import last_event, rows
from tests.services.activity.test_request_buffer import entry

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ADA = Origin(Actor("admin", "ada", "Ada"), NOON)
TABLE = Base.metadata.tables[Request.__tablename__]


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def write(organization: OrganizationRef | None, *ages: float) -> None:
    """Rows that are so many days old at noon, and named by that."""
    request_writing.write(
        [entry(organization, at=NOON - DAY * age, path=f"{age}") for age in ages]
    )


def paths(app: Flask) -> list[str]:
    found = sa.select(TABLE.c.path).where(TABLE.c.kind == "scim")
    return [row.path for row in rows(app, found.order_by(TABLE.c.seq))]


def bodies(app: Flask) -> list[Any]:
    found = sa.select(TABLE.c.request_body, TABLE.c.response_body)
    return rows(app, found.where(TABLE.c.kind == "scim").order_by(TABLE.c.seq))


def purge() -> list[int]:
    """How many rows each batch had, until one had none."""
    sizes = iter(lambda: log_retention.purge_expired(NOON), 0)
    return list(sizes)


def test_requests_are_kept_for_thirty_days_with_their_bodies(
    acme: OrganizationRef,
) -> None:
    assert log_retention.get_rules(acme) == LogRules(30, keeps_bodies=True)


def test_what_is_older_than_an_organization_keeps_goes(
    app: Flask, acme: OrganizationRef, globex: OrganizationRef
) -> None:
    log_retention.set_rules(globex, LogRules(7, keeps_bodies=True), origin=ADA)
    write(acme, 29.9, 30.1, 400)
    write(globex, 6.9, 7.1)
    write(None, 29.8, 30.2)
    assert purge() == [4]
    assert paths(app) == ["29.9", "6.9", "29.8"]


def test_it_goes_in_batches(
    app: Flask, acme: OrganizationRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_retention, "_PER_BATCH", 3)
    write(acme, 1, *[31] * 7)
    assert purge() == [3, 3, 1]
    assert paths(app) == ["1"]


def test_gaps_go_with_the_rows(app: Flask, acme: OrganizationRef) -> None:
    old, new = (
        Gap(acme.seq, "", NOON - DAY * age, NOON - DAY * age, 1) for age in (40, 3)
    )
    request_writing.write_gaps([old, new])
    assert purge() == [1]
    (kept,) = rows(app, sa.select(RequestLogGap.until))
    assert kept.until == NOON - DAY * 3


def test_the_daily_round_drops_old_requests(app: Flask, acme: OrganizationRef) -> None:
    write(acme, 1, 31, 32)
    daily_round.plan(NOON)
    Runner(lambda: NOON).drain()
    assert paths(app) == ["1"]


def test_the_rules_are_changed_and_it_is_told(
    app: Flask, acme: OrganizationRef, globex: OrganizationRef
) -> None:
    log_retention.set_rules(acme, LogRules(7, keeps_bodies=False), origin=ADA)
    event = last_event(app)
    assert log_retention.get_rules(acme) == LogRules(7, keeps_bodies=False)
    assert log_retention.get_rules(globex) == LogRules(30, keeps_bodies=True)
    assert event.changes == {
        "log_retention_days": [30, 7],
        "log_keeps_bodies": [True, False],
    }
    assert event.organization_seq == acme.seq


def test_the_same_rules_again_are_no_change(app: Flask, acme: OrganizationRef) -> None:
    before = last_event(app).seq
    log_retention.set_rules(acme, LogRules(30, keeps_bodies=True), origin=ADA)
    assert last_event(app).seq == before


@pytest.mark.parametrize("days", [-1, 0, 3_651])
def test_a_number_of_days_that_is_too_small_or_large_is_refused(
    acme: OrganizationRef, days: int
) -> None:
    with pytest.raises(Invalid) as refused:
        log_retention.set_rules(acme, LogRules(days, keeps_bodies=True), origin=ADA)
    assert refused.value.attribute == "log_retention_days"
    assert log_retention.get_rules(acme).days == 30


def test_bodies_that_are_no_longer_wanted_go_at_once(
    app: Flask,
    acme: OrganizationRef,
    globex: OrganizationRef,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log_retention, "_PER_BATCH", 2)
    write(acme, 1, 2, 3, 4, 5)
    write(globex, 1)
    log_retention.set_rules(acme, LogRules(30, keeps_bodies=False), origin=ADA)
    Runner(lambda: NOON).drain()
    assert bodies(app) == [(None, None)] * 5 + [(None, "{}")]


def test_bodies_that_are_wanted_again_stay(app: Flask, acme: OrganizationRef) -> None:
    write(acme, 1)
    log_retention.set_rules(acme, LogRules(30, keeps_bodies=False), origin=ADA)
    log_retention.set_rules(acme, LogRules(30, keeps_bodies=True), origin=ADA)
    Runner(lambda: NOON).drain()
    assert bodies(app) == [(None, "{}")]
