"""Is it up: a page for people, `/healthz` and `/readyz` for machines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from models.database import db
from services import readiness
from services.organizations import OrganizationRef
from tests.admin_client import AdminClient
from tests.conftest import (
    make_admin,
    make_app,
    make_organization,
)
from tests.databases import make_on_server

AWAY = "postgresql://nobody@127.0.0.1:1/rollcall"
NOT_MIGRATED = "The database is not migrated. Run flask db upgrade."
NOT_REACHED = "The database cannot be reached."


@contextmanager
def client_of(folder: Path, url: str, **settings: str) -> Iterator[FlaskClient]:
    app = make_app(folder, url, **settings)
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def bare(backend: str, tmp_path: Path, worker_id: str) -> Iterator[FlaskClient]:
    """Rollcall over a database that nobody migrated."""
    url = (
        f"sqlite:///{tmp_path / 'bare.sqlite'}"
        if backend == "sqlite"
        else make_on_server(f"rollcall_bare_{worker_id}")
    )
    with client_of(tmp_path, url) as client:
        yield client


@pytest.fixture
def away(tmp_path: Path) -> Iterator[FlaskClient]:
    """Rollcall without its database."""
    with client_of(tmp_path, AWAY) as client:
        yield client


def test_a_migrated_database_is_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ready"}


def test_a_database_that_is_not_migrated_is_not_ready(bare: FlaskClient) -> None:
    answer = bare.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"status": "not ready", "problem": NOT_MIGRATED}


def test_a_database_of_another_version_is_not_ready(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    answer = client.get("/readyz")
    with app.app_context(), db.engine.begin() as connection:
        newest = {"newest": readiness.newest_revision()}
        connection.execute(
            sa.text("UPDATE alembic_version SET version_num = :newest"), newest
        )
    assert answer.status_code == 503
    assert answer.json["problem"] == NOT_MIGRATED


def test_a_database_that_is_away_is_not_ready(away: FlaskClient) -> None:
    answer = away.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"status": "not ready", "problem": NOT_REACHED}


def test_a_file_that_is_no_database_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database at all, " * 100)
    with client_of(tmp_path, f"sqlite:///{tmp_path / 'notes.txt'}") as client:
        assert client.get("/readyz").json["problem"] == NOT_REACHED


def test_the_process_is_alive_whatever_its_database_does(away: FlaskClient) -> None:
    answer = away.get("/healthz")
    assert answer.status_code == 200
    assert answer.json == {"status": "alive"}


def test_the_start_page_shows_what_belongs_into_okta(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    assert "<h1>Rollcall is running</h1>" in page.text
    assert "<code>https://rollcall.example/scim/v2</code>" in page.text


def test_without_a_public_url_the_base_url_is_that_of_the_request(
    database_url: str, tmp_path: Path
) -> None:
    with client_of(tmp_path, database_url, ROLLCALL_PUBLIC_URL="") as client:
        page = client.get("/", base_url="http://rollcall.lan:8000")
    assert "<code>http://rollcall.lan:8000/scim/v2</code>" in page.text


def test_the_start_page_says_what_is_wrong(bare: FlaskClient) -> None:
    page = bare.get("/")
    assert page.status_code == 200
    assert "<h1>Rollcall is not ready</h1>" in page.text
    assert NOT_MIGRATED in page.text


def test_the_start_page_tells_strangers_nothing_of_organizations(
    app: Flask, client: FlaskClient
) -> None:
    make_organization(app, "Acme")
    assert "acme" not in client.get("/").text.lower()


@pytest.mark.parametrize("address", ["/", "/healthz", "/readyz"])
def test_no_token_is_asked_for(client: FlaskClient, address: str) -> None:
    answer = client.get(address, headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 200


def test_before_set_up_the_page_leads_there(app: Flask) -> None:
    page = app.test_client().get("/")
    assert page.status_code == 200
    assert 'href="/setup"' in page.text
    assert "Sign in" not in page.text


def test_nobody_is_shown_the_status_and_the_way_in(anonymous: AdminClient) -> None:
    make_admin(anonymous.app, "owner")
    page = anonymous.get("/")
    assert page.status_code == 200
    assert 'href="/login"' in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_whoever_is_signed_in_goes_on_to_the_only_organization(
    viewer: AdminClient,
) -> None:
    answer = viewer.get("/")
    assert (answer.status_code, answer.location) == (303, "/o/acme/")
    assert answer.headers["Cache-Control"] == "no-store"


def test_of_several_organizations_one_is_chosen(
    instance_owner: AdminClient, globex: OrganizationRef
) -> None:
    assert instance_owner.get("/").location == "/organizations"
