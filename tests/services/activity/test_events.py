"""Change events: one row a change, numbered in the order of the commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ChangedMembers, ChangeEvent, Counter, Request
from models.database import Base, db, writing
from services.access import credentials
from services.activity import events
from services.activity.events import Change, Changes, Totals
from services.background import bulk_loading
from services.background.bulk_loading import NewGroup
from services.directory import users
from services.organizations import OrganizationRef
from services.origin import Actor, ActorKind, Origin, RequestInfo

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
INFO = RequestInfo("PATCH", "/scim/v2/Users/1?count=2", "192.0.2.1", "Okta/1.0")
ORIGIN = Origin(Actor("token", "7Qm2", "Okta"), NOW, "request-1", INFO, ["a note"])
NO_TOTALS = Totals()
RENAMED = Change("changed", "User", "u1", "Bo", {"title": ("Dr", None)})


@writing
def record(
    session: Session,
    organization: OrganizationRef,
    origin: Origin,
    changes: Sequence[Change],
    totals: Totals,
) -> None:
    events.record(session, organization.seq, origin, *changes, totals=totals)


def write(
    organization: OrganizationRef,
    *changes: Change,
    origin: Origin = ORIGIN,
    totals: Totals = NO_TOTALS,
) -> None:
    record(organization, origin, changes, totals)


def rows_of(model: type[Base], *order: Any) -> list[Any]:
    with Session(db.engine) as session:
        return list(session.scalars(select(model).order_by(*order)))


def requests_of(request_id: str) -> list[Request]:
    found: list[Request] = rows_of(Request, Request.seq)
    return [request for request in found if request.id == request_id]


def written() -> list[ChangeEvent]:
    """What was recorded, without the events of making the organizations."""
    found = rows_of(ChangeEvent, ChangeEvent.seq)
    return [event for event in found if event.resource_type != "Organization"]


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_an_event_says_who_did_what_to_whom_and_when(acme: OrganizationRef) -> None:
    write(acme, RENAMED)
    (event,) = written()
    assert (event.actor, event.actor_name) == ("token:7Qm2", "Okta")
    assert (event.action, event.resource_type) == ("changed", "User")
    assert (event.resource_id, event.resource_name) == ("u1", "Bo")
    assert (event.at, event.request_id) == (NOW, "request-1")


def test_values_are_kept_before_and_after_in_their_order(acme: OrganizationRef) -> None:
    changes: Changes = {
        "zeta": (None, {"b": 1, "a": [True, "ü"]}),
        "alpha": (1.5, None),
    }
    write(acme, replace(RENAMED, changes=changes))
    (event,) = written()
    assert event.changes == {"zeta": [None, {"b": 1, "a": [True, "ü"]}]} | {
        "alpha": [1.5, None]
    }
    assert list(event.changes) == ["zeta", "alpha"]


def test_events_are_numbered_within_their_organization(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    write(acme, RENAMED, RENAMED)
    write(globex, RENAMED, origin=replace(ORIGIN, request_id="request-2"))
    write(acme, RENAMED, origin=replace(ORIGIN, request_id="request-3"))
    numbers = [(event.organization_seq, event.number) for event in written()]
    assert numbers == [
        (acme.seq, 2),
        (acme.seq, 3),
        (globex.seq, 2),
        (acme.seq, 4),
    ]


def test_the_counters_move_with_the_events(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    write(acme, RENAMED, totals=Totals(users=3, active_users=2, groups=1))
    later = replace(ORIGIN, request_id="request-2")
    write(acme, RENAMED, origin=later, totals=Totals(users=-1, active_users=-2))
    ours, theirs = rows_of(Counter, Counter.organization_seq)
    assert (ours.n_users, ours.n_active_users, ours.n_groups) == (2, 0, 1)
    assert ours.last_event_number == 3
    assert (theirs.n_users, theirs.last_event_number) == (0, 1)


def test_the_request_is_kept_once_for_all_its_changes(acme: OrganizationRef) -> None:
    write(acme, RENAMED, RENAMED)
    (request,) = requests_of("request-1")
    assert (request.kind, request.organization_seq) == ("scim", acme.seq)
    assert (request.method, request.path) == (INFO.method, INFO.path)
    assert (request.address, request.user_agent) == (INFO.address, INFO.user_agent)
    assert (request.token_public_id, request.at) == ("7Qm2", NOW)
    assert request.notes == ["a note"]


@pytest.mark.parametrize("kind", ["admin", "command", "system"])
def test_whoever_acts_leaves_a_row(acme: OrganizationRef, kind: ActorKind) -> None:
    actor = Actor(kind, "ada", "Ada")
    write(acme, RENAMED, origin=Origin(actor, NOW, "request-1"))
    (request,) = requests_of("request-1")
    assert (request.kind, request.outcome) == (kind, "changed")
    assert (request.actor, request.actor_name) == (f"{kind}:ada", "Ada")
    assert (request.token_public_id, request.path, request.status) == (None, "", None)


def test_transactions_of_one_request_share_a_row(acme: OrganizationRef) -> None:
    write(acme, RENAMED)
    write(acme, replace(RENAMED, resource_id="u2"))
    (request,) = requests_of("request-1")
    assert request.resource_id == "u1"
    assert [event.request_id for event in written()] == ["request-1"] * 2


LOST = Change("updated", "Group", "g1", "Staff", removed=["u1"])
DELETED = replace(RENAMED, action="deleted")
OTHER = replace(RENAMED, resource_id="u2")


@pytest.mark.parametrize(
    ("changes", "resource_id"),
    [
        ([RENAMED, RENAMED], "u1"),
        ([DELETED, LOST, LOST], "u1"),
        ([LOST], "g1"),
        ([RENAMED, OTHER], None),
    ],
)
def test_a_request_is_about_the_one_resource_that_it_changed(
    acme: OrganizationRef, changes: list[Change], resource_id: str | None
) -> None:
    write(acme, *changes)
    (request,) = requests_of("request-1")
    assert request.resource_id == resource_id
    assert (request.resource_type is None) == (resource_id is None)


def test_a_token_in_a_note_is_not_kept(acme: OrganizationRef) -> None:
    token = credentials.make()
    note = f'"{token.text}" is not an attribute.'
    write(acme, RENAMED, origin=replace(ORIGIN, notes=[note]))
    (request,) = requests_of("request-1")
    assert request.notes == [f'"rcl_{token.public_id}…" is not an attribute.']


def test_members_are_counted_and_kept_by_event(acme: OrganizationRef) -> None:
    plain = Change("changed", "Group", "g1", "Staff", {"displayName": ("A", "B")})
    grown = Change("changed", "Group", "g2", "Crew", added=["u1", "u2"], removed=["u3"])
    write(acme, plain, grown)
    first, second = written()
    (chunk,) = rows_of(ChangedMembers)
    assert (first.n_added, first.n_removed) == (0, 0)
    assert (second.n_added, second.n_removed) == (2, 1)
    assert chunk.event_seq == second.seq
    assert (chunk.added, chunk.removed) == (["u1", "u2"], ["u3"])


def test_many_members_are_kept_in_chunks(acme: OrganizationRef) -> None:
    size = events.MEMBERS_PER_CHUNK
    added = [f"u{number}" for number in range(2 * size + 1)]
    write(acme, replace(RENAMED, added=added, removed=["x"] * size))
    chunks = rows_of(ChangedMembers, ChangedMembers.chunk)
    assert [chunk.chunk for chunk in chunks] == [0, 1, 2]
    assert [len(chunk.added) for chunk in chunks] == [size, size, 1]
    assert [len(chunk.removed) for chunk in chunks] == [size, 0, 0]
    assert [one for chunk in chunks for one in chunk.added] == added


def test_a_deleted_member_is_an_event_of_its_group_too(acme: OrganizationRef) -> None:
    (bo,) = bulk_loading.load_users(acme, [{"userName": "bo"}], origin=ORIGIN)
    later = replace(ORIGIN, request_id="request-2")
    bulk_loading.load_groups(acme, [NewGroup("Staff", [bo])], origin=later)
    users.delete(acme, bo, origin=replace(ORIGIN, request_id="request-3"))
    of_staff = [event for event in written() if event.resource_name == "Staff"]
    chunks = rows_of(ChangedMembers, ChangedMembers.event_seq)
    assert [event.action for event in of_staff] == ["created", "updated"]
    assert [event.n_removed for event in of_staff] == [0, 1]
    assert (chunks[-1].event_seq, chunks[-1].removed) == (of_staff[1].seq, [bo])


def test_an_event_of_the_install_has_neither_organization_nor_number(
    acme: OrganizationRef,
) -> None:
    @writing
    def record_it(session: Session) -> None:
        events.record_for_instance(session, ORIGIN, RENAMED)

    record_it()
    (event,) = written()
    assert (event.organization_seq, event.number) == (None, None)
    assert requests_of("request-1") == []
    assert rows_of(Counter)[0].last_event_number == 1


def test_a_change_that_fails_leaves_no_event_and_no_gap(acme: OrganizationRef) -> None:
    @writing
    def record_and_fail(session: Session) -> None:
        events.record(session, acme.seq, ORIGIN, RENAMED)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        record_and_fail()
    write(acme, RENAMED)
    assert [event.number for event in written()] == [2]
