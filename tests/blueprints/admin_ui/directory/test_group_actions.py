"""Deleting groups in the browser: asked or at once, with the way back."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from models import Group
from services.access import tokens
from services.directory import groups
from services.origin import Actor, Origin, new_id
from tests.directories import rows

ADA = Origin.of_command_line()


@pytest.fixture
def staff(acme, do):
    return do(groups.create, acme, {"displayName": "Staff"}, [], origin=ADA).id


@pytest.fixture
def pushed(acme, do):
    made = do(tokens.create, acme, "Okta production", origin=ADA)
    origin = Origin(Actor("token", made.public_id, "Okta production"), ADA.at)
    document = {"displayName": "Engineering"}
    return do(groups.create, acme, document, [], origin=origin).id


def names(app):
    return [name for (name,) in rows(app, sa.select(Group.display_name))]


def test_deleted_group_is_told_with_the_way_back(app, helpdesk, pushed):
    answer = helpdesk.post(f"groups/{pushed}/delete")
    assert (answer.status_code, answer.location) == (303, "/o/acme/groups")
    page = helpdesk.get("groups").text
    assert "Engineering was deleted." in page
    assert "Okta production gets an error at its next push" in page
    assert f'action="/o/acme/deleted/{pushed}/restore"' in page
    assert names(app) == []


def test_undo_brings_the_group_back(app, helpdesk, staff):
    helpdesk.post(f"groups/{staff}/delete", htmx=True)
    answer = helpdesk.post(f"deleted/{staff}/restore")
    assert (answer.status_code, answer.location) == (303, f"/o/acme/groups/{staff}")
    assert "Staff was restored." in helpdesk.get(answer.location).text
    assert names(app) == ["Staff"]


@pytest.mark.parametrize(
    "one",
    [
        *("", "/members", "/members/search", "/details", "/activity", "/scim"),
        *("/rename", "/delete"),
    ],
)
def test_address_of_a_deleted_group_leads_to_where_it_comes_back(helpdesk, staff, one):
    helpdesk.post(f"groups/{staff}/delete")
    answer = helpdesk.get(f"groups/{staff}{one}")
    assert (answer.status_code, answer.location) == (303, f"/o/acme/deleted/{staff}")
    assert helpdesk.get(f"groups/{new_id()}{one}").status_code == 404
    assert helpdesk.get(f"users/{staff}").status_code == 404


def test_delete_in_a_list_leads_back_to_it(helpdesk, staff):
    here = "/o/acme/groups?q=sta&sort=-members"
    listed = helpdesk.get("groups", q="sta", sort="-members").text
    answer = helpdesk.post(f"groups/{staff}/delete", {"next": here})
    assert f'formaction="/o/acme/groups/{staff}/delete"' in listed
    assert 'name="next" value="/o/acme/groups?q=sta&amp;sort=-members"' in listed
    assert answer.location == here


def test_delete_from_no_page_at_all_leads_to_the_list(helpdesk, staff):
    answer = helpdesk.browser.post(
        f"/o/acme/groups/{staff}/delete",
        data={"csrf_token": helpdesk._ask_for_token()},
        headers={
            "HX-Request": "true",
            "HX-Target": "results",
            "HX-Current-URL": "http://[",
        },
    )
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (
        200,
        "/o/acme/groups",
    )


def test_delete_in_an_open_list_gets_the_list_anew(helpdesk, staff):
    here = "/o/acme/groups?q=sta"
    listed = helpdesk.get("groups", q="sta").text
    assert 'id="act"' in listed
    assert 'hx-target="#results"' in listed.split('id="act"')[1].split("</form>")[0]
    answer = helpdesk.browser.post(
        f"/o/acme/groups/{staff}/delete",
        data={"next": here, "csrf_token": helpdesk._ask_for_token()},
        headers={
            "HX-Request": "true",
            "HX-Target": "results",
            "HX-Current-URL": f"http://localhost{here}",
        },
    )
    again = json.loads(answer.headers["HX-Location"])
    assert (again["path"], again["target"]) == (here, "#results")


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil", "/o/acme/groups/{}"]
)
def test_delete_leads_to_no_other_place_and_no_page_that_is_gone(helpdesk, staff, back):
    answer = helpdesk.post(f"groups/{staff}/delete", {"next": back.format(staff)})
    assert answer.location == "/o/acme/groups"


def test_address_of_the_button_asks_first(app, helpdesk, staff, pushed):
    page = helpdesk.get(f"groups/{staff}/delete").text
    part = helpdesk.get(f"groups/{pushed}/delete", htmx=True).text
    assert "Delete Staff?" in page
    assert "It has no members. Until it is purged it can be restored" in page
    assert f'action="/o/acme/groups/{staff}/delete"' in page
    assert part.lstrip().startswith('<div class="dialog">')
    assert "Okta production gets an error at its next push" in part
    assert sorted(names(app)) == ["Engineering", "Staff"]
