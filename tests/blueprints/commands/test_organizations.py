"""`flask organizations`."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from services import organizations
from services.organizations import OrganizationRef
from services.origin import Origin


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "tenants of the install"),
        (["create"], "Make the organization NAME and print its slug."),
        (["list"], "List the organizations with their totals."),
    ],
)
def test_each_command_explains_itself(
    runner: FlaskCliRunner, arguments: list[str], said: str
) -> None:
    done = runner.invoke(args=["organizations", *arguments, "--help"])
    assert done.exit_code == 0
    assert said in done.stdout


def test_a_new_organization_is_printed_as_its_slug(
    app: Flask, runner: FlaskCliRunner
) -> None:
    done = runner.invoke(args=["organizations", "create", "Harbour & Co"])
    assert (done.exit_code, done.stdout) == (0, "harbour-co\n")
    with app.app_context():
        assert organizations.get("harbour-co").name == "Harbour & Co"


def test_a_slug_can_be_given(runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=["organizations", "create", "Harbour", "--slug", "h1"])
    assert (done.exit_code, done.stdout) == (0, "h1\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Acme"], 'Error: An organization "acme" exists already.'),
        ([" "], "Error: Give a name of 1 to 100 characters."),
        (["\udcff"], "Error: Give a name of 1 to 100 characters."),
        (["A", "--slug", "a b"], 'Error: "a b" cannot be part of an address.'),
    ],
)
def test_a_refusal_is_one_sentence_and_exit_code_1(
    runner: FlaskCliRunner, acme: OrganizationRef, arguments: list[str], said: str
) -> None:
    done = runner.invoke(args=["organizations", "create", *arguments])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1


def test_a_missing_name_is_exit_code_2(runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=["organizations", "create"])
    assert done.exit_code == 2
    assert "Missing argument 'NAME'" in done.stderr


def test_a_list_shows_names_states_and_totals(
    app: Flask, runner: FlaskCliRunner, acme: OrganizationRef, globex: OrganizationRef
) -> None:
    with app.app_context():
        organizations.suspend("globex", origin=Origin.of_command_line())
    done = runner.invoke(args=["organizations", "list"])
    title, head, ours, theirs = done.stdout.splitlines()
    assert title.strip() == "Organizations"
    assert head.split()[:4] == ["slug", "name", "state", "users"]
    assert ours.split()[:6] == ["acme", "Acme", "active", "0", "0", "0"]
    assert theirs.split()[:3] == ["globex", "Globex", "suspended"]


def test_an_empty_list_says_how_to_make_one(runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=["organizations", "list"])
    assert done.exit_code == 0
    assert "Make one with: flask organizations create NAME" in done.stdout
