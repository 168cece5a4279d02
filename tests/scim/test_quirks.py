"""Each habit of a client: what is read, and what the note says of it."""

from __future__ import annotations

import pytest

from scim import quirks
from scim.attributes import Document
from scim.errors import InvalidSyntax, InvalidValue
from scim.filters import parse
from scim.names import CORE_GROUP, CORE_USER, ENTERPRISE_USER
from scim.quirks import Notes
from scim.schemas import GROUP_TYPE, USER_TYPE


@pytest.mark.parametrize(
    ("text", "truth"),
    [("True", True), ("true", True), ("FALSE", False), ("False", False)],
)
def test_texts_true_and_false_are_read_as_booleans(text, truth):
    notes: Notes = []

    assert quirks.text_as_boolean(text, "active", notes) is truth
    word = str(truth).lower()
    assert notes == [f'Read the text "{text}" as {word} for active.']


@pytest.mark.parametrize("text", ["yes", "1", "", "true "])
def test_other_texts_are_no_booleans(text):
    notes: Notes = []

    assert quirks.text_as_boolean(text, "active", notes) is None
    assert notes == []


def test_number_is_written_as_text():
    notes: Notes = []

    assert quirks.number_as_text(4711, "employeeNumber", notes) == "4711"
    assert quirks.number_as_text(1.5, "employeeNumber", notes) == "1.5"
    assert notes[0] == "Read the number 4711 as text for employeeNumber."


def test_bare_text_becomes_an_object_with_a_value():
    notes: Notes = []

    assert quirks.text_as_object("u1", "manager", notes) == {"value": "u1"}
    assert notes == ["Read bare text as the value of manager."]


def test_list_of_one_is_read_as_the_one():
    notes: Notes = []

    assert quirks.list_as_object([{"value": "u1"}], "manager", notes) == {"value": "u1"}
    assert notes == ["Read a list of one as the value of manager."]


def test_list_of_two_is_refused_where_one_value_is_held():
    with pytest.raises(InvalidValue, match=r"manager holds one value, but a list of 2"):
        quirks.list_as_object(["u1", "u2"], "manager", [])


def test_single_object_is_read_as_a_list_of_one():
    notes: Notes = []

    assert quirks.object_as_list({"value": "a"}, "emails", notes) == [{"value": "a"}]
    assert notes == ["Read a single object as a list of one for emails."]


def test_value_of_a_remove_limits_it_and_null_does_not():
    notes: Notes = []

    assert quirks.removes_listed_only([], "emails", notes) is True
    assert notes == ["Removed only the emails listed in the value of the remove."]
    assert quirks.removes_listed_only(None, "emails", notes) is False


@pytest.mark.parametrize(
    ("text", "name"),
    [("Add", "add"), ("REPLACE", "replace"), ("remove", "remove"), ("move", None)],
)
def test_operation_is_known_in_any_case(text, name):
    assert quirks.operation_name(text, []) == name


@pytest.mark.parametrize("key", ["name.givenName", f"{ENTERPRISE_USER}:department"])
def test_key_that_is_a_path_is_noted(key):
    notes: Notes = []

    quirks.note_key_as_path(key, notes)

    assert len(notes) == 1
    assert notes[0].startswith('Read the key "')
    assert notes[0].endswith(f'{key[-10:]}" as a path.')


def test_plain_key_is_not_noted():
    notes: Notes = []

    quirks.note_key_as_path("displayName", notes)

    assert notes == []


def test_object_named_by_the_core_urn_is_lifted_however_deep():
    notes: Notes = []
    document: Document = {
        "userName": "bo",
        CORE_USER.upper(): {CORE_USER: {"title": "Dr"}},
    }

    lifted = quirks.unwrap_core(document, USER_TYPE, notes)

    assert lifted == {"userName": "bo", "title": "Dr"}
    assert notes == [
        f"Read the attributes inside {CORE_USER} as those of the resource."
    ]


def test_attribute_inside_and_outside_the_core_urn_is_refused():
    document: Document = {"title": "Dr", CORE_USER: {"Title": "Prof"}}

    with pytest.raises(InvalidSyntax, match="both inside and outside"):
        quirks.unwrap_core(document, USER_TYPE, [])


def test_filter_spells_out_the_value_to_add():
    notes: Notes = []

    value = quirks.value_of_condition(parse('type eq "work"'), "emails", notes)

    assert value == {"type": "work"}
    assert notes == ["No value of emails met the filter, so a new one was made of it."]


def test_filter_that_spells_out_nothing_makes_no_value():
    notes: Notes = []

    assert quirks.value_of_condition(parse("type pr"), "emails", notes) is None
    assert notes == []


@pytest.mark.parametrize(
    ("key", "resource_type", "expected"),
    [
        ("Password", USER_TYPE, True),
        (f"{CORE_USER}:password", USER_TYPE, True),
        ("passwords", USER_TYPE, False),
        ("password", GROUP_TYPE, False),
    ],
)
def test_password_is_known_of_users_only(key, resource_type, expected):
    assert quirks.is_password(key, resource_type) is expected


def test_password_is_forgotten_and_not_repeated():
    notes: Notes = []

    quirks.forget_password("s3cret", notes)
    quirks.forget_password(None, notes)

    assert notes == ["The password was ignored: Rollcall keeps no passwords."]


def test_password_of_another_type_is_refused_without_its_value():
    with pytest.raises(InvalidValue) as caught:
        quirks.forget_password(123456, [])

    assert caught.value.detail.startswith("password must be text.")
    assert "123456" not in caught.value.detail


def test_key_is_found_in_any_case():
    assert quirks.find_key({"operations": [1]}, "Operations") == [1]
    assert quirks.find_key({"other": 1}, "Operations") is None


def test_key_in_two_cases_is_refused():
    with pytest.raises(InvalidSyntax, match="Operations stands there twice"):
        quirks.find_key({"Operations": [], "operations": []}, "Operations")


def test_unknown_schemas_are_noted_and_known_ones_are_not():
    notes: Notes = []
    urns = [CORE_GROUP.lower(), "urn:scim:schemas:core:1.0"]

    quirks.note_unknown_schemas(urns, GROUP_TYPE, notes)

    assert notes == [
        'The schema "urn:scim:schemas:core:1.0" is not known here and was ignored.'
    ]


def test_same_note_is_kept_once_and_notes_are_few():
    few = ["Again."]
    many = [f"Number {number}." for number in range(quirks.MAX_NOTES)]

    quirks.note(few, "Again.")
    quirks.note(many, "One more.")

    assert few == ["Again."]
    assert "One more." not in many


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (5, "the number 5"),
        ("a\nb", 'the text "a\\nb"'),
        ([], "a list"),
        ({}, "an object"),
    ],
)
def test_json_values_are_told_in_words(value, words):
    assert quirks.kind_of(value) == words
