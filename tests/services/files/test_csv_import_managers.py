"""Managers in a CSV file: named by user name or id, before or after their own line."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from models import User
from scim import names
from scim.attributes import Document
from services.background import jobs
from services.directory import users
from services.files.user_import import Hints
from services.origin import new_id
from tests.directories import n_events, rows
from tests.imported import ADA, problems, tally
from tests.services.files.test_csv_import import loaded, trial

HEADINGS = "userName,manager\n"


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def boss(acme):
    return users.create(acme, {"userName": "Boss@x.example"}, origin=ADA)


def manager_of(app, user_name):
    """What the user has as manager: a user name when it is the id of a user here."""
    found = dict(rows(app, sa.select(User.user_name_key, User.document)))
    ids = dict(rows(app, sa.select(User.id, User.user_name_key)))
    enterprise = found[user_name].get(names.ENTERPRISE_USER, {})
    value = enterprise.get("manager", {}).get("value")
    return ids.get(value, value)


def managed_by(organization, value):
    managed: Document = {"manager": {"value": value}}
    document: Document = {"userName": "bo", names.ENTERPRISE_USER: managed}
    return users.create(organization, document, origin=ADA)


@pytest.mark.parametrize("written", ["boss@x.example", "BOSS@X.EXAMPLE"])
def test_a_manager_is_named_by_user_name(app, acme, boss, written):
    loaded(acme, f"{HEADINGS}bo,{written}\n")
    assert manager_of(app, "bo") == "boss@x.example"


def test_a_manager_is_named_by_id(app, acme, boss):
    loaded(acme, f"{HEADINGS}bo,{boss.id}\n")
    assert manager_of(app, "bo") == "boss@x.example"


def test_a_manager_may_stand_further_down(app, acme):
    job_id = loaded(acme, f"{HEADINGS}bo,Cy\ncy,dee\ndee,\n")
    assert [manager_of(app, one) for one in ("bo", "cy", "dee")] == ["cy", "dee", None]
    assert tally(acme, job_id) == (3, 0, 0, 0)


def test_two_may_be_managers_of_each_other(app, acme):
    loaded(acme, f"{HEADINGS}bo,cy\ncy,bo\n")
    assert [manager_of(app, one) for one in ("bo", "cy")] == ["cy", "bo"]


def test_managers_far_apart_are_set_in_many_steps(app, acme):
    lines = [f"u{n},u{n + 1}" for n in range(250)]
    job_id = loaded(acme, HEADINGS + "\n".join([*lines, "u250,"]))
    assert tally(acme, job_id) == (251, 0, 0, 0)
    assert [manager_of(app, f"u{n}") for n in (0, 99, 249)] == ["u1", "u100", "u250"]
    assert jobs.get(acme, job_id).state == "done"


def test_an_unknown_manager_is_a_problem_of_the_line(app, acme):
    job_id = trial(acme, f"{HEADINGS}bo,nobody\ncy,{new_id()}\n")
    assert tally(acme, job_id) == (0, 0, 0, 2)
    assert problems(acme, job_id)[0][1].startswith(
        'The manager "nobody" is no user here, and no other line of the file.'
    )


def test_a_manager_of_another_organization_is_unknown(acme, globex):
    stranger = users.create(globex, {"userName": "boss"}, origin=ADA)
    job_id = trial(acme, f"{HEADINGS}bo,boss\ncy,{stranger.id}\n")
    assert tally(acme, job_id) == (0, 0, 0, 2)


def test_a_manager_whose_own_line_has_a_problem_is_told(app, acme):
    job_id = loaded(acme, "userName,manager,active\nbo,cy,yes\ncy,,maybe\n")
    assert tally(acme, job_id) == (1, 0, 0, 2)
    assert manager_of(app, "bo") is None
    assert problems(acme, job_id)[1] == (
        2,
        'The person was loaded without the manager "cy", whose own line has a '
        "problem. Load that line, then this one again.",
    )


def test_a_manager_that_stays_is_no_change(app, acme, boss):
    managed_by(acme, boss.id)
    before = n_events(app)
    job_id = loaded(acme, f"{HEADINGS}bo,boss@x.example\nboss@x.example,\n")
    assert tally(acme, job_id) == (0, 0, 2, 0)
    assert n_events(app) == before


def test_what_a_client_wrote_as_manager_stays_when_it_is_written_again(app, acme):
    managed_by(acme, "E-4711")
    job_id = loaded(acme, f"{HEADINGS}bo,E-4711\n")
    assert tally(acme, job_id) == (0, 0, 1, 0)
    assert manager_of(app, "bo") == "E-4711"


def test_an_empty_cell_leaves_the_manager_or_clears_it(app, acme, boss):
    managed_by(acme, boss.id)
    loaded(acme, f"{HEADINGS}bo,\n")
    assert manager_of(app, "bo") == "boss@x.example"
    loaded(acme, f"{HEADINGS}bo,\n", empty="clear")
    assert manager_of(app, "bo") is None


def test_what_other_rows_tell_survives_being_stored():
    hints = Hints({3: ("userName", 17)}, frozenset({1, 4}))
    assert Hints.unpack(hints.pack()) == hints
    assert Hints.unpack(None) == Hints()
