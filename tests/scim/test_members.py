"""Membership operations become set changes, in every shape that providers send."""

from __future__ import annotations

import pytest

from scim import members
from scim.attributes import JSON, Document
from scim.errors import InvalidPath, InvalidSyntax, InvalidValue, Mutability
from scim.filters import parse
from scim.members import MemberChange, RemoveMatching
from scim.names import CORE_GROUP
from scim.patch import Operation
from scim.quirks import Notes
from scim.schemas import GROUP


def add(*ids):
    return MemberChange(clear=False, add=ids, remove=())


def remove(*ids):
    return MemberChange(clear=False, add=(), remove=ids)


def only(*ids):
    return MemberChange(clear=True, add=ids, remove=())


def changes(*operations, notes=None):
    rest, found = members.split(
        [Operation(*operation) for operation in operations],
        [] if notes is None else notes,
    )
    assert rest == []
    return found


OKTA_LIST: list[JSON] = [
    {"value": "a", "display": "a@x"},
    {"value": "b", "display": None},
]


@pytest.mark.parametrize(
    ("operation", "change"),
    [
        (("add", "members", OKTA_LIST), add("a", "b")),
        (("remove", 'members[value eq "a"]', None), remove("a")),
        (("replace", "members", OKTA_LIST), only("a", "b")),
        (("replace", "members", []), only()),
        (("replace", "members", None), only()),
        (("replace", None, {"members": OKTA_LIST}), only("a", "b")),
        (("replace", None, {"members": []}), only()),
        (("add", None, {"members": [{"value": "a"}]}), add("a")),
        (("remove", "members", None), only()),
        (("remove", "members", [{"value": "a"}]), remove("a")),
        (("remove", "members", {"value": "a"}), remove("a")),
        (("add", "members", [{"$ref": None, "value": "a"}]), add("a")),
        (("add", "members", {"value": "a"}), add("a")),
        (("add", "members", "a"), add("a")),
        (("add", "members", ["a", {"VALUE": "b", "rank": 1}]), add("a", "b")),
        (("add", "members", [{"value": 7}]), add("7")),
        (("add", "MEMBERS", ["a", "b", "a"]), add("a", "b")),
        (("add", f" {CORE_GROUP}:members", ["a"]), add("a")),
        (("add", CORE_GROUP, {"members": ["a"]}), add("a")),
        (("add", None, {CORE_GROUP: {"members": ["a"]}}), add("a")),
        (("add", None, {f"{CORE_GROUP}:members": ["a"]}), add("a")),
        (("remove", 'members[value eq "a" or Value eq "b"]', None), remove("a", "b")),
    ],
)
def test_shape_becomes_the_change_it_means(operation, change):
    assert changes(operation) == [change]


@pytest.mark.parametrize(
    "operation",
    [
        ("add", "members", []),
        ("add", "members", None),
        ("remove", "members", []),
        ("add", None, {"members": []}),
    ],
)
def test_operation_that_names_nobody_changes_nothing(operation):
    assert changes(operation) == []


@pytest.mark.parametrize(
    ("operation", "note"),
    [
        (("remove", "members", ["a"]), "Removed only the members listed"),
        (("add", "members", ["a"]), "Read bare text as the value of members."),
        (("add", "members", [{"value": 7}]), "Read the number 7 as text"),
        (("add", "members", {"value": "a"}), "Read a single object as a list of one"),
    ],
)
def test_leniency_is_noted(operation, note):
    notes: Notes = []

    changes(operation, notes=notes)

    assert notes[0].startswith(note)


def test_thousand_single_removes_become_one_change():
    ids = [f"u{number}" for number in range(1_000)]
    removes = [("remove", f'members[value eq "{member}"]', None) for member in ids]

    assert changes(*removes) == [remove(*ids)]


@pytest.mark.parametrize(
    ("operations", "change"),
    [
        (
            [("remove", "members", ["a", "b"]), ("add", "members", ["c"])],
            MemberChange(clear=False, add=("c",), remove=("a", "b")),
        ),
        ([("remove", "members", ["a"]), ("add", "members", ["a"])], add("a")),
        ([("add", "members", ["a"]), ("remove", "members", ["a"])], remove("a")),
        ([("add", "members", ["a"]), ("replace", "members", ["b"])], only("b")),
        ([("replace", "members", ["a", "b"]), ("remove", "members", ["a"])], only("b")),
        ([("replace", "members", ["a"]), ("add", "members", ["b"])], only("a", "b")),
        ([("remove", "members", None), ("remove", "members", ["a"])], only()),
    ],
)
def test_neighbours_are_folded_and_the_later_wins(operations, change):
    assert changes(*operations) == [change]


@pytest.mark.parametrize(
    "condition",
    [
        'type eq "User"',
        'value sw "a"',
        "value pr",
        'value eq "a" and type eq "User"',
        'value eq "a" or type eq "Group"',
        "value eq null",
    ],
)
def test_filter_beyond_ids_is_left_to_the_database(condition):
    operation = ("remove", f"members[{condition}]", None)

    assert changes(operation) == [RemoveMatching(parse(condition))]


def test_nothing_is_folded_over_a_filter():
    found = changes(
        ("add", "members", ["a"]),
        ("remove", 'members[type eq "User"]', None),
        ("remove", "members", ["b"]),
    )

    assert found == [add("a"), RemoveMatching(parse('type eq "User"')), remove("b")]


def test_attributes_beside_members_remain_as_operations():
    value: Document = {"id": "g1", "displayName": "Ops", "members": ["a"]}
    rename = Operation("replace", "displayName", "Dev")

    rest, found = members.split([Operation("replace", None, value), rename], [])

    assert found == [only("a")]
    assert rest == [
        Operation("replace", None, {"id": "g1", "displayName": "Ops"}),
        rename,
    ]
    assert "members" in value


@pytest.mark.parametrize(
    "operation",
    [
        Operation("replace", None, "Ops"),
        Operation("replace", None, {}),
        Operation("replace", None, {"membership": "x"}),
        Operation("remove", None, {"members": ["a"]}),
        Operation("remove", CORE_GROUP, None),
        Operation("add", "members-of", "x"),
    ],
)
def test_what_is_not_about_members_is_left_to_patch(operation):
    assert members.split([operation], []) == ([operation], [])


@pytest.mark.parametrize(
    ("operation", "error", "words"),
    [
        (("add", 'members[type eq "User"]', "a"), Mutability, "only added or removed"),
        (("replace", 'members[value eq "a"]', {}), Mutability, "only added or removed"),
        (("replace", "members.value", "a"), Mutability, "only added or removed"),
        (
            ("remove", "members[value pr].display", None),
            Mutability,
            "cannot be changed",
        ),
        (("add", None, {"members.display": "a"}), Mutability, "cannot be changed"),
        (("add", "members.rank", "a"), InvalidPath, 'no sub-attribute "rank"'),
        (("remove", 'members[rank eq "a"]', None), InvalidPath, "rank"),
        (("remove", "members[value eq", None), InvalidPath, "cannot be read"),
        (("add", "members", 5), InvalidValue, "members must be a list"),
        (("replace", "members", {}), InvalidValue, "but an object arrived"),
        (("replace", "members", ""), InvalidValue, 'but the text "" arrived'),
        (("replace", None, {"members": {}}), InvalidValue, "members must be a list"),
        (("add", "members", {}), InvalidValue, "members must be a list"),
        (("remove", "members", ""), InvalidValue, "members must be a list"),
        (("remove", "members", {}), InvalidValue, "members must be a list"),
        (("add", "members", [5]), InvalidValue, "an object with a value"),
        (("add", "members", [{}]), InvalidValue, "One of members has no value"),
        (("add", "members", [{"value": ""}]), InvalidValue, "has no value"),
        (("add", "members", [{"value": ["a"]}]), InvalidValue, "members.value must be"),
        (("add", "members", [{"value": "a", "Value": "b"}]), InvalidSyntax, "twice"),
        (("add", None, {"members": [], "Members": []}), InvalidSyntax, "twice"),
    ],
)
def test_members_addressed_in_vain_are_refused(operation, error, words):
    with pytest.raises(error) as caught:
        changes(operation)

    assert words in caught.value.detail
    assert len(caught.value.detail) < 400


def test_members_of_a_whole_group_are_read_once_each():
    notes: Notes = []

    assert members.read_members([*OKTA_LIST, "a"], notes) == ("a", "b")
    assert members.read_members(None, notes) == members.read_members([], notes) == ()
    assert notes == ["Read bare text as the value of members."]


@pytest.mark.parametrize("value", ["a", {"value": "a"}, 5, True, False, {}, ""])
def test_members_of_a_whole_group_must_be_a_list(value):
    with pytest.raises(InvalidValue, match="members must be a list"):
        members.read_members(value, [])


def test_member_ids_are_read_as_the_schema_describes_them():
    members_attribute = GROUP.find("members")
    assert members_attribute is not None
    described = members_attribute.sub("value")
    assert described is not None

    assert (described.kind, described.case_exact) == ("string", True)
    assert members.read_members([{"value": "A"}, {"value": "a"}], []) == ("A", "a")
