"""Lines of a file of groups that cannot be loaded, and what they leave alone."""

from __future__ import annotations

import pytest

from scim.attributes import Document
from services.directory import groups, users
from tests.imported import ADA, problem_rows, problems, tally
from tests.services.files.test_group_import import loaded, members, trial


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture(autouse=True)
def bo(acme):
    return users.create(acme, {"userName": "bo"}, origin=ADA).id


@pytest.fixture
def sales(acme, bo):
    document: Document = {"displayName": "Sales", "externalId": "7"}
    return groups.create(acme, document, [bo], origin=ADA).id


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",,,bo", "The line has no group name. Add it."),
        ("A,,,al", '"al" is no user here. Write the user name, or import the person'),
        ("A,,,bo;al;ed", "al, ed: these are no users here."),
        ("A,,Group,B", '"B" is no group here, and no other line of the file is about'),
        ("A,,Robot,bo", 'Member type is "Robot", which is neither User nor Group.'),
        ("A,,,bo,more", "The line has 5 cells and the headings are 4."),
        ("x" * 1_100 + ",,,bo", "displayName has 1100 characters"),
        ("A,7,,bo", 'The external ID "7" belongs to the group "Sales" here.'),
        ("A,8,,bo", "External ID is the same as in line 2, which is about another"),
        ("fit,9,,bo", 'External ID is "9", and line 2 gives the same group "8".'),
        ("Sales,,Group,Sales", "By this line and others a group would come to be a"),
    ],
)
def test_problems_are_told_by_line_and_hold_nothing_up(app, acme, sales, line, said):
    job_id = trial(acme, f"group,externalId,memberType,member\nFit,8,,bo\n{line}\n")
    assert tally(acme, job_id) == (1, 0, 0, 1)
    assert problems(acme, job_id)[0][0] == 3
    assert problems(acme, job_id)[0][1].startswith(said)
    again = loaded(acme, f"group,externalId,memberType,member\nFit,8,,bo\n{line}\n")
    assert problems(acme, again) == problems(acme, job_id)
    assert members(app) == {"Sales": {"bo"}, "Fit": {"bo"}}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("8,x", '2 groups have the external ID "8". Find groups by name instead.'),
        (",x", "The line has no external ID. Add it."),
        ("9,SALES", 'A group named "Sales" is here already, with another external ID'),
        ("9,", "No group is here that has this external ID. Add a name."),
        ("10,fit", "Group name is the same as in line 2, which is about another"),
        ("1,Other", 'Group name is "Other", and line 2 gives the same group "Fit"'),
    ],
)
def test_problems_of_finding_by_external_id(acme, sales, line, said):
    groups.create(acme, {"displayName": "a", "externalId": "8"}, [], origin=ADA)
    groups.create(acme, {"displayName": "b", "externalId": "8"}, [], origin=ADA)
    job_id = loaded(acme, f"externalId,group\n1,Fit\n{line}\n", match="externalId")
    assert tally(acme, job_id) == (1, 0, 0, 1)
    assert problems(acme, job_id)[0][1].startswith(said)


def test_a_line_of_several_members_is_loaded_whole_or_not(app, acme, sales):
    job_id = loaded(acme, "group,member\nNew,bo\nNew,bo;al\nOther,bo;al\n")
    assert tally(acme, job_id) == (1, 0, 0, 2)
    assert members(app) == {"Sales": {"bo"}, "New": {"bo"}}


def test_a_group_that_is_not_fit_has_a_problem_in_each_line(acme, sales):
    text = "group,externalId,member\nNew,7,bo\nnew,,bo\nnew,,al\n"
    job_id = trial(acme, text)
    told = problems(acme, job_id)
    assert [line for line, _ in told] == [2, 3, 4]
    assert told[0][1] == told[1][1] != told[2][1]


def test_circles_of_groups_are_refused_where_they_close(app, acme):
    text = "group,memberType,member\nA,Group,B\nB,Group,C\nC,Group,A\nC,,bo\n"
    job_id = trial(acme, text)
    assert [line for line, _ in problems(acme, job_id)] == [4]
    again = loaded(acme, text)
    assert problems(acme, again) == problems(acme, job_id)
    assert members(app) == {"A": {"B"}, "B": {"C"}, "C": {"bo"}}


def test_a_circle_with_groups_that_are_here_is_refused_alone(app, acme, sales):
    outer = groups.create(acme, {"displayName": "Out"}, [sales], origin=ADA)
    assert outer.n_members == 1
    groups.create(acme, {"displayName": "Side"}, [], origin=ADA)
    text = "group,memberType,member\nSales,Group,Out\nSales,Group,Side\n"
    job_id = loaded(acme, text)
    assert tally(acme, job_id) == (0, 1, 0, 1)
    assert "would come to be a member of itself" in problems(acme, job_id)[0][1]
    assert members(app)["Sales"] == {"bo", "Side"}


def test_a_group_whose_own_lines_have_problems_is_missed(app, acme):
    text = "group,memberType,member\nOut,Group,In\nOut,,bo\nIn,,al\n"
    job_id = loaded(acme, text)
    told = dict(problems(acme, job_id))
    assert told[2].startswith('The group "In" was not loaded: its own lines have')
    assert members(app) == {"Out": {"bo"}}


def test_problem_rows_come_back_as_a_file_to_correct_and_load(app, acme, bo):
    users.create(acme, {"userName": "=al"}, origin=ADA)
    first = loaded(acme, "group,member,Note\n+New,bo;ed,x\n+New,=al,y\n")
    heading, row = problem_rows(acme, first)
    assert heading == ["group", "member", "Note", "problem"]
    assert row[:3] == ["'+New", "bo;ed", "x"]
    row[1:] = ["bo", "x", "corrected"]
    again = loaded(acme, "\n".join(",".join(one) for one in (heading, row)))
    assert tally(acme, again) == (0, 1, 0, 0)
    assert members(app) == {"+New": {"bo", "=al"}}
