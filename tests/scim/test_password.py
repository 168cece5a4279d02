"""A password is forgotten, whatever it is, and never told again."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim import messages, patch
from scim.attributes import JSON
from scim.errors import InvalidSyntax, ScimError
from scim.names import CORE_USER
from scim.quirks import Notes
from scim.schemas import USER_TYPE

DIGITS, WORD = "8675309", "hunter2"
"""One of them is in every part of a password made here, so that it is recognized."""

BO: dict[str, JSON] = {"id": "7", "userName": "bo"}

texts = st.text(st.characters(), max_size=80).map(lambda rest: WORD + rest)
numbers = st.integers(-(10**40), 10**40).map(lambda rest: int(f"{DIGITS}{abs(rest)}"))
negative = numbers.map(lambda number: -number)
fractions = numbers.map(lambda number: number / 10_000_000)
constants = st.sampled_from([None, True, False])
passwords = st.recursive(
    texts | numbers | negative | fractions | constants,
    lambda parts: st.lists(parts) | st.dictionaries(texts, parts),
    max_leaves=5,
)

SHAPES: list[Callable[[JSON], dict[str, JSON]]] = [
    lambda password: {"userName": "bo", "password": password},
    lambda password: {"userName": "bo", CORE_USER: {"PASSWORD": password}},
    lambda password: {"userName": "bo", f"{CORE_USER}:password": password},
    lambda password: {"userName": "bo", "name": {"password": password}},
]
OPERATIONS: list[Callable[[JSON], dict[str, JSON]]] = [
    lambda password: {"op": "add", "path": "password", "value": password},
    lambda password: {"op": "remove", "path": "Password", "value": password},
    lambda password: {
        "op": "replace",
        "path": f" {CORE_USER}:password",
        "value": password,
    },
    lambda password: {"op": "add", "path": "password.value", "value": password},
    lambda password: {"op": "add", "path": CORE_USER, "value": {"password": password}},
    lambda password: {"op": "replace", "value": {"password": password}},
    lambda password: {"op": "add", "value": {CORE_USER: {"password": password}}},
]


def told_about_resource(document):
    notes: Notes = []
    try:
        messages.read_resource(json.dumps(document).encode(), USER_TYPE, notes)
    except ScimError as error:
        notes.append(error.detail)
    return "\n".join(notes)


def told_about_operation(operation):
    notes: Notes = []
    try:
        body = json.dumps({"Operations": [operation]}).encode()
        patch.apply(BO, messages.read_patch(body, notes), USER_TYPE, notes)
    except ScimError as error:
        notes.append(error.detail)
    return "\n".join(notes)


@given(passwords, st.sampled_from(SHAPES))
def test_password_of_a_resource_is_never_told(password, shape):
    told = told_about_resource(shape(password))

    assert WORD not in told
    assert DIGITS not in told


@given(passwords, st.sampled_from(OPERATIONS))
def test_password_of_an_operation_is_never_told(password, shape):
    told = told_about_operation(shape(password))

    assert WORD not in told
    assert DIGITS not in told


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"password": "hunter2\\u0000"}', '"password" holds a text with NUL'),
        (b'{"password": {"hunter2\\ud800": 1}}', '"password" holds a text with NUL'),
        (b'{"password": 86753090000000000000000}', "does not fit into 64 bits"),
        (b'{"password": 8675309e999}', "does not fit into 64 bits"),
        (b'{"password": "hunter2\t"}', "something is wrong at line 1, character"),
        (b'{"password": "hunter2}', "something is wrong at line 1, character"),
        (b'{"password": "hunter2\xff"}', "The body is not UTF-8"),
    ],
)
def test_password_that_cannot_be_read_is_not_shown(body, words):
    with pytest.raises(InvalidSyntax) as caught:
        messages.read_json(body)

    assert words in caught.value.detail
    assert WORD not in caught.value.detail
    assert DIGITS not in caught.value.detail
