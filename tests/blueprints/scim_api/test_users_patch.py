"""PATCH of a user over HTTP: answers, refusals, and that it is all or nothing.

What each operation does to a document is in tests/scim/test_patch_*.py.
"""

from __future__ import annotations

import pytest

from scim import names
from tests.directories import last_event, last_notes, n_events
from tests.refusals import detail_of
from tests.scim_client import load

DEPARTMENT = f"{names.ENTERPRISE_USER}:department"
EMAIL = {"value": "bo@example.com", "type": "work"}
MANAGER = f"{names.ENTERPRISE_USER}:manager"


@pytest.fixture
def app(shared_app):
    return shared_app


@pytest.fixture
def scim(emptied_scim):
    return emptied_scim


@pytest.fixture
def bo(scim):
    return scim.new_user(
        "bo",
        externalId="1",
        name={"givenName": "Bo", "familyName": "Ek"},
        emails=[EMAIL],
    )


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "value": {"active": False}},
        {"op": "replace", "path": "active", "value": False},
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "add", "path": "Active", "value": "false"},
        {"OP": "REPLACE", "Value": {"ACTIVE": False}},
    ],
)
def test_every_way_to_deactivate_is_understood(scim, app, bo, operation):
    answer = scim.patch(f"/Users/{bo['id']}", operation)
    assert answer.status_code == 200
    assert load(answer)["active"] is False
    assert last_event(app).action == "deactivated"
    assert last_event(app).changes == {"active": [True, False]}


def test_deactivated_user_stays_visible_everywhere(scim, bo):
    scim.patch(f"/Users/{bo['id']}", {"op": "replace", "value": {"active": False}})
    found = load(scim.get('/Users?filter=userName eq "BO"'))
    assert load(scim.get(f"/Users/{bo['id']}"))["active"] is False
    assert [user["id"] for user in found["Resources"]] == [bo["id"]]
    assert load(scim.get("/Users"))["totalResults"] == 1


@pytest.mark.parametrize("op", ["add", "replace", "remove"])
def test_active_is_never_cleared(scim, bo, op):
    by_path = {"op": op, "path": "active", "value": None}
    assert load(scim.patch(f"/Users/{bo['id']}", by_path)) == bo


def test_operations_are_all_done_or_none(scim, app, bo):
    before = n_events(app)
    answer = scim.patch(
        f"/Users/{bo['id']}",
        {"op": "replace", "path": "title", "value": "Chief"},
        {"op": "replace", "path": "name", "value": {"givenName": "Bob"}},
        {"op": "replace", "path": "shoeSize", "value": 44},
    )
    assert "shoeSize" in detail_of(answer, 400, "invalidPath")
    assert load(scim.get(f"/Users/{bo['id']}")) == bo
    assert n_events(app) == before


@pytest.mark.parametrize(
    ("operation", "scim_type", "word"),
    [
        ({"op": "replace", "path": "nickname2", "value": "x"}, "invalidPath", "nickN"),
        ({"op": "remove", "path": "urn:x:y:z"}, "invalidPath", "urn:x:y:z"),
        ({"op": "remove", "path": "name.none"}, "invalidPath", "familyName"),
        ({"op": "remove", "path": "emails[type eq"}, "invalidPath", "end"),
        ({"op": "remove", "path": "active[value eq 1]"}, "invalidPath", "active"),
        ({"op": "remove", "path": 5}, "invalidPath", "path"),
        ({"op": "replace", "path": "id", "value": "x"}, "mutability", "id"),
        ({"op": "replace", "path": "meta.created", "value": "x"}, "mutability", "meta"),
        ({"op": "add", "path": "groups", "value": []}, "mutability", "groups"),
        ({"op": "remove", "path": "userName"}, "mutability", "userName"),
        ({"op": "remove"}, "noTarget", ""),
        (
            {"op": "replace", "path": 'emails[type eq "home"].value', "value": "x"},
            "noTarget",
            "emails",
        ),
        ({"op": "replace", "path": "userName", "value": " "}, "invalidValue", "userN"),
        ({"op": "replace", "path": "active", "value": "no"}, "invalidValue", "active"),
        ({"op": "replace", "path": "active", "value": ""}, "invalidValue", "active"),
        ({"op": "replace", "value": {"active": []}}, "invalidValue", "active"),
        ({"op": "replace", "path": "title", "value": [1]}, "invalidValue", "title"),
        ({"op": "replace", "path": "title"}, "invalidValue", "value"),
        ({"op": "replace", "value": "text"}, "invalidValue", "path"),
        ({"op": "add", "path": "password", "value": 5}, "invalidValue", "password"),
        ({"op": "move", "path": "title", "value": "x"}, "invalidSyntax", "op"),
        ({"path": "title", "value": "x"}, "invalidSyntax", "op"),
    ],
)
def test_refused_operation_names_its_fault(scim, bo, operation, scim_type, word):
    answer = scim.patch(f"/Users/{bo['id']}", operation)
    assert word in detail_of(answer, 400, scim_type)
    assert load(scim.get(f"/Users/{bo['id']}")) == bo


@pytest.mark.parametrize(
    ("body", "scim_type"),
    [
        ({"schemas": [names.PATCH_OP], "Operations": []}, "invalidSyntax"),
        ({"schemas": [names.PATCH_OP]}, "invalidSyntax"),
        ({"schemas": [names.PATCH_OP], "Operations": {}}, "invalidSyntax"),
        ({"schemas": [names.PATCH_OP], "Operations": ["x"]}, "invalidSyntax"),
        (
            {"schemas": [names.CORE_USER], "Operations": [{"op": "add", "value": {}}]},
            "invalidSyntax",
        ),
        ({"Operations": [{"op": "remove", "path": "title"}] * 1_001}, "tooMany"),
    ],
)
def test_body_that_is_no_patch_is_refused(scim, bo, body, scim_type):
    answer = scim.request("PATCH", f"/Users/{bo['id']}", body)
    detail_of(answer, 400, scim_type)
    assert load(scim.get(f"/Users/{bo['id']}")) == bo


def test_thousand_operations_in_any_spelling_are_done(scim, bo):
    operations = [{"op": "add", "path": "title", "value": str(n)} for n in range(1_000)]
    answer = scim.request("PATCH", f"/Users/{bo['id']}", {"operations": operations})
    assert load(answer)["title"] == "999"
    assert load(answer)["meta"]["version"] == 'W/"2"'


def test_unknown_keys_in_a_value_are_ignored_and_noted(scim, app, bo):
    value = {"title": "x", "shoeSize": 44, "urn:x:y": {"a": 1}, "name.given": "y"}
    answer = scim.patch(f"/Users/{bo['id']}", {"op": "replace", "value": value})
    assert load(answer)["title"] == "x"
    assert '"shoeSize" is not an attribute of User and was ignored.' in last_notes(app)
    assert len(last_notes(app)) == 3


def test_read_only_keys_in_a_value_are_ignored_and_noted_when_they_differ(
    scim, app, bo
):
    value = {"title": "x", "id": "other", "groups": [], "meta": {"version": "1"}}
    answer = scim.patch(f"/Users/{bo['id']}", {"op": "replace", "value": value})
    assert load(answer)["id"] == bo["id"]
    assert "id is read-only: another value for it was ignored." in last_notes(app)


def test_own_id_in_a_value_is_not_worth_a_note(scim, app, bo):
    value = {"title": "x", "id": bo["id"]}
    scim.patch(f"/Users/{bo['id']}", {"op": "replace", "value": value})
    assert last_notes(app) == []


def test_rename_to_a_name_in_use_changes_nothing(scim, bo):
    scim.new_user("CY")
    answer = scim.patch(
        f"/Users/{bo['id']}", {"op": "replace", "value": {"userName": "cy"}}
    )
    assert "CY" in detail_of(answer, 409, "uniqueness")
    assert load(scim.get(f"/Users/{bo['id']}")) == bo


def test_own_name_in_another_case_is_kept(scim, bo):
    path = f"/Users/{bo['id']}"
    scim.patch(path, {"op": "replace", "path": "userName", "value": "BO"})
    assert load(scim.get(path))["userName"] == "BO"
    assert load(scim.get('/Users?filter=userName eq "bo"'))["totalResults"] == 1


def test_password_is_accepted_and_changes_nothing(scim, bo):
    operation = {"op": "replace", "value": {"password": "Tr0ub4dor"}}
    by_path = {"op": "replace", "path": "password", "value": "Tr0ub4dor"}
    assert load(scim.patch(f"/Users/{bo['id']}", operation)) == bo
    assert load(scim.patch(f"/Users/{bo['id']}", by_path)) == bo


def test_first_work_email_is_made_by_its_path(scim):
    user = scim.new_user("cy")
    operation = {
        "op": "Add",
        "path": 'emails[type eq "work"].value',
        "value": "cy@example.com",
    }
    changed = load(scim.patch(f"/Users/{user['id']}", operation))
    assert changed["emails"] == [{"type": "work", "value": "cy@example.com"}]


def test_extension_comes_and_goes_with_its_attributes(scim, bo):
    path = f"/Users/{bo['id']}"
    filled = load(scim.patch(path, {"op": "add", "path": DEPARTMENT, "value": "IT"}))
    assert filled[names.ENTERPRISE_USER] == {"department": "IT"}
    assert names.ENTERPRISE_USER in filled["schemas"]
    emptied = load(scim.patch(path, {"op": "remove", "path": DEPARTMENT}))
    assert names.ENTERPRISE_USER not in emptied
    assert emptied["schemas"] == [names.CORE_USER]


@pytest.mark.parametrize(
    "form",
    [str, lambda id_: {"value": id_}, lambda id_: [{"$ref": "x", "value": id_}]],
    ids=["text", "object", "list"],
)
def test_manager_is_set_in_every_form_and_removed_by_nothing(scim, bo, form):
    path, boss = f"/Users/{bo['id']}", scim.new_user("ada", displayName="Ada")
    operation = {"op": "add", "path": MANAGER, "value": form(boss["id"])}
    user = load(scim.patch(path, operation))
    assert user[names.ENTERPRISE_USER]["manager"]["displayName"] == "Ada"
    user = load(scim.patch(path, {"op": "replace", "path": MANAGER, "value": ""}))
    assert names.ENTERPRISE_USER not in user


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "value": {"name": {"givenName": "Bo"}}},
        {"op": "add", "path": "emails", "value": [EMAIL]},
        {"op": "remove", "path": "title"},
        {"op": "remove", "path": 'emails[type eq "home"]'},
        {"op": "replace", "path": "active", "value": True},
        {"op": "add", "value": {}},
    ],
)
def test_what_is_so_already_leaves_version_and_time(scim, app, bo, operation):
    before = n_events(app)
    answer = scim.patch(f"/Users/{bo['id']}", operation)
    assert answer.status_code == 200
    assert load(answer) == bo
    assert n_events(app) == before
