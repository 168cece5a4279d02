"""Discovery over HTTP: who may read it, and that what it announces is true.

What the documents say of each attribute is in tests/scim/test_discovery.py.
"""

from __future__ import annotations

from io import BytesIO

import pytest

from scim import names
from tests.refusals import detail_of
from tests.scim_client import load

BASE = "https://rollcall.example/scim/v2"
ADDRESSES = [
    "/ServiceProviderConfig",
    "/ResourceTypes",
    "/ResourceTypes/User",
    "/ResourceTypes/Group",
    "/Schemas",
    f"/Schemas/{names.CORE_USER}",
    f"/Schemas/{names.CORE_GROUP}",
    f"/Schemas/{names.ENTERPRISE_USER}",
]


def anonymous(shared_app, path, **headers):
    return shared_app.test_client().get(f"/scim/v2{path}", headers=headers)


@pytest.mark.parametrize("path", ADDRESSES)
def test_document_is_read_with_and_without_a_token(shared_app, shared_scim, path):
    without = anonymous(shared_app, path)
    assert without.status_code == 200
    assert without.mimetype == names.MEDIA_TYPE
    assert without.data == shared_scim.get(path).data


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("value", ["Bearer wrong", "", "Basic eDp5", "rcl_x_y"])
def test_document_is_not_read_with_a_wrong_token(shared_app, path, value):
    answer = anonymous(shared_app, path, Authorization=value)
    detail_of(answer, 401)
    assert "Bearer" in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "path",
    ["", "/", "/Users", "/Groups", "/Schema", "/SchemasX", "/Me", "/Bulk", "/Users/x"],
)
def test_everything_else_needs_a_token(shared_app, path):
    answer = anonymous(shared_app, path)
    assert "No credentials were sent" in detail_of(answer, 401)


@pytest.mark.parametrize("path", ADDRESSES)
def test_document_names_its_own_address(shared_scim, path):
    document = load(shared_scim.get(path))
    entries = document.get("Resources", [document])
    places = [entry["meta"]["location"] for entry in entries]
    assert all(place.startswith(BASE) for place in places)
    read = [load(shared_scim.get(place.removeprefix(BASE))) for place in places]
    assert read == entries


@pytest.mark.parametrize(
    ("path", "n_documents"), [("/ResourceTypes", 2), ("/Schemas", 3)]
)
def test_lists_are_list_responses(shared_scim, path, n_documents):
    page = load(shared_scim.get(f"{path}?startIndex=2&count=1"))
    assert page["schemas"] == [names.LIST_RESPONSE]
    assert page["totalResults"] == page["itemsPerPage"] == n_documents
    assert len(page["Resources"]) == n_documents


@pytest.mark.parametrize("path", ADDRESSES)
def test_documents_cannot_be_filtered(shared_scim, path):
    answer = shared_scim.get(f'{path}?filter=id eq "User"')
    assert "cannot be filtered" in detail_of(answer, 403)


@pytest.mark.parametrize(
    "path",
    [
        "/ResourceTypes/Device",
        "/Schemas/urn:x",
        f"/Schemas/{'x' * 3_000}",
        "/Schemas/%00",
    ],
)
def test_unknown_document_names_the_known_ones(shared_scim, path):
    assert "Group" in detail_of(shared_scim.get(path), 404)


def test_names_are_compared_without_case(shared_scim):
    upper = shared_scim.get(f"/Schemas/{names.CORE_USER.upper()}")
    assert load(upper)["id"] == names.CORE_USER
    assert load(shared_scim.get("/ResourceTypes/user"))["id"] == "User"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ADDRESSES)
def test_documents_are_only_read(shared_scim, path, method):
    answer = shared_scim.request(method, path, b"not json")
    detail_of(answer, 405)
    assert "GET" in answer.headers["Allow"]


def test_what_is_announced_is_so(shared_app, shared_scim):
    config = load(shared_scim.get("/ServiceProviderConfig"))
    limit = shared_app.config["ROLLCALL_BODY_LIMIT_BYTES"]
    assert config["filter"] == {"supported": True, "maxResults": names.MAX_COUNT}
    assert config["bulk"]["maxPayloadSize"] == limit
    assert [config[one]["supported"] for one in ("patch", "etag")] == [True, True]
    missing = [config[one]["supported"] for one in ("bulk", "sort", "changePassword")]
    assert missing == [False, False, False]


def test_body_up_to_the_announced_size_is_read_and_a_larger_one_is_not(
    shared_app, shared_scim
):
    limit = shared_app.config["ROLLCALL_BODY_LIMIT_BYTES"]
    start, end = b'{"userName":"bo","x":"', b'"}'
    fits = start + b"x" * (limit - len(start) - len(end)) + end
    assert shared_scim.request("POST", "/Users", fits).status_code == 201
    too_large = shared_scim.request("POST", "/Users", b" " + fits)
    assert f"{limit:,} bytes" in detail_of(too_large, 413)


def test_larger_body_that_does_not_tell_its_length_is_not_read(shared_app, shared_scim):
    limit = shared_app.config["ROLLCALL_BODY_LIMIT_BYTES"]
    answer = shared_app.test_client().post(
        "/scim/v2/Users",
        input_stream=BytesIO(b" " * (limit + 1)),
        headers={"Authorization": shared_scim.token, "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert f"{limit:,} bytes" in detail_of(answer, 413)


@pytest.mark.parametrize("path", ["/Bulk", "/.search", "/Users/.search"])
def test_what_is_not_announced_is_not_there(shared_scim, path):
    detail_of(shared_scim.request("POST", path, {}), 501)
