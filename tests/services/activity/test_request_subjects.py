"""The requests of one resource: about it, changing it among others, or moving it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from models import ChangeEvent, RequestSubject
from models.database import Base, db
from services.activity import (
    log_retention,
    request_log,
    request_subjects,
    request_writing,
)
from services.activity.log_queries import NOT_READ, PROBLEM, LogQuery
from services.activity.request_log import LogPage
from services.directory import group_actions, groups, users
from services.organizations import OrganizationRef
from services.origin import Origin, new_id
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
    return [one.id for one in entries]


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
    numbers = range(FIRST_NUMBER, FIRST_NUMBER + len(rows))
    with db.engine.begin() as connection:
        connection.execute(sa.insert(_EVENTS), rows)
        request_subjects.add_changes(connection, organization.seq, numbers)


def count_subjects() -> int:
    subjects = Base.metadata.tables[RequestSubject.__tablename__]
    with db.engine.connect() as connection:
        counted = connection.execute(sa.select(sa.func.count()).select_from(subjects))
        return int(counted.scalar_one())


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


def test_reads_stand_among_the_others_and_have_no_row_of_their_own(
    acme: OrganizationRef,
) -> None:
    alike = new_id()[:-1] + GROUP[-1]
    n_before = count_subjects()
    write(acme, GROUP, new_id(), GROUP, alike)
    write(acme, new_id(), GROUP, alike, GROUP, outcome="read")
    reads = LogQuery(resource_id=GROUP, outcome="read")
    first = request_log.page(acme, QUERY, count=2)
    second = request_log.page(acme, QUERY, cursor=first.older, count=2)
    back = request_log.page(acme, QUERY, cursor=second.newer, count=2)
    assert (paths(first), paths(second)) == (["/3", "/2"], ["/1", "/0"])
    assert (paths(back), second.older) == (paths(first), None)
    assert paths(request_log.page(acme, reads)) == ["/3", "/1"]
    assert request_log.count_newer(acme, QUERY, 0) == 4
    assert count_subjects() == n_before + 4


def test_a_failure_that_changed_it_among_others_is_found(acme: OrganizationRef) -> None:
    ids = write(acme, new_id(), new_id(), outcome="failed")
    change(acme, ids[1])
    problems = LogQuery(resource_id=GROUP, outcome=PROBLEM)
    failed = LogQuery(resource_id=GROUP, outcome="failed")
    assert paths(request_log.page(acme, problems)) == ["/1"]
    assert request_log.count_up_to(acme, failed, 10) == 1


def test_many_changes_by_one_request_hide_no_other(acme: OrganizationRef) -> None:
    ids = write(acme, new_id(), new_id(), new_id())
    change(acme, ids[0], *[ids[1]] * 1_500, ids[2])
    found = request_log.page(acme, QUERY, count=5)
    assert paths(found) == ["/2", "/1", "/0"]
    assert request_log.count_newer(acme, QUERY, 0) == 3


def test_what_else_is_wanted_of_it_is_looked_for_step_by_step(
    acme: OrganizationRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_log, "SEARCHED_AT_ONCE", 3)
    write(acme, GROUP, GROUP, new_id(), GROUP, GROUP, GROUP, outcome="already")
    query = LogQuery(resource_id=GROUP, request_id=write(acme, GROUP)[0])
    assert query.is_searched
    first = request_log.page(acme, query)
    second = request_log.page(acme, query, cursor=first.older)
    assert (paths(first), first.searched_back_to) == (
        [],
        NOON + timedelta(minutes=3),
    )
    assert (paths(second), second.searched_back_to) == (["/0"], None)


def test_a_text_is_looked_for_in_its_requests_alone(acme: OrganizationRef) -> None:
    write(acme, GROUP, new_id(), GROUP)
    assert paths(request_log.page(acme, replace(QUERY, q="/1"))) == []
    assert paths(request_log.page(acme, replace(QUERY, q="/2"))) == ["/2"]


def test_times_and_reads_are_left_out(acme: OrganizationRef) -> None:
    write(acme, GROUP, GROUP, GROUP, outcome="already")
    write(acme, GROUP, GROUP, outcome="read")
    at_one = NOON + timedelta(minutes=1)
    query = replace(QUERY, outcome=NOT_READ, until=at_one)
    assert paths(request_log.page(acme, query)) == ["/0"]
    assert request_log.count_up_to(acme, replace(query, until=None), 9) == 3
    assert paths(request_log.page(acme, replace(query, since=at_one, until=None))) == [
        "/2",
        "/1",
    ]


def test_whoever_came_to_a_group_or_left_it_finds_the_request(
    acme: OrganizationRef,
) -> None:
    made, created, left = (Origin.of_command_line() for _ in range(3))
    bo, cy = (
        users.create(acme, {"userName": name}, origin=made).id for name in ("bo", "cy")
    )
    crew = groups.create(acme, {"displayName": "Crew"}, [bo, cy], origin=created)
    group_actions.remove_member(acme, crew.id, bo, origin=left)
    of_bo = request_log.page(acme, LogQuery(resource_id=bo)).rows
    of_cy = request_log.page(acme, LogQuery(resource_id=cy)).rows
    ids = [one.request_id for one in (left, created, made)]
    assert [row.id for row in of_bo] == ids
    assert [row.id for row in of_cy] == ids[1:]


def test_what_is_forgotten_of_the_log_is_found_no_more(
    acme: OrganizationRef,
) -> None:
    change(acme, *write(acme, GROUP, new_id()))
    while log_retention.purge_expired(NOON + timedelta(days=900)):
        pass
    assert count_subjects() == 0


def test_a_page_costs_what_it_shows_however_long_the_story(
    acme: OrganizationRef,
) -> None:
    change(acme, *write(acme, *[GROUP] * 6_000))
    assert 0 <= _steps_of(acme, QUERY) < 30
    assert _steps_of(acme, replace(QUERY, method="DELETE")) < 120


def test_a_page_looks_through_a_sixteenth_of_what_was_read(
    acme: OrganizationRef, backend: str
) -> None:
    if backend != "sqlite":
        pytest.skip("PostgreSQL does not count its steps")
    others = [GROUP[:-2] + f"{place:02x}" for place in range(16)]
    write(acme, *others * 300, outcome="read")
    assert _steps_of(acme, QUERY) < 10


def _steps_of(organization: OrganizationRef, query: LogQuery) -> int:
    """How often a thousand steps were taken in SQLite; none in PostgreSQL."""
    steps: list[int] = []
    with db.engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        watch = getattr(driver, "set_progress_handler", lambda *_: None)
        watch(lambda: steps.append(1), 1_000)
        request_log.read_page(connection, organization, query, count=50)
        watch(None, 1_000)
    return len(steps)
