"""The application as it is put together: its folder, its key, its log, its proxies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

from app import create_app
from models.database import db
from settings import InvalidSetting
from tests.served import ROOT

TOKEN = "rcl_Abc123XyZ9_" + "s" * 43 + "1woUIc"


def made_in(folder: Path, **settings: str) -> Flask:
    return create_app({"ROLLCALL_INSTANCE": str(folder), **settings})


def flask(environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """What typing a command prints, in a process that shares nothing with the test."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "organizations", "list"],
        cwd=ROOT,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_data_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    app = made_in(tmp_path / "deep" / "instance")
    folder = Path(app.instance_path)
    assert folder == tmp_path / "deep" / "instance"
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_secret_key_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    app = made_in(tmp_path)
    path = tmp_path / "secret_key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().strip() == app.config["SECRET_KEY"]
    assert len(app.config["SECRET_KEY"]) >= 43


def test_the_secret_key_is_made_once(tmp_path: Path) -> None:
    first, second = made_in(tmp_path), made_in(tmp_path)
    other = made_in(tmp_path / "other")
    assert first.config["SECRET_KEY"] == second.config["SECRET_KEY"]
    assert first.config["SECRET_KEY"] != other.config["SECRET_KEY"]
    assert [path.name for path in tmp_path.glob("*key*")] == ["secret_key"]


def test_a_secret_key_that_is_set_leaves_no_file(tmp_path: Path) -> None:
    app = made_in(tmp_path, ROLLCALL_SECRET_KEY="k" * 32)
    assert app.config["SECRET_KEY"] == "k" * 32
    assert not (tmp_path / "secret_key").exists()


def test_an_empty_secret_key_file_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()
    with pytest.raises(InvalidSetting, match=r"holds no secret key\. Delete it"):
        made_in(tmp_path)


def test_the_database_lies_in_the_data_folder_for_its_owner_alone(
    tmp_path: Path,
) -> None:
    app = made_in(tmp_path)
    path = tmp_path / "rollcall.sqlite"
    assert app.config["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{path}"
    assert path.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidSetting, match="ROLLCALL_INSTANCE cannot be used"):
        made_in(tmp_path / "file")
    with pytest.raises(InvalidSetting, match="ROLLCALL_INSTANCE cannot be used"):
        made_in(tmp_path / "file" / "instance")


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "http"), ("ROLLCALL_DATABASE_URL", "mysql://h/n")],
)
def test_a_bad_setting_stops_the_start(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(InvalidSetting, match=f"{name} cannot be used"):
        made_in(tmp_path / "instance", **{name: value})
    assert not (tmp_path / "instance").exists()


def test_a_bad_setting_is_one_sentence_on_the_command_line(tmp_path: Path) -> None:
    done = flask({"ROLLCALL_INSTANCE": str(tmp_path), "PORT": "http"})
    assert done.returncode == 1
    assert done.stderr.startswith("Error: PORT cannot be used: give a whole number")
    assert done.stderr.count("\n") == 1


def test_the_environment_is_read_unless_settings_are_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLCALL_INSTANCE", str(tmp_path / "elsewhere"))
    assert create_app().instance_path == str(tmp_path / "elsewhere")


def test_the_pool_keeps_a_connection_for_every_thread_and_two_beside_them(
    tmp_path: Path,
) -> None:
    opened: list[object] = []
    with made_in(tmp_path, ROLLCALL_THREADS="3").app_context():
        sa.event.listen(db.engine, "connect", lambda *_: opened.append(_))
        for _ in range(2):
            taken = [db.engine.connect() for _ in range(3 + 2)]
            for connection in taken:
                connection.close()
        db.engine.dispose()
    assert len(opened) == 5


def test_a_connection_that_died_in_the_pool_is_replaced_on_postgresql(
    tmp_path: Path,
) -> None:
    here = made_in(tmp_path)
    assert "pool_pre_ping" not in here.config["SQLALCHEMY_ENGINE_OPTIONS"]
    url = "postgresql://nobody@127.0.0.1:1/rollcall"
    away = made_in(tmp_path, ROLLCALL_DATABASE_URL=url)
    assert away.config["SQLALCHEMY_ENGINE_OPTIONS"]["pool_pre_ping"]


def seen_through(n_proxies: str, folder: Path) -> dict[str, str | None]:
    """What a request looks like that came with forwarded addresses."""
    app = made_in(folder, ROLLCALL_TRUSTED_PROXIES=n_proxies)

    @app.get("/seen")
    def seen() -> dict[str, str | None]:
        return {"address": request.remote_addr, "url": request.host_url}

    headers = {
        "X-Forwarded-For": "192.0.2.66, 192.0.2.1, 192.0.2.2",
        "X-Forwarded-Proto": "ftp, https, https",
        "X-Forwarded-Host": "evil.example, rollcall.example, rollcall.example",
    }
    return dict(app.test_client().get("/seen", headers=headers).json or {})


def test_forwarded_addresses_are_not_believed_by_default(tmp_path: Path) -> None:
    seen = seen_through("0", tmp_path)
    assert seen == {"address": "127.0.0.1", "url": "http://localhost/"}


@pytest.mark.parametrize(("n_proxies", "address"), [("1", "2"), ("2", "1")])
def test_forwarded_addresses_are_believed_from_as_many_proxies_as_are_configured(
    tmp_path: Path, n_proxies: str, address: str
) -> None:
    seen = seen_through(n_proxies, tmp_path)
    assert seen["address"] == f"192.0.2.{address}"
    assert seen["url"] == "https://rollcall.example/"


def test_the_log_is_one_json_object_a_line(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    client.get("/scim/v2/Users\n\x1b[31m", headers={"Authorization": "Bearer a b"})
    client.get("/scim/v2/Users")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (first["event"], first["cause"]) == ("token refused", "blanks")
    assert second["cause"] == "missing"
    assert second["level"] == "info"
    assert second["timestamp"].endswith("Z")


def test_the_log_names_a_token_and_never_holds_it(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    client.get("/scim/v2/Users", headers={"Authorization": f"Bearer {TOKEN[:-1]}Z"})
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["token"] == "Abc123XyZ9"
    assert "ssss" not in line


def test_what_libraries_log_is_json_as_well(tmp_path: Path) -> None:
    script = (
        "import logging; from app import create_app; create_app();"
        "logging.getLogger('library').warning('a %s line', 'bad')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={"ROLLCALL_INSTANCE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    logged = json.loads(done.stderr)
    assert (logged["event"], logged["level"]) == ("a bad line", "warning")


def test_a_fault_of_the_database_is_told_without_its_values(app: Flask) -> None:
    statement = sa.text("SELECT * FROM nothing WHERE name = :name")
    with (
        app.app_context(),
        db.engine.connect() as connection,
        pytest.raises(DBAPIError) as caught,
    ):
        connection.execute(statement, {"name": "hunter2"})
    assert "nothing" in str(caught.value)
    assert "hunter2" not in str(caught.value)
