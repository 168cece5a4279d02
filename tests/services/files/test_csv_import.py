"""Users from a CSV file: what a trial tells, what loading does, what is a problem.

How managers are set is in test_csv_import_managers.py.
"""

from __future__ import annotations

from functools import partial

import pytest
import sqlalchemy as sa

from models import ChangeEvent, User
from scim.attributes import Document
from services.background import jobs
from services.background.job_runner import Runner
from services.directory import users
from services.errors import Invalid, NotFound
from services.files import csv_import
from services.origin import Actor, Origin
from tests import imported
from tests.directories import n_events, rows, totals
from tests.imported import NOON, problem_rows, problems, tally

OKTA = Origin(Actor("token", "okta", "Okta"), NOON)
BO: Document = {
    "userName": "bo@x.example",
    "title": "Cook",
    "emails": [
        {"value": "bo@x.example", "type": "work", "primary": True},
        {"value": "bo@home.example", "type": "home"},
    ],
}


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def bo(acme):
    return users.create(acme, BO, origin=OKTA)


upload = partial(imported.upload, "users")
trial = partial(imported.trial, "users")
loaded = partial(imported.loaded, "users")


def stored(app, user_name):
    found = sa.select(User).where(User.user_name_key == user_name)
    return rows(app, found)[0][0]


def test_an_upload_waits_with_a_guess_of_its_columns(acme):
    job_id = upload(acme, "login;First name;Colour\nbo;Bo;red\ncy;Cy;blue\n")
    found = csv_import.describe(acme, job_id)
    assert (found.job.state, found.phase, found.n_rows) == ("waiting", "map", 2)
    assert (found.encoding, found.delimiter_name) == ("UTF-8", "semicolon")
    assert [column.key for column in found.columns] == ["userName", "givenName", ""]
    assert found.columns[1].samples == ("Bo", "Cy")


@pytest.mark.parametrize("text", ["", "userName\n", "userName\n\n ,\n"])
def test_a_file_without_people_is_refused(acme, text):
    with pytest.raises(Invalid):
        upload(acme, text)
    assert jobs.recent(acme) == []


def test_an_import_of_another_organization_is_not_there(acme, globex):
    job_id = upload(acme, "userName\nbo\n")
    with pytest.raises(NotFound):
        csv_import.describe(globex, job_id)
    with pytest.raises(NotFound):
        csv_import.check(globex, job_id, {0: "userName"})
    with pytest.raises(NotFound):
        csv_import.load(globex, job_id)


def test_a_trial_counts_and_changes_nothing(app, acme, bo):
    before = n_events(app)
    text = "userName,title\nnew@x.example,Chef\nBO@x.example,Chef\nbo2,\n,Chef\n"
    job_id = trial(acme, text)
    assert jobs.get(acme, job_id).state == "waiting"
    assert tally(acme, job_id) == (2, 1, 0, 1)
    assert n_events(app) == before
    assert totals(app, acme.seq) == (1, 1, 0)


def test_loading_creates_and_changes_with_events_of_the_admin(app, acme, bo):
    job_id = loaded(
        acme, "userName,title,givenName\nbo@x.example,Chef,\nnew@x.example,Cook,Nell\n"
    )
    assert jobs.get(acme, job_id).state == "done"
    assert tally(acme, job_id) == (1, 1, 0, 0)
    assert stored(app, "bo@x.example").document == {
        **BO,
        "active": True,
        "title": "Chef",
    }
    assert stored(app, "new@x.example").provenance["name.givenName"] == "admin:ada"
    told = sa.select(ChangeEvent.action, ChangeEvent.actor_name, ChangeEvent.changes)
    told = told.where(ChangeEvent.request_id == job_id).order_by(ChangeEvent.seq)
    assert rows(app, told)[0] == (
        "updated",
        "Ada",
        {"title": ["Cook", "Chef"]},
    )


def test_loading_plans_anew_what_changed_since_the_trial(app, acme):
    job_id = trial(acme, "userName,title\nbo@x.example,Chef\n")
    users.create(acme, BO, origin=OKTA)
    csv_import.load(acme, job_id)
    Runner().drain()
    assert tally(acme, job_id) == (0, 1, 0, 0)
    assert stored(app, "bo@x.example").document["title"] == "Chef"


def test_an_empty_cell_leaves_the_value_or_clears_it(app, acme, bo):
    text = "userName,title,otherEmails\nbo@x.example,,\n"
    kept = loaded(acme, text)
    assert tally(acme, kept) == (0, 0, 1, 0)
    cleared = loaded(acme, text, empty="clear")
    assert tally(acme, cleared) == (0, 1, 0, 0)
    document = stored(app, "bo@x.example").document
    assert "title" not in document
    assert [one["value"] for one in document["emails"]] == ["bo@x.example"]


def test_people_are_found_by_external_id_and_may_be_renamed(app, acme):
    users.create(acme, {"userName": "old", "externalId": "7"}, origin=OKTA)
    job_id = loaded(acme, "externalId,userName\n7,new\n", match="externalId")
    assert tally(acme, job_id) == (0, 1, 0, 0)
    assert stored(app, "new").external_id == "7"


def test_another_letter_case_of_the_user_name_is_no_change(app, acme, bo):
    job_id = loaded(acme, "userName\nBO@X.example\n")
    assert tally(acme, job_id) == (0, 0, 1, 0)
    assert stored(app, "bo@x.example").document["userName"] == "bo@x.example"


def test_without_a_user_name_the_email_is_it(app, acme):
    job_id = loaded(acme, "Email,Department\nbo@x.example,Sales\n")
    assert tally(acme, job_id) == (1, 0, 0, 0)
    assert stored(app, "bo@x.example").document["userName"] == "bo@x.example"


def test_a_deactivation_is_counted_apart(app, acme, bo):
    job_id = loaded(acme, "userName,active\nbo@x.example,no\n")
    result = jobs.get(acme, job_id).result
    assert result["tally"]["deactivated"] == 1
    assert result["checked"]["tally"]["deactivated"] == 1
    assert result["tally"]["sources"] == {"token:okta": 1}
    assert totals(app, acme.seq) == (1, 0, 0)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",Chef,true", "The line has no user name."),
        ("n,Chef,maybe", 'active is "maybe", which is neither yes nor no.'),
        ("n," + "x" * 1_100 + ",true", "title has 1100 characters"),
        ("n,Chef,true,more", "The line has 4 cells and the headings are 3."),
        ("BO@x.example,Chef,true", "User name is the same as in line 2."),
    ],
)
def test_problems_are_told_by_line(acme, line, said):
    job_id = trial(acme, f"userName,title,active\nbo@x.example,Cook,true\n{line}\n")
    assert tally(acme, job_id) == (1, 0, 0, 1)
    assert problems(acme, job_id)[0][0] == 3
    assert problems(acme, job_id)[0][1].startswith(said)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("7,x", '2 users have the external ID "7".'),
        (",x", "The line has no external ID."),
        ("9,bo@x.example", 'userName "bo@x.example" is used by bo@x.example.'),
    ],
)
def test_problems_of_finding_by_external_id(acme, bo, line, said):
    users.create(acme, {"userName": "a", "externalId": "7"}, origin=OKTA)
    users.create(acme, {"userName": "b", "externalId": "7"}, origin=OKTA)
    job_id = trial(acme, f"externalId,userName\n{line}\n", match="externalId")
    assert tally(acme, job_id) == (0, 0, 0, 1)
    assert problems(acme, job_id)[0][1].startswith(said)


def test_a_row_with_a_problem_does_not_keep_others_from_being_loaded(app, acme):
    job_id = loaded(acme, "userName,active\nbo,yes\nn,maybe\ncy,no\n")
    assert tally(acme, job_id) == (2, 0, 0, 1)
    assert totals(app, acme.seq) == (2, 1, 0)


def test_problem_rows_come_back_as_a_file_to_correct_and_load(app, acme):
    job_id = loaded(acme, "userName,active,Colour\n=bo,maybe,red\ncy,yes,blue\n")
    heading, row = problem_rows(acme, job_id)
    assert heading == ["userName", "active", "Colour", "problem"]
    assert row[:3] == ["'=bo", "maybe", "red"]
    assert row[3].startswith('active is "maybe"')
    row[1:] = ["yes", "red", "corrected"]
    again = loaded(acme, "\n".join([",".join(heading), ",".join(row)]))
    assert tally(acme, again) == (1, 0, 0, 0)
    assert stored(app, "=bo").is_active is True


def test_a_second_round_of_problems_has_one_column_for_them(acme):
    first = trial(acme, "userName,active\nbo,maybe\n")
    content = b"".join(jobs.stream_file(acme, first, "problems"))
    second = trial(acme, content.decode())
    assert problem_rows(acme, second) == problem_rows(acme, first)


def test_problems_of_many_steps_are_in_one_file_with_one_heading(acme):
    lines = [f"u{n},maybe" for n in range(250)]
    job_id = trial(acme, "userName,active\n" + "\n".join(lines))
    found = problem_rows(acme, job_id)
    assert (len(found), found[0][0], found[-1][0]) == (251, "userName", "u249")
    assert len(problems(acme, job_id)) == 50
    assert jobs.get(acme, job_id).result["tally"]["problems"] == 250
