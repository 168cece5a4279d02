"""A user's page and its tabs; buttons that act at once, and questions before."""

from __future__ import annotations

import html
import json
import re

import pytest

from scim.names import ENTERPRISE_USER
from scim.patch import Operation
from services.access import tokens
from services.deletion import deleted
from services.directory import groups, users
from services.origin import Actor, Origin, new_id

ADA = Origin.of_command_line()
TABS = ["", "/groups", "/activity", "/scim"]
QUESTIONS = ["deactivate", "reactivate", "delete"]


@pytest.fixture
def new_user(acme, do):
    def create(user_name="bo@acme.example", *, origin=ADA, organization=acme, **more):
        document = {"userName": user_name, **more}
        return do(users.create, organization, document, origin=origin).id

    return create


@pytest.fixture
def okta(acme, do):
    made = do(tokens.create, acme, "Okta production", origin=ADA)
    return Origin(Actor("token", made.public_id, "Okta production"), ADA.at)


@pytest.fixture
def is_active(acme, do):
    def read(user_id):
        return do(users.get, acme, user_id).document["active"]

    return read


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_names_the_user_and_itself(viewer, new_user, tab):
    bo = new_user(displayName="Bo Ek")
    page = viewer.get(f"users/{bo}{tab}")
    assert page.status_code == 200
    assert "<h1><bdi>Bo Ek</bdi></h1>" in page.text
    assert f'href="/o/acme/users/{bo}{tab}" aria-current="page"' in " ".join(
        page.text.split()
    )


def test_profile_says_who_set_what(viewer, new_user, okta):
    boss = new_user("boss", displayName="The Boss")
    bo = new_user(
        origin=okta,
        title="Chief",
        profileUrl="javascript:alert(1)",
        emails=[{"value": "bo@home.example", "type": "home", "primary": True}],
        **{ENTERPRISE_USER: {"manager": {"value": boss}, "department": "Sales"}},
    )
    page = " ".join(viewer.get(f"users/{bo}").text.split())
    assert "Pushed from Okta production" in page
    assert f'<a href="/o/acme/users/{boss}"><bdi>The Boss</bdi></a>' in page
    assert page.count("Set by Okta production") == page.count("card-head") - 1
    assert '<span class="tag">Okta production</span>' not in page
    assert "javascript:alert(1)</bdi>" in page


def test_profile_tells_fields_of_one_block_apart_when_several_set_them(
    viewer, acme, do, new_user, okta
):
    bo = new_user(origin=okta, title="Chief", userType="Employee")
    title = [Operation("replace", "title", "Cook")]
    do(users.patch, acme, bo, title, origin=ADA)
    page = " ".join(viewer.get(f"users/{bo}").text.split())
    assert page.count('<span class="tag">Okta production</span>') == 1
    assert page.count("Set by Okta production") == 1


def test_deactivated_user_says_by_whom_and_offers_the_way_back(helpdesk, new_user):
    bo = new_user(active=False)
    page = helpdesk.get(f"users/{bo}").text
    assert "By <bdi>the command line</bdi>" in page
    assert f'action="/o/acme/users/{bo}/reactivate"' in page
    assert f'action="/o/acme/users/{bo}/deactivate"' not in page


def test_groups_of_a_user_are_linked_and_paged(viewer, acme, do, new_user):
    bo = new_user()
    for number in range(51):
        do(groups.create, acme, {"displayName": f"G{number:02}"}, [bo], origin=ADA)
    page = viewer.get(f"users/{bo}/groups").text
    assert 'Groups <span class="num">51</span>' in page
    assert ("G00" in page, "G50" in page) == (True, False)
    assert "1–50 of 51" in page
    assert viewer.get(f"users/{bo}/groups", cursor="x").status_code == 400


def test_raw_scim_is_what_the_api_answers(viewer, scim, new_user):
    bo = new_user(displayName="a<b>\u202e", active=False)
    page = viewer.get(f"users/{bo}/scim").text
    shown = re.search(r'<pre class="json"[^>]*>(.*?)</pre>', page, re.DOTALL)[1]
    answered = scim.get(f"/Users/{bo}").json
    assert json.loads(html.unescape(re.sub(r"<[^>]+>", "", shown))) == answered
    assert f"GET https://rollcall.example/scim/v2/Users/{bo}" in page
    assert "\u202e" not in page


@pytest.mark.parametrize("tab", [*TABS, "/edit", "/delete"])
def test_page_of_a_deleted_user_leads_to_where_it_is_restored(
    helpdesk, acme, do, new_user, tab
):
    bo = new_user(displayName="Bo Ek")
    do(users.delete, acme, bo, origin=ADA)
    answer = helpdesk.get(f"users/{bo}{tab}")
    assert (answer.status_code, answer.location) == (303, f"/o/acme/deleted/{bo}")
    page = helpdesk.get(answer.location).text
    assert "Bo Ek" in page
    assert f'action="/o/acme/deleted/{bo}/restore"' in page


@pytest.mark.parametrize("tab", TABS)
def test_page_of_nobody_is_not_there(viewer, tab):
    assert viewer.get(f"users/{new_id()}{tab}").status_code == 404
    assert viewer.get(f"users/garbled{tab}").status_code == 404


def test_deactivating_offers_to_undo(helpdesk, new_user, is_active):
    bo = new_user(displayName="Bo Ek")
    answer = helpdesk.post(f"users/{bo}/deactivate")
    assert (answer.status_code, answer.location) == (303, f"/o/acme/users/{bo}")
    page = helpdesk.get(f"users/{bo}").text
    assert "Bo Ek was deactivated." in page
    assert f'<form method="post" action="/o/acme/users/{bo}/reactivate">' in page
    assert not is_active(bo)


def test_reactivating_leads_back_to_where_the_button_stood(
    helpdesk, new_user, is_active
):
    bo = new_user(active=False)
    fields = {"next": "/o/acme/users?status=deactivated"}
    answer = helpdesk.post(f"users/{bo}/reactivate", fields, htmx=True)
    assert answer.headers["HX-Redirect"] == "/o/acme/users?status=deactivated"
    assert is_active(bo)


def test_a_button_of_the_list_gets_the_list_anew(helpdesk, new_user, is_active):
    bo = new_user()
    here = "/o/acme/users?status=active&sort=-name"
    token = helpdesk._ask_for_token()
    answer = helpdesk.browser.post(
        f"/o/acme/users/{bo}/deactivate",
        data={"next": here, "csrf_token": token},
        headers={
            "HX-Request": "true",
            "HX-Target": "results",
            "HX-Current-URL": f"http://localhost{here}",
        },
    )
    again = json.loads(answer.headers["HX-Location"])
    assert (again["path"], again["target"]) == (here, "#results")
    assert "HX-Redirect" not in answer.headers
    assert not is_active(bo)


@pytest.mark.parametrize("address", ["https://evil.example", "//evil.example"])
def test_button_leads_nowhere_else(helpdesk, new_user, address):
    bo = new_user()
    answer = helpdesk.post(f"users/{bo}/deactivate", {"next": address})
    assert answer.location == f"/o/acme/users/{bo}"


def test_deactivating_twice_changes_nothing(helpdesk, new_user):
    bo = new_user(active=False)
    helpdesk.post(f"users/{bo}/deactivate")
    page = helpdesk.get("users").text
    assert "is deactivated already." in page
    assert "Undo" not in page


def test_deleting_offers_to_restore(helpdesk, acme, do, new_user):
    bo = new_user(displayName="Bo Ek")
    fields = {"next": f"/o/acme/users/{bo}"}
    answer = helpdesk.post(f"users/{bo}/delete", fields)
    assert (answer.status_code, answer.location) == (303, "/o/acme/users")
    page = helpdesk.get("users").text
    assert "Bo Ek was deleted." in page
    assert f'action="/o/acme/deleted/{bo}/restore"' in page
    assert do(deleted.restore, acme, bo, origin=ADA).id == bo


@pytest.mark.parametrize("action", QUESTIONS)
def test_address_of_a_button_asks_and_changes_nothing(
    helpdesk, new_user, okta, is_active, action
):
    bo = new_user(origin=okta, displayName="Bo Ek")
    page = helpdesk.get(f"users/{bo}/{action}").text
    assert f"{action.capitalize()} <bdi>Bo Ek</bdi>?" in page
    assert "Okta production manages this user" in page
    assert f'action="/o/acme/users/{bo}/{action}"' in page
    assert is_active(bo)


@pytest.mark.parametrize("action", QUESTIONS)
def test_action_needs_the_role_the_token_and_the_organization(
    viewer, helpdesk, stranger, anonymous, new_user, is_active, action
):
    bo = new_user()
    address = f"users/{bo}/{action}"
    assert viewer.post(address).status_code == 403
    assert helpdesk.post(address, with_token=False).status_code == 422
    assert stranger.post(address).status_code == 404
    assert anonymous.post(address, with_token=False).status_code == 401
    assert is_active(bo)


@pytest.mark.parametrize("action", QUESTIONS)
def test_forged_id_of_another_organization_is_not_there(
    helpdesk, do, globex, new_user, action
):
    gus = new_user("gus", organization=globex)
    assert helpdesk.get(f"users/{gus}/{action}").status_code == 404
    assert helpdesk.post(f"users/{gus}/{action}").status_code == 404
    assert do(users.get, globex, gus).document["active"]


def test_viewer_sees_no_control_that_writes(viewer, new_user):
    bo = new_user(active=False)
    page = viewer.get(f"users/{bo}").text
    assert page.count('method="post"') == 1  # signing out
    assert f"/users/{bo}/edit" not in page
    assert viewer.get(f"users/{bo}/deactivate").status_code == 403
