"""The server that the journeys talk to: one a database for the whole run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import make_app, make_postgresql_database, migrate
from tests.served import Server


@pytest.fixture(scope="session")
def journey_server(
    backend: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served")
    if backend == "sqlite":
        url = f"sqlite:///{folder / 'rollcall.sqlite'}"
    else:
        url = make_postgresql_database(f"rollcall_served_{worker_id}")
    app = make_app(folder, url)
    migrate(app)
    server = Server(app, url)
    server.start()
    yield server
    server.stop()
    server.close()
