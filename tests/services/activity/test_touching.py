"""The requests of one resource: about it, and those that changed it among others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from models import ChangeEvent
from models.database import Base, db
from services.activity import request_log, request_writing
from services.activity.request_log import LogPage, LogQuery
from services.organizations import OrganizationRef
from services.origin import new_id
from tests.services.activity.test_request_buffer import entry

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
GROUP = new_id()
QUERY = LogQuery(resource_id=GROUP)
FIRST_NUMBER = 10_000
_EVENTS = Base.metadata.tables[ChangeEvent.__tablename__]


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def write(
    organization: OrganizationRef, *about: str, outcome: str = "changed"
) -> list[str]:
    """Requests a minute apart about those ids; their own ids."""
    entries = [
        entry(
            organization,
            at=NOON + timedelta(minutes=place),
            path=f"/{place}",
            outcome=outcome,
            resource_id=one,
        )
        for place, one in enumerate(about)
    ]
    request_writing.write(entries)
    return [one.row["id"] for one in entries]


def change(organization: OrganizationRef, *request_ids: str) -> None:
    """Each of them changed the group, committed in this order."""
    rows: list[dict[str, Any]] = [
        {
            "organization_seq": organization.seq,
            "number": FIRST_NUMBER + place,
            "request_id": request_id,
            "at": NOON,
            "actor": "command:line",
            "actor_name": "",
            "action": "updated",
            "resource_type": "Group",
            "resource_id": GROUP,
            "resource_name": "Everyone",
            "changes": {},
        }
        for place, request_id in enumerate(request_ids)
    ]
    with db.engine.begin() as connection:
        connection.execute(sa.insert(_EVENTS), rows)


def paths(page: LogPage) -> list[str]:
    return [row.path for row in page.rows]


def test_pages_hold_both_kinds_in_the_order_they_came(acme: OrganizationRef) -> None:
    ids = write(acme, GROUP, new_id(), GROUP, new_id(), new_id(), GROUP, new_id())
    change(acme, ids[6], ids[4], ids[0], ids[3], ids[1])
    first = request_log.page(acme, QUERY, count=3)
    second = request_log.page(acme, QUERY, cursor=first.older, count=3)
    third = request_log.page(acme, QUERY, cursor=second.older, count=3)
    back = request_log.page(acme, QUERY, cursor=third.newer, count=3)
    assert paths(first) + paths(second) == ["/6", "/5", "/4", "/3", "/2", "/1"]
    assert (paths(third), third.older) == (["/0"], None)
    assert paths(back) == paths(second)
    assert request_log.count_up_to(acme, QUERY, 100) == 7


def test_a_failure_that_changed_it_among_others_is_found(acme: OrganizationRef) -> None:
    ids = write(acme, new_id(), new_id(), outcome="failed")
    change(acme, ids[1])
    problems = LogQuery(resource_id=GROUP, outcome=request_log.PROBLEM)
    failed = LogQuery(resource_id=GROUP, outcome="failed")
    assert paths(request_log.page(acme, problems)) == ["/1"]
    assert request_log.count_up_to(acme, failed, 10) == 1


def test_many_changes_by_one_request_hide_no_other(acme: OrganizationRef) -> None:
    ids = write(acme, new_id(), new_id(), new_id())
    change(acme, ids[0], *[ids[1]] * 1_500, ids[2])
    found = request_log.page(acme, QUERY, count=5)
    assert paths(found) == ["/2", "/1", "/0"]
    assert request_log.count_newer(acme, QUERY, 0) == 3


def test_a_page_costs_what_it_shows_however_long_the_story(
    acme: OrganizationRef,
) -> None:
    change(acme, *write(acme, *[GROUP] * 6_000))
    looked = _steps_of(acme)
    assert 0 <= looked < 120


def _steps_of(organization: OrganizationRef) -> int:
    """How often a thousand steps were taken in SQLite; none in PostgreSQL."""
    steps: list[int] = []
    with db.engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        watch = getattr(driver, "set_progress_handler", lambda *_: None)
        watch(lambda: steps.append(1), 1_000)
        request_log.read_page(connection, organization, QUERY, count=50)
        watch(None, 1_000)
    return len(steps)
