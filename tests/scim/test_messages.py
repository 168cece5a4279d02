"""Bodies read strictly, envelopes checked, answers made."""

from __future__ import annotations

import json

import pytest

from scim import messages
from scim.errors import InvalidPath, InvalidSyntax, InvalidValue, TooMany
from scim.names import CORE_GROUP, CORE_USER, ENTERPRISE_USER, MAX_DEPTH, PATCH_OP
from scim.patch import Operation
from scim.quirks import Notes
from scim.schemas import USER_TYPE

ADD = {"op": "add", "path": "title", "value": "Dr"}


def as_body(document):
    return json.dumps(document).encode()


def read_user(document, notes=None):
    notes = [] if notes is None else notes
    return messages.read_resource(as_body(document), USER_TYPE, notes)


def read_operations(*operations, **more):
    return messages.read_patch(as_body({"Operations": list(operations), **more}), [])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "The request has no body."),
        (b" \n", "The request has no body."),
        (b"\xff{}", "The body is not UTF-8: byte 1"),
        (b'{"a":"\xed\xa0\x80"}', "The body is not UTF-8: byte 7"),
        (b"\xef\xbb\xbf", "The body is not JSON"),
        (b'{"a": }', "something is wrong at line 1, character 7"),
        (b"{'a': 1}", "The body is not JSON"),
        (b'{"a": 1} x', "The body is not JSON"),
        (b'{"a": "x', "The body is not JSON"),
        (b'{"a": "x\\', "The body is not JSON"),
        (b'{"a": "tab\there"}', "The body is not JSON"),
        (b'{"a": "\x00"}', "The body is not JSON"),
        (b"[]", "must be a JSON object, but a list arrived."),
        (b"null", "must be a JSON object, but null arrived."),
        (b'{"a": NaN}', "NaN is not a number in JSON."),
        (b'{"a": -Infinity}', "-Infinity is not a number in JSON."),
        (b'{"a": 1e999}', "A number in the body does not fit"),
        (b'{"a": 9223372036854775808}', "does not fit into 64 bits"),
        (b'{"a": -9223372036854775809}', "does not fit into 64 bits"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "does not fit into 64 bits"),
        (b'{"a": {"b": 1, "b": 2}}', 'The key "b" stands twice'),
        (b'{"a": ["x\\u0000"]}', '"a" holds a text with NUL or half of a'),
        (b'{"a": {"b": "\\ud83d"}}', '"a" holds a text with NUL or half of a'),
        (b'{"\\uDC00": 1}', '"\\udc00" holds a text with NUL'),
    ],
)
def test_body_that_is_not_strict_json_is_refused(body, words):
    with pytest.raises(InvalidSyntax) as caught:
        messages.read_json(body)

    assert words in caught.value.detail
    assert len(caught.value.detail) < 400
    assert caught.value.detail.isprintable()


@pytest.mark.parametrize(
    ("body", "document"),
    [
        (b"{}", {}),
        (b'\xef\xbb\xbf{"a": "\xc3\xa9"}', {"a": "é"}),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        (b'{"a": "\\\\u0000"}', {"a": "\\u0000"}),
        (b'{"a": -9223372036854775808}', {"a": -(2**63)}),
        (b'{"a": [9223372036854775807, 1.5]}', {"a": [2**63 - 1, 1.5]}),
        (b'{"a": "[[{{\\"[["}', {"a": '[[{{"[['}),
        (b'{"a": [true, false, null]}', {"a": [True, False, None]}),
    ],
)
def test_strict_json_is_read(body, document):
    assert messages.read_json(body) == document


def test_nesting_is_limited_before_parsing():
    deepest = b'{"a":' + b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1) + b"}"

    assert messages.read_json(deepest)["a"] == json.loads(deepest)["a"]
    with pytest.raises(InvalidSyntax, match="more than 32 deep"):
        messages.read_json(b'{"a":' + b"[" * 100_000)


def test_brackets_side_by_side_are_not_nesting():
    body = b'{"a":[' + b",".join([b"[]"] * 100) + b"]}"

    assert messages.read_json(body) == {"a": [[]] * 100}


def test_resource_is_cleaned_and_has_no_envelope():
    notes: Notes = []
    document = {"schemas": [CORE_USER.upper()], "USERNAME": "bo", "active": "True"}

    assert read_user(document, notes) == {"userName": "bo", "active": True}
    assert notes == ['Read the text "True" as true for active.']


@pytest.mark.parametrize("more", [{}, {"schemas": None}, {"Schemas": [CORE_USER]}])
def test_absent_schemas_are_assumed(more):
    assert read_user({"userName": "bo", **more}) == {"userName": "bo"}


def test_unknown_schema_beside_the_right_one_is_noted():
    notes: Notes = []
    urns = [CORE_USER, ENTERPRISE_USER, "urn:scim:schemas:core:1.0"]

    assert read_user({"schemas": urns, "userName": "bo"}, notes) == {"userName": "bo"}
    assert notes == [
        'The schema "urn:scim:schemas:core:1.0" is not known here and was ignored.'
    ]


@pytest.mark.parametrize("urns", [[], [CORE_GROUP], [ENTERPRISE_USER]])
def test_schemas_without_the_own_urn_are_refused(urns):
    with pytest.raises(InvalidValue, match=r"schemas does not name urn:ietf.*User"):
        read_user({"schemas": urns, "userName": "bo"})


@pytest.mark.parametrize("urns", [CORE_USER, {}, 5, [CORE_USER, 5]])
def test_schemas_of_another_type_are_refused(urns):
    with pytest.raises(InvalidValue, match="schemas must be a list of URNs"):
        read_user({"schemas": urns, "userName": "bo"})
    with pytest.raises(InvalidSyntax, match="schemas must be a list of URNs"):
        read_operations(ADD, schemas=urns)


def test_schemas_twice_are_refused():
    with pytest.raises(InvalidSyntax, match="schemas stands there twice"):
        read_user({"schemas": [CORE_USER], "Schemas": [CORE_USER], "userName": "bo"})


def test_resource_without_its_required_attribute_is_refused():
    with pytest.raises(InvalidValue, match="userName is missing or blank"):
        read_user({"displayName": "Bo"})


def test_group_is_read_apart_from_its_members():
    notes: Notes = []
    members = [{"value": "u1", "display": None}, {"value": "u2"}]
    document = {"schemas": [CORE_GROUP], "displayName": "Ops", "Members": members}

    group, ids = messages.read_group(as_body(document), notes)

    assert group == {"displayName": "Ops"}
    assert ids == ("u1", "u2")
    assert notes == []


def test_group_inside_its_urn_is_read_whole():
    document = {CORE_GROUP: {"displayName": "Ops", "members": ["u1"]}}

    group, ids = messages.read_group(as_body(document), [])

    assert group == {"displayName": "Ops"}
    assert ids == ("u1",)


def test_operations_are_read_in_their_order():
    operations = read_operations(
        ADD, {"op": "replace", "value": {"active": False}}, schemas=[PATCH_OP]
    )

    assert operations == (
        Operation("add", "title", "Dr"),
        Operation("replace", None, {"active": False}),
    )


def test_thousand_operations_are_taken():
    assert len(read_operations(*[ADD] * 1_000)) == 1_000


def test_letter_case_of_an_envelope_does_not_matter():
    operation = {"OP": "Remove", "Path": "title", "name": "ignored"}
    body = as_body({"SCHEMAS": [PATCH_OP.upper()], "operations": [operation]})

    assert messages.read_patch(body, []) == (Operation("remove", "title", None),)


def test_null_path_is_no_path_and_null_value_is_a_value():
    (operation,) = read_operations({"op": "replace", "path": None, "value": None})

    assert operation == Operation("replace", None, None)


@pytest.mark.parametrize(
    ("document", "error", "words"),
    [
        ({"schemas": [CORE_USER], "Operations": [ADD]}, InvalidSyntax, "not a PATCH"),
        ({"schemas": [], "Operations": [ADD]}, InvalidSyntax, "schemas does not name"),
        ({}, InvalidSyntax, "Operations is missing or empty"),
        ({"Operations": []}, InvalidSyntax, "Operations is missing or empty"),
        ({"Operations": ADD}, InvalidSyntax, "Operations is missing or empty"),
        ({"Operations": ["add"]}, InvalidSyntax, "Operation 1 must be an object"),
        ({"Operations": [ADD, {}]}, InvalidSyntax, "Operation 2 has no op"),
        ({"Operations": [{"op": "move"}]}, InvalidSyntax, 'but the text "move"'),
        ({"Operations": [{"op": 1}]}, InvalidSyntax, "but the number 1"),
        ({"Operations": [ADD | {"OP": "add"}]}, InvalidSyntax, "twice"),
        ({"Operations": [ADD | {"path": 5}]}, InvalidPath, "path of operation 1 must"),
        (
            {"Operations": [{"op": "add", "path": "title"}]},
            InvalidValue,
            "(add) has no",
        ),
        (
            {"Operations": [{"op": "replace"}]},
            InvalidValue,
            "(replace) has no",
        ),
        ({"Operations": [ADD] * 1_001}, TooMany, "This PATCH has 1,001 operations"),
    ],
)
def test_body_that_is_no_patch_is_refused(document, error, words):
    with pytest.raises(error) as caught:
        messages.read_patch(as_body(document), [])

    assert words in caught.value.detail
    assert caught.value.detail.endswith(".")


def test_list_tells_the_number_of_resources_in_it():
    page = messages.list_response([{"id": "1"}, {"id": "2"}], 12, 11)

    assert page == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 12,
        "startIndex": 11,
        "itemsPerPage": 2,
        "Resources": [{"id": "1"}, {"id": "2"}],
    }


def test_error_tells_its_status_as_text():
    error = messages.error_document(409, "uniqueness", "userName bo is used.")

    assert error == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": "409",
        "scimType": "uniqueness",
        "detail": "userName bo is used.",
    }
    assert "scimType" not in messages.error_document(404, None, "No such user.")
