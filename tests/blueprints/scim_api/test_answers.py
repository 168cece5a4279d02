"""What all answers have in common: media type, addresses."""

from __future__ import annotations

import pytest

from scim import names
from tests.conftest import make_app, make_token
from tests.refusals import detail_of
from tests.scim_client import ScimClient, load
from tests.served import fill

LARGE = 101


@pytest.fixture
def large(scim, app, acme):
    with app.app_context():
        ids = fill(acme, LARGE, groups=0, members_per_group=0)
    return scim.new_group("Large", *ids)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, names.MEDIA_TYPE),
        ("*/*", names.MEDIA_TYPE),
        ("application/scim+json", names.MEDIA_TYPE),
        ("application/scim+json, application/json;q=0.5", names.MEDIA_TYPE),
        ("application/json", "application/json"),
        ("text/html", names.MEDIA_TYPE),
    ],
)
def test_media_type_is_scim_unless_only_json_is_asked_for(scim, accept, media_type):
    headers = {"Accept": accept} if accept else {}
    made = scim.request("POST", "/Users", {"userName": "bo"}, headers)
    listed = scim.request("GET", "/Groups", headers=headers)
    assert made.headers["Content-Type"] == media_type
    assert listed.headers["Content-Type"] == media_type


@pytest.mark.parametrize(
    "content_type",
    [
        "application/scim+json",
        "application/scim+json; charset=utf-8",
        "application/json;charset=UTF-8",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
    ],
)
def test_body_is_read_whatever_it_is_called(scim, content_type):
    headers = {"Content-Type": content_type, "Accept-Charset": "utf-8"}
    answer = scim.request("POST", "/Users", {"userName": "bö"}, headers)
    assert answer.status_code == 201
    assert load(answer)["userName"] == "bö"


def test_body_with_a_byte_order_mark_is_read(scim):
    answer = scim.request("POST", "/Users", b'\xef\xbb\xbf{"userName":"bo"}')
    assert answer.status_code == 201


@pytest.mark.parametrize("public_url", ["https://scim.example.org/roll", ""])
def test_addresses_lie_under_the_public_url(
    database_url, tmp_path, app, acme, public_url
):
    other = make_app(tmp_path, database_url, ROLLCALL_PUBLIC_URL=public_url)
    scim = ScimClient(other.test_client(), make_token(app, acme))
    user = scim.post("/Users", {"userName": "bo"})
    base = public_url or "http://localhost"
    address = f"{base}/scim/v2/Users/{load(user)['id']}"
    assert user.headers["Location"] == address
    assert load(user)["meta"]["location"] == address
    group = scim.new_group("Staff", load(user)["id"])
    assert group["members"][0]["$ref"] == address


def test_nobody_is_sent_elsewhere_for_a_trailing_slash(scim):
    user = scim.new_user("bo")
    made = scim.post("/Users/", {"userName": "cy"})
    assert made.status_code == 201
    assert load(scim.get("/Users/"))["totalResults"] == 2
    assert load(scim.get(f"/Users/{user['id']}/")) == user
    assert scim.get("/Groups/").status_code == 200
    assert scim.get("/Schemas/").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["//Users", "/Users//", "/Users//x", "/scim/v2/Users", "/users", "/x"],
)
def test_wrong_address_is_told_so(scim, path):
    detail = detail_of(scim.get(path), 404)
    assert "is not an address here" in detail
    assert "/scim/v2" in detail


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/Users", "/Groups"])
def test_collection_is_not_changed_as_a_whole(scim, path, method):
    scim.new_group("Staff", scim.new_user("bo")["id"])
    detail = detail_of(scim.request(method, path, {"userName": "x"}), 405)
    assert detail.startswith(f"{method} is not possible here.")
    assert load(scim.get(path))["totalResults"] == 1


@pytest.mark.parametrize("path", ["/Users", "/Groups", "/Schemas", "/ResourceTypes"])
def test_head_is_get_without_the_body(scim, path):
    scim.new_group("Staff", scim.new_user("bo")["id"])
    get, head = scim.get(path), scim.request("HEAD", path)
    assert head.status_code == get.status_code == 200
    assert head.data == b""
    assert head.headers["Content-Type"] == get.headers["Content-Type"]
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


@pytest.mark.parametrize("path", ["/Users/x", "/Groups/x", "/x"])
def test_head_of_what_is_missing_is_404(scim, path):
    answer = scim.request("HEAD", path)
    assert (answer.status_code, answer.data) == (404, b"")


def test_patch_of_a_group_of_a_hundred_is_answered_with_it(scim, large):
    path, last = f"/Groups/{large['id']}", large["members"][-1]["value"]
    remove = {"op": "remove", "path": f'members[value eq "{last}"]'}
    answer = scim.patch(path, remove)
    assert answer.status_code == 200
    assert load(answer) == load(scim.get(path))
    assert len(load(answer)["members"]) == LARGE - 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 204),
        ("?attributes=displayName", 200),
        ("?excludedAttributes=members", 200),
        ("?attributes=", 200),
    ],
)
def test_patch_of_a_larger_group_is_answered_to_who_asks(scim, large, query, status):
    rename = {"op": "replace", "value": {"displayName": "New"}}
    answer = scim.patch(f"/Groups/{large['id']}{query}", rename)
    assert answer.status_code == status
    assert answer.headers["ETag"] == 'W/"2"'
    assert ('"New"' in answer.text) is (status == 200)
    assert ("Content-Type" in answer.headers) is (status == 200)
