"""The page that links a user who is here to a new one that was refused."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from models import Request
from models.database import db
from tests.admin_client import AdminClient
from tests.directories import last_event, n_events
from tests.scim_client import ScimClient, load

OKTA = {"User-Agent": "Okta SCIM Client 1.0.0"}


class Refused:
    """Bo is here, deactivated or not, and Okta was refused a new user of that name."""

    def __init__(self, app: Flask, scim: ScimClient, **bo: Any) -> None:
        self.app, self.scim = app, scim
        self.bo = scim.new_user("bo", displayName="Bo <Ek>", **bo)

    def ask(self, agent: str = OKTA["User-Agent"], **attributes: Any) -> str:
        """The address of the page about a request with these attributes."""
        body = {"userName": "BO", "externalId": "00u1", **attributes}
        answer = self.scim.request("POST", "/Users", body, {"User-Agent": agent})
        self.app.extensions["request_log"].flush()
        return f"activity/{answer.headers['X-Request-Id']}/link"

    def read(self) -> dict[str, Any]:
        return load(self.scim.get(f"/Users/{self.bo['id']}"))

    @property
    def fields(self) -> dict[str, str]:
        return {"user_id": self.bo["id"]}


@pytest.fixture
def refused(app: Flask, scim: ScimClient) -> Refused:
    return Refused(app, scim)


def text_of(page: str) -> str:
    return " ".join(page.split())


def test_the_page_says_who_has_the_name_and_what_will_happen(
    helpdesk: AdminClient, refused: Refused
) -> None:
    page = text_of(helpdesk.get(refused.ask()).text)
    assert "Link <bdi>Bo &lt;Ek&gt;</bdi>?" in page
    assert "Okta wanted to create a user" in page
    assert "<bdi>none</bdi> → <strong><bdi>00u1</bdi></strong>" in page
    assert "Nothing else changes" in page
    assert "<strong>Retry Selected</strong>" in page
    assert "Before Okta creates anybody, it looks for the user name." in page
    assert "Reactivate the user" not in page


def test_linking_sets_the_external_id_and_says_what_to_press_next(
    helpdesk: AdminClient, refused: Refused
) -> None:
    address = refused.ask()
    answer = helpdesk.post(address, refused.fields)
    assert (answer.status_code, answer.location) == (303, f"/o/acme/{address}")
    page = text_of(helpdesk.get(address).text)
    assert "Bo &lt;Ek&gt; was linked." in page
    assert "</bdi> is linked" in page
    assert "<strong>Dashboard → Tasks</strong>" in page
    assert 'type="submit">Link user' not in page
    assert refused.read()["externalId"] == "00u1"
    assert last_event(refused.app).actor.startswith("admin:")


def test_htmx_gets_the_dialog_and_goes_on_to_the_page(
    helpdesk: AdminClient, refused: Refused
) -> None:
    address = refused.ask()
    part = helpdesk.get(address, htmx=True).text
    assert "dialog-title" in part
    assert "<html" not in part
    answer = helpdesk.post(address, refused.fields, htmx=True)
    assert answer.headers["HX-Redirect"] == f"/o/acme/{address}"


def test_a_deactivated_user_is_reactivated_if_it_is_ticked(
    app: Flask, scim: ScimClient, helpdesk: AdminClient
) -> None:
    refused = Refused(app, scim, active=False)
    address = refused.ask(active=True)
    page = text_of(helpdesk.get(address).text)
    assert ", and is deactivated." in page
    assert 'checked id="reactivate"' in page
    helpdesk.post(address, {**refused.fields, "reactivate": "y"})
    assert refused.read()["active"] is True


def test_a_deactivated_user_stays_so_if_it_is_not_ticked(
    app: Flask, scim: ScimClient, helpdesk: AdminClient
) -> None:
    refused = Refused(app, scim, active=False)
    address = refused.ask(active=False)
    page = text_of(helpdesk.get(address).text)
    assert 'checked id="reactivate"' not in page
    assert "The request asked for a deactivated user." in page
    helpdesk.post(address, refused.fields)
    assert (refused.read()["active"], refused.read()["externalId"]) == (False, "00u1")


def test_an_external_id_that_would_be_lost_is_shown(
    app: Flask, scim: ScimClient, helpdesk: AdminClient
) -> None:
    refused = Refused(app, scim, externalId="00u0")
    scim.new_user("cy", displayName="Cy", externalId="00u1")
    page = text_of(helpdesk.get(refused.ask()).text)
    assert "This user has another external ID" in page
    assert "<bdi>00u0</bdi> →" in page
    assert "Somebody else has the external ID that was sent" in page
    assert "<bdi>Cy</bdi>" in page


def test_a_body_that_is_not_kept_is_said_so(
    app: Flask, helpdesk: AdminClient, refused: Refused
) -> None:
    address = refused.ask()
    with app.app_context(), Session(db.engine) as session:
        session.execute(update(Request).values(request_body=None))
        session.commit()
    page = text_of(helpdesk.get(address).text)
    assert "its external ID is not known here: there is nothing to link" in page
    assert "<strong>Retry Selected</strong>" in page
    assert "Link user</button>" not in page


def test_a_name_that_is_free_by_now_is_said_so(
    helpdesk: AdminClient, refused: Refused
) -> None:
    address = refused.ask()
    refused.scim.delete(f"/Users/{refused.bo['id']}")
    page = text_of(helpdesk.get(address).text)
    assert "The user name is free" in page
    assert "<bdi>BO</bdi></code> any more, so Okta can create the user." in page


def test_somebody_else_than_was_shown_is_not_linked(
    helpdesk: AdminClient, refused: Refused
) -> None:
    address, before = refused.ask(), n_events(refused.app)
    answer = helpdesk.post(address, {"user_id": "somebody"})
    assert answer.status_code == 409
    assert "Nothing was linked" in answer.text
    assert "Look again before you link." in answer.text
    assert f'value="{refused.bo["id"]}"' in answer.text
    assert n_events(refused.app) == before


def test_an_external_id_that_cannot_be_kept_is_refused(
    app: Flask, helpdesk: AdminClient, refused: Refused
) -> None:
    address = refused.ask()
    body = '{"userName":"bo","externalId":"' + "x" * 2_000 + '"}'
    with app.app_context(), Session(db.engine) as session:
        session.execute(update(Request).values(request_body=body))
        session.commit()
    answer = helpdesk.post(address, refused.fields)
    assert answer.status_code == 422
    assert "and at most" in answer.text
    assert "externalId" not in refused.read()


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Azure AD", "by its matching attribute"),
        ("curl/8", "The next try works if the provisioning client looks for"),
    ],
)
def test_why_the_next_try_works_is_said_of_the_provider(
    helpdesk: AdminClient, refused: Refused, agent: str, said: str
) -> None:
    page = text_of(helpdesk.get(refused.ask(agent)).text)
    assert said in page
    assert "{client}" not in page


def test_other_requests_have_no_such_page(
    helpdesk: AdminClient, refused: Refused
) -> None:
    answer = refused.scim.get("/Users/7")
    refused.app.extensions["request_log"].flush()
    page = helpdesk.get(f"activity/{answer.headers['X-Request-Id']}/link")
    assert page.status_code == 404
    assert "There is nobody to link." in page.text
    assert helpdesk.get("activity/7/link").status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [("anonymous", 303), ("viewer", 403), ("stranger", 404), ("helpdesk", 200)],
)
def test_who_may_link(
    request: pytest.FixtureRequest, refused: Refused, who: str, status: int
) -> None:
    client: AdminClient = request.getfixturevalue(who)
    assert client.get(refused.ask()).status_code == status


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("stranger", 404)])
def test_others_link_nobody(
    request: pytest.FixtureRequest, refused: Refused, who: str, status: int
) -> None:
    client: AdminClient = request.getfixturevalue(who)
    answer = client.post(refused.ask(), refused.fields)
    assert answer.status_code == status
    assert "externalId" not in refused.read()


def test_without_a_csrf_token_nobody_is_linked(
    helpdesk: AdminClient, refused: Refused
) -> None:
    answer = helpdesk.post(refused.ask(), refused.fields, with_token=False)
    assert answer.status_code == 422
    assert "externalId" not in refused.read()
