"""Importing users in the browser: file, columns, trial, load, problem lines."""

from __future__ import annotations

import io
import re

import pytest
import sqlalchemy as sa

from models import User
from services.background import jobs
from services.background.job_runner import Runner
from services.origin import new_id
from tests.directories import rows

PEOPLE = "login,First name,active\nbo@x.example,Bo,yes\ncy@x.example,Cy,maybe\n"


def post_file(client, text, name="people.csv", **more):
    content = text if isinstance(text, bytes) else text.encode()
    fields = {"file": (io.BytesIO(content), name)}
    return client.post(
        "users/import", fields, content_type="multipart/form-data", **more
    )


def uploaded(client, text=PEOPLE):
    """The id of the import that an upload began."""
    answer = post_file(client, text)
    assert answer.status_code == 303, answer.text
    return answer.location.rpartition("/")[2]


def columns(*keys, **more):
    fields = {f"column-{place}": key for place, key in enumerate(keys)}
    return {"match": "userName", "empty": "keep", **fields, **more}


def tried(client, do):
    job_id = uploaded(client)
    client.post(
        f"users/import/{job_id}/check", columns("userName", "givenName", "active")
    )
    do(Runner().drain)
    return job_id


def test_the_first_page_says_what_can_be_chosen(admin):
    page = admin.get("users/import")
    assert page.status_code == 200
    assert 'enctype="multipart/form-data"' in page.text
    assert "Up to 16 MB and 100,000 people." in page.text


def test_an_upload_leads_to_its_columns_with_a_guess(admin):
    job_id = uploaded(admin)
    page = admin.get(f"users/import/{job_id}").text
    assert "Columns of people.csv" in page
    assert "2 lines of people, separated by commas, read as UTF-8." in page
    assert re.search(r'value="userName"\s+selected', page)
    assert "bo@x.example" in page
    assert "Check that names look right" not in page


def test_a_guessed_encoding_is_told(admin):
    job_id = uploaded(admin, "login\nj\xf6rg@x.example\n".encode("cp1252"))
    page = admin.get(f"users/import/{job_id}").text
    assert "Check that names look right below." in page
    assert "jörg@x.example" in page


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "The file is empty."),
        ("userName\n", "no lines below them"),
        (b"PK\x03\x04\x00\x00", "This is not a CSV file"),
        ('userName\n"bo\n', "Line 2 cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(admin, acme, content, said, do):
    answer = post_file(admin, content)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert do(jobs.recent, acme) == []


def test_no_file_is_told(admin):
    answer = admin.post("users/import", {}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Choose a CSV file." in answer.text


def test_a_trial_shows_its_progress_then_its_result(admin, acme, do):
    job_id = uploaded(admin)
    answer = admin.post(
        f"users/import/{job_id}/check", columns("userName", "givenName", "active")
    )
    going = admin.get(f"users/import/{job_id}")
    assert answer.location == f"/o/acme/users/import/{job_id}"
    assert "Trying the import: nothing is written" in going.text
    assert "Cancel import" in going.text
    assert 'hx-trigger="every 1s"' in going.text
    do(Runner().drain)
    part = admin.get(f"users/import/{job_id}", htmx=True).text
    assert "Trial: 1 person to load" in part
    assert "Cancel import" in part
    assert "every 1s" not in part
    assert part.lstrip().startswith('<div id="job"')


def test_problem_lines_are_listed_and_downloaded(admin, do):
    job_id = tried(admin, do)
    page = admin.get(f"users/import/{job_id}").text
    file = admin.get(f"jobs/{job_id}/problems.csv")
    assert "1 line has a problem" in page
    assert "active is “maybe”" in page or "active is &#34;maybe&#34;" in page
    assert "cy@x.example" in page
    assert file.data.decode("utf-8-sig").splitlines()[0] == (
        '"login","First name","active","problem"'
    )


def test_a_trial_writes_nothing_and_loading_does(app, admin, do):
    job_id = tried(admin, do)
    assert rows(app, sa.select(User.id)) == []
    answer = admin.post(f"users/import/{job_id}/load")
    going = admin.get(f"users/import/{job_id}").text
    do(Runner().drain)
    done = admin.get(f"users/import/{job_id}").text
    assert answer.location == f"/o/acme/users/import/{job_id}"
    assert "Loading" in going
    assert "1 person was loaded" in done
    assert "Load 1 person" not in done
    assert "Cancel import" not in done
    assert rows(app, sa.select(User.user_name_key)) == [("bo@x.example",)]


def test_columns_can_be_chosen_again(admin, do):
    job_id = tried(admin, do)
    page = admin.get(f"users/import/{job_id}/columns").text
    assert re.search(r'value="active"\s+selected', page)
    admin.post(f"users/import/{job_id}/check", columns("userName", "givenName", ""))
    do(Runner().drain)
    assert "Trial: 2 people to load" in admin.get(f"users/import/{job_id}").text


@pytest.mark.parametrize("htmx", [False, True])
def test_columns_without_sense_come_again_with_a_sentence(admin, acme, htmx, do):
    job_id = uploaded(admin)
    answer = admin.post(
        f"users/import/{job_id}/check", columns("title", "title", ""), htmx=htmx
    )
    assert answer.status_code == 422
    assert "Two columns stand for Title." in answer.text
    assert len(re.findall(r'value="title"\s+selected', answer.text)) == 2
    assert ("<html" in answer.text) is not htmx
    assert do(jobs.get, acme, job_id).state == "waiting"


@pytest.mark.parametrize(
    "fields",
    [
        columns("userName", "\x00", "x" * 5_000),
        {"match": "shoe", "empty": "keep", "column-0": "userName"},
        {},
    ],
)
def test_forged_columns_are_refused(admin, acme, fields, do):
    job_id = uploaded(admin)
    answer = admin.post(f"users/import/{job_id}/check", fields)
    assert answer.status_code == 422
    assert do(jobs.get, acme, job_id).state == "waiting"


def test_loading_before_a_trial_is_told(admin, acme, do):
    job_id = uploaded(admin)
    admin.post(f"users/import/{job_id}/load")
    assert "Try the import first" in admin.get("users/import").text
    assert do(jobs.get, acme, job_id).state == "waiting"


def test_an_import_can_be_cancelled_while_its_columns_are_chosen(admin, acme, do):
    job_id = uploaded(admin)
    admin.post(f"jobs/{job_id}/cancel")
    page = admin.get(f"users/import/{job_id}").text
    again = admin.get(f"users/import/{job_id}/columns")
    assert do(jobs.get, acme, job_id).state == "cancelled"
    assert "Cancelled before anything was written" in page
    assert again.location == f"/o/acme/users/import/{job_id}"


def test_hostile_text_in_a_file_stays_text(admin):
    job_id = uploaded(
        admin, 'login,<script>\n"<script>alert(1)</script>","\u202eevil"\n'
    )
    page = admin.get(f"users/import/{job_id}").text
    assert "<script>alert" not in page
    assert "⟦U+202E⟧evil" in page


def test_a_file_name_of_any_kind_is_kept_short(admin):
    answer = post_file(admin, "login\nbo\n", name="../" + "x" * 400 + "\u202e.csv")
    page = admin.get(answer.location)
    assert page.status_code == 200
    assert "x" * 201 not in page.text


@pytest.mark.parametrize("role", ["helpdesk", "viewer"])
def test_lesser_roles_cannot_import(request, acme, role, do):
    client = request.getfixturevalue(role)
    assert client.get("users/import").status_code == 403
    assert post_file(client, PEOPLE).status_code == 403
    assert client.post(f"users/import/{new_id()}/load").status_code == 403
    assert do(jobs.recent, acme) == []


def test_others_get_nothing(admin, anonymous, stranger):
    job_id = uploaded(admin)
    assert anonymous.get("users/import").status_code == 303
    assert anonymous.get(f"users/import/{job_id}").status_code == 303
    assert stranger.get(f"users/import/{job_id}").status_code == 404
    assert stranger.get(f"/o/globex/users/import/{job_id}").status_code == 404
    assert stranger.get(f"/o/globex/users/import/{job_id}/columns").status_code == 404
    check = stranger.post(f"/o/globex/users/import/{job_id}/check", columns("userName"))
    load = stranger.post(f"/o/globex/users/import/{job_id}/load")
    assert (check.status_code, load.status_code) == (404, 404)


def test_the_csrf_token_is_needed(admin, acme, do):
    assert post_file(admin, PEOPLE, with_token=False).status_code == 422
    job_id = uploaded(admin)
    fields = columns("userName")
    check = admin.post(f"users/import/{job_id}/check", fields, with_token=False)
    load = admin.post(f"users/import/{job_id}/load", with_token=False)
    assert (check.status_code, load.status_code) == (422, 422)
    assert do(jobs.get, acme, job_id).input["phase"] == "map"
