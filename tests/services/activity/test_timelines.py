"""The story of a user or a group: requests, and what they did to this one alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from models import Request
from models.database import db, read_connection
from scim.patch import Operation
from services.activity import (
    history,
    log_retention,
    moves,
    request_writing,
    timelines,
)
from services.activity.timelines import TimelineRow
from services.directory import group_actions, groups, users
from services.errors import Invalid
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.services.activity.test_request_buffer import entry

ADA = Origin.of_command_line


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def said(row: TimelineRow) -> str:
    return "".join(part.text for part in row.sentence)


def test_refused_and_changed_requests_are_told_without_reads(
    app: Flask, acme: OrganizationRef
) -> None:
    user = users.create(acme, {"userName": "bo"}, origin=ADA())
    about = {"resource_type": "User", "resource_id": user.id, "method": "PATCH"}
    request_writing.write(
        [
            entry(acme, at=datetime.now(UTC), outcome=outcome, status=400, **about)
            for outcome in ("refused", "read", "already")
        ]
    )
    users.set_active(acme, user.id, False, origin=ADA())
    rows = timelines.of_resource(acme, user.id).rows
    outcomes = [row.told.request.outcome for row in rows]
    assert outcomes == ["changed", "already", "refused", "changed"]
    assert [len(row.events) for row in rows] == [1, 0, 0, 1]
    assert said(rows[0]) == "bo was deactivated"


@pytest.fixture(params=["few", "many"])
def few_or_many(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The changes of a request are told apart at once, or only where it is needed."""
    if request.param == "many":
        monkeypatch.setattr(history, "FEW_EVENTS", 0)


@pytest.mark.usefixtures("few_or_many")
def test_of_a_request_that_changed_many_only_this_one_is_told(
    app: Flask, acme: OrganizationRef
) -> None:
    origin = ADA()
    ids = [
        users.create(acme, {"userName": f"u{number:02}"}, origin=origin).id
        for number in range(25)
    ]
    (row,) = timelines.of_resource(acme, ids[22]).rows
    assert said(row) == "u22 was created"
    assert [event.resource_id for event in row.events] == [ids[22]]
    assert row.n_others == 24


@pytest.mark.usefixtures("few_or_many")
def test_many_changes_of_this_one_alone_are_told_together(
    app: Flask, acme: OrganizationRef
) -> None:
    made, titled = ADA(), ADA()
    bo = users.create(acme, {"userName": "bo"}, origin=made).id
    users.create(acme, {"userName": "cy"}, origin=made)
    for title in ("A", "B", "C"):
        wish = [Operation("replace", None, {"title": title})]
        users.patch(acme, bo, wish, origin=titled)
    rows = timelines.of_resource(acme, bo).rows
    assert [said(row) for row in rows] == [
        "bo changed: title, in 3 steps",
        "bo was created",
    ]
    assert [row.n_others for row in rows] == [0, 1]


@pytest.mark.usefixtures("few_or_many")
def test_a_move_of_many_is_told_as_that_of_one(
    app: Flask, acme: OrganizationRef
) -> None:
    made, filled, left = (ADA() for _ in range(3))
    ids = [
        users.create(acme, {"userName": f"u{number}"}, origin=made).id
        for number in range(6)
    ]
    crew = groups.create(acme, {"displayName": "Crew"}, ids, origin=filled)
    group_actions.remove_member(acme, crew.id, ids[4], origin=left)
    rows = timelines.of_resource(acme, ids[4]).rows
    assert [said(row) for row in rows[:2]] == [
        "u4 was removed from Crew",
        "u4 was added to Crew",
    ]
    assert [row.n_others for row in rows[:2]] == [0, 0]
    assert said(timelines.of_resource(acme, crew.id).rows[1]) == (
        "Crew was created with 6 people"
    )


@pytest.mark.usefixtures("few_or_many")
def test_a_move_while_a_long_request_runs_is_told_once_and_as_its_own(
    app: Flask, acme: OrganizationRef
) -> None:
    long, short = ADA(), ADA()
    bo = users.create(acme, {"userName": "bo"}, origin=long).id
    groups.create(acme, {"displayName": "Crew"}, [bo], origin=short)
    users.create(acme, {"userName": "cy"}, origin=long)
    rows = timelines.of_resource(acme, bo).rows
    assert [(said(row), len(row.events)) for row in rows] == [
        ("bo was added to Crew", 1),
        ("bo was created", 1),
    ]
    with read_connection() as connection:
        assert moves.read(connection, acme, bo, {long.request_id: 2}) == {}


def test_whoever_is_deleted_leaves_their_groups_in_their_story(
    app: Flask, acme: OrganizationRef
) -> None:
    user = users.create(acme, {"userName": "bo"}, origin=ADA())
    groups.create(acme, {"displayName": "Crew"}, [user.id], origin=ADA())
    users.delete(acme, user.id, origin=ADA())
    row = timelines.of_resource(acme, user.id).rows[0]
    assert said(row) == "bo was deleted"
    assert ["".join(part.text for part in one.sentence) for one in row.events] == [
        "bo was deleted",
        "bo was removed from Crew",
    ]


def test_pages_lead_to_each_other(app: Flask, acme: OrganizationRef) -> None:
    user = users.create(acme, {"userName": "bo"}, origin=ADA())
    for number in range(6):
        titled = [Operation("replace", None, {"title": f"T{number}"})]
        users.patch(acme, user.id, titled, origin=ADA())
    first = timelines.of_resource(acme, user.id, count=3)
    second = timelines.of_resource(acme, user.id, count=3, cursor=first.older)
    third = timelines.of_resource(acme, user.id, count=3, cursor=second.older)
    assert [len(page.rows) for page in (first, second, third)] == [3, 3, 1]
    assert (first.newer, third.older) == (None, None)
    assert second.newer is not None
    assert not any(page.has_more_before_log for page in (first, second, third))


def test_changes_outlive_their_requests(app: Flask, acme: OrganizationRef) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=90)
    old = Origin(ADA().actor, long_ago)
    user = users.create(acme, {"userName": "bo"}, origin=old)
    users.set_active(acme, user.id, False, origin=ADA())
    assert not timelines.of_resource(acme, user.id).has_more_before_log
    assert log_retention.purge_expired(datetime.now(UTC)) == 1
    page = timelines.of_resource(acme, user.id)
    (event,) = history.before_log(acme, user.id).rows
    assert [said(row) for row in page.rows] == ["bo was deactivated"]
    assert page.has_more_before_log
    assert event.action == "created"


def test_what_is_before_the_log_comes_after_the_last_page(
    app: Flask, acme: OrganizationRef
) -> None:
    user = users.create(acme, {"userName": "bo"}, origin=ADA())
    with Session(db.engine) as session, session.begin():
        session.execute(sa.delete(Request))
    for number in range(3):
        titled = [Operation("replace", None, {"title": f"T{number}"})]
        users.patch(acme, user.id, titled, origin=ADA())
    first = timelines.of_resource(acme, user.id, count=2)
    last = timelines.of_resource(acme, user.id, count=2, cursor=first.older)
    assert not first.has_more_before_log
    assert last.has_more_before_log


def test_another_organization_has_no_part_in_it(
    app: Flask, acme: OrganizationRef, globex: OrganizationRef
) -> None:
    user = users.create(acme, {"userName": "bo"}, origin=ADA())
    assert timelines.of_resource(globex, user.id).rows == ()
    assert history.before_log(globex, user.id).rows == ()


def test_a_foreign_cursor_is_invalid(app: Flask, acme: OrganizationRef) -> None:
    with pytest.raises(Invalid):
        timelines.of_resource(acme, "x", cursor="bm8")
