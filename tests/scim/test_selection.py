"""`attributes` and `excludedAttributes` (RFC 7644 §3.9)."""

from __future__ import annotations

import pytest

from scim.names import CORE_USER, ENTERPRISE_USER
from scim.schemas import GROUP_TYPE, USER_TYPE
from scim.selection import Selection

MINIMUM = {"schemas": [CORE_USER], "id": "7"}
BO = {
    **MINIMUM,
    "userName": "bo",
    "name": {"givenName": "Bo", "familyName": "Li"},
    "emails": [{"value": "a@x", "type": "work"}, {"display": "B"}],
    ENTERPRISE_USER: {"department": "Ops", "manager": {"value": "u1", "$ref": "/u1"}},
    "meta": {"resourceType": "User"},
}


def select(attributes=None, excluded=None):
    return Selection.parse(attributes, excluded, USER_TYPE)


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_nothing_asked_is_everything_and_costs_no_copy(blank):
    selection = select(blank, blank)

    assert selection.is_everything
    assert selection.apply(BO) is BO


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("userName", {"userName": "bo"}),
        (" USERNAME , Meta", {"userName": "bo", "meta": BO["meta"]}),
        ("name.familyName", {"name": {"familyName": "Li"}}),
        ("name.familyName,name", {"name": BO["name"]}),
        ("emails.type", {"emails": [{"type": "work"}]}),
        ("emails.primary", {}),
        (ENTERPRISE_USER, {ENTERPRISE_USER: BO[ENTERPRISE_USER]}),
        (
            f"{ENTERPRISE_USER}:manager.value",
            {ENTERPRISE_USER: {"manager": {"value": "u1"}}},
        ),
        (f"{CORE_USER}:userName", {"userName": "bo"}),
        (CORE_USER, {key: BO[key] for key in ("userName", "name", "emails")}),
        ("shoeSize,name.nick", {}),
        ("title", {}),
    ],
)
def test_only_what_is_asked_for_is_answered_with_id_and_schemas(attributes, expected):
    assert select(attributes).apply(BO) == MINIMUM | expected


@pytest.mark.parametrize(
    ("excluded", "missing"),
    [
        ("userName", ["userName"]),
        ("meta,emails", ["meta", "emails"]),
        ("id,schemas", []),
        ("shoeSize", []),
        (ENTERPRISE_USER, [ENTERPRISE_USER]),
    ],
)
def test_what_is_excluded_is_left_out_but_for_id_and_schemas(excluded, missing):
    answered = select(excluded=excluded).apply(BO)

    assert answered == {key: part for key, part in BO.items() if key not in missing}


def test_excluded_sub_attributes_leave_the_rest_and_nothing_empty():
    excluded = (
        f"name.givenName,emails.display,emails.type,{ENTERPRISE_USER}:manager.$ref"
    )

    answered = select(excluded=excluded).apply(BO)

    assert answered["name"] == {"familyName": "Li"}
    assert answered["emails"] == [{"value": "a@x"}]
    assert answered[ENTERPRISE_USER]["manager"] == {"value": "u1"}
    assert "title" not in answered


def test_with_both_the_excluded_is_taken_from_the_asked():
    selection = select("name,userName", "name.givenName,userName")

    assert selection.apply(BO) == MINIMUM | {"name": {"familyName": "Li"}}
    assert not selection.is_everything
    assert not select("name").is_everything


def test_plain_value_in_the_place_of_an_object_stays():
    assert select("name.givenName").apply({"id": "7", "name": "odd"})["name"] == "odd"


@pytest.mark.parametrize(
    ("attributes", "excluded", "wanted"),
    [
        (None, None, True),
        ("members.value", None, True),
        ("displayName", None, False),
        (None, "members", False),
        (None, "Members.display", True),
        ("members", "members", False),
    ],
)
def test_members_are_wanted_when_any_part_of_them_is(attributes, excluded, wanted):
    assert Selection.parse(attributes, excluded, GROUP_TYPE).wants("members") is wanted


def test_the_document_is_not_changed():
    document = {"id": "7", "name": {"givenName": "Bo", "familyName": "Li"}}

    select("name.givenName").apply(document)
    select(excluded="name.givenName").apply(document)

    assert document == {"id": "7", "name": {"givenName": "Bo", "familyName": "Li"}}
