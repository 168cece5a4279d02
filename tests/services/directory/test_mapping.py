"""From tables to SCIM and back: keys, names, rows of values."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from scim import names
from scim.attributes import Document
from services.directory import mapping
from services.directory.mapping import Reference, StoredGroup, StoredUser

BASE = "https://rollcall.example/scim/v2"
NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
ENTERPRISE = names.ENTERPRISE_USER


def stored(document, **parts):
    return StoredUser(1, "u1", 3, document, NOON, NOON, **parts)


@pytest.mark.parametrize(
    ("document", "name"),
    [
        ({"displayName": "Bo", "name": {"formatted": "x"}}, "Bo"),
        ({"name": {"formatted": "Bo Ek", "givenName": "x"}}, "Bo Ek"),
        ({"name": {"givenName": "Bo", "familyName": "Ek"}}, "Bo Ek"),
        ({"name": {"givenName": "Bo"}}, "Bo"),
        ({"name": {"familyName": "Ek"}}, "Ek"),
        ({"name": {"middleName": "Q"}}, "bo@example.com"),
        ({}, "bo@example.com"),
    ],
)
def test_people_are_called_by_the_first_name_there_is(document, name):
    full: Document = {"userName": "bo@example.com", "active": True, **document}
    assert mapping.display_name(full) == name
    assert mapping.user_columns(full)["name_key"] == name.lower()


def test_columns_follow_from_the_document():
    document: Document = {"userName": "Straße", "externalId": "E", "active": False}
    columns = mapping.user_columns(document)
    assert columns["document"] is document
    assert columns["user_name_key"] == "strasse"
    assert (columns["external_id"], columns["is_active"]) == ("E", False)
    assert mapping.group_columns({"displayName": "ÅSA"}) == {
        "display_name": "ÅSA",
        "display_name_key": "åsa",
        "external_id": None,
    }


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (NOON, "2026-11-03T12:00:00.000000Z"),
        (NOON.replace(microsecond=7), "2026-11-03T12:00:00.000007Z"),
        (datetime(9, 1, 2, tzinfo=UTC), "0009-01-02T00:00:00.000000Z"),
    ],
)
def test_times_have_all_their_digits(at, text):
    assert mapping.timestamp(at) == text
    assert datetime.fromisoformat(text) == at


def test_user_is_shown_with_groups_manager_and_meta():
    document: Document = {
        "userName": "bo",
        ENTERPRISE: {"division": "N", "manager": {"value": "a"}},
    }
    user = stored(
        document,
        groups=(Reference("Group", "g1", "Staff"),),
        manager=Reference("User", "a", "Ada"),
    )
    shown = mapping.user_document(user, BASE)
    assert shown["schemas"] == [names.CORE_USER, ENTERPRISE]
    assert shown[ENTERPRISE] == {
        "division": "N",
        "manager": {"value": "a", "$ref": f"{BASE}/Users/a", "displayName": "Ada"},
    }
    assert shown["groups"][0]["$ref"] == f"{BASE}/Groups/g1"
    assert shown["meta"]["location"] == f"{BASE}/Users/u1"
    assert shown["meta"]["version"] == 'W/"3"'


def test_showing_a_user_leaves_what_is_stored_as_it_is():
    document: Document = {"userName": "bo", ENTERPRISE: {"manager": {"value": "a"}}}
    mapping.user_document(stored(document, manager=Reference("User", "a", "A")), BASE)
    assert document == {"userName": "bo", ENTERPRISE: {"manager": {"value": "a"}}}


def test_group_is_shown_with_the_members_that_were_read():
    members = (Reference("User", "u1", "Bo"), Reference("Group", "g2", "In"))
    group = StoredGroup(1, "g1", 1, "Staff", None, 2, NOON, NOON, members)
    shown = mapping.group_document(group, BASE)
    assert [one["$ref"] for one in shown["members"]] == [
        f"{BASE}/Users/u1",
        f"{BASE}/Groups/g2",
    ]
    assert "externalId" not in shown
    unread = StoredGroup(1, "g1", 1, "Staff", "E", 2, NOON, NOON)
    assert "members" not in mapping.group_document(unread, BASE)
    assert mapping.group_document(unread, BASE)["externalId"] == "E"


@pytest.mark.parametrize(
    ("document", "manager"),
    [
        ({ENTERPRISE: {"manager": {"value": "a"}}}, "a"),
        ({ENTERPRISE: {"manager": {}}}, None),
        ({ENTERPRISE: {"division": "x"}}, None),
        ({}, None),
    ],
)
def test_manager_is_found_in_the_document(document, manager):
    assert mapping.manager_id(document) == manager


def shown_rows(document):
    return [
        tuple(row[key] for key in ("attribute", "ordinal", "value_key"))
        for row in mapping.user_values(document)
    ]


@pytest.mark.parametrize(
    ("document", "rows"),
    [
        ({"userName": "bo", "externalId": "1", "active": True}, []),
        ({"title": "Chief"}, [("title", 0, "chief")]),
        (
            {"name": {"familyName": "Ek", "givenName": "Bo"}},
            [("name.familyname", 0, "ek"), ("name.givenname", 0, "bo")],
        ),
        (
            {ENTERPRISE: {"department": "IT", "manager": {"value": "Ab"}}},
            [
                ("enterpriseuser:department", 0, "it"),
                ("enterpriseuser:manager.value", 0, "Ab"),
            ],
        ),
        (
            {"emails": [{"value": "A@b"}, {"value": "c", "display": "D"}]},
            [("emails", 0, "a@b"), ("emails", 1, "c"), ("emails.display", 1, "d")],
        ),
        (
            {"addresses": [{"type": "work", "country": "SE"}]},
            [("addresses", 0, None), ("addresses.country", 0, "se")],
        ),
        ({"emails": ["text"]}, []),
        (
            {"roles": [{"display": "D"}]},
            [("roles", 0, None), ("roles.display", 0, "d")],
        ),
    ],
)
def test_every_value_has_its_row(document, rows):
    assert shown_rows(document) == rows


def test_row_of_a_value_has_its_type_and_primary_flag():
    document: Document = {
        "emails": [{"value": "a", "type": "WORK", "primary": True}, {"value": "b"}]
    }
    first, second = mapping.user_values(document)
    assert (first["type_key"], first["is_primary"]) == ("work", True)
    assert (second["type_key"], second["is_primary"]) == (None, False)


def test_long_values_are_keyed_by_their_hash():
    picture = "https://example.com/A.png"
    [row] = mapping.user_values({"photos": [{"value": picture}]})
    [page] = mapping.user_values({"profileUrl": picture})
    assert row["value_key"] == hashlib.sha256(picture.encode()).hexdigest()
    assert page["value_key"] == row["value_key"]


@pytest.mark.parametrize(
    ("document", "name", "texts"),
    [
        ({"userName": "BO"}, "bo", "\nbo"),
        (
            {
                "userName": "BO Ek",
                "externalId": "00uA",
                "name": {"familyName": "van Ek", "givenName": "Bo"},
                "emails": [{"value": "Bo@x"}, {"type": "work"}],
            },
            "bo van ek",
            "\nbo\nvan\nek\n00ua\nbo@x",
        ),
    ],
)
def test_what_a_search_looks_through_stands_a_key_a_line_and_once(
    document, name, texts
):
    at = datetime(2026, 11, 3, 12, tzinfo=UTC)
    columns = mapping.user_columns(document | {"active": False})
    row = mapping.user_search(columns | {"source": "admin:ada", "modified_at": at})
    assert (row["name_key"], row["texts"]) == (name, texts)
    assert row["user_name_key"] == document["userName"].lower()
    assert (row["source"], row["is_active"]) == ("admin:ada", False)
    assert row["modified_at"] == at
