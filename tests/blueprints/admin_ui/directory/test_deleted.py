"""Deleted users and groups in the browser: listed, restored, purged."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from models import DeletedResource
from services import organizations
from services.directory import groups, users
from services.origin import Actor, Origin
from tests.directories import last_event, rows

ADA = Origin.of_command_line()
NOBODY = "01938000-0000-7000-8000-000000000000"


@pytest.fixture
def gone(acme, do):
    """A deleted user."""

    def create(user_name="cy@x.test", name="Cy Young", organization=acme):
        document = {"userName": user_name, "displayName": name}
        id_ = do(users.create, organization, document, origin=ADA).id
        do(users.delete, organization, id_, origin=ADA)
        return id_

    return create


@pytest.fixture
def cy(gone):
    return gone()


@pytest.fixture
def staff(acme, do):
    """A deleted group."""
    id_ = do(groups.create, acme, {"displayName": "Staff"}, [], origin=ADA).id
    do(groups.delete, acme, id_, origin=ADA)
    return id_


def kept(app):
    return sorted(name for (name,) in rows(app, sa.select(DeletedResource.name)))


def test_list_tells_who_deleted_whom_and_until_when(helpdesk, cy, staff):
    page = helpdesk.get("deleted").text
    assert f'href="/o/acme/deleted/{cy}"' in page
    assert "cy@x.test" in page
    assert "the command line" in page
    assert "Kept for 30 days, then purged." in page
    assert "Staff" not in page
    assert "Staff" in helpdesk.get("deleted", type="group").text


def test_search_answers_htmx_with_counts_of_both_kinds(helpdesk, cy, staff):
    part = helpdesk.get("deleted", htmx=True, q="young").text
    assert part.lstrip().startswith('<section id="results"')
    assert 'Users <span class="num">1</span>' in part
    assert 'Groups <span class="num">0</span>' in part
    assert "Cy Young" in part


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "No deleted users"),
        ({"type": "group"}, "No deleted groups"),
        ({"q": "<b>"}, "Nobody deleted matches “&lt;b&gt;”."),
        ({"q": "x", "type": "group"}, "No deleted group matches “x”."),
    ],
)
def test_empty_list_says_so(helpdesk, query, said):
    assert said in helpdesk.get("deleted", **query).text


@pytest.mark.parametrize(
    "query", [{"cursor": "x"}, {"cursor": "\0"}, {"q": "\0"}, {"type": "odd"}]
)
def test_bad_input_is_no_fault_of_ours(helpdesk, cy, query):
    assert helpdesk.get("deleted", **query).status_code in (200, 400)
    assert helpdesk.get(f"deleted/{cy}", **query).status_code in (200, 400)


def test_retention_is_linked_for_who_may_set_it(do, admin, helpdesk):
    do(organizations.set_retention, "acme", 7, origin=ADA)
    assert "Kept for 7 days" in admin.get("deleted").text
    assert "/o/acme/settings" in admin.get("deleted").text.split("Kept for")[1]
    assert "Change how long" not in helpdesk.get("deleted").text


def test_user_is_restored_and_shown(app, helpdesk, cy):
    answer = helpdesk.post(f"deleted/{cy}/restore")
    assert (answer.status_code, answer.location) == (303, f"/o/acme/users/{cy}")
    assert "Cy Young was restored." in helpdesk.get(answer.location).text
    assert kept(app) == []


def test_row_restored_by_htmx_leaves_the_list(app, helpdesk, gone):
    cy, di = gone(), gone("di@x.test", "Di")
    fields = {"type": "user", "q": "", "cursor": "", "following": cy}
    part = helpdesk.post(f"deleted/{di}/restore", fields, htmx=True).text
    assert part.lstrip().startswith('<section id="results"')
    assert f"deleted-{di}" not in part
    assert "data-focus" in part.split(f'id="deleted-{cy}"')[1].split("</tr>")[0]
    assert "Di was restored." in part
    assert kept(app) == ["Cy Young"]


def test_after_the_last_row_the_focus_goes_to_the_one_before(helpdesk, gone):
    cy, di = gone(), gone("di@x.test", "Di")
    page = helpdesk.get("deleted").text
    assert f'name="following" value="{cy}"' in page
    assert f'name="following" value="{di}"' in page


def test_taken_user_name_is_explained_and_another_one_taken(
    app, acme, do, helpdesk, cy
):
    document = {"userName": "CY@x.test", "displayName": "Cyrus", "active": False}
    holder = do(users.create, acme, document, origin=ADA).id
    asked = helpdesk.post(f"deleted/{cy}/restore")
    assert asked.status_code == 422
    assert "User name cy@x.test is taken" in asked.text
    assert f'href="/o/acme/users/{holder}"' in asked.text
    assert "(deactivated)" in asked.text
    again = helpdesk.post(f"deleted/{cy}/restore", {"name": "cy@X.test"})
    assert again.status_code == 422
    assert "cy@X.test is taken too. Choose another name." in again.text
    done = helpdesk.post(f"deleted/{cy}/restore", {"name": "cy.two@x.test"})
    assert (done.status_code, kept(app)) == (303, [])


def test_question_for_another_name_opens_in_the_dialog(acme, do, helpdesk, staff):
    do(groups.create, acme, {"displayName": "STAFF"}, [], origin=ADA)
    fields = {"type": "group", "following": ""}
    asked = helpdesk.post(f"deleted/{staff}/restore", fields, htmx=True)
    assert asked.status_code == 422
    assert asked.headers["HX-Retarget"] == "#dialog"
    assert asked.text.lstrip().startswith('<div class="dialog">')
    assert "Name Staff is taken" in asked.text
    assert 'value="Staff"' in asked.text


@pytest.mark.parametrize("name", ["", "x" * 600, "nul\0"])
def test_unusable_name_is_refused_on_its_field(app, helpdesk, cy, staff, name):
    user = helpdesk.post(f"deleted/{cy}/restore", {"name": name})
    group = helpdesk.post(f"deleted/{staff}/restore", {"name": name}, htmx=True)
    assert (user.status_code, group.status_code) == (422, 422)
    assert 'id="name-error"' in user.text
    assert kept(app) == ["Cy Young", "Staff"]


def test_memberships_that_cannot_return_are_told(acme, do, helpdesk):
    def new_group(name, *ids):
        return do(groups.create, acme, {"displayName": name}, ids, origin=ADA).id

    low = new_group("Low")
    mid = new_group("Mid", low)
    top = new_group("Top", mid)
    do(groups.delete, acme, mid, origin=ADA)
    do(groups.replace, acme, low, {"displayName": "Low"}, [top], origin=ADA)
    answer = helpdesk.post(f"deleted/{mid}/restore")
    page = helpdesk.get(answer.location).text
    assert "Mid was restored. It did not return to Top" in page


def test_page_of_a_deleted_one_tells_its_end_and_its_history(admin, helpdesk, cy):
    page = admin.get(f"deleted/{cy}").text
    assert "Purged on <time" in page
    assert "was deleted" in page
    assert f"/o/acme/deleted/{cy}/purge" in page
    assert f"/o/acme/deleted/{cy}/purge" not in helpdesk.get(f"deleted/{cy}").text


def test_purge_says_what_it_takes(admin, cy, staff):
    part = admin.get(f"deleted/{cy}/purge", htmx=True).text
    assert part.lstrip().startswith('<div class="dialog">')
    assert "This cannot be taken back." in part
    assert "Okta, if it sends the person again, creates a new user" in part
    assert "Purge group" in admin.get(f"deleted/{staff}/purge").text


@pytest.mark.parametrize("typed", ["", "Cy Young", "cy@x.tes", "CY@x.test", "\0"])
def test_purge_needs_the_very_name(app, admin, cy, typed):
    plain = admin.post(f"deleted/{cy}/purge", {"typed": typed})
    part = admin.post(f"deleted/{cy}/purge", {"typed": typed}, htmx=True)
    assert (plain.status_code, part.status_code) == (422, 422)
    assert "Type cy@x.test to purge it." in part.text
    assert kept(app) == ["Cy Young"]


def test_purged_is_gone_for_good(app, admin, cy):
    answer = admin.post(f"deleted/{cy}/purge", {"typed": " cy@x.test "})
    assert (answer.status_code, answer.location) == (303, "/o/acme/deleted?type=user")
    assert "Cy Young was purged." in admin.browser.get(answer.location).text
    assert kept(app) == []
    assert last_event(app).action == "purged"
    assert admin.get(f"deleted/{cy}").status_code == 404


def test_name_that_cannot_be_typed_is_typed_as_it_is_shown(app, admin, gone):
    id_ = gone("evil\u202etxt", "Evil")
    page = admin.get(f"deleted/{id_}/purge").text
    assert "evil⟦U+202E⟧txt" in page
    fields = {"typed": "evil⟦U+202E⟧txt"}
    assert admin.post(f"deleted/{id_}/purge", fields).status_code == 303
    assert kept(app) == []


def test_who_may_restore_may_not_always_purge(app, helpdesk, viewer, cy):
    purges = [helpdesk.get(f"deleted/{cy}/purge"), helpdesk.post(f"deleted/{cy}/purge")]
    writes = [viewer.post(f"deleted/{cy}/restore"), viewer.post(f"deleted/{cy}/purge")]
    assert {answer.status_code for answer in (*purges, *writes)} == {403}
    assert "Restore" in helpdesk.get("deleted").text
    assert "Purge…" not in helpdesk.get("deleted").text
    assert "/restore" not in viewer.get("deleted").text
    assert "/restore" not in viewer.get(f"deleted/{cy}").text
    assert kept(app) == ["Cy Young"]


def test_another_organization_knows_nothing_of_it(app, stranger, cy):
    asked = [stranger.get(f"{base}/{cy}{one}") for base, one in FORGED]
    done = [stranger.post(f"{base}/{cy}{one}") for base, one in FORGED]
    assert {answer.status_code for answer in asked} <= {404, 405}
    assert {answer.status_code for answer in done} <= {404, 405}
    assert 404 in {answer.status_code for answer in done}
    assert kept(app) == ["Cy Young"]


FORGED = [
    (base, one)
    for base in ("deleted", "/o/globex/deleted")
    for one in ("", "/restore", "/purge")
]


def test_nobody_is_asked_to_sign_in(app, anonymous, cy):
    assert anonymous.get("deleted").location.startswith("/login?next=")
    done = anonymous.post(f"deleted/{cy}/restore", with_token=False)
    assert done.status_code == 401
    assert kept(app) == ["Cy Young"]


@pytest.mark.parametrize("action", ["restore", "purge"])
def test_form_of_another_page_does_nothing(app, admin, cy, action):
    fields = {"typed": "cy@x.test"}
    answer = admin.post(f"deleted/{cy}/{action}", fields, with_token=False)
    assert answer.status_code == 422
    assert kept(app) == ["Cy Young"]


@pytest.mark.parametrize("id_", ["x", "%00", NOBODY])
def test_unknown_is_not_found(admin, id_):
    answers = [
        admin.get(f"deleted/{id_}"),
        admin.get(f"deleted/{id_}/purge"),
        admin.post(f"deleted/{id_}/purge"),
        admin.post(f"deleted/{id_}/restore"),
    ]
    assert {answer.status_code for answer in answers} == {404}


def test_deleter_who_is_gone_still_has_a_name(acme, do, helpdesk):
    nobody = Origin(Actor("token", "gone", "Gone"), ADA.at)
    id_ = do(users.create, acme, {"userName": "bo"}, origin=ADA).id
    do(users.delete, acme, id_, origin=nobody)
    assert "token rcl_gone…" in helpdesk.get("deleted").text
