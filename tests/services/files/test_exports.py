"""Exports of users: every one, in files that load again and harm no spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import orjson
import pytest

from scim import names
from scim.attributes import Document
from services.background import jobs
from services.background.bulk_actions import Chosen
from services.background.job_runner import Runner
from services.directory import groups, users
from services.directory.user_lists import UserQuery
from services.files import csv_import, exports
from services.origin import Actor, Origin
from tests.directories import n_events
from tests.served import fill

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
OKTA = Origin(Actor("token", "okta", "Okta"), NOON)
EVERYBODY = Chosen(query=UserQuery())
BASE_URL = "https://rollcall.example/scim/v2"
RICH: Document = {
    "userName": "+bo@x.example",
    "externalId": "=1+1",
    "name": {"givenName": 'Bo, the "First"', "familyName": "Ek\nLine"},
    "displayName": "'=Bo",
    "title": "\t-Cook ",
    "emails": [
        {"value": "second@x.example", "type": "home"},
        {"value": "bo@x.example", "type": "work", "primary": True},
        {"value": "third@x.example"},
    ],
    "phoneNumbers": [
        {"value": "+46 1", "type": "fax"},
        {"value": "+46 2", "type": "work"},
        {"value": "+46 3", "type": "mobile"},
        {"value": "+46 4", "type": "mobile"},
    ],
    "addresses": [
        {"type": "home", "locality": "Oslo"},
        {"type": "other", "locality": "Voss", "primary": True},
    ],
    "roles": [{"value": "chef"}],
    "locale": "nb-NO",
    "active": False,
    names.ENTERPRISE_USER: {
        "department": "Küche 🍳",
        "manager": {"value": "E-4711"},
    },
}


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def bo(acme):
    return users.create(acme, RICH, origin=OKTA)


@pytest.fixture
def cy(acme, bo):
    """Managed by Bo, a member of two groups."""
    managed: Document = {"manager": {"value": bo.id}}
    document: Document = {"userName": "cy", names.ENTERPRISE_USER: managed}
    cy = users.create(acme, document, origin=OKTA)
    groups.create(acme, {"displayName": "=Sales"}, [cy.id, bo.id], origin=OKTA)
    groups.create(acme, {"displayName": "Empty"}, [], origin=OKTA)
    return cy


def lines(pieces):
    text = b"".join(pieces).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def cells(pieces):
    text = b"".join(pieces).decode("utf-8-sig")
    rows = csv.reader(io.StringIO(text, newline=""))
    return [cell for row in rows for cell in row]


def test_users_are_lines_with_the_main_email_first(acme, cy):
    first, second = lines(exports.users_as_csv(acme, EVERYBODY))
    assert first["email"] == "bo@x.example"
    assert first["otherEmails"] == "second@x.example; third@x.example"
    assert (first["workPhone"], first["mobilePhone"]) == ("'+46 2", "'+46 3")
    assert (first["locality"], first["active"]) == ("Voss", "false")
    assert (second["userName"], second["active"]) == ("cy", "true")


def test_managers_are_shown_by_user_name_when_they_are_users_here(acme, cy):
    first, second = lines(exports.users_as_csv(acme, EVERYBODY))
    assert first["manager"] == "E-4711"
    assert second["manager"] == "'+bo@x.example"


def test_ids_groups_and_times_come_along(acme, cy):
    _, line = lines(exports.users_as_csv(acme, EVERYBODY))
    assert (line["id"], line["groups"]) == (cy.id, "'=Sales")
    assert line["created"] == "2026-11-03T12:00:00.000000Z"


def test_no_cell_begins_like_a_formula(acme, cy):
    written = cells(exports.users_as_csv(acme, EVERYBODY))
    assert [cell for cell in written if cell[:1] and cell[0] in "=+-@\t\r\n"] == []


def test_an_export_loaded_again_changes_nothing(app, acme, cy):
    fill(acme, users=130, groups=3, members_per_group=5)
    content = b"".join(exports.users_as_csv(acme, EVERYBODY))
    n_before = n_events(app)
    job_id = csv_import.upload("users", acme, "users.csv", content, origin=OKTA)
    columns = csv_import.describe(acme, job_id).columns
    csv_import.check(acme, job_id, {one.place: one.key for one in columns})
    Runner().drain()
    csv_import.load(acme, job_id)
    Runner().drain()
    tally = jobs.get(acme, job_id).result["tally"]
    assert (tally["unchanged"], tally["changed"], tally["created"]) == (132, 0, 0)
    assert (tally["problems"], n_events(app)) == (0, n_before)


def test_an_export_can_be_loaded_into_another_organization(acme, globex, cy):
    content = b"".join(exports.users_as_csv(acme, EVERYBODY))
    content = content.replace(b"E-4711", b"")
    job_id = csv_import.upload("users", globex, "users.csv", content, origin=OKTA)
    columns = csv_import.describe(globex, job_id).columns
    csv_import.check(globex, job_id, {one.place: one.key for one in columns})
    Runner().drain()
    csv_import.load(globex, job_id)
    Runner().drain()
    first, second = lines(exports.users_as_csv(globex, EVERYBODY))
    assert first["title"] == "'-Cook"
    assert second["manager"] == "'+bo@x.example"


def test_the_scim_file_is_one_list_response_of_everything(acme, cy):
    document = orjson.loads(b"".join(exports.users_as_scim(acme, EVERYBODY, BASE_URL)))
    first, second = document["Resources"]
    assert document["schemas"] == [names.LIST_RESPONSE]
    assert (document["totalResults"], document["itemsPerPage"]) == (2, 2)
    assert {key: first[key] for key in RICH} == RICH
    assert second["groups"][0]["display"] == "=Sales"
    assert second[names.ENTERPRISE_USER]["manager"]["displayName"] == "'=Bo"


def test_the_scim_file_shows_what_the_api_does(acme, scim, cy):
    document = orjson.loads(b"".join(exports.users_as_scim(acme, EVERYBODY, BASE_URL)))
    page = orjson.loads(scim.get("/Users").data)
    assert document == page


def test_nobody_makes_a_whole_file_too(acme):
    nobody = Chosen(query=UserQuery(q="zz"))
    document = orjson.loads(b"".join(exports.users_as_scim(acme, nobody, BASE_URL)))
    assert (document["totalResults"], document["Resources"]) == (0, [])
    assert lines(exports.users_as_csv(acme, nobody)) == []
    assert exports.count_users(acme, nobody) == 0


@pytest.mark.parametrize(
    ("query", "user_names"),
    [
        (UserQuery(status="active"), ["cy"]),
        (UserQuery(status="deactivated"), ["'+bo@x.example"]),
        (UserQuery(q="cy"), ["cy"]),
    ],
)
def test_the_filter_of_the_list_holds(acme, cy, query, user_names):
    chosen = Chosen(query=query)
    found = lines(exports.users_as_csv(acme, chosen))
    assert [line["userName"] for line in found] == user_names
    assert exports.count_users(acme, chosen) == 1


def test_those_picked_are_exported_alone(acme, bo, cy):
    found = lines(exports.users_as_csv(acme, Chosen((cy.id,))))
    assert [line["id"] for line in found] == [cy.id]


def test_another_organization_is_never_in_it(acme, globex, bo, cy):
    assert lines(exports.users_as_csv(globex, EVERYBODY)) == []
    assert lines(exports.users_as_csv(globex, Chosen((bo.id,)))) == []


def test_long_lists_come_in_pieces_and_whole(acme):
    fill(acme, users=2_100, groups=0, members_per_group=0)
    pieces = list(exports.users_as_csv(acme, EVERYBODY))
    assert len(pieces) == 4
    assert len(lines(pieces)) == 2_100
