"""Linking the user who is here to the one that a provider wanted to make."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from models import Request
from models.database import db
from services.directory import linking
from services.directory.linking import Link
from services.errors import Invalid, NotFound
from services.organizations import OrganizationRef
from services.origin import Actor, Origin, new_id
from tests.directories import last_event, n_events
from tests.scim_client import Json, ScimClient, load

ADA = Actor("admin", "ada", "Ada")


class Desk:
    """Links after refused requests."""

    def __init__(self, app: Flask, acme: OrganizationRef, scim: ScimClient) -> None:
        self.app, self.acme, self.scim = app, acme, scim

    def refuse(self, **attributes: Any) -> str:
        """A POST that is refused since the name is in use; the request's id."""
        answer = self.scim.post("/Users", {"userName": "BO", **attributes})
        assert answer.status_code == 409
        self.app.extensions["request_log"].flush()
        return str(answer.headers["X-Request-Id"])

    def find(self, request_id: str) -> Link:
        with self.app.app_context():
            return linking.find(self.acme, request_id)

    def link(self, request_id: str, user: Json, *, reactivates: bool = False) -> None:
        with self.app.app_context():
            linking.link(
                self.acme,
                request_id,
                user_id=user["id"],
                reactivates=reactivates,
                origin=Origin(ADA, self.find(request_id).request.at),
            )

    def read(self, user: Json) -> Json:
        return load(self.scim.get(f"/Users/{user['id']}"))

    def set_body(self, body: str | None) -> None:
        with self.app.app_context(), Session(db.engine) as session:
            session.execute(sa.update(Request).values(request_body=body))
            session.commit()


@pytest.fixture
def desk(app: Flask, acme: OrganizationRef, scim: ScimClient) -> Desk:
    return Desk(app, acme, scim)


def test_the_user_gets_the_external_id_that_was_sent(desk: Desk) -> None:
    bo = desk.scim.new_user("bo", title="Boatswain")
    request_id = desk.refuse(externalId="00u1", title="Captain")
    desk.link(request_id, bo)
    after = desk.read(bo)
    assert (after["externalId"], after["title"]) == ("00u1", "Boatswain")
    event = last_event(desk.app)
    assert (event.actor, event.action) == ("admin:ada", "updated")
    assert event.changes == {"externalId": [None, "00u1"]}


def test_the_provider_finds_the_user_when_it_tries_again(desk: Desk) -> None:
    bo = desk.scim.new_user("bo", active=False)
    desk.link(desk.refuse(externalId="00u1"), bo, reactivates=True)
    for asked in ('userName eq "BO"', 'externalId eq "00u1"'):
        found = load(desk.scim.get(f"/Users?filter={asked.replace(' ', '%20')}"))
        assert [one["id"] for one in found["Resources"]] == [bo["id"]]
        assert found["Resources"][0]["active"] is True


def test_linking_and_reactivating_are_one_change(desk: Desk) -> None:
    bo = desk.scim.new_user("bo", active=False)
    request_id, before = desk.refuse(externalId="00u1"), n_events(desk.app)
    desk.link(request_id, bo, reactivates=True)
    assert n_events(desk.app) == before + 1
    assert last_event(desk.app).action == "reactivated"


def test_a_deactivated_user_stays_so_unless_it_is_wanted(desk: Desk) -> None:
    bo = desk.scim.new_user("bo", active=False)
    desk.link(desk.refuse(externalId="00u1"), bo)
    assert desk.read(bo)["active"] is False
    assert desk.read(bo)["externalId"] == "00u1"


def test_what_linking_would_do_is_told_before(desk: Desk) -> None:
    bo = desk.scim.new_user("bo", displayName="Bo Ek", externalId="00u0", active=False)
    other = desk.scim.new_user("cy", externalId="00u1")
    link = desk.find(desk.refuse(externalId="00u1", active=True))
    assert link.user
    assert (link.user.id, link.user.name) == (bo["id"], "Bo Ek")
    assert (link.user_name, link.is_active, link.external_id) == ("bo", False, "00u0")
    assert (link.sent.external_id, link.sent.is_active) == ("00u1", True)
    assert [one.id for one in link.others] == [other["id"]]
    assert (link.sets_external_id, link.is_needed) == (True, True)


def test_nothing_is_left_to_do_once_it_is_linked(desk: Desk) -> None:
    bo = desk.scim.new_user("bo")
    request_id = desk.refuse(externalId="00u1")
    desk.link(request_id, bo)
    link = desk.find(request_id)
    assert (link.has_external_id, link.is_needed) == (True, False)


@pytest.mark.parametrize("body", [None, '{"userName":"bo","exter'])
def test_without_the_whole_body_the_external_id_is_not_known(
    desk: Desk, body: str | None
) -> None:
    bo = desk.scim.new_user("bo", active=False)
    request_id = desk.refuse(externalId="00u1")
    desk.set_body(body)
    link = desk.find(request_id)
    assert (link.is_body_kept, link.sets_external_id) == (False, False)
    assert link.is_needed
    desk.link(request_id, bo, reactivates=True)
    assert desk.read(bo)["active"] is True
    assert "externalId" not in desk.read(bo)


def test_an_external_id_that_cannot_be_kept_changes_nothing(desk: Desk) -> None:
    bo = desk.scim.new_user("bo")
    request_id = desk.refuse(externalId="00u1")
    desk.set_body('{"userName":"bo","externalId":"' + "x" * 2_000 + '"}')
    with pytest.raises(Invalid, match="at most") as caught:
        desk.link(request_id, bo)
    assert caught.value.attribute == "externalId"
    assert "externalId" not in desk.read(bo)


def test_somebody_else_than_was_shown_is_not_linked(desk: Desk) -> None:
    bo = desk.scim.new_user("bo")
    request_id = desk.refuse(externalId="00u1")
    desk.scim.delete(f"/Users/{bo['id']}")
    assert desk.find(request_id).user is None
    second = desk.scim.new_user("bo")
    with pytest.raises(Invalid, match="somebody else by now"):
        desk.link(request_id, bo)
    assert "externalId" not in desk.read(second)


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_other_requests_link_nobody(desk: Desk, method: str) -> None:
    desk.scim.new_user("bo")
    cy = desk.scim.new_user("cy")
    answer = desk.scim.request(method, f"/Users/{cy['id']}", {"userName": "bo"})
    desk.app.extensions["request_log"].flush()
    with pytest.raises(NotFound, match="There is nobody to link"):
        desk.find(answer.headers["X-Request-Id"])


def test_requests_of_another_organization_are_not_there(
    desk: Desk, globex: OrganizationRef
) -> None:
    desk.scim.new_user("bo")
    request_id = desk.refuse(externalId="00u1")
    with desk.app.app_context(), pytest.raises(NotFound, match="no such request"):
        linking.find(globex, request_id)
    with pytest.raises(NotFound, match="no such request"):
        desk.find(new_id())
