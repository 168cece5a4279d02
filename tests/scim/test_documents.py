"""Cleaning what POST and PUT send, and telling two documents apart."""

from __future__ import annotations

import pytest

from scim import documents
from scim.attributes import Attribute, Document
from scim.errors import InvalidSyntax, InvalidValue
from scim.names import CORE_USER, ENTERPRISE_USER, MAX_LONG_TEXT_LENGTH, MAX_TEXT_LENGTH
from scim.quirks import Notes
from scim.schemas import GROUP_TYPE, USER_TYPE


def clean(document, notes=None):
    return documents.clean(document, USER_TYPE, [] if notes is None else notes)


def clean_as(value, kind="string", notes=None, **more):
    notes = [] if notes is None else notes
    return documents.clean_value(
        value, Attribute("thing", kind, **more), notes, "thing"
    )


def test_names_take_the_spelling_of_the_schema():
    document = {
        "USERNAME": "Bo",
        "Name": {"FAMILYNAME": "Li"},
        ENTERPRISE_USER.upper(): {"Department": "Ops", "Manager": {"Value": "u1"}},
    }

    assert clean(document) == {
        "userName": "Bo",
        "name": {"familyName": "Li"},
        ENTERPRISE_USER: {"department": "Ops", "manager": {"value": "u1"}},
    }


def test_attributes_inside_the_core_urn_count():
    assert clean({CORE_USER: {"USERNAME": "bo"}}) == {"userName": "bo"}


def test_read_only_parts_and_schemas_are_left_out_silently():
    notes: Notes = []
    document = {
        "schemas": [CORE_USER],
        "id": "7",
        "meta": {"version": "W/1"},
        "groups": [{"value": "g1"}],
        "userName": "bo",
        ENTERPRISE_USER: {"manager": {"value": "u1", "displayName": "Ada"}},
    }

    assert clean(document, notes) == {
        "userName": "bo",
        ENTERPRISE_USER: {"manager": {"value": "u1"}},
    }
    assert notes == []


def test_unknown_names_are_left_out_with_a_note():
    notes: Notes = []
    document = {
        "userName": "bo",
        "shoeSize": 43,
        "name": {"nick": "B"},
        "name.givenName": "Bo",
        f"{ENTERPRISE_USER}:department": "Ops",
        "urn:okta:custom": {"x": 1},
        ENTERPRISE_USER: {"rank": "1"},
        "unset": None,
    }

    assert clean(document, notes) == {"userName": "bo"}
    assert len(notes) == 6
    assert notes[0] == '"shoeSize" is not an attribute of User and was ignored.'
    assert f'"rank" is not an attribute of {ENTERPRISE_USER} and was ignored.' in notes


def test_membership_is_no_part_of_a_group_document():
    document: Document = {"displayName": "Ops", "members": [{"value": "u1"}]}

    assert documents.clean(document, GROUP_TYPE, []) == {"displayName": "Ops"}


def test_values_that_hold_only_a_type_are_left_out_with_a_note():
    notes: Notes = []
    emails = [{"type": "work", "primary": True}, {"value": "a@x", "type": "home"}]

    assert clean({"emails": emails}, notes) == {"emails": emails[1:]}
    assert notes == ["Left out a value of emails that holds nothing but its type."]


def test_same_pair_of_type_and_value_is_kept_once():
    notes: Notes = []
    emails = [
        {"value": "a@x", "type": "work"},
        {"value": "a@x", "type": "home"},
        {"value": "a@x", "type": "work", "primary": True},
    ]

    assert clean({"emails": emails}, notes) == {"emails": [emails[2], emails[1]]}
    assert notes == ["Kept once what stands twice in emails."]


def test_equal_addresses_are_kept_once():
    addresses = [
        {"locality": "Rome", "type": "work"},
        {"type": "work", "locality": "Rome"},
        {"locality": "Oslo", "type": "work"},
    ]

    assert clean({"addresses": addresses}) == {"addresses": addresses[::2]}


def test_plain_values_are_kept_once():
    notes: Notes = []

    assert clean_as(["a", "b", "a"], notes=notes, multi_valued=True) == ["a", "b"]
    assert notes == ["Kept once what stands twice in thing."]


def test_second_primary_is_refused():
    emails = [{"value": "a@x", "primary": True}, {"value": "b@x", "primary": "True"}]

    with pytest.raises(InvalidValue, match="emails has more than one primary value"):
        clean({"emails": emails})


@pytest.mark.parametrize(
    "document",
    [
        {"userName": "bo", "username": "cy"},
        {"name": {"givenName": "Bo", "GivenName": "Cy"}},
        {ENTERPRISE_USER: {"division": "a", "Division": "b"}},
    ],
)
def test_name_in_two_cases_is_refused(document):
    with pytest.raises(InvalidSyntax, match="twice, in different letter case"):
        clean(document)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"userName": ["bo"]}, "userName must be text, but a list arrived."),
        ({"userName": True}, "userName must be text, but true arrived."),
        ({"active": 1}, "active must be true or false, but the number 1 arrived."),
        (
            {"active": "yes"},
            'active must be true or false, but the text "yes" arrived.',
        ),
        ({"name": "Bo"}, 'name must be an object, but the text "Bo" arrived.'),
        ({"emails": {"value": "a"}}, "emails must be a list, but an object arrived."),
        ({"emails": ["a"]}, 'emails must be an object, but the text "a" arrived.'),
        ({"emails": [{"value": {"a": 1}}]}, "emails.value must be text, but an object"),
        ({"profileUrl": 5}, "profileUrl must be text, but the number 5 arrived."),
        (
            {ENTERPRISE_USER: "x"},
            f'{ENTERPRISE_USER} must be an object, but the text "x"',
        ),
        ({CORE_USER: "x"}, f'{CORE_USER} must be an object, but the text "x"'),
        ({"password": 5}, "password must be text."),
    ],
)
def test_wrong_type_is_refused_by_name(document, words):
    with pytest.raises(InvalidValue) as caught:
        clean(document)

    assert caught.value.detail.startswith(words)
    assert len(caught.value.detail) < 400


def test_password_is_checked_and_forgotten():
    notes: Notes = []

    assert clean({"userName": "bo", "password": "s3cret"}, notes) == {"userName": "bo"}
    assert notes == ["The password was ignored: Rollcall keeps no passwords."]


def test_number_is_read_as_text_and_text_as_boolean():
    notes: Notes = []
    document = {"active": "False", ENTERPRISE_USER: {"employeeNumber": 7}}

    assert clean(document, notes) == {
        "active": False,
        ENTERPRISE_USER: {"employeeNumber": "7"},
    }
    assert len(notes) == 2


@pytest.mark.parametrize("manager", ["u1", ["u1"], [{"value": "u1"}], {"value": "u1"}])
def test_manager_may_be_text_a_list_of_one_or_an_object(manager):
    document = {ENTERPRISE_USER: {"manager": manager}}

    assert clean(document) == {ENTERPRISE_USER: {"manager": {"value": "u1"}}}


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        ("a" * (MAX_TEXT_LENGTH + 1), "string", "has 513 characters, and at most 512"),
        ("a" * (MAX_LONG_TEXT_LENGTH + 1), "reference", "at most 65536"),
        ("\U00010400" * 512, "string", "takes more than 2000 bytes"),
        ("a\0", "string", "holds a character that cannot be stored"),
        ("a\ud800", "reference", "holds a character that cannot be stored"),
        ("a*b", "binary", "must be base64"),
        ("abcde", "binary", "must be base64"),
        ("soon", "dateTime", "must be a time such as"),
        ("2026-05-13", "dateTime", "must be a time such as"),
        ("20260513T044234Z", "dateTime", "must be a time such as"),
        ("2026-W20-3T04:42:34Z", "dateTime", "must be a time such as"),
        ("2026-02-30T04:42:34Z", "dateTime", "must be a time such as"),
        (1.5, "integer", "must be a whole number"),
        (True, "integer", "must be a whole number"),
        ("1", "decimal", "must be a number"),
        (True, "decimal", "must be a number"),
    ],
)
def test_value_that_does_not_fit_its_kind_is_refused(value, kind, words):
    with pytest.raises(InvalidValue) as caught:
        clean_as(value, kind)

    assert caught.value.detail.startswith("thing ")
    assert words in caught.value.detail


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("é" * MAX_TEXT_LENGTH, "string"),
        ("\U00010400" * 500, "string"),
        ("a" * MAX_LONG_TEXT_LENGTH, "reference"),
        ("TWF-\n_g==", "binary"),
        ("2026-05-13T04:42:34Z", "dateTime"),
        ("2026-05-13t04:42:34.5+02:00", "dateTime"),
        (0, "integer"),
        (1.5, "decimal"),
        (False, "boolean"),
    ],
)
def test_value_that_fits_its_kind_is_kept_as_it_is(value, kind):
    assert clean_as(value, kind) == value


def test_more_than_a_thousand_values_are_refused():
    emails = [{"value": f"a{number}@x"} for number in range(1_001)]

    assert len(clean({"emails": emails[1:]})["emails"]) == 1_000
    with pytest.raises(InvalidValue, match="emails holds 1001 values"):
        clean({"emails": emails})


@pytest.mark.parametrize("name", [None, "", " \t"])
def test_missing_or_blank_user_name_is_refused(name):
    with pytest.raises(InvalidValue, match="userName is missing or blank"):
        documents.check_required({"userName": name}, USER_TYPE)


def test_group_needs_a_display_name():
    with pytest.raises(InvalidValue, match="displayName is missing or blank"):
        documents.check_required({}, GROUP_TYPE)

    documents.check_required({"displayName": "Ops"}, GROUP_TYPE)


def test_difference_goes_down_to_sub_attributes_and_no_further():
    before: Document = {
        "userName": "bo",
        "name": {"givenName": "Bo", "familyName": "Li"},
        "emails": [{"value": "a@x"}],
        ENTERPRISE_USER: {"department": "Ops", "manager": {"value": "u1"}},
    }
    after: Document = {
        "userName": "bo",
        "name": {"givenName": "Bo", "familyName": "Lu"},
        "emails": [{"value": "b@x"}],
        "active": False,
        ENTERPRISE_USER: {"department": "Ops"},
    }

    assert documents.difference(before, after) == {
        "name.familyName": ("Li", "Lu"),
        "emails": ([{"value": "a@x"}], [{"value": "b@x"}]),
        "active": (None, False),
        f"{ENTERPRISE_USER}:manager.value": ("u1", None),
    }
    assert documents.difference(before, before) == {}
