"""What can be pressed after a refusal: looked up today, and only what helps."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import Request
from models.database import db
from services.access import tokens
from services.activity import fixes
from services.activity.fixes import Fix
from services.directory.mapping import Reference
from services.organizations import OrganizationRef
from services.origin import Origin, new_id
from tests.conftest import make_token
from tests.logged_requests import exchange_of
from tests.scim_client import ScimClient

BY_HAND = Origin.of_command_line()


class Desk:
    """Asks what can be pressed after a request."""

    def __init__(self, app: Flask, acme: OrganizationRef, scim: ScimClient) -> None:
        self.app, self.acme, self.scim = app, acme, scim
        self.public_id = scim.token.split("_")[1]

    def fixes(self, answer: TestResponse) -> tuple[Fix, ...]:
        exchange = exchange_of(self.app, self.acme, answer)
        with self.app.app_context():
            return fixes.fixes_of(self.acme, exchange)

    def kinds(self, answer: TestResponse) -> list[str]:
        return [fix.kind for fix in self.fixes(answer)]

    def send(self, header: str) -> TestResponse:
        headers = {"Authorization": header}
        return self.app.test_client().get("/scim/v2/Users", headers=headers)

    def forget_bodies(self) -> None:
        """As for an organization that keeps meanings only."""
        self.app.extensions["request_log"].flush()
        with self.app.app_context(), Session(db.engine) as session:
            session.execute(sa.update(Request).values(request_body=None))
            session.commit()


@pytest.fixture
def desk(app: Flask, acme: OrganizationRef, scim: ScimClient) -> Desk:
    return Desk(app, acme, scim)


def bo(desk: Desk, **attributes: object) -> Reference:
    made = desk.scim.new_user("bo", displayName="Bo Ek", **attributes)
    return Reference("User", made["id"], "Bo Ek")


def test_a_taken_user_name_leads_to_who_has_it(desk: Desk) -> None:
    holder = bo(desk)
    refused = desk.scim.post("/Users", {"userName": "BO"})
    assert desk.fixes(refused) == (Fix("link_user", holder), Fix("open_user", holder))


@pytest.mark.parametrize(
    ("external_id", "is_active", "kinds"),
    [
        ("00u1", True, ["open_user"]),
        ("00u1", False, ["link_user", "open_user"]),
        ("00U1", True, ["link_user", "open_user"]),
    ],
)
def test_who_has_the_external_id_already_is_linked_only_to_be_reactivated(
    desk: Desk, external_id: str, is_active: bool, kinds: list[str]
) -> None:
    bo(desk, externalId=external_id, active=is_active)
    refused = desk.scim.post("/Users", {"userName": "bo", "externalId": "00u1"})
    assert refused.status_code == 409
    assert desk.kinds(refused) == kinds


def test_who_has_the_name_is_looked_up_today(desk: Desk) -> None:
    first = bo(desk)
    refused = desk.scim.post("/Users", {"userName": "bo"})
    rename = {"op": "replace", "path": "userName", "value": "old.bo"}
    desk.scim.patch(f"/Users/{first.id}", rename)
    assert desk.fixes(refused) == ()
    second = bo(desk)
    assert [fix.resource for fix in desk.fixes(refused)] == [second, second]


def test_without_the_body_the_log_still_knows_who_had_the_name(desk: Desk) -> None:
    holder = bo(desk)
    refused = desk.scim.post("/Users", {"userName": "bo"})
    desk.forget_bodies()
    assert desk.fixes(refused)[0] == Fix("link_user", holder)
    desk.scim.delete(f"/Users/{holder.id}")
    assert desk.fixes(refused) == ()


def test_a_rename_to_a_taken_name_links_nobody(desk: Desk) -> None:
    holder = bo(desk)
    cy = desk.scim.new_user("cy")
    rename = {"op": "replace", "path": "userName", "value": "bo"}
    refused = desk.scim.patch(f"/Users/{cy['id']}", rename)
    assert desk.fixes(refused) == (Fix("open_user", holder),)


def test_a_taken_group_name_leads_to_the_group(desk: Desk) -> None:
    crew = desk.scim.new_group("Crew")
    refused = desk.scim.post("/Groups", {"displayName": "crew"})
    there = Reference("Group", crew["id"], "Crew")
    assert desk.fixes(refused) == (Fix("open_group", there),)


@pytest.mark.parametrize("path", ["Users", "Groups"])
def test_what_was_deleted_can_be_restored_until_it_is(desk: Desk, path: str) -> None:
    name = "userName" if path == "Users" else "displayName"
    made = desk.scim.post(f"/{path}", {name: "bo"}).json
    assert made
    desk.scim.delete(f"/{path}/{made['id']}")
    refused = desk.scim.get(f"/{path}/{made['id']}")
    gone = Reference(path[:-1], made["id"], "bo")
    kind = "restore_user" if path == "Users" else "restore_group"
    assert [(fix.kind, fix.resource) for fix in desk.fixes(refused)] == [(kind, gone)]


def test_who_is_back_is_opened(desk: Desk) -> None:
    made = bo(desk)
    refused = desk.scim.patch(f"/Users/{made.id}", {"op": "move"})
    assert desk.kinds(refused) == []
    unknown = desk.scim.get(f"/Users/{new_id()}")
    assert desk.kinds(unknown) == []


def test_deleted_members_can_be_restored_and_never_too_many(desk: Desk) -> None:
    ids = [desk.scim.new_user(f"user{number}")["id"] for number in range(7)]
    crew = desk.scim.new_group("Crew")
    for one in ids:
        desk.scim.delete(f"/Users/{one}")
    members = {
        "op": "add",
        "path": "members",
        "value": [{"value": one} for one in [*ids, new_id()]],
    }
    found = desk.fixes(desk.scim.patch(f"/Groups/{crew['id']}", members))
    assert [fix.kind for fix in found] == ["restore_user"] * fixes.MOST_RESTORED
    assert found[0].resource == Reference("User", ids[0], "user0")


def test_a_group_inside_itself_is_opened(desk: Desk) -> None:
    crew = desk.scim.new_group("Crew")
    value = [{"value": crew["id"]}]
    add = {"op": "add", "path": "members", "value": value}
    refused = desk.scim.patch(f"/Groups/{crew['id']}", add)
    assert desk.fixes(refused)[0].kind == "open_group"


@pytest.mark.parametrize("form", ["Bearer {}x", 'Bearer "{}"', "Basic {}"])
def test_a_token_that_was_pasted_wrongly_is_opened_or_rotated(
    desk: Desk, form: str
) -> None:
    refused = desk.send(form.format(desk.scim.token))
    assert desk.fixes(refused) == (
        Fix("open_token", token_public_id=desk.public_id),
        Fix("rotate_token", token_public_id=desk.public_id),
    )


def test_a_token_that_has_ended_needs_another_one(desk: Desk) -> None:
    with desk.app.app_context():
        tokens.revoke(desk.acme, desk.public_id, origin=BY_HAND)
    good = f"Bearer {desk.scim.token}"
    assert desk.kinds(desk.send(good)) == ["connect", "open_token"]
    assert desk.kinds(desk.send(good + "x")) == ["connect", "open_token"]


def test_a_token_that_may_only_read_needs_another_one(desk: Desk) -> None:
    token = make_token(desk.app, desk.acme, "read")
    reader = ScimClient(desk.app.test_client(), token)
    refused = reader.post("/Users", {"userName": "bo"})
    assert desk.kinds(refused) == ["connect", "open_token"]


@pytest.mark.parametrize("path", ["/scim/v2/Users", "/People"])
def test_a_wrong_base_url_leads_to_the_guide(desk: Desk, path: str) -> None:
    assert desk.fixes(desk.scim.get(path)) == (Fix("connect"),)


def test_what_needs_no_mending_here_has_no_fix(desk: Desk) -> None:
    assert desk.kinds(desk.scim.get("/Users")) == []
    assert desk.kinds(desk.scim.get("/Users?filter=x")) == []


def test_nothing_of_another_organization_is_offered(
    desk: Desk, scim_of_globex: ScimClient, globex: OrganizationRef
) -> None:
    theirs = scim_of_globex.new_user("bo")
    scim_of_globex.delete(f"/Users/{theirs['id']}")
    refused = desk.scim.get(f"/Users/{theirs['id']}")
    assert desk.kinds(refused) == []
