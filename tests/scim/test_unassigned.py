"""What stands for no value (RFC 7643 §2.5), and what only looks empty."""

from __future__ import annotations

import json

import pytest

from scim import documents, messages, patch
from scim.attributes import Attribute, Document
from scim.errors import InvalidValue
from scim.names import CORE_USER, ENTERPRISE_USER
from scim.quirks import Notes
from scim.schemas import USER_TYPE

MANAGER = f"{ENTERPRISE_USER}:manager"
BO: Document = {
    "id": "7",
    "userName": "bo",
    "active": True,
    "title": "Dr",
    "name": {"givenName": "Bo"},
    "emails": [{"value": "bo@x", "type": "work"}],
    ENTERPRISE_USER: {"manager": {"value": "u1"}},
}
ONLY_EMPTY = [
    ("title", {}, "title must be text, but an object arrived."),
    ("title", [], "title must be text, but a list arrived."),
    ("profileUrl", {}, "profileUrl must be text, but an object arrived."),
    ("active", [], "active must be true or false, but a list arrived."),
    ("active", {}, "active must be true or false, but an object arrived."),
    ("active", "", 'active must be true or false, but the text "" arrived.'),
    ("name", [], "name must be an object, but a list arrived."),
    ("name", "", 'name must be an object, but the text "" arrived.'),
    ("emails", {}, "emails must be a list, but an object arrived."),
    ("emails", "", 'emails must be a list, but the text "" arrived.'),
    ("emails", [""], 'emails must be an object, but the text "" arrived.'),
    ("emails", [[]], "emails must be an object, but a list arrived."),
    ("emails", [{"value": {}}], "emails.value must be text, but an object arrived."),
    ("emails", [{"primary": ""}], "emails.primary must be true or false"),
    (ENTERPRISE_USER, "", f"{ENTERPRISE_USER} must be an object"),
    (ENTERPRISE_USER, [], f"{ENTERPRISE_USER} must be an object"),
    (ENTERPRISE_USER, {"manager": []}, f"{MANAGER} holds one value"),
    (ENTERPRISE_USER, {"department": {}}, f"{ENTERPRISE_USER}:department must be text"),
]


def run(op, path, value):
    return patch.apply(BO, [patch.Operation(op, path, value)], USER_TYPE, [])


def test_unassigned_values_are_left_out():
    notes: Notes = []
    document: Document = {
        "userName": "bo",
        "title": None,
        "nickName": "",
        "profileUrl": "",
        "name": {"givenName": "", "familyName": None},
        "emails": [],
        "roles": [None, {}, {"value": ""}],
        "x509Certificates": [{"value": ""}],
        "active": None,
        "shoeSize": [],
        ENTERPRISE_USER: {"manager": {}, "department": ""},
    }

    assert documents.clean(document, USER_TYPE, notes) == {"userName": "bo"}
    assert notes == []


@pytest.mark.parametrize("manager", [None, "", {}])
def test_manager_is_unassigned_by_text_as_well(manager):
    notes: Notes = []
    document: Document = {"userName": "bo", ENTERPRISE_USER: {"manager": manager}}

    assert documents.clean(document, USER_TYPE, notes) == {"userName": "bo"}
    assert notes == []


@pytest.mark.parametrize("empty", [None, ""])
def test_manager_goes_with_the_name_that_was_stored(empty):
    manager: Document = {"value": "u1", "displayName": "Ada"}
    document: Document = {**BO, ENTERPRISE_USER: {"manager": manager}}
    operation = patch.Operation("replace", MANAGER, empty)

    assert ENTERPRISE_USER not in patch.apply(document, [operation], USER_TYPE, [])


@pytest.mark.parametrize("part", [{"name": {}}, {ENTERPRISE_USER: None}])
def test_object_without_parts_is_unassigned(part):
    assert documents.clean({"userName": "bo"} | part, USER_TYPE, []) == {
        "userName": "bo"
    }


@pytest.mark.parametrize(
    ("attribute", "value", "unassigned"),
    [
        (Attribute("thing", "dateTime"), "", True),
        (Attribute("thing", "binary"), "", True),
        (Attribute("thing", "integer"), "", False),
        (Attribute("thing", "integer"), 0, False),
        (Attribute("thing", "boolean"), False, False),
        (Attribute("thing", multi_valued=True), "", False),
        (Attribute("thing", multi_valued=True), None, True),
        (Attribute("thing", "complex"), {}, True),
    ],
)
def test_only_the_own_emptiness_of_a_type_counts(attribute, value, unassigned):
    assert documents.is_unassigned(value, attribute) is unassigned


@pytest.mark.parametrize(("name", "value", "words"), ONLY_EMPTY)
def test_emptiness_of_another_type_is_refused_in_a_document(name, value, words):
    body = json.dumps({"schemas": [CORE_USER], "userName": "bo", name: value}).encode()

    with pytest.raises(InvalidValue) as caught:
        messages.read_resource(body, USER_TYPE, [])

    assert caught.value.detail.startswith(words)


@pytest.mark.parametrize("op", ["add", "replace"])
@pytest.mark.parametrize(("name", "value", "words"), ONLY_EMPTY)
def test_emptiness_of_another_type_is_refused_in_a_patch(op, name, value, words):
    with pytest.raises(InvalidValue) as by_path:
        run(op, name, value)
    with pytest.raises(InvalidValue) as by_key:
        run(op, None, {name: value})

    assert by_path.value.detail.startswith(words)
    assert by_key.value.detail == by_path.value.detail


@pytest.mark.parametrize("op", ["add", "replace"])
@pytest.mark.parametrize("value", ["", []])
def test_selected_entry_is_not_cleared_by_another_type(op, value):
    with pytest.raises(InvalidValue, match="emails must be an object"):
        run(op, 'emails[type eq "work"]', value)


@pytest.mark.parametrize("value", ["", {}])
@pytest.mark.parametrize("named", ["members", "MEMBERS"])
def test_group_is_not_emptied_by_another_type(named, value):
    body = json.dumps({"displayName": "Ops", named: value}).encode()

    with pytest.raises(InvalidValue, match="members must be a list"):
        messages.read_group(body, [])


@pytest.mark.parametrize("part", [{}, {"members": None}, {"members": []}])
def test_group_without_members_is_empty(part):
    body = json.dumps({"displayName": "Ops"} | part).encode()

    assert messages.read_group(body, []) == ({"displayName": "Ops"}, ())
