"""Read-only parts that a client sent: which are a wish, and which an echo."""

from __future__ import annotations

import pytest

from scim import read_only
from scim.attributes import JSON, Document
from scim.names import ENTERPRISE_USER
from scim.patch import Operation
from scim.quirks import Notes
from scim.schemas import USER_TYPE

SHOWN: Document = {
    "id": "7",
    "userName": "bo",
    "meta": {"resourceType": "User", "created": "2026-05-13T04:42:34Z"},
    "groups": [{"value": "g1", "display": "Engineering"}],
    ENTERPRISE_USER: {"manager": {"value": "u1", "displayName": "Ada"}},
}


def remarks(claimed: Document) -> Notes:
    notes: Notes = []
    read_only.note_ignored(claimed, SHOWN, notes)
    return notes


def test_an_echo_of_what_is_shown_is_not_remarked_upon() -> None:
    assert remarks(read_only.claims(SHOWN, USER_TYPE)) == []


@pytest.mark.parametrize(
    ("operation", "claimed"),
    [
        (Operation("replace", "id", "8"), {"id": "8"}),
        (Operation("replace", None, {"id": "8", "title": "Dr"}), {"id": "8"}),
        (
            Operation("add", None, {"meta": {"resourceType": "Group"}}),
            {"meta.resourceType": "Group"},
        ),
        (Operation("replace", "title", "Dr"), {}),
        (Operation("remove", "title", None), {}),
    ],
)
def test_a_patch_claims_what_its_values_name(
    operation: Operation, claimed: Document
) -> None:
    assert read_only.claims_of_patch([operation], USER_TYPE) == claimed


@pytest.mark.parametrize("value", ["8", ["id"], None, 8])
def test_what_is_no_object_claims_nothing(value: JSON) -> None:
    """`apply` refuses it; whoever asks about it alone gets an answer all the same."""
    operation = Operation("replace", None, value)
    assert read_only.claims_of_patch([operation], USER_TYPE) == {}


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({"id": "8"}, "id"),
        ({"meta": {"resourceType": "Group"}}, "meta.resourceType"),
        ({"groups": [{"value": "g2"}]}, "groups"),
        ({ENTERPRISE_USER: {"manager": {"displayName": "Bo"}}}, "manager.displayName"),
    ],
)
def test_another_value_is_remarked_upon(sent: Document, name: str) -> None:
    [remark] = remarks(read_only.claims(sent, USER_TYPE))
    assert remark.startswith(name)
    assert "read-only" in remark
