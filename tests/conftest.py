"""What all tests share: both databases, a fixed cast, clients that leak nothing.

The cast: **Acme** and **Globex** are organizations; Globex's token must see nothing of
Acme's. A test that uses `app` runs once on SQLite and once on PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from models.database import Base, db
from services import organizations, tokens
from services.organizations import OrganizationRef
from services.origin import Actor, Origin
from tests import postgresql
from tests.scim_client import ScimClient
from tests.served import Server

_URL = "ROLLCALL_TEST_DATABASE_URL"
_cluster = pytest.StashKey[postgresql.Cluster]()


def pytest_configure(config: pytest.Config) -> None:
    is_worker = hasattr(config, "workerinput")
    if is_worker or _URL in os.environ or "not postgresql" in config.option.markexpr:
        return
    programs = postgresql.find_programs()
    if programs is not None:
        config.stash[_cluster] = cluster = postgresql.Cluster(programs)
        os.environ[_URL] = cluster.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    if _cluster in config.stash:
        config.stash[_cluster].stop()


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Instead of pytest-flask's: a context kept open leaks `g` between requests."""


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
    scope="session",
)
def backend(request: pytest.FixtureRequest) -> str:
    if request.param == "postgresql" and _URL not in os.environ:
        pytest.skip(postgresql.SKIPPED)
    return str(request.param)


def make_app(instance: Path, database_url: str, **settings: str) -> Flask:
    environment = {
        "ROLLCALL_INSTANCE": str(instance),
        "ROLLCALL_DATABASE_URL": database_url,
        "ROLLCALL_PUBLIC_URL": "https://rollcall.example",
        **settings,
    }
    app = create_app(environment)
    app.testing = True
    return app


def migrate(app: Flask) -> None:
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()


def make_postgresql_database(name: str) -> str:
    """A fresh, empty database on the test server; its URL."""
    url = sa.make_url(os.environ[_URL])
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}"'))
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    made = url.set(database=name, drivername="postgresql+psycopg")
    return made.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def migrated(
    backend: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> str:
    """A migrated database: a file to copy, or a PostgreSQL database to empty."""
    folder = tmp_path_factory.mktemp("migrated")
    if backend == "sqlite":
        url = f"sqlite:///{folder / 'template.sqlite'}"
    else:
        url = make_postgresql_database(f"rollcall_{worker_id}")
    migrate(make_app(folder, url))
    return url


@pytest.fixture
def database_url(backend: str, migrated: str, tmp_path: Path) -> str:
    """A migrated and empty database for one test."""
    if backend == "sqlite":
        path = tmp_path / "rollcall.sqlite"
        shutil.copy(migrated.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"
    engine = sa.create_engine(migrated)
    tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(sa.text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    engine.dispose()
    return migrated


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    made = make_app(tmp_path / "instance", database_url)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client without `with`: pytest-flask's keeps the last context alive."""
    return app.test_client()


@pytest.fixture
def origin() -> Origin:
    return Origin(Actor("token", "test", "Tests"), datetime.now(UTC))


def make_organization(app: Flask, name: str) -> OrganizationRef:
    with app.app_context():
        return organizations.create(name, origin=Origin.of_command_line())


def make_token(
    app: Flask, organization: OrganizationRef, scope: tokens.Scope = "full"
) -> str:
    with app.app_context():
        return tokens.create(
            organization, f"Okta {scope}", scope=scope, origin=Origin.of_command_line()
        ).text


@pytest.fixture
def acme(app: Flask) -> OrganizationRef:
    return make_organization(app, "Acme")


@pytest.fixture
def globex(app: Flask) -> OrganizationRef:
    return make_organization(app, "Globex")


@pytest.fixture
def scim(app: Flask, acme: OrganizationRef) -> ScimClient:
    """Speaks SCIM with Acme's token."""
    return ScimClient(app.test_client(), make_token(app, acme))


@pytest.fixture
def scim_of_globex(app: Flask, globex: OrganizationRef) -> ScimClient:
    """Speaks SCIM with the token of another organization."""
    return ScimClient(app.test_client(), make_token(app, globex))


@pytest.fixture(scope="session")
def journey_server(
    backend: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Server]:
    """The real server on a socket: one a database for the whole run."""
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
