"""PATCH add (RFC 7644 §3.5.2.1)."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from scim import patch
from scim.errors import (
    InvalidPath,
    InvalidSyntax,
    InvalidValue,
    Mutability,
    NoTarget,
    TooMany,
)
from scim.names import CORE_USER, ENTERPRISE_USER
from scim.quirks import Notes
from scim.schemas import USER_TYPE

BO: dict[str, Any] = {"id": "7", "userName": "bo"}
WORK: dict[str, Any] = {"value": "bo@work", "type": "work", "primary": True}
HOME: dict[str, Any] = {"value": "bo@home", "type": "home"}


def add(path, value, document=BO, notes=None):
    operation = patch.Operation("add", path, value)
    return patch.apply(document, [operation], USER_TYPE, [] if notes is None else notes)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("title", "Dr", {"title": "Dr"}),
        (" TITLE ", "Dr", {"title": "Dr"}),
        (f"{CORE_USER}:title", "Dr", {"title": "Dr"}),
        ("active", "False", {"active": False}),
        ("name.givenName", "Bo", {"name": {"givenName": "Bo"}}),
        ("name", {"GivenName": "Bo"}, {"name": {"givenName": "Bo"}}),
        ("emails", [HOME], {"emails": [HOME]}),
        ("emails", HOME, {"emails": [HOME]}),
        ("emails.value", "a@x", {"emails": [{"value": "a@x"}]}),
        (
            f"{ENTERPRISE_USER}:department",
            "Ops",
            {ENTERPRISE_USER: {"department": "Ops"}},
        ),
        (
            f"{ENTERPRISE_USER.upper()}:manager.value",
            "u1",
            {ENTERPRISE_USER: {"manager": {"value": "u1"}}},
        ),
        (ENTERPRISE_USER, {"division": "N"}, {ENTERPRISE_USER: {"division": "N"}}),
        (CORE_USER, {"title": "Dr"}, {"title": "Dr"}),
    ],
)
def test_first_value_is_added_in_the_spelling_of_the_schema(path, value, expected):
    assert add(path, value) == BO | expected


def test_argument_is_never_changed():
    document = BO | {"emails": [dict(WORK)], "name": {"givenName": "Bo"}}
    before = copy.deepcopy(document)

    add("emails", [HOME | {"primary": True}], document)
    add("name.familyName", "Li", document)

    assert document == before


def test_complex_value_is_merged():
    document = BO | {"name": {"givenName": "Bo", "familyName": "Li"}}

    after = add("name", {"familyName": "Lu", "nick": "B"}, document)

    assert after["name"] == {"givenName": "Bo", "familyName": "Lu"}


def test_values_are_appended():
    document = BO | {"emails": [WORK]}

    assert add("emails", [HOME], document)["emails"] == [WORK, HOME]


def test_equal_value_is_not_added_again():
    notes: Notes = []
    document = BO | {"emails": [WORK, HOME]}

    assert add("emails", [dict(HOME), dict(WORK)], document, notes) == document
    assert notes == ["Kept once what stands twice in emails."]


def test_value_with_the_same_type_completes_the_one_that_is_there():
    document = BO | {"emails": [HOME]}

    after = add("emails", [HOME | {"display": "Bo"}], document)

    assert after["emails"] == [HOME | {"display": "Bo"}]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("emails", [HOME | {"primary": True}]),
        ('emails[type eq "home"]', {"primary": "True"}),
        ('emails[type eq "home"].primary', True),
    ],
)
def test_new_primary_clears_the_old_one(path, value):
    document = BO | {"emails": [WORK, HOME]}

    after = add(path, value, document)

    assert after["emails"] == [WORK | {"primary": False}, HOME | {"primary": True}]


def test_several_new_primaries_are_refused():
    document = BO | {"emails": [WORK, HOME]}

    with pytest.raises(InvalidValue, match="emails has more than one primary value"):
        add("emails.primary", True, document)
    with pytest.raises(InvalidValue, match="emails has more than one primary value"):
        add("emails", [WORK, HOME | {"primary": True}])


def test_filter_without_match_makes_the_value_it_describes():
    notes: Notes = []

    after = add('emails[Type eq "work"].value', "bo@work", notes=notes)

    assert after["emails"] == [{"type": "work", "value": "bo@work"}]
    assert notes == ["No value of emails met the filter, so a new one was made of it."]


def test_filter_without_match_and_an_object_make_one_value():
    after = add('emails[type eq "work" and primary eq true]', {"value": "bo@work"})

    assert after["emails"] == [WORK]


def test_filter_that_describes_no_value_has_no_target():
    with pytest.raises(NoTarget, match="No value of emails is selected"):
        add('emails[type ne "work"].value', "a@x")


def test_filter_with_match_completes_the_values_it_selects():
    document = BO | {"emails": [WORK, HOME]}

    after = add('emails[type eq "work"]', {"display": "Bo"}, document)

    assert after["emails"] == [WORK | {"display": "Bo"}, HOME]


def test_empty_value_unassigns_a_single_value():
    document = BO | {"title": "Dr", "name": {"givenName": "Bo"}}

    assert "title" not in add("title", "", document)
    assert "name" not in add("name", None, document)


@pytest.mark.parametrize(
    ("path", "empty"),
    [
        ("emails", None),
        ("emails", []),
        ('emails[type eq "work"]', None),
        ('emails[type eq "work"]', {}),
    ],
)
def test_empty_value_adds_nothing_to_a_list(path, empty):
    notes: Notes = []
    document = BO | {"emails": [WORK]}

    assert add(path, empty, document, notes) == document
    assert notes == ["Nothing was added to emails: the value is empty."]


def test_empty_value_for_a_missing_entry_makes_none():
    notes: Notes = []

    assert add('emails[type eq "work"].value', "", notes=notes) == BO
    assert notes == ["The path selects no value of emails, so nothing changed."]


def test_filters_that_cost_too_much_are_refused():
    document = BO | {"emails": [{"value": f"a{number}@x"} for number in range(1_000)]}
    path = f"emails[{' and '.join(['type pr'] * 600)}]"
    operations = [patch.Operation("remove", path, None)] * 20

    with pytest.raises(TooMany, match="ask for too many comparisons"):
        patch.apply(document, operations, USER_TYPE, [])


def test_more_than_a_thousand_values_are_refused():
    document = BO | {"emails": [{"value": f"a{number}@x"} for number in range(1_000)]}

    with pytest.raises(InvalidValue, match="emails holds 1001 values"):
        add("emails", [HOME], document)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("nickname2", "The nearest attribute is nickName."),
        ("shoeSize", '"shoeSize" is not an attribute of User here. Correct'),
        (f"{ENTERPRISE_USER}:departmnt", "The nearest attribute is urn:ietf"),
        (
            "name.nick",
            'name has no sub-attribute "nick". Its sub-attributes are format',
        ),
        ("title.first", 'title has no sub-attribute "first". It has none:'),
        ('emails[type eq "work"].rank', 'emails has no sub-attribute "rank".'),
        ('emails[rank eq "1"].value', "emails has no sub-attribute"),
        ("emails[primary gt true].value", "primary holds true or false"),
        ('name[givenName eq "Bo"]', "name holds one value, so no filter can follow"),
        ("urn:example:other:title", '"urn:example:other:title" is not an attribute'),
        ("", "The path is empty."),
        ("emails[", "cannot be read"),
    ],
)
def test_path_to_nowhere_is_refused_with_a_hint(path, words):
    with pytest.raises(InvalidPath) as caught:
        add(path, "x")

    assert words in caught.value.detail
    assert len(caught.value.detail) < 400


@pytest.mark.parametrize(
    "path",
    [
        "id",
        "meta",
        "meta.version",
        "schemas",
        "groups",
        "groups[value pr]",
        f"{ENTERPRISE_USER}:manager.displayName",
    ],
)
def test_read_only_path_is_refused(path):
    with pytest.raises(Mutability, match="is read-only and cannot be the path"):
        add(path, "x")


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("title", ["Dr"], "title must be text, but a list arrived."),
        ("active", "maybe", "active must be true or false"),
        ("name", "Bo", "name must be an object"),
        ("emails", "a@x", "emails must be a list"),
        ('emails[type eq "work"]', "a@x", "emails must be an object"),
        ("password", 5, "password must be text."),
        (ENTERPRISE_USER, "Ops", f"{ENTERPRISE_USER} must be an object"),
        (f"{ENTERPRISE_USER}:manager", ["a", "b"], "holds one value, but a list of 2"),
        ("userName", " ", "userName is missing or blank"),
    ],
)
def test_value_of_the_wrong_type_is_refused(path, value, words):
    with pytest.raises(InvalidValue) as caught:
        add(path, value)

    assert words in caught.value.detail


def test_sub_attribute_in_two_cases_is_refused():
    with pytest.raises(InvalidSyntax, match="twice, in different letter case"):
        add("name", {"givenName": "Bo", "GIVENNAME": "Cy"})


@pytest.mark.parametrize("path", ["password", f"{CORE_USER}:Password"])
def test_password_is_forgotten(path):
    notes: Notes = []

    assert add(path, "s3cret", notes=notes) == BO
    assert notes == ["The password was ignored: Rollcall keeps no passwords."]
