"""The queue of the request log: what it takes, what it drops, and that it tells."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from models import Organization, Request, RequestLogGap
from models.database import Base, Busy, db
from services.activity import request_buffer, request_writing
from services.activity.request_buffer import Buffer
from services.activity.request_rows import Entry
from services.organizations import OrganizationRef
from services.origin import new_id
from tests.conftest import make_token
from tests.directories import rows

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
TABLE = Base.metadata.tables[Request.__tablename__]


def entry(organization: OrganizationRef | None = None, **columns: Any) -> Entry:
    """A read at noon, with other values in some columns."""
    row: dict[str, Any] = {
        "id": new_id(),
        "organization_seq": organization.seq if organization else None,
        "kind": "scim",
        "token_public_id": None,
        "actor": "",
        "actor_name": "",
        "at": NOON,
        "method": "GET",
        "path": "/scim/v2/Users",
        "status": 200,
        "scim_type": None,
        "cause": None,
        "detail": None,
        "duration_us": 900,
        "address": "192.0.2.1",
        "user_agent": "",
        "provider": "",
        "outcome": "read",
        "resource_type": None,
        "resource_id": None,
        "facts": {},
        "notes": [],
        "request_bytes": 0,
        "response_bytes": 2,
        "request_body": None,
        "response_body": "{}",
    }
    return Entry(**(row | columns))


@pytest.fixture
def buffer(app: Flask) -> Buffer:
    """Writes when it is asked to."""
    return Buffer(app.app_context, every=None)


@pytest.fixture
def running(app: Flask) -> Iterator[Buffer]:
    """Writes by itself."""
    made = Buffer(app.app_context, every=0.05)
    yield made
    made.close()


def put(buffer: Buffer, *entries: Entry) -> None:
    for one in entries:
        buffer.put(one)


def logged(app: Flask, *columns: sa.Column[Any]) -> list[Any]:
    """The rows of the log, in the order they were written."""
    of_scim = sa.select(*columns).where(TABLE.c.kind == "scim")
    return rows(app, of_scim.order_by(TABLE.c.seq))


def paths(app: Flask) -> list[str]:
    return [row.path for row in logged(app, TABLE.c.path)]


def gaps(app: Flask) -> list[Any]:
    columns = (
        RequestLogGap.organization_seq,
        RequestLogGap.since,
        RequestLogGap.until,
        RequestLogGap.n_dropped,
    )
    return rows(app, sa.select(*columns).order_by(RequestLogGap.seq))


def wait_for(condition: Any) -> None:
    ends = time.monotonic() + 5
    while not condition() and time.monotonic() < ends:
        time.sleep(0.02)


def test_what_comes_while_rows_are_written_waits_for_the_next_time(
    app: Flask, acme: OrganizationRef, buffer: Buffer
) -> None:
    put(buffer, *[entry(acme) for _ in range(30)])
    ended = threading.Event()
    busy = threading.Thread(target=keep_putting, args=(buffer, acme, ended))
    busy.start()
    buffer.flush()
    was_busy = not ended.is_set()
    ended.set()
    busy.join()
    assert was_busy
    assert len(paths(app)) >= 30


def keep_putting(
    buffer: Buffer, organization: OrganizationRef, ended: threading.Event
) -> None:
    """Ten rows each millisecond, for two seconds unless it is told to end."""
    stops = time.monotonic() + 2
    while not ended.wait(0.001) and time.monotonic() < stops:
        put(buffer, *[entry(organization) for _ in range(10)])
    ended.set()


def test_rows_are_written_in_the_order_they_came(
    app: Flask, acme: OrganizationRef, buffer: Buffer
) -> None:
    wanted = [f"/{number}" for number in range(450)]
    put(buffer, *[entry(acme, path=path) for path in wanted])
    assert paths(app) == []
    buffer.flush()
    assert paths(app) == wanted


def test_rows_are_written_without_being_asked(
    app: Flask, acme: OrganizationRef, running: Buffer
) -> None:
    running.put(entry(acme, path="/1"))
    wait_for(lambda: paths(app))
    running.put(entry(acme, path="/2"))
    wait_for(lambda: len(paths(app)) == 2)
    assert paths(app) == ["/1", "/2"]


def test_a_close_writes_what_is_left(app: Flask, acme: OrganizationRef) -> None:
    slow = Buffer(app.app_context, every=60)
    slow.put(entry(acme))
    slow.close()
    assert len(paths(app)) == 1


def test_there_is_no_thread_until_there_is_a_row(app: Flask) -> None:
    before = threading.active_count()
    Buffer(app.app_context)
    assert threading.active_count() == before


def test_what_does_not_fit_is_counted(
    app: Flask, acme: OrganizationRef, buffer: Buffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_buffer, "MOST_ROWS", 3)
    ends = NOON + timedelta(seconds=7)
    put(buffer, *[entry(acme) for _ in range(5)])
    buffer.put(entry(acme, at=ends))
    buffer.flush()
    assert len(paths(app)) == 3
    assert gaps(app) == [(acme.seq, NOON, ends, 3)]


def test_large_bodies_fill_the_queue_too(
    app: Flask, acme: OrganizationRef, buffer: Buffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_buffer, "MOST_BYTES", 40_000)
    put(buffer, *[entry(acme, response_body="x" * 16_000) for _ in range(4)])
    buffer.flush()
    assert len(paths(app)) == 2
    assert [gap.n_dropped for gap in gaps(app)] == [2]


def test_gaps_that_follow_each_other_are_one(
    app: Flask, acme: OrganizationRef, globex: OrganizationRef, buffer: Buffer
) -> None:
    with app.app_context():
        for seconds in (0, 30, 200):
            at = NOON + timedelta(seconds=seconds)
            gap = request_writing.Gap(acme.seq, "", at, at, 2)
            request_writing.write_gaps([gap])
        request_writing.write_gaps([request_writing.Gap(globex.seq, "", at, at, 1)])
    assert [(gap.organization_seq, gap.n_dropped) for gap in gaps(app)] == [
        (acme.seq, 4),
        (acme.seq, 2),
        (globex.seq, 1),
    ]


def test_a_busy_database_keeps_rows_waiting(
    app: Flask, acme: OrganizationRef, buffer: Buffer, backend: str
) -> None:
    if backend != "sqlite":
        pytest.skip("PostgreSQL lets writers of other rows pass")
    buffer.put(entry(acme))
    with app.app_context():
        engine = db.engine.execution_options(begin="BEGIN IMMEDIATE")
        with Session(engine) as session:
            session.execute(sa.select(Organization.seq))
            with pytest.raises(Busy):
                buffer.flush()
    buffer.flush()
    assert len(paths(app)) == 1


def test_one_row_that_cannot_be_written_takes_no_other_along(
    app: Flask, acme: OrganizationRef, buffer: Buffer
) -> None:
    wanted = ["/0", "/1", None, "/3"]
    put(buffer, *[entry(acme, path=path) for path in wanted])
    buffer.flush()
    assert paths(app) == ["/0", "/1", "/3"]
    assert [gap.n_dropped for gap in gaps(app)] == [1]


def test_an_organization_that_went_takes_its_rows_along(
    app: Flask, acme: OrganizationRef, buffer: Buffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_buffer, "MOST_ROWS", 2)
    gone = OrganizationRef(99, "gone", "Gone")
    put(buffer, *[entry(one) for one in (gone, acme, gone)])
    buffer.flush()
    assert len(paths(app)) == 1
    assert gaps(app) == []


def test_without_bodies_none_is_written(
    app: Flask, acme: OrganizationRef, globex: OrganizationRef, buffer: Buffer
) -> None:
    with app.app_context(), Session(db.engine) as session:
        session.execute(
            sa.update(Organization)
            .where(Organization.seq == acme.seq)
            .values(log_keeps_bodies=False)
        )
        session.commit()
    put(buffer, *[entry(one, request_body="[]") for one in (acme, globex)])
    buffer.flush()
    columns = (TABLE.c.request_body, TABLE.c.response_body, TABLE.c.response_bytes)
    found = logged(app, *columns)
    assert found == [(None, None, 2), ("[]", "{}", 2)]


def test_a_claimed_token_names_its_organization(
    app: Flask, acme: OrganizationRef, globex: OrganizationRef, buffer: Buffer
) -> None:
    token = make_token(app, globex).split("_")[1]
    put(buffer, *[entry(claimed=one) for one in (token, "unknown000", "")])
    buffer.flush()
    columns = (TABLE.c.organization_seq, TABLE.c.token_public_id, TABLE.c.actor_name)
    found = logged(app, *columns)
    assert found == [(globex.seq, token, "Okta full")] + [(None, None, "")] * 2


def test_only_the_newest_strangers_are_kept(
    app: Flask, acme: OrganizationRef, buffer: Buffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_writing, "UNNAMED_KEPT", 3)
    put(buffer, *[entry(path=f"/{number}") for number in range(5)])
    buffer.put(entry(acme, path="/ours"))
    buffer.flush()
    assert paths(app) == ["/2", "/3", "/4", "/ours"]


def test_strangers_are_admitted_so_often_a_minute(
    app: Flask, buffer: Buffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_buffer, "STRANGERS_PER_MINUTE", 5)
    monkeypatch.setattr(request_buffer, "OF_ONE_PER_MINUTE", 3)
    ones = [buffer.admits("one", NOON) for _ in range(4)]
    others = [buffer.admits(name, NOON) for name in ("two", "two", "three")]
    later = buffer.admits("one", NOON + timedelta(minutes=1))
    buffer.flush()
    assert ones == [True, True, True, False]
    assert others == [True, True, False]
    assert later
    assert sum(gap.n_dropped for gap in gaps(app)) == 2


def test_a_flood_of_names_costs_no_memory(app: Flask, buffer: Buffer) -> None:
    admitted = [buffer.admits(f"{number:010}", NOON) for number in range(3_000)]
    buffer.flush()
    assert admitted.count(True) == request_buffer.STRANGERS_PER_MINUTE
    assert sum(gap.n_dropped for gap in gaps(app)) == admitted.count(False)


def test_a_row_that_was_begun_is_completed(
    app: Flask, acme: OrganizationRef, buffer: Buffer
) -> None:
    begun = entry(acme, outcome="changed", status=None, resource_id="u1")
    buffer.put(begun)
    buffer.flush()
    buffer.put(begun._replace(outcome="already", status=204, resource_id="u2"))
    buffer.flush()
    columns = (TABLE.c.outcome, TABLE.c.status, TABLE.c.resource_id)
    found = logged(app, *columns)
    assert found == [("changed", 204, "u1")]


def test_a_change_whose_answer_failed_says_so(
    app: Flask, acme: OrganizationRef, buffer: Buffer
) -> None:
    begun = entry(acme, outcome="changed")
    put(buffer, *[begun._replace(outcome=one) for one in ("changed", "failed")])
    buffer.flush()
    found = rows(app, sa.select(TABLE.c.outcome).where(TABLE.c.kind == "scim"))
    assert found == [("failed",)]


def test_a_fork_takes_no_rows_along(acme: OrganizationRef, buffer: Buffer) -> None:
    buffer.put(entry(acme))
    child = os.fork()
    if not child:
        os._exit(len(buffer._entries))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(buffer._entries) == 1
