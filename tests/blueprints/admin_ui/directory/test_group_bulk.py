"""Many groups deleted in the browser: the question with its numbers, then the act."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from models import Group
from services.access import tokens
from services.background import jobs
from services.background.job_runner import Runner
from services.directory import groups
from services.origin import Actor, Origin
from tests.admin_client import UNKNOWN_ID
from tests.directories import rows
from tests.served import fill

ORIGIN = Origin.of_command_line()


@pytest.fixture
def new_group(acme, do):
    def create(name, *members, origin=ORIGIN):
        document = {"displayName": name}
        return do(groups.create, acme, document, members, origin=origin).id

    return create


@pytest.fixture
def three(acme, do, new_group):
    ids = do(fill, acme, users=4, groups=0, members_per_group=0)
    return [new_group("Sales", *ids), new_group("Kitchen", ids[0]), new_group("Staff")]


def names(app):
    return sorted(name for (name,) in rows(app, sa.select(Group.display_name)))


def chosen(ids, **more):
    return {"action": "delete", "ids": ids, **more}


def test_the_list_offers_what_the_role_may_do(owner, helpdesk, viewer, new_group):
    for_all = [new_group(f"Team {number:02}") for number in range(51)]
    listed = owner.get("groups", q="team", sort="-name").text
    of_helpdesk, of_viewer = helpdesk.get("groups").text, viewer.get("groups").text
    assert re.search(rf'name="ids"\s+value="{for_all[-1]}"', listed)
    assert re.search(r'id="bulk".*name="q" value="team".*name="sort"', listed, re.S)
    assert "Select all 51 that match" in listed
    assert "data-pick" in of_helpdesk
    assert "that match" not in of_helpdesk
    assert "data-pick" not in of_viewer


def test_the_question_tells_numbers_and_names(helpdesk, three):
    page = helpdesk.get("groups/bulk", **chosen(three[:2]))
    assert page.status_code == 200
    assert "Delete 2 groups?" in page.text
    assert re.search(r"<bdi>Kitchen</bdi>,\s+<bdi>Sales</bdi>", page.text)
    assert "They lose 5 memberships; members stay in the directory." in page.text
    assert page.text.count('name="ids"') == 2
    assert "runs as a job" not in page.text


def test_the_question_tells_who_pushes_them(helpdesk, acme, do, three, new_group):
    token = do(tokens.create, acme, "Okta", origin=ORIGIN)
    okta = Origin(Actor("token", token.public_id, "Okta"), ORIGIN.at)
    pushed = [new_group("One", origin=okta), new_group("Two", origin=okta)]
    of_one = helpdesk.get("groups/bulk", **chosen([pushed[0], three[0]])).text
    of_two = helpdesk.get("groups/bulk", **chosen(pushed)).text
    assert "1 is pushed by Okta, which gets an error at its next push" in of_one
    assert "2 are pushed by Okta, which gets errors at its next push" in of_two


def test_htmx_gets_the_question_as_a_dialog(helpdesk, three):
    part = helpdesk.get("groups/bulk", htmx=True, **chosen(three)).text
    assert 'id="dialog-title"' in part
    assert "<html" not in part
    assert "data-close" in part


def test_asking_deletes_nothing(app, owner, three):
    owner.get("groups/bulk", **chosen(three))
    owner.get("groups/bulk/all", action="delete")
    assert len(names(app)) == 3


def test_those_picked_are_deleted_at_once_and_come_back(app, helpdesk, three):
    answer = helpdesk.post("groups/bulk", chosen(three[:2], q="s", sort="-name"))
    told = helpdesk.get("groups").text
    left = names(app)
    helpdesk.post(f"deleted/{three[0]}/restore")
    assert (answer.status_code, answer.location) == (
        *(303, "/o/acme/groups?q=s&sort=-name"),
    )
    assert "2 groups were deleted." in told
    assert left == ["Staff"]
    assert names(app) == ["Sales", "Staff"]
    assert rows(app, sa.select(Group.n_members).order_by(Group.n_members)) == [
        *((0,), (4,)),
    ]


def test_what_is_gone_by_now_is_told(app, helpdesk, three):
    helpdesk.post(f"groups/{three[0]}/delete")
    helpdesk.get("groups")
    answer = helpdesk.post("groups/bulk", chosen(three[:2]), htmx=True)
    told = helpdesk.get("groups").text
    assert answer.headers["HX-Redirect"] == "/o/acme/groups"
    assert "1 group was deleted. 1 was deleted meanwhile." in told


def test_all_that_match_are_a_job(app, admin, acme, three, do):
    question = admin.get("groups/bulk/all", action="delete", q="s").text
    answer = admin.post("groups/bulk/all", {"action": "delete", "q": "s"})
    [job] = do(jobs.recent, acme)
    do(Runner().drain)
    page = admin.get(answer.location).text
    assert "All that match now: all groups that match “s”." in question
    assert "It runs as a job that you can watch, leave and cancel." in question
    assert answer.location == f"/o/acme/jobs/{job.id}"
    assert "<h1><bdi>Delete 2 groups</bdi></h1>" in page
    assert "2 of 2 groups" in page
    assert "2 groups were deleted." in page
    assert 'href="/o/acme/deleted?type=group"' in page
    assert names(app) == ["Kitchen"]


def test_many_picked_are_a_job(admin, acme, do, new_group):
    ids = [new_group(f"Team {number:02}") for number in range(21)]
    question = admin.get("groups/bulk", **chosen(ids)).text
    answer = admin.post("groups/bulk", chosen(ids))
    [job] = do(jobs.recent, acme)
    assert re.search(r"<bdi>Team 02</bdi>\s+and 18 more", question)
    assert "It runs as a job" in question
    assert answer.location == f"/o/acme/jobs/{job.id}"
    assert "Delete 21 groups" in admin.get("jobs").text


def test_a_form_that_means_all_is_led_to_that_question(admin, three):
    answer = admin.get("groups/bulk", all_matching="1", action="delete", q="s")
    assert answer.status_code == 303
    assert answer.location == "/o/acme/groups/bulk/all?q=s&action=delete"


def test_exporting_leads_to_the_file_or_its_page(admin, three):
    some = admin.get("groups/bulk", action="export", ids=three[:1])
    everything = admin.get("groups/bulk/all", action="export", q="s")
    assert some.location == f"/o/acme/groups/export/csv?ids={three[0]}"
    assert everything.location == "/o/acme/groups/export?q=s"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"action": "delete"}, "No group is selected."),
        ({"action": "delete", "ids": ["x", "\x00"]}, "No group is selected."),
        ({"action": "sing", "ids": [UNKNOWN_ID]}, "Choose what is to be done"),
        ({}, "Choose what is to be done"),
    ],
)
def test_a_form_without_sense_leads_back_with_a_sentence(owner, acme, fields, said):
    posted = owner.post("groups/bulk", fields)
    assert posted.location == "/o/acme/groups"
    assert said in owner.get("groups").text
    assert owner.get("groups/bulk", **fields).location == "/o/acme/groups"


def test_all_that_match_none_is_refused(owner, acme):
    question = owner.get("groups/bulk/all", action="delete", q="zz").text
    answer = owner.post("groups/bulk/all", {"action": "delete", "q": "zz"})
    assert "There is no group to delete" in question
    assert (
        "btn-danger" not in question.split('id="dialog-title"')[1].split("</form>")[0]
    )
    assert answer.location == "/o/acme/groups?q=zz"
    assert "No group matches." in owner.get("groups").text


def test_helpdesk_may_not_delete_all(app, helpdesk, three):
    asked = helpdesk.get("groups/bulk/all", action="delete")
    answer = helpdesk.post("groups/bulk/all", {"action": "delete"})
    assert (asked.status_code, answer.status_code) == (403, 403)
    assert len(names(app)) == 3


def test_a_viewer_may_not_delete_at_all(app, viewer, three):
    assert viewer.get("groups/bulk", **chosen(three)).status_code == 403
    assert viewer.post("groups/bulk", chosen(three)).status_code == 403
    assert len(names(app)) == 3


def test_the_anonymous_and_strangers_get_nothing(app, anonymous, stranger, three):
    assert anonymous.get("groups/bulk").status_code == 303
    assert stranger.get("groups/bulk").status_code == 404
    assert stranger.post("groups/bulk", chosen(three)).status_code == 404
    assert stranger.post("groups/bulk/all", {"action": "delete"}).status_code == 404
    assert len(names(app)) == 3


def test_ids_of_another_organization_are_none(app, stranger, three):
    question = stranger.get("/o/globex/groups/bulk", **chosen(three))
    stranger.post("/o/globex/groups/bulk", chosen(three))
    assert "There is no group to delete" in question.text
    assert len(names(app)) == 3


@pytest.mark.parametrize("address", ["groups/bulk", "groups/bulk/all"])
def test_the_csrf_token_is_needed(app, owner, three, address):
    answer = owner.post(address, chosen(three), with_token=False)
    assert answer.status_code == 422
    assert len(names(app)) == 3
