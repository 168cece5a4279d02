"""`flask setup-link`, `flask serve`, `flask db`: what they say, when they refuse."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from blueprints.commands import server
from models.database import db
from services import organizations
from services.access import admins
from services.origin import Origin
from tests.conftest import make_app
from tests.databases import make_on_server

ADA = admins.NewAdmin("ada@acme.example", "Ada", "owner", "correct horse battery")


@contextmanager
def runner_of(folder: Path, url: str, **settings: str) -> Iterator[FlaskCliRunner]:
    app = make_app(folder, url, **settings)
    yield app.test_cli_runner()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def bare(backend: str, tmp_path: Path, worker_id: str) -> Iterator[FlaskCliRunner]:
    """The command line over a database that nobody migrated."""
    url = (
        f"sqlite:///{tmp_path / 'bare.sqlite'}"
        if backend == "sqlite"
        else make_on_server(f"rollcall_bare_{worker_id}")
    )
    with runner_of(tmp_path, url) as runner:
        yield runner


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serve"], "Migrate when needed, build the assets, and serve until stopped."),
        (["setup-link"], "where the first admin is made"),
        (["db", "upgrade"], "Upgrade to a later version"),
        (["db", "downgrade"], "Revert to a previous version"),
        (["db", "current"], "Display the current revision"),
    ],
)
def test_each_command_explains_itself(
    runner: FlaskCliRunner, arguments: list[str], said: str
) -> None:
    done = runner.invoke(args=[*arguments, "--help"])
    assert done.exit_code == 0
    assert said in done.stdout


def test_all_commands_are_listed(runner: FlaskCliRunner) -> None:
    listed = runner.invoke(args=["--help"]).stdout
    ours = ["organizations", "tokens", "admins", "users", "groups", "db", "serve"]
    assert [
        name for name in [*ours, "setup-link"] if f"\n  {name} " not in listed
    ] == []


def test_the_set_up_address_is_the_same_each_time(
    runner: FlaskCliRunner, database_url: str, app: Flask
) -> None:
    first = runner.invoke(args=["setup-link"])
    with runner_of(Path(app.instance_path), database_url) as restarted:
        second = restarted.invoke(args=["setup-link"])
    assert first.exit_code == 0
    assert first.stdout.startswith("https://rollcall.example/setup?code=")
    assert first.stdout == second.stdout


def test_the_set_up_address_cannot_be_guessed(
    runner: FlaskCliRunner, database_url: str, tmp_path: Path
) -> None:
    with runner_of(tmp_path / "another", database_url) as other:
        codes = {one.invoke(args=["setup-link"]).stdout for one in (runner, other)}
    assert len(codes) == 2
    assert {len(code.strip().partition("=")[2]) for code in codes} == {32}


def test_the_set_up_address_does_not_hold_the_secret_key(
    app: Flask, runner: FlaskCliRunner
) -> None:
    printed = runner.invoke(args=["setup-link"]).stdout
    assert app.config["SECRET_KEY"] not in printed


def test_the_set_up_address_is_gone_once_there_is_an_admin(
    app: Flask, runner: FlaskCliRunner
) -> None:
    with app.app_context():
        admins.create(ADA, origin=Origin.of_command_line())
    done = runner.invoke(args=["setup-link"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "Error: There is an admin already; set-up is done.\n"


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1:8123"),
        ("0.0.0.0", "http://127.0.0.1:8123"),  # noqa: S104 - shown, not bound
        ("::", "http://127.0.0.1:8123"),
        ("::1", "http://[::1]:8123"),
        ("192.0.2.1", "http://192.0.2.1:8123"),
    ],
)
def test_without_a_public_url_the_address_is_the_servers_own(
    tmp_path: Path, host: str, shown: str
) -> None:
    url = f"sqlite:///{tmp_path / 'rollcall.sqlite'}"
    with (
        runner_of(
            tmp_path, url, HOST=host, PORT="8123", ROLLCALL_PUBLIC_URL=""
        ) as runner,
        runner.app.app_context(),
    ):
        address = server.setup_address()
    assert address.startswith(f"{shown}/setup?code=")


@pytest.mark.parametrize(
    "arguments",
    [
        ["organizations", "list"],
        ["organizations", "create", "Acme"],
        ["tokens", "list", "--organization", "acme"],
        ["users", "list", "--organization", "acme"],
        ["setup-link"],
    ],
)
def test_a_database_that_is_not_migrated_is_said_in_words(
    bare: FlaskCliRunner, arguments: list[str]
) -> None:
    done = bare.invoke(args=arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: The database is away, locked or not migrated")
    assert "Run flask db upgrade" in done.stderr


def test_a_database_that_is_away_is_said_in_words(tmp_path: Path) -> None:
    with runner_of(tmp_path, "postgresql://nobody@127.0.0.1:1/rollcall") as runner:
        done = runner.invoke(args=["organizations", "list"])
        served = runner.invoke(args=["serve"])
    assert (done.exit_code, served.exit_code) == (1, 1)
    assert "check ROLLCALL_DATABASE_URL" in done.stderr
    assert "check ROLLCALL_DATABASE_URL" in served.stderr


def test_a_fresh_database_is_migrated_by_hand(bare: FlaskCliRunner) -> None:
    upgraded = bare.invoke(args=["db", "upgrade"])
    listed = bare.invoke(args=["organizations", "list"])
    assert (upgraded.exit_code, listed.exit_code) == (0, 0)
    assert "No organizations yet." in listed.stdout


def test_a_port_in_use_is_said_in_words_after_migrating(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'rollcall.sqlite'}"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with runner_of(tmp_path, url, PORT=port) as runner:
            done = runner.invoke(args=["serve"])
            with runner.app.app_context():
                found = organizations.list_all()
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"cannot listen on 127.0.0.1, port {port}" in done.stderr
    assert found == []
