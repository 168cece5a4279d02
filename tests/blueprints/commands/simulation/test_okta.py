"""The requests are those of the recordings in `tests/journeys/okta/`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from blueprints.commands.simulation import okta, people
from scim.names import ENTERPRISE_USER
from tests.journeys import wire
from tests.served import ROOT

PERSON = people.make(3, 1)[2]


def requests(name: str) -> list[dict[str, Any]]:
    """The requests of a recording, in their order."""
    (file,) = (ROOT / "tests" / "journeys" / "okta").glob(f"{name}-*.json")
    steps = json.loads(file.read_text("utf-8"))["steps"]
    return [step["request"] for step in steps if "request" in step]


def operations(name: str) -> list[Any]:
    return [
        operation
        for request in requests(name)
        for operation in request.get("body", {}).get("Operations", [])
    ]


def test_headers_are_those_of_the_recordings() -> None:
    recorded = dict(wire.OKTA_HEADERS)
    del recorded["Authorization"]
    assert recorded == okta.HEADERS
    assert wire.OKTA_CONTENT_TYPE == okta.CONTENT_TYPE
    assert wire.METHODS_WITH_CONTENT_TYPE == okta.METHODS_WITH_CONTENT_TYPE
    assert wire.PATIENCE_SECONDS == okta.TIMEOUT_SECONDS


def test_the_test_of_the_credentials_asks_for_both_lists() -> None:
    recorded = [request["path"] for request in requests("01")[:2]]
    assert recorded == list(okta.CREDENTIAL_TESTS)


def test_look_ups_are_spelled_as_recorded() -> None:
    user, group = requests("10")[0]["path"], requests("50")[0]["path"]
    assert okta.user_lookup("test.user@okta.local") == user
    assert okta.group_lookup("Test SCIMv2") == group


def test_a_look_up_takes_any_name() -> None:
    target = okta.group_lookup('A "b" \\ & Łódź #1')
    assert target.startswith("/Groups?filter=displayName%20eq%20%22A%20%5C%22b%5C%22")
    assert "%5C%5C%20%26%20%C5%81%C3%B3d%C5%BA%20%231%22&startIndex=1" in target


def test_a_create_has_what_was_recorded_and_the_mapped_extras() -> None:
    manager = {"value": "u1", "displayName": "The Boss"}
    body = okta.new_user(PERSON, PERSON.before, manager)
    plain, extended = requests("11")[0]["body"], requests("40")[1]["body"]
    assert body.keys() > plain.keys()
    assert body["schemas"] == extended["schemas"]
    assert body["emails"] == [plain["emails"][0] | {"value": PERSON.user_name}]
    assert body[ENTERPRISE_USER]["manager"].keys() == manager.keys()


def test_somebody_without_a_manager_is_sent_without() -> None:
    body = okta.new_user(PERSON, PERSON.before, None)
    assert "manager" not in body[ENTERPRISE_USER]


@pytest.mark.parametrize(("is_active", "with_path"), [(False, False), (False, True)])
def test_both_spellings_of_a_deactivation_were_recorded(
    is_active: bool, with_path: bool
) -> None:
    operation = okta.active(is_active, with_path=with_path)
    assert ("path" in operation) == with_path
    assert operation in operations("30")


def test_a_put_is_what_was_read_and_the_changes() -> None:
    read = {
        "id": "u1",
        "meta": {"version": "1"},
        "name": {"givenName": "Ana", "familyName": "Silva"},
    }
    body = okta.echo(read, {"name": {"familyName": "Souza"}, "title": "Buyer"})
    assert body == {
        "id": "u1",
        "meta": {"version": "1"},
        "name": {"givenName": "Ana", "familyName": "Souza"},
        "title": "Buyer",
    }
    assert read["name"] == {"givenName": "Ana", "familyName": "Silva"}


def test_a_put_of_enterprise_attributes_names_their_schema_once() -> None:
    changes = {ENTERPRISE_USER: {"department": "Sales"}}
    once = okta.echo({"id": "u1", "schemas": ["core"]}, changes)
    assert once["schemas"] == ["core", ENTERPRISE_USER]
    assert okta.echo(once, changes)["schemas"] == ["core", ENTERPRISE_USER]


def test_a_patch_names_what_changed_and_nothing_else() -> None:
    before = {"title": "A", "locale": "pl-PL", "name": {"f": "X", "g": "Y"}}
    after = {"title": "B", "locale": "pl-PL", "name": {"f": "Z", "g": "Y"}}
    assert okta.differing(before, after) == {"title": "B", "name": {"f": "Z"}}
    assert okta.differing(before, before) == {}


def test_groups_are_created_and_put_as_recorded() -> None:
    created, put = requests("50")[1]["body"], requests("55")[2]["body"]
    assert okta.new_group("Test SCIMv2") == created
    assert okta.whole_group("{{group_id}}", "Test SCIMv2", []) == put


def test_a_rename_and_push_now_are_as_recorded() -> None:
    members = [
        okta.member("{{ids/1}}", "person@okta.local"),
        okta.member("{{ids/2}}", "person@okta.local"),
    ]
    assert okta.renamed("{{group_id}}", "New name") in operations("51")
    assert okta.whole_membership(members) in operations("53")
    assert okta.whole_membership([]) in operations("53")


def test_removes_come_first_one_each_and_then_one_add_as_recorded() -> None:
    added = [okta.member("{{ids/0}}", "person@okta.local")]
    bodies = okta.membership_patches(["{{ids/1}}", "{{ids/2}}"], added)
    assert bodies == [requests("52")[9]["body"]]


def test_members_are_sent_a_hundred_at_a_time() -> None:
    added = [okta.member(f"u{number}", None) for number in range(150)]
    first, second, third = okta.membership_patches(["a"] * 60, added)
    assert [len(first["Operations"]), len(first["Operations"][-1]["value"])] == [61, 40]
    assert len(second["Operations"][0]["value"]) == 100
    assert len(third["Operations"][0]["value"]) == 10
    assert okta.membership_patches([], []) == []
