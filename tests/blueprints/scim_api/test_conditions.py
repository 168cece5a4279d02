"""Entity tags and conditional requests (RFC 7644 §3.14, RFC 9110 §13).

Okta sends no conditions; who sends them is kept from overwriting another's change.
"""

from __future__ import annotations

import pytest

from scim import names
from tests.refusals import detail_of
from tests.scim_client import load

TITLE = {"op": "replace", "value": {"title": "Chief"}}
RENAME = {"op": "replace", "value": {"displayName": "New"}}


@pytest.fixture
def app(shared_app):
    return shared_app


@pytest.fixture
def scim(emptied_scim):
    return emptied_scim


@pytest.fixture(params=["User", "Group"])
def resource(scim, request):
    """A user or a group in its second version, and its address."""
    made = {"User": scim.new_user, "Group": scim.new_group}[request.param]("bo")
    path = f"/{request.param}s/{made['id']}"
    value = {"externalId": "1"}
    assert scim.patch(path, {"op": "add", "value": value}).status_code == 200
    return path


BODY = {
    "userName": "bo",
    "displayName": "changed",
    "schemas": [names.PATCH_OP, names.CORE_USER, names.CORE_GROUP],
    "Operations": [{"op": "replace", "value": {"displayName": "changed"}}],
}
CURRENT = ['W/"2"', '"2"', 'W/"1", W/"2"', "*"]
STALE = ['W/"1"', '"22"', 'W/"1", "33"', '"*"']


@pytest.mark.parametrize("tag", CURRENT)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_request_goes_on_when_the_version_matches(scim, resource, method, tag):
    assert scim.get(resource, If_Match=tag).status_code == 200
    answer = scim.request(method, resource, BODY, {"If-Match": tag})
    assert answer.status_code == 200
    assert answer.headers["ETag"] == load(answer)["meta"]["version"] == 'W/"3"'


@pytest.mark.parametrize("tag", STALE)
def test_request_goes_on_when_another_version_is_excluded(scim, resource, tag):
    headers = {"If-None-Match": tag}
    answers = [
        scim.request(method, resource, BODY, headers)
        for method in ("GET", "PUT", "PATCH")
    ]
    assert [answer.status_code for answer in answers] == [200] * 3


@pytest.mark.parametrize("tag", ['W/"2"', "*"])
def test_delete_goes_on_when_the_version_matches(scim, resource, tag):
    assert scim.delete(resource, If_Match=tag).status_code == 204
    assert scim.delete(resource, If_Match=tag).status_code == 404


def test_both_conditions_must_hold(scim, resource):
    both = {"If-Match": 'W/"2"', "If-None-Match": 'W/"2"'}
    assert scim.request("GET", resource, headers=both).status_code == 304
    detail_of(scim.request("PUT", resource, BODY, both), 412)
    stale = {"If-Match": 'W/"1"', "If-None-Match": 'W/"1"'}
    detail_of(scim.request("GET", resource, headers=stale), 412)


def test_missing_resource_is_missing_whatever_is_expected(scim):
    path = "/Users/01900000-0000-7000-8000-000000000000"
    assert scim.get(path, If_Match="*").status_code == 404
    assert scim.put(path, BODY, If_None_Match="*").status_code == 404


def test_tag_of_an_answer_serves_for_the_next_request(scim, resource):
    tag = scim.get(resource).headers["ETag"]
    first = scim.put(resource, BODY, If_Match=tag)
    assert first.status_code == 200
    assert first.headers["ETag"] != tag
    detail_of(scim.put(resource, BODY, If_Match=tag), 412)
    assert scim.put(resource, BODY, If_Match=first.headers["ETag"]).status_code == 200


def test_write_that_changes_nothing_keeps_the_tag(scim, resource):
    read = load(scim.get(resource))
    assert scim.put(resource, read).headers["ETag"] == 'W/"2"'
    assert load(scim.get(resource)) == read


def test_created_resource_has_a_tag(scim):
    for_user = scim.post("/Users", {"userName": "bo"})
    for_group = scim.post("/Groups", {"displayName": "bo"})
    assert for_user.headers["ETag"] == load(for_user)["meta"]["version"]
    assert for_group.headers["ETag"] == load(for_group)["meta"]["version"]


def test_tag_is_sent_without_the_attribute(scim, resource):
    answer = scim.get(f"{resource}?attributes=id")
    assert answer.headers["ETag"] == 'W/"2"'
    assert "meta" not in load(answer)


def test_conditions_on_lists_and_on_post_mean_nothing(scim):
    headers = {"If-Match": '"1"', "If-None-Match": "*"}
    made = scim.request("POST", "/Users", {"userName": "bo"}, headers)
    listed = scim.request("GET", "/Users", headers=headers)
    assert made.status_code == 201
    assert listed.status_code == 200
    assert "ETag" not in listed.headers


def test_membership_leaves_the_tag_of_the_user(scim):
    user = scim.new_user("bo")
    group = scim.new_group("Staff", user["id"])
    answer = scim.get(f"/Users/{user['id']}")
    assert answer.headers["ETag"] == user["meta"]["version"]
    assert load(answer)["groups"][0]["value"] == group["id"]
