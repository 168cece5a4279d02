"""PUT of a user: what it replaces, what it leaves, what it refuses."""

from __future__ import annotations

import pytest

from scim import names
from tests.directories import last_event, last_notes, n_events
from tests.refusals import detail_of
from tests.scim_client import load

FULL = {
    "userName": "bo",
    "externalId": "1",
    "displayName": "Bo",
    "name": {"givenName": "Bo", "familyName": "Ek"},
    "emails": [{"value": "bo@example.com", "type": "work"}],
    names.ENTERPRISE_USER: {"department": "IT"},
}


@pytest.fixture
def app(shared_app):
    return shared_app


@pytest.fixture
def scim(emptied_scim):
    return emptied_scim


@pytest.fixture
def bo(scim):
    return scim.post("/Users", FULL).json


def test_what_a_put_leaves_out_is_cleared(scim, bo):
    user = load(scim.put(f"/Users/{bo['id']}", {"userName": "bo", "title": "x"}))
    assert user.keys() == {"schemas", "id", "userName", "active", "title", "meta"}
    assert user["schemas"] == [names.CORE_USER]
    assert user == load(scim.get(f"/Users/{bo['id']}"))


@pytest.mark.parametrize("sent", [{}, {"active": None}])
@pytest.mark.parametrize("active", [True, False])
def test_put_without_active_leaves_it_as_it_is(scim, bo, active, sent):
    scim.patch(f"/Users/{bo['id']}", {"op": "add", "value": {"active": active}})
    user = load(scim.put(f"/Users/{bo['id']}", {"userName": "bo", **sent}))
    assert user["active"] is active


def test_put_reactivates_when_it_says_so(scim, app, bo):
    scim.put(f"/Users/{bo['id']}", {**FULL, "active": False})
    assert last_event(app).action == "deactivated"
    user = load(scim.put(f"/Users/{bo['id']}", {**FULL, "active": True}))
    assert user["active"] is True
    assert user["id"] == bo["id"]
    assert last_event(app).action == "reactivated"


def test_what_was_read_can_be_put_back_unchanged(scim, app, bo):
    scim.new_group("Staff", bo["id"])
    read = load(scim.get(f"/Users/{bo['id']}"))
    before = n_events(app)
    answer = scim.put(f"/Users/{bo['id']}", read)
    assert load(answer) == read
    assert answer.headers["ETag"] == 'W/"1"'
    assert n_events(app) == before


def test_read_only_parts_are_ignored_even_when_they_differ(scim, bo):
    group = scim.new_group("Staff", bo["id"])
    lies = {
        "id": "another",
        "meta": {"created": "04-12-2018 00:00:00", "version": "v1.0"},
        "groups": [],
    }
    user = load(scim.put(f"/Users/{bo['id']}", {**FULL, **lies}))
    assert (user["id"], user["meta"]) == (bo["id"], bo["meta"])
    assert [one["value"] for one in user["groups"]] == [group["id"]]


def test_another_id_in_the_body_is_noted(scim, app, bo):
    scim.put(f"/Users/{bo['id']}", {**FULL, "title": "x", "id": "another"})
    assert any("id is read-only" in note for note in last_notes(app))


def test_rename_to_a_name_in_use_changes_nothing(scim, bo):
    scim.new_user("Cy")
    answer = scim.put(f"/Users/{bo['id']}", {"userName": "cy", "title": "x"})
    detail_of(answer, 409, "uniqueness")
    assert load(scim.get(f"/Users/{bo['id']}")) == bo


def test_rename_keeps_the_id_and_frees_the_name(scim, bo):
    renamed = load(scim.put(f"/Users/{bo['id']}", {**FULL, "userName": "BO@new"}))
    assert (renamed["id"], renamed["userName"]) == (bo["id"], "BO@new")
    assert scim.post("/Users", {"userName": "bo"}).status_code == 201


def test_own_name_in_another_case_is_no_conflict(scim, bo):
    renamed = load(scim.put(f"/Users/{bo['id']}", {**FULL, "userName": "BO"}))
    assert renamed["userName"] == "BO"
    assert renamed["meta"]["version"] == 'W/"2"'


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"userName": " "},
        {"userName": "bo", "active": "perhaps"},
        {"userName": "bo", "active": ""},
        {"userName": "bo", "schemas": [names.CORE_GROUP]},
        {"userName": "bo", "emails": [{"value": "a", "primary": True}] * 2 + [3]},
    ],
)
def test_refused_put_changes_nothing(scim, bo, body):
    detail_of(scim.put(f"/Users/{bo['id']}", body), 400, "invalidValue")
    assert load(scim.get(f"/Users/{bo['id']}")) == bo


def test_manager_echoed_with_its_read_only_parts_is_no_change(scim, bo):
    body = {**FULL, names.ENTERPRISE_USER: {"manager": {"value": bo["id"]}}}
    first = load(scim.put(f"/Users/{bo['id']}", body))
    assert first[names.ENTERPRISE_USER]["manager"]["displayName"] == "Bo"
    again = load(scim.put(f"/Users/{bo['id']}", first))
    assert again == first


def test_values_come_back_exactly_as_sent(scim, bo):
    exact = {"phoneNumbers": [{"value": "tel:+1-201-555-0123;ext=7", "type": "Odd"}]}
    user = load(scim.put(f"/Users/{bo['id']}", {"userName": " bo ", **exact}))
    assert exact.items() <= user.items()
    assert user["userName"] == " bo "
