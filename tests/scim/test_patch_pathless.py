"""PATCH without a path: every key of the value counts (RFC 7644 §3.5.2)."""

from __future__ import annotations

from typing import Any

import pytest

from scim import patch
from scim.errors import InvalidSyntax, InvalidValue, NoTarget
from scim.names import CORE_USER, ENTERPRISE_USER
from scim.quirks import Notes
from scim.schemas import GROUP_TYPE, USER_TYPE

WORK: dict[str, Any] = {"value": "bo@work", "type": "work"}
BO: dict[str, Any] = {
    "id": "7",
    "userName": "bo",
    "active": True,
    "emails": [WORK],
    ENTERPRISE_USER: {
        "department": "Ops",
        "manager": {"value": "u1", "displayName": "A"},
    },
}


def replace(value, notes=None, op="replace"):
    operation = patch.Operation(op, None, value)
    return patch.apply(BO, [operation], USER_TYPE, [] if notes is None else notes)


def test_okta_deactivates_without_a_path():
    notes: Notes = []

    assert replace({"active": False}, notes) == BO | {"active": False}
    assert notes == []


def test_keys_are_paths():
    notes: Notes = []
    value = {
        "displayName": "Bo Li",
        "name.givenName": "Bo",
        f"{ENTERPRISE_USER}:employeeNumber": "7",
        'emails[type eq "work"].value': "cy@work",
    }

    after = replace(value, notes)

    assert after["name"] == {"givenName": "Bo"}
    assert after[ENTERPRISE_USER] == BO[ENTERPRISE_USER] | {"employeeNumber": "7"}
    assert after["emails"] == [{"value": "cy@work", "type": "work"}]
    assert [sentence[:12] for sentence in notes] == ["Read the key"] * 3


def test_extension_object_is_merged_without_notes():
    notes: Notes = []

    after = replace({ENTERPRISE_USER.upper(): {"Division": "N"}}, notes)

    assert after[ENTERPRISE_USER] == BO[ENTERPRISE_USER] | {"division": "N"}
    assert notes == []


def test_extension_that_is_null_is_removed():
    assert ENTERPRISE_USER not in replace({ENTERPRISE_USER: None})


def test_attributes_inside_the_core_urn_count():
    notes: Notes = []

    after = replace({CORE_USER: {"title": "Dr", CORE_USER: {"active": False}}}, notes)

    assert after == BO | {"title": "Dr", "active": False}
    assert notes == [
        f"Read the attributes inside {CORE_USER} as those of the resource."
    ]


def test_add_appends_where_replace_replaces():
    home = {"value": "bo@home", "type": "home"}

    assert replace({"emails": [home]}, op="add")["emails"] == [WORK, home]
    assert replace({"emails": [home]})["emails"] == [home]


def test_unknown_keys_are_ignored_with_a_note():
    notes: Notes = []
    value = {
        "shoeSize": 43,
        "not a name": 1,
        "urn:okta:custom": {"x": 1},
        ENTERPRISE_USER: {"rank": "1"},
    }

    assert replace(value, notes) == BO
    assert notes == [
        '"shoeSize" is not an attribute of User and was ignored.',
        '"not a name" is not an attribute of User and was ignored.',
        '"urn:okta:custom" is not an attribute of User and was ignored.',
        '"rank" is not an attribute of User and was ignored.',
    ]


def test_read_only_keys_are_ignored_and_noted_when_they_differ():
    notes: Notes = []
    manager = {"value": "u1", "displayName": "B"}
    value = {"id": "8", ENTERPRISE_USER: {"manager": manager}}

    assert replace(value, notes) == BO
    assert notes == [
        "id is read-only: another value for it was ignored.",
        f"{ENTERPRISE_USER}:manager.displayName is read-only: another value for it was "
        "ignored.",
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"id": "7", "meta": {"version": "1"}, "groups": [], "schemas": [CORE_USER]},
        {ENTERPRISE_USER: {"manager": {"displayName": "A"}}},
        {f"{ENTERPRISE_USER}:manager.displayName": "A"},
        {"groups.value": "g1"},
        {},
    ],
)
def test_read_only_keys_that_differ_in_nothing_known_are_not_refused(value):
    notes: Notes = []

    assert replace(value, notes) == BO
    assert not any("read-only" in sentence for sentence in notes)


def test_read_only_sub_attribute_named_by_a_key_is_noted_when_it_differs():
    notes: Notes = []

    assert replace({f"{ENTERPRISE_USER}:manager.displayName": "B"}, notes) == BO
    assert notes[-1].startswith(f"{ENTERPRISE_USER}:manager.displayName is read-only")


def test_okta_renames_a_group_with_its_id_inside():
    notes: Notes = []
    group: dict[str, Any] = {"id": "g", "displayName": "Ops"}
    value: dict[str, Any] = {"id": "g", "displayName": "Dev"}

    after = patch.apply(
        group, [patch.Operation("replace", None, value)], GROUP_TYPE, notes
    )

    assert after == {"id": "g", "displayName": "Dev"}
    assert notes == []


def test_active_is_never_changed_by_omission():
    notes: Notes = []

    assert replace({"active": None}, notes) == BO
    assert notes == ["Left active as it was: only true or false changes it."]


def test_password_is_forgotten():
    notes: Notes = []

    assert replace({"password": "s3cret"}, notes) == BO
    assert notes == ["The password was ignored: Rollcall keeps no passwords."]


@pytest.mark.parametrize("value", [None, "x", [], [{"active": False}], True])
def test_value_must_be_an_object(value):
    with pytest.raises(InvalidValue, match="operation without path must be an object"):
        replace(value)


@pytest.mark.parametrize(
    "value",
    [
        {"active": False, "ACTIVE": True},
        {ENTERPRISE_USER: {"division": "a", "Division": "b"}},
    ],
)
def test_key_in_two_cases_is_refused(value):
    with pytest.raises(InvalidSyntax, match="twice, in different letter case"):
        replace(value)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ({"active": "maybe"}, InvalidValue),
        ({"password": 5}, InvalidValue),
        ({CORE_USER: "x"}, InvalidValue),
        ({ENTERPRISE_USER: ["x"]}, InvalidValue),
        ({'emails[type eq "x"].value': "a"}, NoTarget),
    ],
)
def test_value_of_a_known_key_is_checked_like_that_of_a_path(value, error):
    with pytest.raises(error):
        replace(value)
