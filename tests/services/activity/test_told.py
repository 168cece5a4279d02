"""The activity told: pages, timelines, earlier tries, and folded reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from services.activity import request_writing, told
from services.activity.log_queries import LogQuery
from services.activity.request_log import LoggedRequest
from services.activity.told import FoldedReads, ToldPage, ToldRequest
from services.directory import group_actions, groups, users
from services.errors import Invalid, NotFound
from services.organizations import OrganizationRef
from services.origin import Actor, Origin, RequestInfo, new_id
from tests import listening
from tests.services.activity.test_request_buffer import entry

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
SCIM = LogQuery(kind="scim")


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def by_okta(minutes: float = 0, request_id: str = "") -> Origin:
    """A change by a token, as the SCIM door makes it."""
    info = RequestInfo("POST", "/scim/v2/Users", "", "Okta SCIM Client 1.0.0")
    at = NOON + timedelta(minutes=minutes)
    actor = Actor("token", "7Qm2abcdef", "Okta production")
    return Origin(actor, at, request_id or new_id(), info)


def new_user(acme: OrganizationRef, name: str, minutes: float = 0) -> str:
    origin = by_okta(minutes)
    document = {"userName": f"{name}@acme.example", "displayName": name}
    return users.create(acme, document, origin=origin).id  # type: ignore[arg-type]  # JSON


def write(organization: OrganizationRef | None, *rows: dict[str, Any]) -> None:
    request_writing.write(
        [
            entry(
                organization,
                **{
                    "at": NOON + timedelta(hours=1, minutes=place),
                    "path": "/scim/v2/Users",
                    **row,
                },
            )
            for place, row in enumerate(rows)
        ]
    )


def short(page: ToldPage) -> list[str]:
    return [words(row) for row in page.rows]


def words(row: ToldRequest | FoldedReads) -> str:
    return "".join(part.text for part in row.sentence)


def full(row: ToldRequest | FoldedReads) -> str:
    return "".join(part.text for part in row.full)


def test_a_row_says_what_happened_who_did_it_and_what_came_of_it(
    acme: OrganizationRef,
) -> None:
    ana = new_user(acme, "Ana Silva")
    (row,) = told.page(acme, SCIM).rows
    assert (words(row), full(row)) == (
        "Ana Silva was created",
        "Okta created Ana Silva",
    )
    assert (row.who, row.outcome, row.n_events) == ("Okta", "Changed", 1)
    assert [part.resource.id for part in row.sentence if part.resource] == [ana]


def test_what_was_read_has_the_name_of_today(acme: OrganizationRef) -> None:
    ana = new_user(acme, "Ana Silva")
    path = f"/scim/v2/Users/{ana}"
    write(acme, {"path": path, "resource_type": "User", "resource_id": ana})
    row = told.page(acme, SCIM).rows[0]
    assert words(row) == "Read Ana Silva"
    users.delete(acme, ana, origin=by_okta(200))
    (row,) = told.page(acme, LogQuery(outcome="read")).rows
    assert words(row) == "Read Ana Silva"
    assert [part.resource for part in row.sentence] == [None]


def test_names_of_another_organization_are_not_told(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    ana = new_user(acme, "Ana Silva")
    path = f"/scim/v2/Users/{ana}"
    write(globex, {"path": path, "resource_type": "User", "resource_id": ana})
    assert short(told.page(globex, SCIM)) == ["Read a user"]


def test_a_page_takes_few_statements(acme: OrganizationRef) -> None:
    ids = [new_user(acme, f"Person {n}", n) for n in range(20)]
    write(
        acme,
        *[
            {"path": f"/scim/v2/Users/{id_}", "resource_id": id_, "at": NOON}
            for id_ in ids
        ],
    )
    with listening.statements() as statements:
        assert len(told.page(acme, SCIM).rows) == 40
    assert len([one for one in statements if one.startswith("SELECT")]) <= 6


def test_hundreds_of_changes_are_one_sentence(acme: OrganizationRef) -> None:
    request_id = new_id()
    ada = Origin(Actor("admin", "ada", "Ada"), NOON, request_id)
    for n in range(told.MOST_EVENTS + 95):
        users.create(acme, {"userName": f"u{n}@acme.example"}, origin=ada)
    found = told.get(acme, request_id).told
    assert full(found) == "Ada created 105 users"
    assert (len(found.events), found.n_events) == (told.MOST_EVENTS, 105)
    assert found.events[0].resource_name == "u0@acme.example"


def test_who_changed_twice_is_counted_once_and_memberships_are_told(
    acme: OrganizationRef,
) -> None:
    ana, bo = new_user(acme, "Ana"), new_user(acme, "Bo")
    crew, band = (
        groups.create(acme, {"displayName": name}, (), origin=by_okta()).id
        for name in ("Crew", "Band")
    )
    ada = Origin(Actor("admin", "ada", "Ada"), NOON, new_id())
    for title in ("Cook", "Chef"):
        for one in (ana, bo):
            users.replace(acme, one, {"userName": one, "title": title}, origin=ada)
    for group, member in ((crew, ana), (crew, bo), (band, bo)):
        group_actions.add_member(acme, group, member, origin=ada)
    found = told.get(acme, ada.request_id).told
    assert found.n_events == 7
    assert full(found) == "Ada added 3 memberships in 2 groups and changed 2 users"


def test_a_timeline_has_changes_refusals_and_what_was_already_so(
    acme: OrganizationRef,
) -> None:
    ana = new_user(acme, "Ana Silva")
    bo = new_user(acme, "Bo Ek", 1)
    users.set_active(acme, ana, False, origin=by_okta(2))
    about = {"resource_type": "User", "resource_id": ana}
    write(
        acme,
        about | {"method": "PUT", "outcome": "already", "status": 200},
        about | {"method": "PATCH", "outcome": "refused", "status": 400},
        about | {"path": f"/scim/v2/Users/{ana}"},
        about | {"resource_id": bo, "method": "PUT", "outcome": "already"},
    )
    assert short(told.of_resource(acme, ana)) == [
        "Ana Silva could not be changed",
        "Ana Silva was sent again: nothing changed",
        "Ana Silva was deactivated",
        "Ana Silva was created",
    ]
    assert told.of_resource(acme, new_id()).rows == ()


def test_a_timeline_has_what_was_done_to_many(acme: OrganizationRef) -> None:
    request_id = new_id()
    ana, bo = new_user(acme, "Ana Silva"), new_user(acme, "Bo Ek", 1)
    for user in (ana, bo):
        users.set_active(acme, user, False, origin=by_okta(2, request_id))
    for user in (ana, bo):
        assert short(told.of_resource(acme, user))[0] == "2 users were deactivated"
    (found,) = told.page(acme, LogQuery(resource_id=bo, request_id=request_id)).rows
    assert (found.request.id, found.n_events) == (request_id, 2)


def test_a_timeline_is_paged_and_belongs_to_its_organization(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    ana = new_user(acme, "Ana Silva")
    for n in range(1, 5):
        users.set_active(acme, ana, bool(n % 2 == 0), origin=by_okta(n))
    first = told.of_resource(acme, ana, count=3)
    second = told.of_resource(acme, ana, count=3, cursor=first.page.older)
    assert len(first.rows) == 3
    assert short(second)[-1] == "Ana Silva was created"
    assert len({row.request.id for row in (*first.rows, *second.rows)}) == 5
    assert told.of_resource(globex, ana).rows == ()
    with pytest.raises(Invalid):
        told.of_resource(acme, ana, cursor="x")


def test_a_group_that_lost_a_deleted_member_has_it_in_its_timeline(
    acme: OrganizationRef,
) -> None:
    ana = new_user(acme, "Ana Silva")
    crew = groups.create(acme, {"displayName": "Crew"}, [ana], origin=by_okta(1)).id
    users.delete(acme, ana, origin=by_okta(2))
    assert short(told.of_resource(acme, crew)) == [
        "Ana Silva was deleted, with 1 membership",
        "Crew was created with Ana Silva",
    ]


def conflict(name: str, **columns: Any) -> dict[str, Any]:
    row = {"method": "POST", "outcome": "refused", "status": 409, "cause": "taken"}
    return row | {"resource_type": "User", "facts": {"name": name}} | columns


def newest(acme: OrganizationRef) -> LoggedRequest:
    return told.page(acme, SCIM, count=1).rows[0].request


def test_earlier_tries_are_those_of_the_same_thing(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    write(globex, conflict("Maria Santos"))
    write(
        acme,
        conflict("Maria Santos", status=400),
        *[conflict("Maria Santos") for _ in range(4)],
        conflict("Somebody Else"),
        conflict("Maria Santos", method="PUT"),
        conflict("Maria Santos"),
    )
    tries = told.earlier_tries(acme, newest(acme), most=3)
    assert [one.at.minute for one in tries] == [4, 3, 2]
    assert len(told.earlier_tries(acme, newest(acme))) == 4
    assert told.earlier_tries(acme, tries[-1])[0].at.minute == 1


def test_what_went_well_has_no_earlier_tries(acme: OrganizationRef) -> None:
    write(acme, {}, {})
    assert told.earlier_tries(acme, newest(acme)) == ()


def test_requests_of_nobody_are_told_to_the_instance(acme: OrganizationRef) -> None:
    wanted = new_id()
    refused = {"outcome": "refused", "status": 401, "cause": "missing"}
    write(None, refused | {"id": wanted})
    (row,) = told.for_instance().rows
    assert words(row) == "Refused: no credentials"
    assert told.get_for_instance(wanted).told.request.id == wanted
    with pytest.raises(NotFound):
        told.get_for_instance(new_id())


def listed(start: int, **columns: Any) -> dict[str, Any]:
    facts = {"total": 400, "start_index": start, "count": 100, "n_found": 100}
    return {"facts": facts} | columns


@pytest.mark.parametrize(
    ("token", "provider", "expected"),
    [
        ("Okta production", "Okta", ""),
        ("okta", "Okta", ""),
        ("Okta production", "Entra ID", "Entra ID"),
        ("Production", "", ""),
        ("", "Okta", ""),
    ],
)
def test_a_provider_is_told_beside_a_token_that_does_not_name_it(
    acme: OrganizationRef, token: str, provider: str, expected: str
) -> None:
    write(acme, {"actor_name": token, "provider": provider})
    (row,) = told.page(acme, SCIM).rows
    assert row.unnamed_provider == expected


def test_three_reads_of_one_kind_in_a_row_are_folded(acme: OrganizationRef) -> None:
    write(acme, *[listed(start) for start in (1, 101, 201)])
    (folded,) = told.fold(told.page(acme, SCIM).rows)
    assert isinstance(folded, FoldedReads)
    assert words(folded) == "Listed users 1 to 300 of 400 (3 requests)"
    assert [one.request.facts["start_index"] for one in folded.rows] == [201, 101, 1]


@pytest.mark.parametrize(
    "rows",
    [
        [listed(1), listed(101)],
        [listed(1), listed(101, outcome="refused", status=400), listed(201)],
        [listed(1), listed(101, token_public_id="9xAbcdefgh"), listed(201)],
        [listed(1), listed(101, provider="Entra ID"), listed(201)],
        [listed(1), listed(101, path="/scim/v2/Groups"), listed(201)],
        [listed(start, outcome="already", method="PUT") for start in (1, 2, 3)],
    ],
)
def test_fewer_or_unlike_rows_are_not_folded(
    acme: OrganizationRef, rows: list[dict[str, Any]]
) -> None:
    write(acme, *rows)
    page = told.page(acme, SCIM)
    assert told.fold(page.rows) == page.rows
