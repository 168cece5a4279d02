"""PATCH remove (RFC 7644 §3.5.2.2)."""

from __future__ import annotations

from typing import Any

import pytest

from scim import patch
from scim.attributes import JSON
from scim.errors import InvalidPath, InvalidValue, Mutability, NoTarget
from scim.names import CORE_USER, ENTERPRISE_USER
from scim.quirks import Notes
from scim.schemas import GROUP_TYPE, USER_TYPE

WORK: dict[str, Any] = {"value": "bo@work", "type": "work", "primary": True}
HOME: dict[str, Any] = {"value": "bo@home", "type": "home"}
ROME: dict[str, Any] = {"locality": "Rome", "type": "work"}
BO: dict[str, Any] = {
    "id": "7",
    "userName": "bo",
    "active": False,
    "title": "Dr",
    "name": {"givenName": "Bo", "familyName": "Li"},
    "emails": [WORK, HOME],
    "addresses": [ROME],
    ENTERPRISE_USER: {"department": "Ops", "manager": {"value": "u1"}},
}
ONLY_WORK = BO | {"emails": [WORK]}
ONLY_HOME = BO | {"emails": [HOME]}


def remove(path, notes=None, value=None):
    operation = patch.Operation("remove", path, value)
    return patch.apply(BO, [operation], USER_TYPE, [] if notes is None else notes)


def without(*names):
    return {key: part for key, part in BO.items() if key not in names}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("title", without("title")),
        (f"{CORE_USER}:Title", without("title")),
        ("name", without("name")),
        ("name.givenName", BO | {"name": {"familyName": "Li"}}),
        ("emails", without("emails")),
        ('emails[type eq "work"]', ONLY_HOME),
        ("emails[value pr]", without("emails")),
        (
            "emails.type",
            BO
            | {"emails": [{"value": "bo@work", "primary": True}, {"value": "bo@home"}]},
        ),
        ('addresses[type eq "work"].type', BO | {"addresses": [{"locality": "Rome"}]}),
        (ENTERPRISE_USER, without(ENTERPRISE_USER)),
        (
            f"{ENTERPRISE_USER}:manager",
            BO | {ENTERPRISE_USER: {"department": "Ops"}},
        ),
        (
            f"{ENTERPRISE_USER}:manager.value",
            BO | {ENTERPRISE_USER: {"department": "Ops"}},
        ),
    ],
)
def test_what_the_path_names_is_removed(path, expected):
    assert remove(path) == expected


def test_value_that_loses_all_but_its_type_goes_too():
    notes: Notes = []

    after = remove('addresses[type eq "work"].locality', notes)

    assert after == without("addresses")
    assert notes == ["Left out a value of addresses that holds nothing but its type."]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("title", without("title")),
        ("name", without("name")),
        ('emails[type eq "work"]', ONLY_HOME),
    ],
)
def test_value_of_another_remove_is_not_looked_at(path, expected):
    assert remove(path, value=[{"value": "bo@home"}]) == expected


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("emails", [{"value": "bo@home"}], ONLY_WORK),
        ("emails", [{"VALUE": "BO@HOME", "display": "x"}], ONLY_WORK),
        ("emails", [{"value": "bo@home", "type": "Home"}], ONLY_WORK),
        ("emails", [{"value": "bo@work", "type": "home"}], BO),
        ("emails", {"value": "bo@work"}, ONLY_HOME),
        ("emails", ["bo@work"], ONLY_HOME),
        ("emails", "bo@work", ONLY_HOME),
        ("emails", ["bo@other"], BO),
        ("emails", [{"type": "work"}], BO),
        ("emails", [{"value": None, "type": "work"}], BO),
        ("emails", [], BO),
        ("roles", ["admin"], BO),
        ("addresses", [{"locality": "rome"}], without("addresses")),
        ("addresses", [{"locality": "Rome", "type": "home"}], BO),
    ],
)
def test_value_of_a_remove_limits_it_to_what_it_lists(path, value, expected):
    notes: Notes = []

    after = remove(path, notes, value)

    assert after == expected
    assert f"Removed only the {path} listed in the value of the remove." in notes


@pytest.mark.parametrize("path", ["emails", f"{CORE_USER}:Emails"])
def test_all_that_a_remove_lists_is_removed(path):
    value = ["bo@home", {"value": "bo@work"}]

    assert remove(path, value=value) == without("emails")
    assert remove(path, value=None) == without("emails")


@pytest.mark.parametrize("value", [{}, "", 5, [5], [{"value": ["bo@work"]}]])
def test_list_of_a_remove_is_checked_like_any_other(value):
    with pytest.raises(InvalidValue, match=r"emails(\.value)? must be"):
        remove("emails", value=value)


def test_plain_text_removes_no_address():
    with pytest.raises(InvalidValue, match="addresses must be an object"):
        remove("addresses", value=["Rome"])


@pytest.mark.parametrize(
    "path", ["nickName", "roles", "roles.value", "name.middleName", 'ims[type eq "x"]']
)
def test_removing_what_is_not_there_is_no_error(path):
    assert remove(path) == BO


def test_filter_without_match_is_noted():
    notes: Notes = []

    assert remove('emails[type eq "other"].value', notes) == BO
    assert notes == ["The path selects no value of emails, so nothing changed."]


def test_extension_goes_with_its_last_attribute():
    operations = [
        patch.Operation("remove", f"{ENTERPRISE_USER}:{name}", None)
        for name in ("department", "manager")
    ]

    assert patch.apply(BO, operations, USER_TYPE, []) == without(ENTERPRISE_USER)


def test_active_stays_as_it_is_with_a_note():
    notes: Notes = []

    assert remove("active", notes) == BO
    assert notes == ["Left active as it was: only true or false changes it."]


def test_remove_without_path_has_no_target():
    with pytest.raises(NoTarget, match="A remove without a path removes nothing"):
        remove(None, value={"title": None})


def test_required_attribute_is_not_removed():
    group: dict[str, Any] = {"id": "g", "displayName": "Ops"}
    operation = patch.Operation("remove", "displayName", None)

    with pytest.raises(Mutability, match="userName is required"):
        remove("userName")
    with pytest.raises(Mutability, match="displayName is required"):
        patch.apply(group, [operation], GROUP_TYPE, [])


def test_whole_resource_is_not_removed():
    with pytest.raises(Mutability, match="cannot be removed all at once"):
        remove(CORE_USER)


@pytest.mark.parametrize("path", ["id", "groups", "meta.created"])
def test_read_only_attribute_is_not_removed(path):
    with pytest.raises(Mutability, match="is read-only"):
        remove(path)


def test_unknown_attribute_is_not_removed():
    with pytest.raises(InvalidPath, match="The nearest attribute is nickName"):
        remove("nikName")


def test_password_is_removed_without_a_word():
    notes: Notes = []

    assert remove("password", notes) == BO
    assert notes == []


def test_long_list_is_taken_from_a_long_list():
    document = BO | {"emails": [{"value": f"a{number}@x"} for number in range(1_000)]}
    value: JSON = [f"A{number}@X" for number in range(1, 1_000)]
    operations = [patch.Operation("remove", "emails", value)] * 20

    after = patch.apply(document, operations, USER_TYPE, [])

    assert after["emails"] == [{"value": "a0@x"}]
