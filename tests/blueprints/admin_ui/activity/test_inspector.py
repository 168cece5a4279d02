"""One request opened: what happened, what to do about it, what it changed, for whom."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from services import organizations
from services.access import tokens
from services.activity import request_log
from services.activity.log_queries import LogQuery
from services.directory import groups
from services.origin import Origin
from tests.admin_client import UNKNOWN_ID, AdminClient
from tests.directories import logged
from tests.scim_client import ScimClient

PASSWORD = "Xk2-never-kept"


def last(app: Flask, outcome: str) -> str:
    """The id of the newest request of that outcome."""
    logged(app)
    with app.app_context():
        query = LogQuery(outcome=outcome, kind="scim")
        return request_log.page(organizations.get("acme"), query).rows[0].id


def text_of(page: str) -> str:
    """What is read on it, in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", page)).split())


@pytest.fixture
def refused(app: Flask, scim: ScimClient) -> str:
    """A user whose name is taken, sent twice in vain."""
    maria = {"userName": "maria@acme.example", "password": PASSWORD}
    for _ in range(3):
        scim.post("/Users", {**maria, "name": {"givenName": "Maria"}})
    return last(app, "refused")


def test_a_refusal_is_explained_with_its_steps_and_fix(
    admin: AdminClient, refused: str
) -> None:
    page = admin.get(f"activity/{refused}", htmx=True).text
    read = text_of(page)
    assert "409 Conflict" in read
    assert "POST /scim/v2/Users" in read
    assert "What to do" in read
    assert page.count("<ol>") == 1
    assert "<strong>" in page
    assert "Open existing user" in read


def test_the_password_is_hidden_and_said_to_be(
    admin: AdminClient, refused: str
) -> None:
    page = admin.get(f"activity/{refused}", htmx=True).text
    assert PASSWORD not in page
    assert '"password": "hidden"' in text_of(page)
    assert '<span class="r">' in page


def test_the_name_that_was_refused_is_marked(admin: AdminClient, refused: str) -> None:
    page = admin.get(f"activity/{refused}", htmx=True).text
    (marked,) = re.findall(r"<mark>(.*?)</mark>", page)
    assert text_of(marked) == '"maria@acme.example"'


def test_earlier_tries_lead_to_their_requests(
    app: Flask, admin: AdminClient, refused: str
) -> None:
    page = admin.get(f"activity/{refused}", htmx=True).text
    before = page[page.index("Earlier tries") :]
    (address,) = re.findall(r'href="/o/acme/activity/([^"]+)"', before)
    assert "1 with the same result" in text_of(before)
    assert address != refused
    assert admin.get(f"activity/{address}", htmx=True).status_code == 200


def test_the_link_can_be_shared(admin: AdminClient, refused: str) -> None:
    address = f"https://rollcall.example/o/acme/activity/{refused}"
    page = admin.get(f"activity/{refused}", htmx=True).text
    opened = admin.get(f"activity/{refused}")
    assert f'value="{address}"' in page
    assert opened.status_code == 200
    assert "<html" in opened.text
    assert opened.text.count('id="inspector"') == 1


def test_a_change_is_shown_before_and_after_with_its_notes(
    app: Flask, scim: ScimClient, admin: AdminClient
) -> None:
    bo = scim.new_user("bo", title="Dr")
    value = {"title": "<i>Prof</i>", "active": "True", "nickNam": "B"}
    scim.patch(f"/Users/{bo['id']}", {"op": "replace", "value": value})
    page = admin.get(f"activity/{last(app, 'changed')}", htmx=True).text
    assert "<bdi>Dr</bdi>" in page
    assert "<bdi>&lt;i&gt;Prof&lt;/i&gt;</bdi>" in page
    notes = text_of(page.partition("How we read it")[2].partition("Request body")[0])
    assert "nickNam" in notes
    assert f'href="/o/acme/users/{bo["id"]}"' in page


def test_members_come_and_go_by_name(
    app: Flask, scim: ScimClient, admin: AdminClient
) -> None:
    ids = [scim.new_user(f"u{number:02}")["id"] for number in range(25)]
    group = scim.post("/Groups", {"displayName": "Crew"}).get_json()
    path = f"/Groups/{group['id']}"
    members = [{"value": one} for one in ids]
    scim.patch(path, {"op": "add", "path": "members", "value": members})
    added = admin.get(f"activity/{last(app, 'changed')}", htmx=True).text
    scim.patch(path, {"op": "remove", "path": f'members[value eq "{ids[0]}"]'})
    removed = admin.get(f"activity/{last(app, 'changed')}", htmx=True).text
    assert text_of(added).count("+ added u") == 20
    assert "All 25 members that came<" in added
    assert "/members" in added
    assert "− removed u00" in text_of(removed)
    assert "members that" not in removed


def test_undoing_is_offered_to_those_who_may(
    app: Flask, scim: ScimClient, helpdesk: AdminClient, viewer: AdminClient
) -> None:
    scim.new_user("bo")
    changed = last(app, "changed")
    scim.get("/Users")
    read = last(app, "read")
    address = f'href="/o/acme/undo?request={changed}"'
    assert address in helpdesk.get(f"activity/{changed}", htmx=True).text
    assert "Undo…" not in viewer.get(f"activity/{changed}", htmx=True).text
    assert "Undo…" not in helpdesk.get(f"activity/{read}", htmx=True).text


@pytest.mark.parametrize("role", ["viewer", "helpdesk"])
def test_lesser_roles_read_everything_but_the_bodies(
    request: pytest.FixtureRequest, refused: str, role: str
) -> None:
    client: AdminClient = request.getfixturevalue(role)
    page = client.get(f"activity/{refused}", htmx=True).text
    assert "409 Conflict" in page
    assert "is shown to admins and owners of this organization" in text_of(page)
    assert 'class="json"' not in page
    assert "curl" not in page


@pytest.mark.parametrize("role", ["owner", "admin", "instance_owner"])
def test_admins_and_owners_read_the_bodies(
    request: pytest.FixtureRequest, refused: str, role: str
) -> None:
    client: AdminClient = request.getfixturevalue(role)
    page = client.get(f"activity/{refused}", htmx=True).text
    assert "Request body" in page
    assert "Our reply" in page
    assert "curl --globoff" in page


def test_who_is_not_here_sees_nothing(
    anonymous: AdminClient, stranger: AdminClient, refused: str
) -> None:
    assert anonymous.get(f"activity/{refused}").status_code == 303
    assert stranger.get(f"activity/{refused}").status_code == 404
    assert stranger.get(f"/o/globex/activity/{refused}").status_code == 404


@pytest.mark.parametrize("request_id", [UNKNOWN_ID, "x", "%00", "1" * 3000])
def test_a_request_that_is_not_there_is_not_found(
    viewer: AdminClient, request_id: str
) -> None:
    assert viewer.get(f"activity/{request_id}").status_code == 404


def test_fixes_that_somebody_may_not_press_are_left_out(
    app: Flask, scim: ScimClient, admin: AdminClient, viewer: AdminClient
) -> None:
    user = scim.new_user("bo", displayName="Bo Berg")
    scim.delete(f"/Users/{user['id']}")
    scim.patch(f"/Users/{user['id']}", {"op": "replace", "value": {"title": "x"}})
    gone = last(app, "refused")
    page = admin.get(f"activity/{gone}", htmx=True).text
    assert f'action="/o/acme/deleted/{user["id"]}/restore"' in page
    assert "Restore Bo Berg" in text_of(page)
    assert "/restore" not in viewer.get(f"activity/{gone}", htmx=True).text


def test_a_restore_from_here_mends_it(
    app: Flask, scim: ScimClient, helpdesk: AdminClient
) -> None:
    group = scim.post("/Groups", {"displayName": "Crew"}).get_json()
    scim.delete(f"/Groups/{group['id']}")
    scim.get(f"/Groups/{group['id']}")
    page = helpdesk.get(f"activity/{last(app, 'refused')}", htmx=True).text
    (address,) = re.findall(r'action="([^"]+/restore)"', page)
    assert helpdesk.post(address).status_code == 303
    assert scim.get(f"/Groups/{group['id']}").status_code == 200


def test_a_token_that_has_ended_is_named_and_opened(
    app: Flask, scim: ScimClient, viewer: AdminClient, admin: AdminClient
) -> None:
    public_id = scim.token.split("_")[1]
    with app.app_context():
        acme = organizations.get("acme")
        tokens.revoke(acme, public_id, origin=Origin.of_command_line())
    scim.get("/Users")
    refused = last(app, "refused")
    page = admin.get(f"activity/{refused}", htmx=True).text
    assert "401 Unauthorized" in page
    assert page.count(f'href="/o/acme/tokens/{public_id}"') >= 2
    assert "<bdi>Okta full</bdi>" in page
    assert scim.token not in page
    assert "Rotate" not in viewer.get(f"activity/{refused}", htmx=True).text


def test_what_an_admin_did_is_told_without_bodies(
    app: Flask, owner: AdminClient
) -> None:
    owner.post("groups/new", {"name": "Crew"})
    with app.app_context():
        acme = organizations.get("acme")
        rows = request_log.page(acme, LogQuery(kind="admin", method="POST")).rows
    page = owner.get(f"activity/{rows[0].id}", htmx=True).text
    assert "<bdi>Ada Owner</bdi>" in page
    assert "/o/acme/groups/new" in page
    assert "Request body" not in page
    assert "Request and reply" not in page


def test_a_change_without_a_request_has_no_empty_lines(
    app: Flask, owner: AdminClient
) -> None:
    with app.app_context():
        acme = organizations.get("acme")
        origin = Origin.of_command_line()
        groups.create(acme, {"displayName": "Crew"}, [], origin=origin)
    page = owner.get(f"activity/{origin.request_id}", htmx=True).text
    assert "<bdi>the command line</bdi>" in page
    assert "<code" not in page.split("</header>")[0]
    assert "· <" not in page.split("the command line</bdi>")[1].split("</header>")[0]


def test_a_request_of_nobody_is_for_owners_of_the_instance(
    app: Flask, scim: ScimClient, owner: AdminClient, instance_owner: AdminClient
) -> None:
    scim.get("/Users", Authorization="Bearer something-else")
    logged(app)
    with app.app_context():
        (row,) = request_log.for_instance().rows
    page = instance_owner.get(f"/activity/{row.id}", htmx=True)
    assert page.status_code == 200
    assert "401 Unauthorized" in page.text
    assert "curl --globoff" in page.text
    assert owner.get(f"/activity/{row.id}").status_code == 403
    assert instance_owner.get(f"activity/{row.id}").status_code == 404
