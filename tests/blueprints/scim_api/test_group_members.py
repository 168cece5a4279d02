"""Members added, removed and replaced over HTTP, in every shape that is sent.

What the tables and events hold afterwards is in
tests/services/directory/test_memberships.py.
"""

from __future__ import annotations

import pytest

from scim import names
from tests.directories import last_notes, n_events
from tests.refusals import detail_of
from tests.scim_client import load

UNKNOWN = "01900000-0000-7000-8000-00000000000{}"
ME = 'members[value eq "{bo}"]'


@pytest.fixture
def app(shared_app):
    return shared_app


@pytest.fixture
def scim(emptied_scim):
    return emptied_scim


@pytest.fixture
def ids(scim):
    return {name: scim.new_user(name)["id"] for name in ("ada", "bo", "cy")}


@pytest.fixture
def group(scim, ids):
    """A group of ada and bo."""
    return scim.new_group("Staff", ids["ada"], ids["bo"])


def members_of(scim, group):
    answer = load(scim.get(f"/Groups/{group['id']}"))
    return [one["display"] for one in answer.get("members", ())]


def add(*entries):
    return {"op": "add", "path": "members", "value": list(entries)}


@pytest.mark.parametrize(
    ("make", "members"),
    [
        (lambda i: add({"value": i["cy"], "display": "cy@x"}), "ada bo cy"),
        (lambda i: add({"$ref": None, "display": None, "value": i["cy"]}), "ada bo cy"),
        (lambda i: add(i["cy"]), "ada bo cy"),
        (lambda i: add({"value": i["bo"]}, {"value": i["bo"]}), "ada bo"),
        (lambda i: {"op": "Add", "path": "members", "value": i["cy"]}, "ada bo cy"),
        (lambda i: {"op": "add", "value": {"members": [i["cy"]]}}, "ada bo cy"),
        (lambda i: {"op": "remove", "path": f'members[value eq "{i["bo"]}"]'}, "ada"),
        (
            lambda i: {
                "op": "Remove",
                "path": "members",
                "value": [{"value": i["bo"]}],
            },
            "ada",
        ),
        (
            lambda i: {"op": "remove", "path": f'members[value eq "{i["cy"]}"]'},
            "ada bo",
        ),
        (lambda i: {"op": "remove", "path": "members"}, ""),
        (lambda i: {"op": "remove", "path": 'members[display eq "ADA"]'}, "bo"),
        (lambda i: {"op": "remove", "path": 'members[display sw "b"]'}, "ada"),
        (lambda i: {"op": "remove", "path": 'members[type eq "User"]'}, ""),
        (lambda i: {"op": "remove", "path": 'members[type eq "Group"]'}, "ada bo"),
        (lambda i: {"op": "remove", "path": "members[not (value pr)]"}, "ada bo"),
        (
            lambda i: {"op": "replace", "path": "members", "value": [i["cy"]]},
            "cy",
        ),
        (lambda i: {"op": "replace", "path": "members", "value": []}, ""),
        (lambda i: {"op": "replace", "path": "members", "value": None}, ""),
        (
            lambda i: {
                "op": "replace",
                "value": {"members": [{"value": i["cy"]}], "displayName": "Staff"},
            },
            "cy",
        ),
        (
            lambda i: (
                {"op": "replace", "path": f"{names.CORE_GROUP}:members"}
                | {"value": [{"value": i["bo"]}]}
            ),
            "bo",
        ),
    ],
)
def test_every_shape_changes_what_it_means(scim, ids, group, make, members):
    answer = scim.patch(f"/Groups/{group['id']}", make(ids))
    assert answer.status_code == 200, answer.text
    shown = [one["display"] for one in load(answer).get("members", ())]
    assert " ".join(shown) == members
    assert members_of(scim, group) == shown


def test_removes_before_an_add_in_one_request(scim, ids, group):
    remove = [{"op": "remove", "path": f'members[value eq "{ids["ada"]}"]'}]
    remove += [{"op": "remove", "path": f'members[value eq "{ids["bo"]}"]'}]
    answer = scim.patch(f"/Groups/{group['id']}", *remove, add(ids["cy"], ids["bo"]))
    assert [one["display"] for one in load(answer)["members"]] == ["bo", "cy"]
    assert load(answer)["meta"]["version"] == 'W/"2"'


def test_thousand_removes_in_one_request_are_done(scim, ids, group):
    paths = [f'members[value eq "{one}"]' for one in (ids["bo"], ids["cy"], "x")]
    operations = [{"op": "remove", "path": paths[n % 3]} for n in range(1_000)]
    answer = scim.patch(f"/Groups/{group['id']}", *operations)
    assert answer.status_code == 200
    assert members_of(scim, group) == ["ada"]


def test_unknown_members_are_left_out_and_noted(scim, app, ids, group):
    unknown = UNKNOWN.format(0)
    answer = scim.patch(f"/Groups/{group['id']}", add(ids["cy"], unknown))
    assert answer.status_code == 200
    assert [one["display"] for one in load(answer)["members"]] == ["ada", "bo", "cy"]
    assert last_notes(app)[-1] == f"1 of 2 members is not known here: {unknown}."


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("PATCH", {"Operations": [add(*(UNKNOWN.format(n) for n in range(3)))]}),
        ("PATCH", {"Operations": [{**add(UNKNOWN.format(0)), "op": "replace"}]}),
        ("PATCH", {"Operations": [{"op": "remove", "path": "members"}, add("Bo")]}),
        ("PUT", {"displayName": "x", "members": [{"value": UNKNOWN.format(0)}]}),
    ],
)
def test_write_of_unknown_members_alone_changes_nothing(scim, app, group, method, body):
    before = n_events(app)
    answer = scim.request(method, f"/Groups/{group['id']}", body)
    assert "None of the members named is known" in detail_of(
        answer, 400, "invalidValue"
    )
    assert load(scim.get(f"/Groups/{group['id']}")) == group
    assert n_events(app) == before


def test_group_of_unknown_members_alone_is_not_made(scim):
    members = [{"value": UNKNOWN.format(n)} for n in range(10)]
    members += [{"value": f"x{n}"} for n in range(20)]
    answer = scim.post("/Groups", {"displayName": "Staff", "members": members})
    detail = detail_of(answer, 400, "invalidValue")
    assert UNKNOWN.format(0) in detail
    assert detail.count("0-7") <= 10
    assert load(scim.get("/Groups"))["totalResults"] == 0


def test_many_short_unknown_ids_are_named_ten_at_most(scim):
    members = [{"value": f"x{n:02}"} for n in range(30)]
    answer = scim.post("/Groups", {"displayName": "Staff", "members": members})
    assert "x09 and 20 more" in detail_of(answer, 400, "invalidValue")


@pytest.mark.parametrize(
    ("operation", "scim_type"),
    [
        ({**add("x"), "path": f"{ME}.value"}, "mutability"),
        ({"op": "replace", "path": ME, "value": {"value": "x"}}, "mutability"),
        ({"op": "replace", "path": "members.value", "value": "x"}, "mutability"),
        ({"op": "remove", "path": 'members[shoe eq "x"]'}, "invalidPath"),
        ({"op": "remove", "path": "members[value]"}, "invalidPath"),
        ({"op": "add", "path": "members", "value": 5}, "invalidValue"),
        ({"op": "add", "path": "members", "value": [{"value": None}]}, "invalidValue"),
    ],
)
def test_refused_member_operation_changes_nothing(
    scim, ids, group, operation, scim_type
):
    answer = scim.patch(f"/Groups/{group['id']}", add(ids["cy"]), operation)
    detail_of(answer, 400, scim_type)
    assert load(scim.get(f"/Groups/{group['id']}")) == group


def test_groups_of_a_user_follow_the_members_of_groups(scim, ids, group):
    other = scim.new_group("Other", ids["bo"])
    read = load(scim.get(f"/Users/{ids['bo']}"))
    assert read["groups"][1] == {
        "value": other["id"],
        "$ref": other["meta"]["location"],
        "display": "Other",
        "type": "direct",
    }
    scim.patch(f"/Groups/{group['id']}", {"op": "remove", "path": "members"})
    assert [
        one["value"] for one in load(scim.get(f"/Users/{ids['bo']}"))["groups"]
    ] == [other["id"]]
    assert "groups" not in load(scim.get(f"/Users/{ids['ada']}"))


def test_deleted_user_leaves_every_group(scim, ids, group):
    scim.delete(f"/Users/{ids['ada']}")
    read = load(scim.get(f"/Groups/{group['id']}"))
    assert [one["display"] for one in read["members"]] == ["bo"]
    assert read["meta"]["version"] == 'W/"2"'


def test_deactivated_user_stays_a_member(scim, ids, group):
    scim.patch(f"/Users/{ids['bo']}", {"op": "replace", "value": {"active": False}})
    assert members_of(scim, group) == ["ada", "bo"]


def test_group_may_be_a_member_of_a_group(scim, ids, group):
    outer = scim.new_group("Outer", group["id"], ids["cy"])
    assert outer["members"][1] == {
        "value": group["id"],
        "$ref": group["meta"]["location"],
        "type": "Group",
        "display": "Staff",
    }
    assert [one["display"] for one in outer["members"]] == ["cy", "Staff"]
    assert len(load(scim.get(f"/Users/{ids['bo']}"))["groups"]) == 1
    scim.delete(f"/Groups/{group['id']}")
    assert members_of(scim, outer) == ["cy"]


def test_group_in_itself_is_refused(scim, ids, group):
    answer = scim.patch(f"/Groups/{group['id']}", add(ids["cy"], group["id"]))
    assert '"Staff"' in detail_of(answer, 400, "invalidValue")
    assert load(scim.get(f"/Groups/{group['id']}")) == group


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_circle_of_three_groups_is_refused(scim, group, method):
    middle = scim.new_group("Middle", group["id"])
    outer = scim.new_group("Outer", middle["id"])
    members = [{"value": outer["id"]}]
    body = {"displayName": "Staff", "members": members, "Operations": [add(*members)]}
    answer = scim.request(method, f"/Groups/{group['id']}", body)
    assert "member of itself" in detail_of(answer, 400, "invalidValue")
    assert load(scim.get(f"/Groups/{group['id']}")) == group


def test_two_groups_may_hold_the_same_group(scim, group):
    left, right = scim.new_group("L", group["id"]), scim.new_group("R", group["id"])
    top = scim.new_group("Top", left["id"], right["id"])
    assert members_of(scim, top) == ["L", "R"]
    assert members_of(scim, left) == members_of(scim, right) == ["Staff"]


def test_member_added_again_after_a_filter_removed_it_is_counted(scim, ids):
    group = scim.new_group("Empty")
    remove = {"op": "remove", "path": 'members[type eq "User"]'}
    answer = scim.patch(
        f"/Groups/{group['id']}", add(ids["bo"]), remove, add(ids["bo"])
    )
    assert [one["display"] for one in load(answer)["members"]] == ["bo"]
    assert load(scim.get("/Groups?filter=members pr"))["totalResults"] == 1
