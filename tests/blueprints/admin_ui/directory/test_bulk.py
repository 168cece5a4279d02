"""Actions on many users: the question with its numbers, then the act."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from models import Group, User
from services.background import jobs
from services.background.job_runner import Runner
from services.directory import groups, users
from services.origin import Actor, Origin
from tests.admin_client import UNKNOWN_ID
from tests.directories import rows
from tests.served import fill

ORIGIN = Origin.of_command_line()


@pytest.fixture
def ten(acme, do):
    """Ten users, two of them deactivated."""
    return do(fill, acme, users=10, groups=0, members_per_group=0)


@pytest.fixture
def sales(acme, ten, do):
    return do(groups.create, acme, {"displayName": "Sales"}, ten[:2], origin=ORIGIN)


def n_active(app):
    counted = sa.select(sa.func.count()).where(User.is_active.is_(True))
    return rows(app, counted)[0][0]


def chosen(action, ids, **more):
    return {"action": action, "ids": ids, **more}


def test_the_question_tells_numbers_and_names(helpdesk, ten):
    page = helpdesk.get("users/bulk", action="deactivate", ids=ten[:5])
    assert page.status_code == 200
    assert "Deactivate 4 users?" in page.text
    assert "They keep their groups and history." in page.text
    assert "1 more is deactivated already." in page.text
    assert "User Number 1" in page.text
    assert page.text.count('name="ids"') == 5


def test_the_question_tells_who_manages_them(helpdesk, acme, ten, do):
    origin = Origin(Actor("token", "okta", "Okta"), ORIGIN.at)
    pushed = do(users.create, acme, {"userName": "pushed"}, origin=origin)
    page = helpdesk.get("users/bulk", action="deactivate", ids=[pushed.id, ten[0]])
    assert "1 is managed by token rcl_okta…, which may reactivate that person." in (
        page.text
    )


def test_htmx_gets_the_question_as_a_dialog(helpdesk, ten):
    part = helpdesk.get("users/bulk", htmx=True, action="delete", ids=ten[:2]).text
    assert 'id="dialog-title"' in part
    assert "<html" not in part
    assert "Delete 2 users" in part
    assert "data-close" in part


def test_asking_changes_nothing(app, owner, ten):
    owner.get("users/bulk", action="delete", ids=ten)
    owner.get("users/bulk/all", action="delete")
    assert rows(app, sa.select(sa.func.count()).select_from(User)) == [(10,)]


def test_those_picked_are_deactivated_at_once(app, helpdesk, ten):
    answer = helpdesk.post("users/bulk", chosen("deactivate", ten[:5]))
    assert (answer.status_code, answer.location) == (303, "/o/acme/users")
    assert n_active(app) == 4
    page = helpdesk.get("users/export").text
    assert "4 users were deactivated. 1 was deactivated already." in page


def test_htmx_is_sent_to_the_list(helpdesk, ten):
    answer = helpdesk.post("users/bulk", chosen("reactivate", ten), htmx=True)
    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"] == "/o/acme/users"


def test_those_picked_are_added_to_a_group(app, helpdesk, ten, sales):
    question = helpdesk.get("users/bulk", action="add_to_group", ids=ten[:3])
    assert f'value="{sales.id}"' in question.text
    helpdesk.post("users/bulk", chosen("add_to_group", ten[:3], group_id=sales.id))
    assert rows(app, sa.select(Group.n_members)) == [(3,)]


def test_a_group_is_found_by_name(helpdesk, acme, ten, sales, do):
    do(groups.create, acme, {"displayName": "Kitchen"}, [], origin=ORIGIN)
    part = helpdesk.get("users/bulk/groups", htmx=True, group_q="kit").text
    page = helpdesk.get("users/bulk", action="add_to_group", ids=ten, group_q="kit")
    assert "Kitchen" in part
    assert "Sales" not in part
    assert "Kitchen" in page.text
    assert "Sales" not in page.text.split('id="group-hits"')[1]


@pytest.mark.parametrize("group_id", ["", "x", UNKNOWN_ID])
def test_without_a_group_the_question_comes_again(app, helpdesk, ten, sales, group_id):
    fields = chosen("add_to_group", ten, group_id=group_id)
    answer = helpdesk.post("users/bulk", fields)
    part = helpdesk.post("users/bulk", fields, htmx=True)
    assert (answer.status_code, part.status_code) == (422, 422)
    assert "Choose a group." in answer.text
    assert part.text.lstrip().startswith('<div class="dialog">')
    assert rows(app, sa.select(Group.n_members)) == [(2,)]


def test_everybody_who_matches_is_a_job(app, admin, acme, ten, do):
    question = admin.get("users/bulk/all", action="deactivate", status="active")
    answer = admin.post("users/bulk/all", {"action": "deactivate", "status": "active"})
    [job] = do(jobs.recent, acme)
    do(Runner().drain)
    assert "Deactivate 8 users?" in question.text
    assert "All who match now: <bdi>active users</bdi>" in question.text
    assert 'name="status" value="active"' in question.text
    assert answer.location == f"/o/acme/jobs/{job.id}"
    assert n_active(app) == 0


def test_a_form_that_means_everybody_is_led_to_that_question(admin, ten):
    answer = admin.get("users/bulk", all_matching="1", action="delete", q="user")
    assert answer.status_code == 303
    assert answer.location == "/o/acme/users/bulk/all?q=user&action=delete"


def test_many_picked_are_a_job(admin, acme, do):
    ids = do(fill, acme, users=201, groups=0, members_per_group=0)
    answer = admin.post("users/bulk", chosen("delete", ids))
    [job] = do(jobs.recent, acme)
    assert answer.location == f"/o/acme/jobs/{job.id}"
    assert job.n_total == 201


def test_exporting_those_picked_is_a_download(helpdesk, ten):
    answer = helpdesk.get("users/bulk", action="export", ids=ten[:1])
    assert answer.status_code == 303
    assert answer.location == f"/o/acme/users/export/csv?ids={ten[0]}"


def test_exporting_all_who_match_leads_to_the_export(admin, ten):
    answer = admin.get("users/bulk/all", action="export", q="user")
    assert answer.location == "/o/acme/users/export?q=user"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"action": "delete"}, "Nobody is selected."),
        ({"action": "delete", "ids": ["x", "\x00"]}, "Nobody is selected."),
        ({"action": "sing", "ids": [UNKNOWN_ID]}, "Choose what is to be done"),
        ({}, "Choose what is to be done"),
    ],
)
def test_a_form_without_sense_leads_back_with_a_sentence(owner, acme, fields, said):
    posted = owner.post("users/bulk", fields)
    assert posted.location == "/o/acme/users"
    assert said in owner.get("users/export").text
    asked = owner.get("users/bulk", **fields)
    assert asked.location == "/o/acme/users"


def test_helpdesk_may_not_act_on_everybody(app, helpdesk, ten):
    assert helpdesk.get("users/bulk/all", action="delete").status_code == 403
    answer = helpdesk.post("users/bulk/all", {"action": "delete"})
    assert answer.status_code == 403
    assert n_active(app) == 8


def test_a_viewer_may_not_act_at_all(app, viewer, ten):
    assert viewer.get("users/bulk", action="delete", ids=ten).status_code == 403
    assert viewer.post("users/bulk", chosen("delete", ten)).status_code == 403
    assert viewer.get("users/bulk/groups").status_code == 403
    assert n_active(app) == 8


def test_the_anonymous_and_strangers_get_nothing(app, anonymous, stranger, ten):
    assert anonymous.get("users/bulk").status_code == 303
    assert stranger.get("users/bulk").status_code == 404
    assert stranger.post("users/bulk", chosen("delete", ten)).status_code == 404
    assert stranger.post("users/bulk/all", {"action": "delete"}).status_code == 404
    assert n_active(app) == 8


def test_ids_of_another_organization_are_nobody(app, stranger, ten):
    question = stranger.get("/o/globex/users/bulk", action="delete", ids=ten)
    stranger.post("/o/globex/users/bulk", chosen("delete", ten))
    assert "There is nobody to change" in question.text
    assert n_active(app) == 8


def test_a_group_of_anothers_cannot_be_chosen(stranger, globex, sales, ten, do):
    own = do(fill, globex, users=1, groups=0, members_per_group=0)
    fields = chosen("add_to_group", own, group_id=sales.id)
    assert stranger.post("/o/globex/users/bulk", fields).status_code == 422


@pytest.mark.parametrize("address", ["users/bulk", "users/bulk/all"])
def test_the_csrf_token_is_needed(app, owner, ten, address):
    answer = owner.post(address, chosen("delete", ten), with_token=False)
    assert answer.status_code == 422
    assert n_active(app) == 8
