"""Timelines: whose events, in which order, with whom they speak of; counts by day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from scim.attributes import Document
from services.access import tokens
from services.activity import history
from services.activity.history import DayCount, HistoryEvent
from services.directory import groups, users
from services.errors import Invalid, NotFound
from services.organizations import OrganizationRef
from services.origin import Actor, Origin
from services.queries.keyset import Window
from tests import listening

NOW = datetime(2024, 11, 3, 12, tzinfo=UTC)
OKTA = Actor("token", "okta", "Okta")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def at(moment: datetime) -> Origin:
    return Origin(OKTA, moment)


def add_user(organization: OrganizationRef, name: str, moment: datetime = NOW) -> str:
    return users.create(organization, {"userName": name}, origin=at(moment)).id


def add_group(organization: OrganizationRef, name: str, *member_ids: str) -> str:
    document: Document = {"displayName": name}
    return groups.create(organization, document, member_ids, origin=at(NOW)).id


@pytest.fixture
def statements() -> Iterator[list[str]]:
    with listening.statements() as executed:
        yield executed


def said(window: Window[HistoryEvent]) -> list[str]:
    return ["".join(part.text for part in one.sentence) for one in window.rows]


def links(event: HistoryEvent) -> list[str]:
    return [part.resource.id for part in event.sentence if part.resource]


def test_a_timeline_is_that_of_one_resource_the_newest_first(
    acme: OrganizationRef,
) -> None:
    bo = add_user(acme, "bo")
    add_user(acme, "cy")
    users.set_active(acme, bo, False, origin=at(NOW + HOUR))
    window = history.of_resource(acme, bo)
    assert said(window) == ["bo was deactivated", "bo was created"]
    assert window.rows[0].at == NOW + HOUR
    assert (window.rows[0].actor, window.rows[0].actor_name) == ("token:okta", "Okta")
    assert window.rows[0].changes == {"active": [True, False]}


def test_a_timeline_goes_on_after_its_resource(acme: OrganizationRef) -> None:
    bo = add_user(acme, "bo")
    assert links(history.of_resource(acme, bo).rows[0]) == [bo]
    users.delete(acme, bo, origin=at(NOW + HOUR))
    window = history.of_resource(acme, bo)
    assert said(window) == ["bo was deleted", "bo was created"]
    assert links(window.rows[1]) == []


def test_another_organizations_events_are_not_seen(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    bo = add_user(acme, "bo")
    assert history.of_resource(globex, bo).rows == ()
    assert said(history.recent(globex)) == ["The organization was created"]
    (number,) = (one.number for one in history.of_resource(acme, bo).rows)
    with pytest.raises(NotFound, match="There is no change"):
        history.members_of(globex, number)


@pytest.mark.parametrize("resource_id", ["", "x", "\x01", "user" * 500])
def test_what_never_was_has_no_events(acme: OrganizationRef, resource_id: str) -> None:
    assert history.of_resource(acme, resource_id).rows == ()


def test_recent_changes_are_paged_by_cursor(acme: OrganizationRef) -> None:
    for name in ("bo", "cy", "di"):
        add_user(acme, name)
    first = history.recent(acme, count=2)
    second = history.recent(acme, cursor=first.next, count=2)
    assert said(first) == ["di was created", "cy was created"]
    assert said(second) == ["bo was created", "The organization was created"]
    assert said(history.recent(acme, cursor=second.previous, count=2)) == said(first)
    assert second.next is None


def test_a_foreign_cursor_is_invalid(acme: OrganizationRef) -> None:
    with pytest.raises(Invalid):
        history.recent(acme, cursor="!")
    with pytest.raises(Invalid):
        history.of_resource(acme, "x", cursor="bm8")


def test_new_members_are_named_and_linked(acme: OrganizationRef) -> None:
    bo, cy = add_user(acme, "bo"), add_user(acme, "cy")
    staff = add_group(acme, "Staff", bo, cy)
    (event,) = history.of_resource(acme, staff).rows
    assert said(history.of_resource(acme, staff)) == [
        "Staff was created with bo and cy"
    ]
    assert links(event) == [staff, bo, cy]
    users.delete(acme, cy, origin=at(NOW + HOUR))
    (gone, created) = history.of_resource(acme, staff).rows
    assert said(Window((gone,))) == ["cy was removed from Staff"]
    assert links(created) == [staff, bo]


def test_members_of_an_event_are_the_first_twenty(acme: OrganizationRef) -> None:
    ids = [add_user(acme, f"u{number:02}") for number in range(25)]
    inner = add_group(acme, "Inner")
    staff = add_group(acme, "Staff", inner, *ids)
    (event,) = history.of_resource(acme, staff).rows
    told, added, removed = history.members_of(acme, event.number)
    assert told.n_added == 26
    assert said(history.of_resource(acme, staff)) == [
        "Staff was created with 26 members"
    ]
    assert [one.id for one in added] == [inner, *ids[:19]]
    assert [one.name for one in added[:3]] == ["Inner", "u00", "u01"]
    assert removed == ()


def test_a_member_of_whom_nothing_is_known_has_no_name(acme: OrganizationRef) -> None:
    bo = add_user(acme, "bo")
    staff = add_group(acme, "Staff", bo)
    (event,) = history.of_resource(acme, staff).rows
    users.delete(acme, bo, origin=at(NOW))
    _, (deleted,), _ = history.members_of(acme, event.number)
    assert (deleted.name, deleted.resource) == ("bo", None)


def test_a_manager_is_named_in_the_differences(acme: OrganizationRef) -> None:
    ada = add_user(acme, "ada")
    urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    document: Document = {"userName": "bo", urn: {"manager": {"value": ada}}}
    bo = users.create(acme, document, origin=at(NOW)).id
    (event,) = history.of_resource(acme, bo).rows
    after = {one.label: one.after for one in event.differences}
    assert after == {"user name": ("bo",), "manager": ("ada",), "status": ("active",)}


def test_somebody_elsewhere_has_no_name_here(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    ada = add_user(globex, "ada")
    urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    document: Document = {"userName": "bo", urn: {"manager": {"value": ada}}}
    bo = users.create(acme, document, origin=at(NOW)).id
    (event,) = history.of_resource(acme, bo).rows
    after = {one.label: one.after for one in event.differences}
    assert after["manager"] == (ada,)
    assert ada not in event.known


def test_a_token_in_a_sentence_leads_to_its_page(acme: OrganizationRef) -> None:
    token = tokens.create(acme, "Okta", origin=at(NOW))
    event = history.recent(acme, count=1).rows[0]
    assert said(Window((event,))) == ["Token Okta was created"]
    assert links(event) == [token.public_id]


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", [0, 1, 2]),
        ("Asia/Tokyo", [0, 0, 3]),
        ("America/Los_Angeles", [0, 2, 1]),
    ],
)
def test_days_begin_where_the_zone_says(
    globex: OrganizationRef, acme: OrganizationRef, zone: str, expected: list[int]
) -> None:
    for hours in (2, 11, 14):
        add_user(acme, f"u{hours}", NOW - hours * HOUR)
    add_user(globex, "elsewhere", NOW)
    counts = history.per_day(acme, now=NOW, zone=ZoneInfo(zone), count=3)
    days = [date(2024, 11, 1), date(2024, 11, 2), date(2024, 11, 3)]
    assert counts == [DayCount(*pair) for pair in zip(days, expected, strict=True)]


def test_a_page_takes_three_statements_however_many_members(
    acme: OrganizationRef, statements: list[str]
) -> None:
    ids = [add_user(acme, f"u{number}") for number in range(5)]
    for number in range(4):
        add_group(acme, f"g{number}", *ids)
    statements.clear()
    assert len(history.recent(acme, count=9).rows) == 9
    assert len([one for one in statements if one.startswith("SELECT")]) == 3
