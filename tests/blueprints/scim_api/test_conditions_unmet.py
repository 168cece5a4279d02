"""Conditions that are not met: 412 to writers, 304 to readers, and nothing changes."""

from __future__ import annotations

import pytest

from scim import names
from tests.refusals import detail_of

BODY = {
    "userName": "bo",
    "displayName": "changed",
    "schemas": [names.PATCH_OP, names.CORE_USER, names.CORE_GROUP],
    "Operations": [{"op": "replace", "value": {"displayName": "changed"}}],
}
CURRENT = ['W/"2"', '"2"', 'W/"1", W/"2"', '"x","2"', "*", ' W/"2" ', "\t*"]
STALE = [
    'W/"1"',
    '"1"',
    '"22"',
    'W/"1", "3"',
    '"*"',
    'W/"*"',
    "2",
    "x*",
    "*, x",
    "",
    ",",
]


@pytest.fixture(scope="module", params=["User", "Group"])
def resource(shared_scim, request):
    """A user or a group in its second version: its address."""
    new = {"User": shared_scim.new_user, "Group": shared_scim.new_group}
    path = f"/{request.param}s/{new[request.param]('bo')['id']}"
    shared_scim.patch(path, {"op": "add", "value": {"externalId": "1"}})
    return path


@pytest.mark.parametrize("tag", STALE)
def test_request_is_refused_when_the_version_does_not_match(shared_scim, resource, tag):
    before = shared_scim.get(resource)
    answers = [
        shared_scim.request(method, resource, BODY, {"If-Match": tag})
        for method in ("GET", "PUT", "PATCH", "DELETE")
    ]
    assert all("version 2" in detail_of(answer, 412) for answer in answers)
    assert shared_scim.get(resource).data == before.data


@pytest.mark.parametrize("tag", CURRENT)
def test_write_is_refused_when_the_version_is_excluded(shared_scim, resource, tag):
    before = shared_scim.get(resource)
    answers = [
        shared_scim.request(method, resource, BODY, {"If-None-Match": tag})
        for method in ("PUT", "PATCH", "DELETE")
    ]
    assert all("If-None-Match" in detail_of(answer, 412) for answer in answers)
    assert shared_scim.get(resource).data == before.data


@pytest.mark.parametrize("tag", CURRENT)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reader_who_is_up_to_date_is_told_so(shared_scim, resource, method, tag):
    answer = shared_scim.request(method, resource, headers={"If-None-Match": tag})
    assert answer.status_code == 304
    assert answer.data == b""
    assert answer.headers["ETag"] == 'W/"2"'
    assert "Content-Type" not in answer.headers
