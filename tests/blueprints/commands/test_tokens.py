"""`flask tokens`: a token is printed alone, once, ready to be piped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner

from services.access import authentication, credentials, token_lists
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.conftest import make_token
from tests.scim_client import ScimClient

MAKE = ["create", "--organization", "acme", "--name", "Okta"]


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def run(runner: FlaskCliRunner, *arguments: str) -> Result:
    return runner.invoke(args=["tokens", *arguments])


def made(runner: FlaskCliRunner, *options: str) -> str:
    done = run(runner, *MAKE, *options)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout.removesuffix("\n")


def stored(app: Flask, acme: OrganizationRef) -> list[token_lists.StoredToken]:
    with app.app_context():
        return token_lists.list_all(acme, datetime.now(UTC))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Provisioning tokens of an organization."),
        (["create"], "shown only this once"),
        (["list"], "the newest first"),
        (["rotate"], "How long the old token works beside the new one"),
        (["revoke"], "End the token PUBLIC_ID at once."),
    ],
)
def test_each_command_explains_itself(
    runner: FlaskCliRunner, arguments: list[str], said: str
) -> None:
    done = run(runner, *arguments, "--help")
    assert done.exit_code == 0
    assert said in " ".join(done.stdout.split())


def test_a_new_token_is_printed_alone_and_works(
    app: Flask, runner: FlaskCliRunner, acme: OrganizationRef
) -> None:
    text = made(runner)
    assert credentials.read_header(text).text == text
    scim = ScimClient(app.test_client(), text)
    assert scim.post("/Users", {"userName": "bo"}).status_code == 201


def test_a_scope_and_an_expiry_can_be_given(
    app: Flask, runner: FlaskCliRunner, acme: OrganizationRef
) -> None:
    before = datetime.now(UTC)
    text = made(runner, "--scope", "read", "--expires-in-days", "90")
    (token,) = stored(app, acme)
    lifetime = token.expires_at - before if token.expires_at else None
    assert token.scope == "read"
    assert lifetime
    assert timedelta(days=90) <= lifetime < timedelta(days=90, minutes=1)
    scim = ScimClient(app.test_client(), text)
    assert scim.post("/Users", {"userName": "bo"}).status_code == 403


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([*MAKE[:2], "nope", *MAKE[3:]], 'There is no organization "nope".'),
        ([*MAKE[:2], "\udcff", *MAKE[3:]], "There is no organization"),
        ([*MAKE[:4], " "], "Give a name of 1 to 100 characters."),
        (["list", "--organization", "nope"], 'There is no organization "nope".'),
        (["rotate", "AAAAAAAAAA"], 'There is no token "AAAAAAAAAA".'),
        (["revoke", "AAAAAAAAAA"], 'There is no token "AAAAAAAAAA".'),
        (["revoke", "\udcff"], "There is no token"),
    ],
)
def test_a_refusal_is_one_sentence_and_exit_code_1(
    runner: FlaskCliRunner, acme: OrganizationRef, arguments: list[str], said: str
) -> None:
    done = run(runner, *arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {said}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "options",
    [
        ["--scope", "all"],
        ["--expires-in-days", "0"],
        ["--expires-in-days", "3651"],
        ["--colour"],
    ],
)
def test_a_wrong_option_is_exit_code_2(
    runner: FlaskCliRunner, acme: OrganizationRef, options: list[str]
) -> None:
    done = run(runner, *MAKE, *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Error: " in done.stderr


def test_a_name_in_use_is_refused(
    runner: FlaskCliRunner, acme: OrganizationRef
) -> None:
    made(runner)
    done = run(runner, *MAKE)
    assert done.exit_code == 1
    assert 'A token "Okta" exists already.' in done.stderr


def test_a_list_shows_public_ids_and_never_a_secret(
    runner: FlaskCliRunner, acme: OrganizationRef
) -> None:
    text = made(runner)
    done = run(runner, "list", "--organization", "ACME")
    assert text.split("_")[1] in done.stdout
    assert f"…{text[-4:]}" in done.stdout
    assert text.split("_")[2][:8] not in done.stdout
    assert done.stdout.splitlines()[2].split()[-3:] == ["never", "not", "yet"]


def test_a_list_shows_the_last_use(
    app: Flask, runner: FlaskCliRunner, acme: OrganizationRef
) -> None:
    scim = ScimClient(app.test_client(), made(runner))
    scim.get("/Users").close()
    done = run(runner, "list", "--organization", "acme")
    assert done.stdout.rstrip().endswith("UTC from 127.0.0.1")


def test_a_list_of_no_organization_shows_all_of_them(
    runner: FlaskCliRunner, app: Flask, acme: OrganizationRef, globex: OrganizationRef
) -> None:
    make_token(app, acme)
    make_token(app, globex)
    listed = run(runner, "list").stdout.splitlines()
    assert [line.split()[0] for line in listed[2:]] == ["acme", "globex"]


def test_an_empty_list_says_how_to_make_one(
    runner: FlaskCliRunner, acme: OrganizationRef
) -> None:
    done = run(runner, "list", "--organization", "acme")
    assert done.exit_code == 0
    assert "flask tokens create --organization acme --name Okta" in done.stdout


def test_control_characters_from_outside_are_shown_and_not_obeyed(
    app: Flask, runner: FlaskCliRunner, acme: OrganizationRef
) -> None:
    text = made(runner)
    with app.app_context():
        now = Origin.of_command_line().at
        found = authentication.identify(
            credentials.read_header(text), now, address="192.0.2.1"
        )
        authentication.note_use(
            found.token_seq, at=now, address="\x1b[2J", user_agent=""
        )
    done = run(runner, "list", "--organization", "acme")
    assert "\\u001b[2J" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_rotation_prints_the_successor_alone(
    app: Flask, runner: FlaskCliRunner, acme: OrganizationRef
) -> None:
    old = made(runner)
    done = run(runner, "rotate", old.split("_")[1], "--overlap-hours", "1")
    new = done.stdout.removesuffix("\n")
    answers = [ScimClient(app.test_client(), one).get("/Users") for one in (old, new)]
    assert (done.exit_code, done.stderr) == (0, "")
    assert [answer.status_code for answer in answers] == [200, 200]
    assert old != new


def test_a_rotation_without_overlap_ends_the_old_one(
    app: Flask, runner: FlaskCliRunner, acme: OrganizationRef
) -> None:
    old = made(runner)
    run(runner, "rotate", old.split("_")[1], "--overlap-hours", "0")
    assert ScimClient(app.test_client(), old).get("/Users").status_code == 401


def test_a_second_rotation_names_the_successor(
    runner: FlaskCliRunner, acme: OrganizationRef
) -> None:
    old = made(runner).split("_")[1]
    new = run(runner, "rotate", old).stdout.split("_")[1]
    done = run(runner, "rotate", old)
    assert done.exit_code == 1
    assert f"Token {old} was already replaced by {new}." in done.stderr


def test_a_revoked_token_is_refused_at_once(
    app: Flask, runner: FlaskCliRunner, acme: OrganizationRef
) -> None:
    text = made(runner)
    public_id = text.split("_")[1]
    done = run(runner, "revoke", public_id)
    assert (done.exit_code, done.stdout) == (0, f"Token {public_id} is revoked.\n")
    assert ScimClient(app.test_client(), text).get("/Users").status_code == 401
    assert [token.state for token in stored(app, acme)] == ["revoked"]


def test_a_token_may_be_tied_to_networks(
    app: Flask, runner: FlaskCliRunner, acme: OrganizationRef
) -> None:
    made(runner, "--allow", "203.0.113.7", "--allow", "2001:db8::/32")
    (token,) = stored(app, acme)
    assert token.allowed_addresses == ("203.0.113.7/32", "2001:db8::/32")


def test_a_network_that_is_none_is_refused(
    app: Flask, runner: FlaskCliRunner, acme: OrganizationRef
) -> None:
    done = run(runner, *MAKE, "--allow", "203.0.113.7/24")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "Write 203.0.113.0/24 for the whole network" in done.stderr
    assert stored(app, acme) == []
