"""`flask users` and `flask groups`: a look into the directory."""

from __future__ import annotations

import json

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner

from scim import names
from services.directory import groups
from services.organizations import OrganizationRef
from tests.scim_client import ScimClient
from tests.served import fill


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def run(runner: FlaskCliRunner, *arguments: str) -> Result:
    return runner.invoke(
        args=[*arguments[:2], "--organization", "acme", *arguments[2:]]
    )


def lines(done: Result) -> list[str]:
    assert (done.exit_code, done.stderr) == (0, "")
    return [line.rstrip() for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["users"], "Users of an organization."),
        (["users", "list"], "List users in the order they were made."),
        (["users", "show"], "Print the user USER_ID as SCIM gives it."),
        (["groups"], "Groups of an organization."),
        (["groups", "list"], "List groups in the order they were made."),
        (["groups", "show"], "with all its members"),
    ],
)
def test_each_command_explains_itself(
    runner: FlaskCliRunner, arguments: list[str], said: str
) -> None:
    done = runner.invoke(args=[*arguments, "--help"])
    assert done.exit_code == 0
    assert said in done.stdout


def test_users_are_listed_in_the_order_they_were_made(
    runner: FlaskCliRunner, scim: ScimClient, scim_of_globex: ScimClient
) -> None:
    bo = scim.new_user("bo", name={"givenName": "Bo", "familyName": "Li"})
    cy = scim.new_user("cy", active=False)
    scim_of_globex.new_user("dee")
    title, head, *rows = lines(run(runner, "users", "list"))
    assert (title, head.split()) == ("Users: 2", ["id", "userName", "name", "state"])
    assert rows[0].split() == [bo["id"], "bo", "Bo", "Li", "active"]
    assert rows[1].split() == [cy["id"], "cy", "cy", "deactivated"]
    assert len(rows) == 2


def test_a_list_is_filtered_and_paged(runner: FlaskCliRunner, scim: ScimClient) -> None:
    for name in ("amy", "bo", "abe", "art"):
        scim.new_user(name)
    page = ["--filter", 'userName sw "a"', "--start-index", "2", "--count", "1"]
    title, _, *rows = lines(run(runner, "users", "list", *page))
    assert title == "Users: 3"
    assert [row.split()[1] for row in rows] == ["abe"]


def test_a_page_beyond_the_end_says_how_many_there_are(
    runner: FlaskCliRunner, scim: ScimClient
) -> None:
    scim.new_group("Staff", scim.new_user("bo")["id"])
    beyond = ["--start-index", "2"]
    assert lines(run(runner, "users", "list", *beyond)) == [
        "None on this page. Users in all: 1."
    ]
    assert lines(run(runner, "groups", "list", *beyond)) == [
        "None on this page. Groups in all: 1."
    ]


@pytest.mark.usefixtures("acme")
def test_an_empty_directory_says_so(runner: FlaskCliRunner) -> None:
    assert lines(run(runner, "users", "list")) == ["No users."]
    assert lines(run(runner, "groups", "list")) == ["No groups."]


def test_a_user_is_printed_as_scim_gives_it(
    runner: FlaskCliRunner, scim: ScimClient
) -> None:
    bo = scim.new_user("bo", name={"familyName": "Лі"}, title="Dr")
    done = run(runner, "users", "show", bo["id"])
    assert json.loads(done.stdout) == bo
    assert bo["meta"]["location"].startswith("https://rollcall.example/scim/v2/Users/")
    assert "Лі" in done.stdout


def test_groups_are_listed_with_their_number_of_members(
    runner: FlaskCliRunner, scim: ScimClient
) -> None:
    bo = scim.new_user("bo")
    staff = scim.new_group("Staff", bo["id"])
    scim.new_group("Empty")
    title, _, *rows = lines(run(runner, "groups", "list"))
    assert title == "Groups: 2"
    assert rows[0].split() == [staff["id"], "Staff", "1"]
    assert rows[1].split()[1:] == ["Empty", "0"]


def test_a_group_is_printed_with_all_its_members(
    app: Flask, acme: OrganizationRef, runner: FlaskCliRunner, scim: ScimClient
) -> None:
    n_members = groups.FEW_MEMBERS + 1
    with app.app_context():
        fill(acme, users=n_members, groups=1, members_per_group=n_members)
    listed = json.loads(scim.get("/Groups").data)["Resources"][0]
    shown = json.loads(run(runner, "groups", "show", listed["id"]).stdout)
    assert shown["schemas"] == [names.CORE_GROUP]
    assert len(shown["members"]) == n_members
    assert shown["members"] == listed["members"]


def test_a_small_group_is_printed_like_scim(
    runner: FlaskCliRunner, scim: ScimClient
) -> None:
    staff = scim.new_group("Staff", scim.new_user("bo")["id"])
    assert json.loads(run(runner, "groups", "show", staff["id"]).stdout) == staff


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["users", "show", "1"], 'There is no user "1" here.'),
        (["groups", "show", "1"], 'There is no group "1" here.'),
        (["users", "show", "\udcff"], "There is no user"),
        (["users", "list", "--filter", "shoe pr"], "no attribute"),
        (["users", "list", "--filter", "userName eq"], "filter"),
        (["groups", "list", "--filter", "((("], "filter"),
        (["users", "list", "--filter", 'userName eq "\udcff"'], ""),
    ],
)
@pytest.mark.usefixtures("acme")
def test_a_refusal_is_words_and_exit_code_1(
    runner: FlaskCliRunner, arguments: list[str], said: str
) -> None:
    done = run(runner, *arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert said in done.stderr


@pytest.mark.parametrize("noun", ["users", "groups"])
def test_an_unknown_organization_is_refused(runner: FlaskCliRunner, noun: str) -> None:
    done = run(runner, noun, "list")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == 'Error: There is no organization "acme".\n'


@pytest.mark.parametrize("option", ["--count=0", "--count=1001", "--start-index=0"])
@pytest.mark.usefixtures("acme")
def test_a_page_out_of_bounds_is_exit_code_2(
    runner: FlaskCliRunner, option: str
) -> None:
    assert run(runner, "users", "list", option).exit_code == 2
    assert run(runner, "groups", "list", f"--start-index={10**20}").exit_code == 2


def test_another_organizations_resources_are_not_shown(
    runner: FlaskCliRunner, scim: ScimClient, scim_of_globex: ScimClient
) -> None:
    theirs = scim_of_globex.new_user("dee")
    done = run(runner, "users", "show", theirs["id"])
    assert (done.exit_code, done.stdout) == (1, "")
