"""Groups created, read, replaced, renamed and deleted over HTTP.

Who is in them is in test_group_members.py.
"""

from __future__ import annotations

import pytest

from scim import names
from tests.directories import last_event, last_notes, n_events
from tests.refusals import detail_of
from tests.scim_client import load

UNKNOWN = "01900000-0000-7000-8000-000000000000"


@pytest.fixture
def app(shared_app):
    return shared_app


@pytest.fixture
def scim(emptied_scim):
    return emptied_scim


@pytest.fixture
def staff(scim):
    return scim.new_group("Staff", externalId="g1")


def test_created_group_is_answered_whole_with_its_address(scim):
    user = scim.new_user("bo", displayName="Bo")
    body = {"displayName": "Staff", "members": [{"value": user["id"]}]}
    answer = scim.post("/Groups", body)
    group = load(answer)
    address = f"https://rollcall.example/scim/v2/Groups/{group['id']}"
    assert answer.status_code == 201
    assert answer.headers["Location"] == group["meta"]["location"] == address
    assert group["schemas"] == [names.CORE_GROUP]
    assert group["members"] == [
        {
            "value": user["id"],
            "$ref": user["meta"]["location"],
            "type": "User",
            "display": "Bo",
        }
    ]


def test_group_reads_back_as_it_was_created(scim, staff):
    answer = scim.get(f"/Groups/{staff['id']}")
    assert load(answer) == staff
    assert answer.headers["ETag"] == staff["meta"]["version"] == 'W/"1"'
    assert staff.keys() == {"schemas", "id", "externalId", "displayName", "meta"}


def test_group_with_members_is_in_its_first_version(scim):
    group = scim.new_group("Staff", scim.new_user("bo")["id"])
    assert group["meta"]["version"] == 'W/"1"'
    assert group["meta"]["created"] == group["meta"]["lastModified"]


@pytest.mark.parametrize("name", ["Staff", "STAFF", "staff"])
def test_second_group_of_a_name_in_any_case_is_refused(scim, staff, name):
    detail = detail_of(scim.post("/Groups", {"displayName": name}), 409, "uniqueness")
    assert 'A group named "Staff" exists already.' in detail
    assert "Push Groups" in detail
    assert load(scim.get("/Groups"))["totalResults"] == 1


def test_external_id_may_be_shared_and_addresses_nothing(scim, staff):
    assert scim.new_group("Other", externalId="g1")["externalId"] == "g1"
    assert scim.new_group("Third", externalId=UNKNOWN)["externalId"] == UNKNOWN
    assert scim.get("/Groups/g1").status_code == 404
    assert scim.get(f"/Groups/{UNKNOWN}").status_code == 404


def test_own_name_is_no_conflict(scim, staff):
    path = f"/Groups/{staff['id']}"
    same = scim.put(path, {"displayName": "Staff", "externalId": "g1"})
    assert load(same) == staff
    other_case = load(scim.put(path, {"displayName": "STAFF"}))
    assert other_case["displayName"] == "STAFF"


def test_rename_to_a_name_in_use_changes_nothing(scim, staff):
    other = scim.new_group("Other")
    path = f"/Groups/{other['id']}"
    rename = {"op": "replace", "value": {"displayName": "sTAFF", "externalId": "x"}}
    detail_of(scim.patch(path, rename), 409, "uniqueness")
    detail_of(scim.put(path, {"displayName": "staff"}), 409, "uniqueness")
    assert load(scim.get(path)) == other


@pytest.mark.parametrize("own_id", [True, False])
def test_rename_may_carry_an_id(scim, app, staff, own_id):
    value = {"id": staff["id"] if own_id else "other", "displayName": "New"}
    answer = scim.patch(f"/Groups/{staff['id']}", {"op": "replace", "value": value})
    assert answer.status_code == 200
    assert load(answer)["displayName"] == "New"
    assert load(answer)["id"] == staff["id"]
    assert bool(last_notes(app)) is not own_id


def test_rename_shows_at_the_members(scim):
    user = scim.new_user("bo")
    group = scim.new_group("Staff", user["id"])
    scim.patch(
        f"/Groups/{group['id']}",
        {"op": "replace", "path": "displayName", "value": "New"},
    )
    read = load(scim.get(f"/Users/{user['id']}"))
    assert [one["display"] for one in read["groups"]] == ["New"]


def test_put_replaces_attributes_and_members(scim):
    bo, cy = scim.new_user("bo"), scim.new_user("cy")
    group = scim.new_group("Staff", bo["id"], externalId="g1")
    body = {"displayName": "Staff", "members": [{"value": cy["id"], "display": None}]}
    changed = load(scim.put(f"/Groups/{group['id']}", body))
    assert "externalId" not in changed
    assert [one["value"] for one in changed["members"]] == [cy["id"]]


@pytest.mark.parametrize("sent", [{}, {"members": []}, {"members": None}])
def test_put_without_members_empties_the_group(scim, sent):
    group = scim.new_group("Staff", scim.new_user("bo")["id"])
    changed = load(scim.put(f"/Groups/{group['id']}", {"displayName": "Staff", **sent}))
    assert "members" not in changed
    assert changed["meta"]["version"] == 'W/"2"'


def test_what_was_read_can_be_put_back_unchanged(scim, app):
    scim.new_group("Staff", scim.new_user("bo")["id"])
    read = load(scim.get("/Groups"))["Resources"][0]
    before = n_events(app)
    assert load(scim.put(f"/Groups/{read['id']}", read)) == read
    assert n_events(app) == before


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({"displayName": None}, "displayName"),
        ({"displayName": " "}, "displayName"),
        ({"displayName": ["x"]}, "displayName"),
        ({"displayName": "x" * 513}, "displayName"),
        ({"externalId": {}, "displayName": False}, "displayName"),
        ({"externalId": True}, "externalId"),
        ({"members": "text"}, "members"),
        ({"members": {"value": "x"}}, "members"),
        ({"members": [5]}, "members"),
        ({"members": [{"display": "x"}]}, "members"),
        ({"members": [{"value": ["x"]}]}, "members"),
        ({"schemas": [names.CORE_USER]}, "schemas"),
    ],
)
def test_refused_group_is_neither_made_nor_changed(scim, staff, attributes, name):
    body = {"displayName": "New", **attributes}
    assert name in detail_of(scim.post("/Groups", body), 400, "invalidValue")
    put = scim.put(f"/Groups/{staff['id']}", body)
    assert name in detail_of(put, 400, "invalidValue")
    assert load(scim.get("/Groups"))["Resources"] == [staff]


@pytest.mark.parametrize(
    ("operation", "scim_type"),
    [
        ({"op": "remove", "path": "displayName"}, "mutability"),
        ({"op": "replace", "path": "id", "value": "x"}, "mutability"),
        ({"op": "replace", "path": "meta", "value": {}}, "mutability"),
        ({"op": "replace", "path": "displayName", "value": ""}, "invalidValue"),
        ({"op": "add", "path": "description", "value": "x"}, "invalidPath"),
        ({"op": "add", "path": "userName", "value": "x"}, "invalidPath"),
    ],
)
def test_refused_patch_changes_nothing(scim, staff, operation, scim_type):
    rename = {"op": "replace", "value": {"displayName": "New"}}
    answer = scim.patch(f"/Groups/{staff['id']}", rename, operation)
    detail_of(answer, 400, scim_type)
    assert load(scim.get(f"/Groups/{staff['id']}")) == staff


def test_deleted_group_is_gone_and_its_members_stay(scim, app):
    user = scim.new_user("bo")
    group = scim.new_group("Staff", user["id"])
    done = scim.delete(f"/Groups/{group['id']}")
    assert (done.status_code, done.data) == (204, b"")
    assert load(scim.get(f"/Users/{user['id']}")) == user
    assert load(scim.get("/Groups"))["totalResults"] == 0
    assert last_event(app).action == "deleted"
    assert scim.new_group("Staff")["id"] != group["id"]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("group_id", [UNKNOWN, "Staff", "g1"])
def test_only_an_id_addresses_a_group(scim, staff, method, group_id):
    body = {"displayName": "x", "Operations": [{"op": "add", "value": {}}]}
    answer = scim.request(method, f"/Groups/{group_id}", body)
    assert "There is no group" in detail_of(answer, 404)
