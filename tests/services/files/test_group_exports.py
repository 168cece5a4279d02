"""Exports of groups: all of them or some, with their members, at a bounded cost."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import orjson
import pytest

from scim import names
from scim.attributes import Document
from services.background import bulk_loading
from services.background.bulk_groups import ChosenGroups, picked
from services.background.bulk_loading import NewGroup
from services.directory import groups, users
from services.directory.group_lists import GroupQuery
from services.files import group_exports
from services.files.group_exports import GroupTotals
from services.origin import Actor, Origin
from tests import listening
from tests.served import fill

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
OKTA = Origin(Actor("token", "okta", "Okta"), NOON)
ALL = ChosenGroups(query=GroupQuery())
BASE_URL = "https://rollcall.example/scim/v2"


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def bo(acme):
    document: Document = {"userName": "+bo", "displayName": "Bo", "active": False}
    return users.create(acme, document, origin=OKTA).id


@pytest.fixture
def cy(acme):
    return users.create(acme, {"userName": "cy"}, origin=OKTA).id


@pytest.fixture
def sales(acme, bo, cy):
    document: Document = {"displayName": "=Sales", "externalId": "00g1"}
    return groups.create(acme, document, [cy, bo], origin=OKTA).id


@pytest.fixture
def empty(acme, sales):
    return groups.create(acme, {"displayName": "Empty"}, [], origin=OKTA).id


@pytest.fixture
def outer(acme, cy, empty):
    document: Document = {"displayName": "Outer"}
    return groups.create(acme, document, [empty, cy], origin=OKTA).id


@pytest.fixture
def count_statements(app):
    """Counts the statements that writing a whole file takes."""

    def count(pieces):
        with listening.statements() as seen:
            assert b"".join(pieces)
        return len(seen)

    return count


def lines(pieces):
    text = b"".join(pieces).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def resources(pieces):
    return orjson.loads(b"".join(pieces))["Resources"]


def test_groups_are_lines_of_their_members(acme, bo, cy, empty):
    found = lines(group_exports.as_csv(acme, ALL))
    assert [(line["group"], line["member"]) for line in found] == [
        ("'=Sales", "'+bo"),
        ("'=Sales", "cy"),
        ("Empty", ""),
    ]
    assert [line["externalId"] for line in found] == ["00g1", "00g1", ""]
    assert (found[0]["memberType"], found[0]["memberActive"]) == ("User", "false")
    assert (found[1]["memberId"], found[1]["memberActive"]) == (cy, "true")
    assert found[0]["since"] == "2026-11-03T12:00:00.000000Z"
    assert group_exports.count(acme, ALL) == GroupTotals(2, 2)


def test_groups_within_groups_are_lines_too(acme, outer):
    found = lines(group_exports.as_csv(acme, ALL))[-2:]
    assert [(line["memberType"], line["member"]) for line in found] == [
        ("User", "cy"),
        ("Group", "Empty"),
    ]


def test_the_scim_file_shows_what_the_api_does(acme, scim, outer):
    document = orjson.loads(b"".join(group_exports.as_scim(acme, ALL, BASE_URL)))
    assert document["schemas"] == [names.LIST_RESPONSE]
    assert (document["totalResults"], document["itemsPerPage"]) == (3, 3)
    assert len(document["Resources"][2]["members"]) == 2
    assert document == orjson.loads(scim.get("/Groups").data)


def test_no_group_makes_a_whole_file_too(acme, sales):
    none = ChosenGroups(query=GroupQuery(q="zz"))
    assert resources(group_exports.as_scim(acme, none, BASE_URL)) == []
    assert lines(group_exports.as_csv(acme, none)) == []
    assert group_exports.count(acme, none) == GroupTotals(0, 0)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (GroupQuery(q="=sal"), ["=Sales"]),
        (GroupQuery(q="00g1"), ["=Sales"]),
        (GroupQuery(sort="-name"), ["=Sales", "Empty"]),
        (GroupQuery(source="admin"), []),
    ],
)
def test_the_filter_of_the_list_holds(acme, empty, query, found):
    chosen = ChosenGroups(query=query)
    shown = resources(group_exports.as_scim(acme, chosen, BASE_URL))
    assert [one["displayName"] for one in shown] == found
    assert group_exports.count(acme, chosen).n_groups == len(found)


def test_those_picked_are_exported_alone(acme, sales, empty):
    [line] = lines(group_exports.as_csv(acme, picked([empty, empty, "x"])))
    assert line["groupId"] == empty


def test_another_organization_is_never_in_it(globex, sales):
    assert lines(group_exports.as_csv(globex, ALL)) == []
    assert resources(group_exports.as_scim(globex, picked([sales]), BASE_URL)) == []
    assert group_exports.count(globex, ALL) == GroupTotals(0, 0)


def test_many_groups_take_few_statements(acme, count_statements):
    ids = fill(acme, users=3, groups=0, members_per_group=0)
    new = [NewGroup(f"Group {number}", ids) for number in range(250)]
    bulk_loading.load_groups(acme, new, origin=OKTA)
    as_csv = count_statements(group_exports.as_csv(acme, ALL))
    as_scim = count_statements(group_exports.as_scim(acme, ALL, BASE_URL))
    assert as_csv < 12
    assert as_scim < 12
    assert len(lines(group_exports.as_csv(acme, ALL))) == 750


def test_large_groups_come_in_pieces_and_whole(acme):
    fill(acme, users=2_100, groups=2, members_per_group=2_050)
    as_csv = list(group_exports.as_csv(acme, ALL))
    as_scim = list(group_exports.as_scim(acme, ALL, BASE_URL))
    assert len(as_csv) == 6
    assert len(lines(as_csv)) == 4_100
    assert max(map(len, as_scim)) < 2 * group_exports.PIECE_BYTES
    assert [len(one["members"]) for one in resources(as_scim)] == [2_050, 2_050]
