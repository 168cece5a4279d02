"""The request log of the real server: written soon, also when it stops."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from models import Counter
from models import Request as Logged
from models.database import db
from tests.directories import rows
from tests.served import Server

pytestmark = pytest.mark.served

SOON_SECONDS = 2
"""A quarter of a second is promised; a busy machine takes longer."""


@pytest.fixture
def server(app: Flask, database_url: str) -> Iterator[Server]:
    made = Server(app, database_url)
    yield made
    if made.process and made.process.poll() is None:
        made.stop()


def ask(server: Server, token: str, path: str = "/Users") -> str:
    """The id of a request, refused or not."""
    headers = {"Authorization": f"Bearer {token}"}
    request = Request(server.base_url + path, headers=headers)  # noqa: S310 - ours
    try:
        with urlopen(request, timeout=15) as answer:  # noqa: S310 - ours
            return str(answer.headers["X-Request-Id"])
    except HTTPError as error:
        with error:
            return str(error.headers["X-Request-Id"])


def logged(app: Flask) -> set[str]:
    return {row.id for row in rows(app, sa.select(Logged.id))}


def wait_for(condition: Callable[[], bool]) -> bool:
    ends = time.monotonic() + SOON_SECONDS
    while not condition() and time.monotonic() < ends:
        time.sleep(0.05)
    return condition()


def test_a_request_is_in_the_log_soon(app: Flask, server: Server) -> None:
    server.start()
    token = server.new_token(server.new_organization())
    asked = {ask(server, token), ask(server, token[:-3]), ask(server, "x", "/Nothing")}
    assert len(asked) == 3
    assert wait_for(lambda: asked <= logged(app))


@pytest.mark.parametrize("n_workers", ["1", "2"])
def test_a_graceful_stop_loses_no_row(
    app: Flask, database_url: str, n_workers: str
) -> None:
    server = Server(app, database_url, ROLLCALL_WORKERS=n_workers)
    server.start()
    token = server.new_token(server.new_organization())
    asked = {ask(server, token) for _ in range(20)}
    server.stop()
    assert asked <= logged(app)


def test_reads_are_answered_while_the_log_cannot_be_written(
    app: Flask, server: Server
) -> None:
    server.start()
    token = server.new_token(server.new_organization())
    ask(server, token)  # writes the token's last use, so that nothing else is due
    with app.app_context():
        engine = db.engine.execution_options(begin="BEGIN IMMEDIATE")
        with Session(engine) as session:
            session.scalars(sa.select(Counter).with_for_update()).all()
            began = time.monotonic()
            asked = {ask(server, token) for _ in range(20)}
            took = time.monotonic() - began
            time.sleep(0.5)
    assert took < 5, "less than a write would wait"
    assert wait_for(lambda: asked <= logged(app))
