"""PATCH replace (RFC 7644 §3.5.2.3)."""

from __future__ import annotations

from typing import Any

import pytest

from scim import patch
from scim.errors import InvalidValue, NoTarget
from scim.names import ENTERPRISE_USER
from scim.quirks import Notes
from scim.schemas import USER_TYPE

WORK: dict[str, Any] = {"value": "bo@work", "type": "work", "primary": True}
HOME: dict[str, Any] = {"value": "bo@home", "type": "home"}
OTHER: dict[str, Any] = {"value": "bo@other", "type": "other"}
BO: dict[str, Any] = {
    "id": "7",
    "userName": "bo",
    "active": False,
    "title": "Dr",
    "name": {"givenName": "Bo", "familyName": "Li"},
    "emails": [WORK, HOME, OTHER],
    ENTERPRISE_USER: {"department": "Ops", "manager": {"value": "u1"}},
}
MANAGER = f"{ENTERPRISE_USER}:manager"


def replace(path, value, notes=None):
    operation = patch.Operation("replace", path, value)
    return patch.apply(BO, [operation], USER_TYPE, [] if notes is None else notes)


def run(*operations):
    return patch.apply(
        BO, [patch.Operation(*each) for each in operations], USER_TYPE, []
    )


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("title", "Prof", {"title": "Prof"}),
        ("active", "true", {"active": True}),
        ("nickName", "B", {"nickName": "B"}),
        ("name", {"familyName": "Lu"}, {"name": BO["name"] | {"familyName": "Lu"}}),
        ("name", {"familyName": None}, {"name": {"givenName": "Bo"}}),
        ("name", {}, {}),
        ("emails", [HOME], {"emails": [HOME]}),
        ("emails", HOME, {"emails": [HOME]}),
        (
            "emails.display",
            "Bo",
            {"emails": [each | {"display": "Bo"} for each in BO["emails"]]},
        ),
        (
            'emails[type eq "home"].value',
            "cy@home",
            {"emails": [WORK, HOME | {"value": "cy@home"}, OTHER]},
        ),
        (
            'emails[type eq "home"]',
            {"value": "new"},
            {"emails": [WORK, {"value": "new"}, OTHER]},
        ),
        (
            'emails[type ne "work"]',
            {"value": "new", "type": "home"},
            {"emails": [WORK, {"value": "new", "type": "home"}]},
        ),
        ('emails[type eq "work"]', {}, {"emails": [HOME, OTHER]}),
        ('emails[type eq "work"]', None, {"emails": [HOME, OTHER]}),
        ('emails[type eq "work"].value', "", {"emails": [HOME, OTHER]}),
        (
            ENTERPRISE_USER,
            {"Division": "N"},
            {ENTERPRISE_USER: BO[ENTERPRISE_USER] | {"division": "N"}},
        ),
    ],
)
def test_value_is_replaced(path, value, expected):
    assert replace(path, value) == BO | expected


@pytest.mark.parametrize(
    ("path", "empty"),
    [
        ("title", None),
        ("title", ""),
        ("name", None),
        ("emails", None),
        ("emails", []),
        (ENTERPRISE_USER, None),
    ],
)
def test_empty_value_unassigns(path, empty):
    assert replace(path, empty) == {key: BO[key] for key in BO if key != path}


@pytest.mark.parametrize(
    "value", ["u2", {"value": "u2"}, [{"value": "u2", "$ref": "x"}]]
)
def test_manager_is_replaced_in_every_shape(value):
    after = replace(MANAGER, value)

    assert after[ENTERPRISE_USER] == {"department": "Ops", "manager": {"value": "u2"}}


@pytest.mark.parametrize("empty", ["", None, {"value": ""}, [{"value": None}]])
def test_manager_without_a_value_is_removed(empty):
    assert replace(MANAGER, empty)[ENTERPRISE_USER] == {"department": "Ops"}


def test_active_is_never_changed_by_omission():
    notes: Notes = []

    assert replace("active", None, notes) == BO
    assert notes == ["Left active as it was: only true or false changes it."]


@pytest.mark.parametrize("path", ["phoneNumbers.value", 'emails[type eq "x"].value'])
def test_path_that_selects_no_value_has_no_target(path):
    notes: Notes = []

    with pytest.raises(NoTarget, match="selected by the path"):
        replace(path, "x", notes)
    assert notes == []


def test_new_primary_clears_the_old_one():
    after = replace('emails[type eq "home"].primary', True)

    assert after["emails"] == [
        WORK | {"primary": False},
        HOME | {"primary": True},
        OTHER,
    ]


def test_replaced_list_has_one_primary_at_most():
    emails = [WORK, HOME | {"primary": True}]

    assert replace("emails", [HOME | {"primary": True}])["emails"][0]["primary"] is True
    with pytest.raises(InvalidValue, match="more than one primary"):
        replace("emails", emails)


def test_required_attribute_is_not_replaced_by_nothing():
    with pytest.raises(InvalidValue, match="userName is missing or blank"):
        replace("userName", None)


def test_operations_are_applied_in_their_order():
    after = run(
        ("remove", "emails", None),
        ("add", "emails", [HOME]),
        ("replace", 'emails[type eq "home"].value', "new"),
        ("replace", "title", "Prof"),
        ("remove", "title", None),
    )

    assert after["emails"] == [{"value": "new", "type": "home"}]
    assert "title" not in after


def test_required_attribute_may_be_missing_between_operations():
    after = run(("replace", "userName", ""), ("replace", "userName", "cy"))

    assert after["userName"] == "cy"
