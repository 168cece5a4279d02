"""What is too long, too deep or too much is refused in words, or cut if it may be."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select

from models import Request, User
from scim import names
from services.directory import memberships
from tests.directories import rows
from tests.scim_client import ScimClient, load
from tests.served import Server

FOUR_BYTES = "𐐨"


def test_two_long_names_fit_the_key_they_are_sorted_by(
    app: Flask, scim: ScimClient
) -> None:
    long = FOUR_BYTES * 499
    scim.new_user("bo", name={"givenName": long, "familyName": long})
    [(key,)] = rows(app, select(User.name_key))
    assert 1_990 < len(key.encode()) <= 2_000
    assert load(scim.get("/Users"))["totalResults"] == 1


def test_filter_of_many_complex_attributes_is_answered(scim: ScimClient) -> None:
    scim.new_user("bo", name={"givenName": "Bo"})
    text = quote(" or ".join(["name pr"] * 199))
    assert load(scim.get(f"/Users?filter={text}"))["totalResults"] == 1


def test_path_with_too_many_comparisons_is_refused(scim: ScimClient) -> None:
    group = scim.new_group("Engineering", scim.new_user("bo")["id"])["id"]
    condition = " or ".join(f'type ne "{number}"' for number in range(300))
    path = f"members[{condition}]"
    answer = scim.patch(f"/Groups/{group}", {"op": "remove", "path": path})
    assert answer.status_code == 400
    assert "more than 200 comparisons" in load(answer)["detail"]
    assert len(load(scim.get(f"/Groups/{group}"))["members"]) == 1


def test_conditions_that_cost_too_much_are_refused(
    scim: ScimClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memberships, "MAX_WORK", 3)
    users = [scim.new_user(name)["id"] for name in ("bo", "cy")]
    group = scim.new_group("Engineering", *users)["id"]
    path = 'members[display co "b" or display co "c"]'
    answer = scim.patch(f"/Groups/{group}", {"op": "remove", "path": path})
    assert answer.status_code == 400
    assert load(answer)["scimType"] == "tooMany"
    assert "2 comparisons with each of 2 members" in load(answer)["detail"]


def test_members_of_which_nothing_is_selected_are_left_out(scim: ScimClient) -> None:
    user = scim.new_user("bo")["id"]
    scim.new_group("Engineering", user)
    subs = "members.value,members.$ref,members.type,members.display"
    page = load(scim.get(f"/Groups?excludedAttributes={subs}"))
    assert page["totalResults"] == 1
    assert "members" not in page["Resources"][0]


def test_token_in_the_address_is_not_kept(app: Flask, scim: ScimClient) -> None:
    scim.post(f"/Users?access_token={scim.token}", {"userName": "bo"})
    [(path,)] = rows(app, select(Request.path).where(Request.kind == "scim"))
    public_id = scim.token.split("_")[1]
    assert path == f"/scim/v2/Users?access_token=rcl_{public_id}…"


def test_second_walk_leaves_nobody_out_of_the_first(scim: ScimClient) -> None:
    ids = [scim.new_user(f"user{number:02}")["id"] for number in range(30)]
    page = "/Users?startIndex={}&count=10"
    seen = ids_of(scim, page.format(1))
    for gone in ids[:3]:
        scim.delete(f"/Users/{gone}")
    scim.get(page.format(1))
    seen |= ids_of(scim, page.format(11)) | ids_of(scim, page.format(21))
    assert seen == set(ids)


def ids_of(scim: ScimClient, path: str) -> set[str]:
    return {user["id"] for user in load(scim.get(path))["Resources"]}


@pytest.mark.served
def test_body_sent_in_chunks_is_refused_when_it_is_too_large(
    journey_server: Server,
) -> None:
    token = journey_server.new_token(journey_server.new_organization())
    connection = http.client.HTTPConnection("127.0.0.1", journey_server.port)
    connection.request(
        "POST",
        "/scim/v2/Users",
        body=blanks(17),
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": names.MEDIA_TYPE,
        },
        encode_chunked=True,
    )
    answer = connection.getresponse()
    assert answer.status == 413
    assert b"larger than 16,777,216 bytes" in answer.read()
    connection.close()


def blanks(mebibytes: int) -> Iterator[bytes]:
    for _ in range(mebibytes):
        yield b" " * 2**20
