"""The real server: how it starts, what it heeds, how it stops."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from models import Counter
from models.database import db
from services import organizations
from services.access import admins, tokens
from services.origin import Origin
from tests.conftest import make_app
from tests.served import Server

pytestmark = pytest.mark.served

STOPPED_WITHIN_SECONDS = 10
ORIGIN = Origin.of_command_line()
ADA = admins.NewAdmin("ada@acme.example", "Ada", "owner", "correct horse battery")

Maker = Callable[..., Server]


@pytest.fixture
def stopped_at_last() -> Iterator[list[Server]]:
    """Servers put in here are stopped if they still run."""
    servers: list[Server] = []
    yield servers
    for server in servers:
        if server.process and server.process.poll() is None:
            server.stop()
        server.close()


@pytest.fixture
def start(
    app: Flask, database_url: str, stopped_at_last: list[Server]
) -> Callable[..., Server]:
    """Starts a server over the test's database."""

    def start_it(**settings: str) -> Server:
        server = Server(app, database_url, **settings)
        stopped_at_last.append(server)
        server.start()
        return server

    return start_it


@pytest.fixture
def fresh(tmp_path: Path, stopped_at_last: list[Server]) -> Callable[..., Server]:
    """Makes a server over a SQLite file that is not there yet; does not start it."""

    def make(**settings: str) -> Server:
        url = f"sqlite:///{tmp_path / 'fresh.sqlite'}"
        server = Server(make_app(tmp_path, url), url, **settings)
        stopped_at_last.append(server)
        return server

    return make


@pytest.fixture
def slug(app: Flask) -> str:
    with app.app_context():
        return organizations.create("Acme", origin=ORIGIN).slug


def ask(
    server: Server, path: str, token: str = "", body: dict[str, str] | None = None
) -> int:
    """The status of one request on a connection of its own."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = None if body is None else json.dumps(body).encode()
    request = Request(server.url + path, data, headers)  # noqa: S310 - ours
    try:
        with urlopen(request, timeout=15) as answer:  # noqa: S310 - ours
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def contents(folder: Path) -> dict[str, Any]:
    """The files of an instance, their modes, its key and its schema."""
    engine = sa.create_engine(f"sqlite:///{folder / 'rollcall.sqlite'}")
    with engine.connect() as connection:
        schema = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master").all()
    engine.dispose()
    return {
        "files": {path.name: path.stat().st_mode for path in folder.iterdir()},
        "key": (folder / "secret_key").read_text(),
        "schema": sorted(map(repr, schema)),
    }


@contextmanager
def writes_held(app: Flask) -> Iterator[None]:
    """Every write waits until this ends."""
    with app.app_context():
        engine = db.engine.execution_options(begin="BEGIN IMMEDIATE")
        with Session(engine) as session:
            session.scalars(sa.select(Counter).with_for_update()).all()
            yield


def test_the_first_start_makes_all_it_needs_and_the_second_changes_nothing(
    fresh: Maker, tmp_path: Path
) -> None:
    folder = tmp_path / "instance"
    server = fresh(ROLLCALL_INSTANCE=str(folder), ROLLCALL_DATABASE_URL="")
    server.start()
    server.stop()
    first = contents(folder)
    server.start()
    server.stop()
    assert {"secret_key", "rollcall.sqlite"} <= set(first["files"])
    assert contents(folder) == first


def test_the_address_and_the_set_up_address_are_printed_and_then_json(
    fresh: Maker,
) -> None:
    server = fresh()
    server.start()
    ask(server, "/scim/v2/Users")
    address, set_up, logged = server.stop().splitlines()
    at = f"http://127.0.0.1:{server.port}"
    assert address == f"Rollcall is at {at} (SCIM base URL {at}/scim/v2)"
    assert set_up.startswith(f"Set-up, once: {at}/setup?code=")
    assert json.loads(logged)["event"] == "token refused"
    assert json.loads(logged)["address"] == "127.0.0.1"


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])
def test_host_and_port_are_heeded(fresh: Maker) -> None:
    server = fresh(HOST="127.0.0.2")
    server.url = f"http://127.0.0.2:{server.port}"
    server.start()
    assert ask(server, "/healthz") == 200
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port)).close()
    assert f"Rollcall is at {server.url}" in server.stop()


def test_with_an_admin_there_is_no_set_up_address_and_a_public_url_is_shown(
    fresh: Maker,
) -> None:
    server = fresh(ROLLCALL_PUBLIC_URL="https://rollcall.example/")
    with server.app.app_context():
        flask_migrate.upgrade()
        admins.create(ADA, origin=ORIGIN)
    server.start()
    printed = server.stop().splitlines()
    at = "https://rollcall.example"
    assert printed == [f"Rollcall is at {at} (SCIM base URL {at}/scim/v2)"]


def test_it_is_ready_only_while_its_database_is_migrated(fresh: Maker) -> None:
    server = fresh()
    server.start()
    with server.app.app_context():
        flask_migrate.downgrade(revision="base")
        downgraded = [ask(server, path) for path in ("/readyz", "/healthz")]
        flask_migrate.upgrade()
    assert downgraded == [503, 200]
    assert ask(server, "/readyz") == 200


@pytest.mark.parametrize("stopped_by", [signal.SIGTERM, signal.SIGINT])
def test_running_requests_are_finished_before_it_stops(
    app: Flask, start: Maker, slug: str, stopped_by: signal.Signals
) -> None:
    server = start()
    token = server.new_token(slug)
    assert server.process
    with ThreadPoolExecutor(2) as pool:
        with writes_held(app):
            slow: list[Future[int]] = [
                pool.submit(ask, server, "/scim/v2/Users", token, {"userName": name})
                for name in ("bo", "cy")
            ]
            time.sleep(0.5)  # both have arrived, and wait
            server.process.send_signal(stopped_by)
            time.sleep(0.5)
            waiting = [request.done() for request in slow]
        began = time.monotonic()
        statuses = [request.result() for request in slow]
        server.process.wait(STOPPED_WITHIN_SECONDS)
    assert waiting == [False, False]
    assert statuses == [201, 201]
    assert time.monotonic() - began < STOPPED_WITHIN_SECONDS
    with pytest.raises(URLError, match="refused"):
        ask(server, "/healthz")


def test_a_revoked_token_is_refused_by_every_worker_at_once(
    app: Flask, start: Maker, slug: str
) -> None:
    """Each worker says 401 once and then 429, so two of them are to be heard."""
    server = start(ROLLCALL_WORKERS="2", ROLLCALL_REFUSALS_PER_MINUTE="1")
    token = server.new_token(slug)

    def list_users(_: int) -> int:
        return ask(server, "/scim/v2/Users", token)

    with ThreadPoolExecutor(4) as pool:
        before = set(pool.map(list_users, range(60)))
        with app.app_context():
            tokens.revoke(organizations.get(slug), token.split("_")[1], origin=ORIGIN)
        after = list(pool.map(list_users, range(60)))
    assert before == {200}
    assert set(after) == {401, 429}
    assert after.count(401) == 2
