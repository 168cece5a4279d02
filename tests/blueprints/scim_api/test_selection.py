"""`attributes` and `excludedAttributes` on every answer (RFC 7644 §3.9).

How names select parts of a document is in tests/scim/test_selection.py.
"""

from __future__ import annotations

import pytest

from scim import names
from tests.scim_client import load

ALWAYS = {"schemas", "id"}
EXTENSION = names.ENTERPRISE_USER
BO = {
    "userName": "bo",
    "title": "Chief",
    "name": {"givenName": "Bo", "familyName": "Ek"},
    "emails": [{"value": "bo@example.com", "type": "work"}],
    EXTENSION: {"department": "IT", "division": "North"},
}


@pytest.fixture
def app(shared_app):
    return shared_app


@pytest.fixture
def scim(emptied_scim):
    return emptied_scim


@pytest.fixture
def bo(scim):
    return load(scim.post("/Users", BO))


@pytest.fixture
def staff(scim, bo):
    return scim.new_group("Staff", bo["id"])


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("attributes=userName", {"userName"}),
        ("attributes=USERNAME,Title", {"userName", "title"}),
        ("attributes=userName,%20title%20,", {"userName", "title"}),
        (f"attributes={names.CORE_USER}:userName", {"userName"}),
        ("attributes=name.givenName", {"name"}),
        ("attributes=unknown,shoeSize", set()),
        ("attributes=meta", {"meta"}),
        ("attributes=groups", {"groups"}),
        (f"attributes={EXTENSION}", {EXTENSION}),
        (f"attributes={EXTENSION}:department", {EXTENSION}),
        (
            "excludedAttributes=userName,emails,meta,name,groups",
            {"title", "active", EXTENSION},
        ),
        (
            f"excludedAttributes=id,schemas,meta,{EXTENSION},groups",
            {"userName", "title", "name", "emails", "active"},
        ),
        ("attributes=userName,title&excludedAttributes=title", {"userName"}),
        ("attributes=", None),
        ("excludedAttributes=unknown", None),
    ],
)
def test_parts_of_a_user(scim, bo, staff, query, keys):
    whole = load(scim.get(f"/Users/{bo['id']}"))
    one = load(scim.get(f"/Users/{bo['id']}?{query}"))
    listed = load(scim.get(f"/Users?{query}"))["Resources"]
    assert one.keys() == (whole.keys() if keys is None else keys | ALWAYS)
    assert listed == [one]


def test_parts_of_a_part(scim, bo):
    path = f"/Users/{bo['id']}"
    one = load(scim.get(f"{path}?attributes=name.givenName,emails.value"))
    rest = load(
        scim.get(f"{path}?excludedAttributes=name.givenName,{EXTENSION}:division")
    )
    assert one["name"] == {"givenName": "Bo"}
    assert one["emails"] == [{"value": "bo@example.com"}]
    assert rest["name"] == {"familyName": "Ek"}
    assert rest[EXTENSION] == {"department": "IT"}


def test_answers_to_writes_are_selected_too(scim):
    query = "?attributes=userName"
    made = load(scim.post(f"/Users{query}", BO))
    path = f"/Users/{made['id']}{query}"
    put = load(scim.put(path, BO | {"title": "x"}))
    patched = load(scim.patch(path, {"op": "remove", "path": "title"}))
    assert made == put == patched
    assert made.keys() == {"userName"} | ALWAYS


def test_what_is_not_asked_for_is_stored_all_the_same(scim):
    made = load(scim.post("/Users?attributes=id", BO))
    assert load(scim.get(f"/Users/{made['id']}"))["title"] == "Chief"


def test_created_resource_has_its_address_whatever_is_asked_for(scim):
    user = scim.post("/Users?attributes=userName", BO)
    group = scim.post("/Groups?excludedAttributes=meta", {"displayName": "x"})
    assert user.headers["Location"].endswith(f"/Users/{load(user)['id']}")
    assert group.headers["Location"].endswith(f"/Groups/{load(group)['id']}")


@pytest.mark.parametrize(
    ("query", "keys", "member_keys"),
    [
        ("attributes=displayName", {"displayName"}, None),
        ("excludedAttributes=members", {"displayName", "meta"}, None),
        ("attributes=members", {"members"}, {"value", "$ref", "type", "display"}),
        ("attributes=members.value", {"members"}, {"value"}),
        (
            "attributes=members.value,members.$ref",
            {"members"},
            {"value", "$ref"},
        ),
        (
            "excludedAttributes=members.$ref,members.type,meta",
            {"displayName", "members"},
            {"value", "display"},
        ),
        ("attributes=members.unknown", set(), None),
        (
            "excludedAttributes=members.value,members.$ref,members.type,members.display",
            {"displayName", "meta"},
            None,
        ),
        ("attributes=members.value&excludedAttributes=members.value", set(), None),
    ],
)
def test_parts_of_a_group(scim, staff, query, keys, member_keys):
    one = load(scim.get(f"/Groups/{staff['id']}?{query}"))
    listed = load(scim.get(f"/Groups?{query}"))["Resources"]
    assert one.keys() == keys | ALWAYS
    assert listed == [one]
    assert [member.keys() for member in one.get("members", ())] == (
        [member_keys] if member_keys else []
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_answers_to_writes_of_groups_are_selected_too(scim, bo, method):
    group = {"displayName": "Staff", "members": [{"value": bo["id"]}]}
    operations = [{"op": "add", "value": {"externalId": "1"}}]
    made = scim.new_group("Other", bo["id"])
    path = "/Groups" if method == "POST" else f"/Groups/{made['id']}"
    body = group | {"Operations": operations}
    answer = scim.request(method, f"{path}?excludedAttributes=members,meta", body)
    assert answer.status_code in (200, 201)
    assert load(answer).keys() <= {"displayName", "externalId"} | ALWAYS
    assert "displayName" in load(answer)
