"""What all tests share: both databases, a fixed cast, clients that leak nothing.

The cast: **Acme** and **Globex** are organizations; Globex's token must see nothing of
Acme's. A test that uses `app` runs once on SQLite and once on PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import flask_migrate
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings

from app import create_app
from models.database import db
from services import organizations
from services.access import admins, passwords, tokens
from services.access.admins import NewAdmin
from services.access.roles import Role
from services.access.token_lists import Scope
from services.activity.request_buffer import Buffer
from services.organizations import OrganizationRef
from services.origin import Actor, Origin, new_id
from tests import postgresql, quick_apps
from tests.admin_client import AdminClient
from tests.databases import (
    SERVER_URL,
    EmptyDatabase,
    EmptyFile,
    folder_in_memory,
    make_on_server,
)
from tests.scim_client import ScimClient
from tests.served import Server

_cluster = pytest.StashKey[postgresql.Cluster]()
_in_memory = pytest.StashKey[Path]()
_HERE = Path(__file__).parent
_ONCE_MORE = {
    _HERE / name for name in ("faults", "house", "journeys", "rfc", "serving")
}
"""Folders of tests that go through everything once more."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    folder = folder_in_memory() if config.option.basetemp is None else None
    if folder is not None:
        config.stash[_in_memory] = folder
        # Not the folder itself, which pytest makes anew for everybody to read.
        config.option.basetemp = folder / "tests"
    if SERVER_URL in os.environ or "not postgresql" in config.option.markexpr:
        return
    programs = postgresql.find_programs()
    if programs is not None:
        config.stash[_cluster] = cluster = postgresql.Cluster(programs)
        os.environ[SERVER_URL] = cluster.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure no coverage, which doubles the time, where all is gone through once more.

    pytest-cov's `no_cover` leaves the tracer on in the workers of pytest-xdist.
    """
    if _ONCE_MORE.isdisjoint(item.path.parents):
        return (yield)
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _cluster in config.stash:
        config.stash[_cluster].stop()
    if _in_memory in config.stash:
        shutil.rmtree(config.stash[_in_memory], ignore_errors=True)


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Instead of pytest-flask's: a context kept open leaks `g` between requests."""


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
    scope="session",
)
def backend(request: pytest.FixtureRequest) -> str:
    if request.param == "postgresql" and SERVER_URL not in os.environ:
        pytest.skip(postgresql.SKIPPED)
    return str(request.param)


def make_app(instance: Path, database_url: str, **settings: str) -> Flask:
    environment = {
        "ROLLCALL_INSTANCE": str(instance),
        "ROLLCALL_DATABASE_URL": database_url,
        "ROLLCALL_PUBLIC_URL": "https://rollcall.example",
        "ROLLCALL_WORKERS": "1",
        **settings,
    }
    app = create_app(environment)
    app.testing = True
    # Written when a test asks for it, never beside it.
    app.extensions["request_log"] = Buffer(app.app_context, every=None)
    return app


def migrate(app: Flask) -> None:
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()


@pytest.fixture(scope="session")
def migrated(
    backend: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[EmptyFile | EmptyDatabase]:
    """A migrated database, to be emptied."""
    folder = tmp_path_factory.mktemp("migrated")
    if backend == "sqlite":
        made: EmptyFile | EmptyDatabase = EmptyFile(folder)
    else:
        made = EmptyDatabase(f"rollcall_{worker_id}")
    migrate(make_app(folder, made.template_url))
    yield made
    made.close()


@pytest.fixture
def database_url(migrated: EmptyFile | EmptyDatabase) -> str:
    """A migrated and empty database for one test."""
    return migrated.emptied()


@pytest.fixture
def app(
    migrated: EmptyFile | EmptyDatabase, database_url: str, tmp_path: Path
) -> Iterator[Flask]:
    made = make_app(tmp_path / "instance", database_url)
    yield made
    with made.app_context():
        migrated.leave(db.engine)


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


def make_token(app: Flask, organization: OrganizationRef, scope: Scope = "full") -> str:
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
        url = make_on_server(f"rollcall_served_{worker_id}")
    app = make_app(folder, url)
    migrate(app)
    server = Server(app, url)
    server.start()
    yield server
    server.stop()
    server.close()


quick_apps.make_quick()

# The same examples each time: who broke something sees it, and not who comes next. A
# test is not slow because something else is.
settings.register_profile("tests", deadline=None, derandomize=True)
settings.load_profile("tests")


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """Argon2 with its least cost: hundreds of tests sign somebody in.

    `tests/services/access/test_passwords.py` looks at the parameters that are used.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            passwords,
            "_hasher",
            PasswordHasher(time_cost=1, memory_cost=8, parallelism=1),
        )
        patch.setattr(passwords, "_NOBODYS", passwords.hash_of("no admin has this one"))
        yield


PASSWORD = "a long walk along the harbour"


def make_admin(app: Flask, role: Role, *organizations_: OrganizationRef) -> str:
    """An admin of that role in the organizations, or an instance owner; the id."""
    with app.app_context():
        return admins.create(
            NewAdmin(
                email=f"{role}-{new_id()}@example.com",
                name=f"Ada {role.capitalize()}",
                role=role,
                password=PASSWORD,
                organizations=organizations_,
            ),
            origin=Origin.of_command_line(),
        )


@pytest.fixture
def anonymous(app: Flask, acme: OrganizationRef) -> AdminClient:
    """Asks for Acme's pages without having signed in."""
    return AdminClient(app, None)


@pytest.fixture
def owner(app: Flask, acme: OrganizationRef) -> AdminClient:
    return AdminClient(app, make_admin(app, "owner", acme))


@pytest.fixture
def admin(app: Flask, acme: OrganizationRef) -> AdminClient:
    return AdminClient(app, make_admin(app, "admin", acme))


@pytest.fixture
def helpdesk(app: Flask, acme: OrganizationRef) -> AdminClient:
    return AdminClient(app, make_admin(app, "helpdesk", acme))


@pytest.fixture
def viewer(app: Flask, acme: OrganizationRef) -> AdminClient:
    return AdminClient(app, make_admin(app, "viewer", acme))


@pytest.fixture
def stranger(app: Flask, acme: OrganizationRef, globex: OrganizationRef) -> AdminClient:
    """The owner of Globex, who asks for pages of Acme."""
    return AdminClient(app, make_admin(app, "owner", globex))


@pytest.fixture
def instance_owner(app: Flask, acme: OrganizationRef) -> AdminClient:
    return AdminClient(app, make_admin(app, "owner"))
