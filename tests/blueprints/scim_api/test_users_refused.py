"""Bodies and addresses of users that are refused, one directory for all of them."""

from __future__ import annotations

import pytest

from scim import names
from tests.refusals import detail_of
from tests.scim_client import load

UNKNOWN = "01900000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module", autouse=True)
def bo(shared_scim):
    return shared_scim.new_user("bo", externalId=UNKNOWN)


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({"userName": 5.5e300 > 1}, "userName"),
        ({"userName": ["bo"]}, "userName"),
        ({"userName": {"value": "bo"}}, "userName"),
        ({"active": "yes"}, "active"),
        ({"active": 1}, "active"),
        ({"name": "Bo Ek"}, "name"),
        ({"name": {"givenName": "Bo", "familyName": ["Ek"]}}, "name.familyName"),
        ({"emails": "bo@example.com"}, "emails"),
        ({"emails": {"value": "bo@example.com"}}, "emails"),
        ({"emails": ["bo@example.com"]}, "emails"),
        ({"emails": [{"value": 1, "primary": "maybe"}]}, "emails.primary"),
        ({"password": 12345}, "password"),
        ({"displayName": True}, "displayName"),
        ({names.ENTERPRISE_USER: "IT"}, names.ENTERPRISE_USER),
        ({names.ENTERPRISE_USER: {"department": [1]}}, "department"),
        ({"x509Certificates": [{"value": "%%%"}]}, "x509Certificates.value"),
        ({"userName": ""}, "userName"),
        ({"userName": " \t "}, "userName"),
        ({"userName": None}, "userName"),
        ({"userName": "a" * 513}, "userName"),
        ({"title": "ß" * 513}, "title"),
        ({"title": "😀" * 512}, "title"),
        ({"profileUrl": "x" * 65_537}, "profileUrl"),
        ({"emails": [{"value": str(n)} for n in range(1_001)]}, "emails"),
    ],
)
def test_value_that_cannot_be_kept_is_refused_by_name(shared_scim, attributes, name):
    answer = shared_scim.post("/Users", {"userName": "cy", **attributes})
    assert name in detail_of(answer, 400, "invalidValue")
    assert load(shared_scim.get("/Users"))["totalResults"] == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("user_id", [UNKNOWN, UNKNOWN.upper(), "00u1", "bo", "%F0%9F"])
def test_only_an_id_addresses_a_user(shared_scim, method, user_id):
    body = {"userName": "x", "Operations": [{"op": "add", "value": {"title": "x"}}]}
    answer = shared_scim.request(method, f"/Users/{user_id}", body)
    assert "There is no user" in detail_of(answer, 404)
