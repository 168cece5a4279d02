"""Importing groups in the browser: as users are, at addresses of their own.

What is the same for both is in test_imports.py.
"""

from __future__ import annotations

import io
import re

import pytest
import sqlalchemy as sa

from models import Group
from scim.attributes import Document
from services.background import jobs
from services.background.job_runner import Runner
from services.directory import groups, users
from services.origin import new_id
from tests.directories import rows
from tests.imported import ADA, OKTA

GROUPS = "Team,Login\nSales,bo@x.example\nSales,cy@x.example\nOps,bo@x.example\n"
COLUMNS = {"match": "displayName", "column-0": "displayName", "column-1": "member"}


@pytest.fixture(autouse=True)
def bo(acme, do):
    return do(users.create, acme, {"userName": "bo@x.example"}, origin=ADA).id


def post_file(client, text=GROUPS, **more):
    fields = {"file": (io.BytesIO(text.encode()), "teams.csv")}
    return client.post(
        "groups/import", fields, content_type="multipart/form-data", **more
    )


def uploaded(client, text=GROUPS):
    answer = post_file(client, text)
    assert answer.status_code == 303, answer.text
    return answer.location.rpartition("/")[2]


def tried(client, do):
    job_id = uploaded(client)
    client.post(f"groups/import/{job_id}/check", COLUMNS)
    do(Runner().drain)
    return job_id


def test_the_list_of_groups_leads_to_it(admin, helpdesk):
    link = 'href="/o/acme/groups/import"'
    assert link in admin.get("groups").text
    assert link not in helpdesk.get("groups").text
    assert "You can also load a file" in admin.get("groups").text


def test_an_export_says_that_it_can_be_loaded_again(admin, viewer, acme, do):
    document: Document = {"displayName": "Sales"}
    do(groups.create, acme, document, [], origin=ADA)
    link = 'href="/o/acme/groups/import"'
    assert link in admin.get("groups").text
    assert link in admin.get("groups/export").text
    assert link not in viewer.get("groups/export").text


def test_the_first_page_says_what_happens_to_members(admin):
    page = admin.get("groups/import").text
    assert "<title>Import groups" in page
    assert "Members whom it does not name stay where they are." in page
    assert "Up to 16 MB and 100,000 lines." in page


def test_an_upload_leads_to_its_columns_with_a_guess(admin):
    job_id = uploaded(admin)
    page = admin.get(f"groups/import/{job_id}").text
    assert "Columns of teams.csv" in page
    assert "3 lines of groups, separated by commas, read as UTF-8." in page
    assert re.search(r'value="displayName"\s+selected', page)
    assert re.search(r'value="member"\s+selected', page)
    assert "Find groups that are here already by" in page
    assert "An empty cell" not in page


def test_a_trial_shows_groups_members_and_problem_lines(app, admin, do):
    job_id = tried(admin, do)
    page = admin.get(f"groups/import/{job_id}").text
    assert "Trial: 2 groups to load" in page
    assert re.search(r"Members they would gain</dt>\s*<dd class=\"num\">\s*2\s", page)
    assert re.search(r"With problems</dt>\s*<dd class=\"num\">\s*1 line\s", page)
    assert "cy@x.example&#34; is no user here." in page
    assert "Group and problem" in page
    assert rows(app, sa.select(Group.id)) == []


def test_loading_makes_the_groups_and_shows_what_came_of_it(app, admin, do):
    job_id = tried(admin, do)
    answer = admin.post(f"groups/import/{job_id}/load")
    going = admin.get(f"groups/import/{job_id}").text
    do(Runner().drain)
    done = admin.get(f"groups/import/{job_id}").text
    assert answer.location == f"/o/acme/groups/import/{job_id}"
    assert "Loading" in going
    assert "2 groups were loaded" in done
    assert "Members they gained" in done
    assert 'href="/o/acme/groups"' in done
    told = sa.select(Group.display_name, Group.n_members).order_by(Group.seq)
    assert rows(app, told) == [("Sales", 1), ("Ops", 1)]


def test_problem_lines_are_downloaded(admin, do):
    job_id = tried(admin, do)
    file = admin.get(f"jobs/{job_id}/problems.csv")
    lines = file.data.decode("utf-8-sig").splitlines()
    assert lines[0] == '"Team","Login","problem"'
    assert lines[1].startswith('"Sales","cy@x.example","')


def test_a_client_that_manages_the_groups_is_named(admin, acme, do):
    do(groups.create, acme, {"displayName": "Sales"}, [], origin=OKTA)
    job_id = tried(admin, do)
    page = admin.get(f"groups/import/{job_id}").text
    assert "Some of those that would be changed are managed by" in page


def test_columns_can_be_chosen_again(admin, do):
    job_id = tried(admin, do)
    page = admin.get(f"groups/import/{job_id}/columns").text
    assert re.search(r'value="member"\s+selected', page)
    admin.post(f"groups/import/{job_id}/check", {**COLUMNS, "column-1": ""})
    do(Runner().drain)
    assert "Trial: 2 groups to load" in admin.get(f"groups/import/{job_id}").text


@pytest.mark.parametrize("htmx", [False, True])
def test_columns_without_sense_come_again_with_a_sentence(admin, acme, htmx, do):
    job_id = uploaded(admin)
    fields = {**COLUMNS, "column-0": "member"}
    answer = admin.post(f"groups/import/{job_id}/check", fields, htmx=htmx)
    assert answer.status_code == 422
    assert "Two columns stand for Members." in answer.text
    assert ("<html" in answer.text) is not htmx
    assert do(jobs.get, acme, job_id).state == "waiting"


@pytest.mark.parametrize("fields", [{**COLUMNS, "match": "userName"}, {}])
def test_forged_columns_are_refused(admin, acme, fields, do):
    job_id = uploaded(admin)
    answer = admin.post(f"groups/import/{job_id}/check", fields)
    assert answer.status_code == 422
    assert do(jobs.get, acme, job_id).state == "waiting"


def test_a_file_that_cannot_be_read_is_told(admin, acme, do):
    answer = post_file(admin, "group,member\n")
    assert answer.status_code == 422
    assert "Add the groups." in answer.text
    assert do(jobs.recent, acme) == []


def test_it_is_found_among_the_jobs_and_above_the_groups(admin, acme, do):
    job_id = uploaded(admin)
    admin.post(f"groups/import/{job_id}/check", COLUMNS)
    assert "Import teams.csv" in admin.get("jobs").text
    assert "Import teams.csv" in admin.get("groups").text
    assert "0 of 3 lines" in admin.get("groups").text
    answer = admin.get(f"jobs/{job_id}")
    assert answer.location == f"/o/acme/groups/import/{job_id}"


def test_an_import_of_groups_is_none_of_users(admin):
    job_id = uploaded(admin)
    assert admin.get(f"users/import/{job_id}").status_code == 404
    assert admin.get(f"users/import/{job_id}/columns").status_code == 404
    assert admin.post(f"users/import/{job_id}/check", COLUMNS).status_code == 404
    assert admin.post(f"users/import/{job_id}/load").status_code == 404


@pytest.mark.parametrize("role", ["helpdesk", "viewer"])
def test_lesser_roles_cannot_import(request, acme, role, do):
    client = request.getfixturevalue(role)
    assert client.get("groups/import").status_code == 403
    assert post_file(client).status_code == 403
    assert client.post(f"groups/import/{new_id()}/load").status_code == 403
    assert do(jobs.recent, acme) == []


def test_others_get_nothing(admin, anonymous, stranger):
    job_id = uploaded(admin)
    path = f"/o/globex/groups/import/{job_id}"
    assert anonymous.get("groups/import").status_code == 303
    assert anonymous.get(f"groups/import/{job_id}").status_code == 303
    assert stranger.get(f"groups/import/{job_id}").status_code == 404
    assert stranger.get(path).status_code == 404
    assert stranger.get(f"{path}/columns").status_code == 404
    assert stranger.post(f"{path}/check", COLUMNS).status_code == 404
    assert stranger.post(f"{path}/load").status_code == 404


def test_the_csrf_token_is_needed(admin, acme, do):
    assert post_file(admin, with_token=False).status_code == 422
    job_id = uploaded(admin)
    path = f"groups/import/{job_id}"
    check = admin.post(f"{path}/check", COLUMNS, with_token=False)
    load = admin.post(f"{path}/load", with_token=False)
    assert (check.status_code, load.status_code) == (422, 422)
    assert do(jobs.get, acme, job_id).input["phase"] == "map"
