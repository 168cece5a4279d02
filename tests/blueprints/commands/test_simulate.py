"""`flask simulate`: options that cannot be used, and a server that is not there."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from blueprints.commands.simulation.player import STEPS
from tests.served import free_port

TOKEN = "rcl_Abcdefgh_secretsecret"


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def test_it_explains_itself(runner: FlaskCliRunner) -> None:
    of_all = runner.invoke(args=["simulate", "--help"])
    of_okta = runner.invoke(args=["simulate", "okta", "--help"])
    said = " ".join(of_okta.stdout.split())
    assert "Provisioning clients, played." in of_all.stdout
    assert "Send what Okta sends, about made-up people" in said
    assert f"[{'|'.join(STEPS)}]" in said


@pytest.mark.parametrize(
    "base",
    [
        "",
        "rollcall.example/scim/v2",
        "ftp://rollcall.example",
        "http://",
        "http://[::1",
        "http://x:0",
        "http://x:y",
        "http://ada:pw@rollcall.example",
        "http://rollcall.example/?a=b",
        "http://rollcall.example/#a",
        "http://rollcall.example/\x00",
        "http://rollcall.example/\udcff",
    ],
)
def test_a_base_that_is_no_address_is_exit_code_2(
    runner: FlaskCliRunner, base: str
) -> None:
    done = runner.invoke(args=["simulate", "okta", "--token", TOKEN, "--base", base])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "give an address such as http://127.0.0.1:8000/scim/v2" in done.stderr


@pytest.mark.parametrize("token", ["", "  ", "zoë", "a\x00b", "\udcff"])
def test_a_token_that_cannot_be_sent_is_exit_code_2(
    runner: FlaskCliRunner, token: str
) -> None:
    done = runner.invoke(args=["simulate", "okta", "--token", token])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "give the text that was shown when the token was made" in done.stderr


@pytest.mark.parametrize("typed", [b"", b"\n", b"\xff\n"])
def test_a_token_that_cannot_be_read_is_exit_code_2(
    runner: FlaskCliRunner, typed: bytes
) -> None:
    done = runner.invoke(args=["simulate", "okta", "--token", "-"], input=typed)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Invalid value for '--token'" in done.stderr


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--token", TOKEN, "--users", "-1"],
        ["--token", TOKEN, "--groups", "1001"],
        ["--token", TOKEN, "--app", "wizard"],
        ["--token", TOKEN, "--step", "find"],
        ["--token", TOKEN, "--pace", "-0.1"],
    ],
)
def test_a_wrong_option_is_exit_code_2(
    runner: FlaskCliRunner, options: list[str]
) -> None:
    done = runner.invoke(args=["simulate", "okta", *options])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Error: " in done.stderr


def test_a_server_that_is_away_is_one_sentence_and_exit_code_1(
    runner: FlaskCliRunner,
) -> None:
    base = f"http://127.0.0.1:{free_port()}/scim/v2"
    done = runner.invoke(args=["simulate", "okta", "--token", TOKEN, "--base", base])
    assert (done.exit_code, done.stdout) == (1, f"Nothing came of it at {base}.\n")
    assert done.stderr.startswith(f"Error: {base} cannot be reached: ")
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.output
