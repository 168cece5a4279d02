"""Migrations: from nothing and back, and they make what the models describe."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask

from models.database import Base, db
from services import organizations, readiness
from services.directory import users
from services.origin import Origin
from tests.conftest import make_app
from tests.databases import make_on_server
from tests.served import ROOT

OURS = {table.name for table in Base.metadata.sorted_tables}
ASPECTS = (
    "get_columns",
    "get_pk_constraint",
    "get_foreign_keys",
    "get_unique_constraints",
    "get_check_constraints",
    "get_indexes",
)
NOT_REFLECTED = pytest.mark.filterwarnings("ignore:.*expression-based index")
"""Of SQLite; their texts are compared."""

Maker = Callable[[str], Flask]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Maker]:
    """Makes applications by the URL of their database."""
    made: list[Flask] = []

    def make_one(url: str) -> Flask:
        made.append(make_app(tmp_path, url))
        return made[-1]

    yield make_one
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def make_empty(backend: str, make: Maker, tmp_path: Path, worker_id: str) -> Maker:
    """Makes applications over an empty database, by its name."""
    if backend == "sqlite":
        return lambda name: make(f"sqlite:///{tmp_path / name}.sqlite")
    return lambda name: make(make_on_server(f"rollcall_{name}_{worker_id}"))


@pytest.fixture
def empty(make_empty: Maker) -> Iterator[Flask]:
    """An application over an empty database, in its context."""
    app = make_empty("migrated")
    with app.app_context():
        yield app


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names())


def schema(app: Flask) -> dict[str, Any]:
    """All that the database knows of our tables, in words that can be compared."""
    with app.app_context():
        inspector = sa.inspect(db.engine)
        return {
            f"{table} {aspect}": _sorted(getattr(inspector, aspect)(table))
            for table in sorted(OURS)
            for aspect in ASPECTS
        }


def _sorted(found: Any) -> list[str]:
    return sorted(map(_words, found)) if isinstance(found, list) else [_words(found)]


def _words(found: Any) -> str:
    """As text; of an index over some of the rows, the condition as it is written."""
    if not isinstance(found, dict) or "dialect_options" not in found:
        return repr(found)
    written = {key: str(value) for key, value in found["dialect_options"].items()}
    return repr(found | {"dialect_options": written})


def options(app: Flask) -> dict[str, tuple[bool, bool]]:
    """What SQLite keeps in the text of a table alone."""
    statement = "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
    with app.app_context(), db.engine.connect() as connection:
        found = {row.name: row.sql for row in connection.exec_driver_sql(statement)}
    return {
        name: ("AUTOINCREMENT" in found[name], "WITHOUT ROWID" in found[name])
        for name in OURS
    }


def indexes(app: Flask) -> dict[str, str]:
    """The texts of SQLite's indexes: those over expressions are not reflected."""
    statement = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql <> ''"
    with app.app_context(), db.engine.connect() as connection:
        return {row.name: row.sql for row in connection.exec_driver_sql(statement)}


def test_an_upgrade_from_nothing_makes_every_table(empty: Flask) -> None:
    before = tables()
    flask_migrate.upgrade()
    assert before == set()
    assert tables() == OURS | {"alembic_version"}
    assert readiness.find_problem() is None


def test_a_downgrade_leaves_nothing_and_can_be_undone(empty: Flask) -> None:
    flask_migrate.upgrade()
    flask_migrate.downgrade(revision="base")
    after = tables()
    problem = readiness.find_problem()
    flask_migrate.upgrade()
    assert after == {"alembic_version"}
    assert problem == "The database is not migrated. Run flask db upgrade."
    assert tables() == OURS | {"alembic_version"}


def test_every_step_can_be_taken_back_and_again(empty: Flask) -> None:
    flask_migrate.upgrade()
    flask_migrate.downgrade()
    flask_migrate.upgrade()
    assert readiness.find_problem() is None


def test_an_upgrade_of_what_is_new_changes_nothing(empty: Flask) -> None:
    flask_migrate.upgrade()
    origin = Origin.of_command_line()
    acme = organizations.create("Acme", origin=origin)
    bo = users.create(acme, {"userName": "bo"}, origin=origin)
    flask_migrate.upgrade()
    assert users.get(acme, bo.id).document["userName"] == "bo"


def test_two_upgrades_at_once_end_well(empty: Flask) -> None:
    environment = {
        "ROLLCALL_INSTANCE": empty.instance_path,
        "ROLLCALL_DATABASE_URL": empty.config["SQLALCHEMY_DATABASE_URI"],
    }
    command = [sys.executable, "-m", "flask", "db", "upgrade"]
    racing = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    printed = [process.communicate(timeout=30)[1] for process in racing]
    assert printed == [b"", b""]
    assert [process.returncode for process in racing] == [0, 0]
    assert readiness.find_problem() is None


@NOT_REFLECTED
def test_the_models_need_no_further_migration(empty: Flask) -> None:
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


@NOT_REFLECTED
def test_migrations_make_what_the_models_describe(make_empty: Maker) -> None:
    """To the last collation and cascade, which autogenerate does not look at."""
    migrated, described = make_empty("migrated"), make_empty("described")
    with migrated.app_context():
        flask_migrate.upgrade()
    with described.app_context():
        Base.metadata.create_all(db.engine)
    assert schema(migrated) == schema(described)


def test_tables_and_indexes_of_sqlite_are_those_of_the_models(
    make: Maker, tmp_path: Path
) -> None:
    migrated, described = (
        make(f"sqlite:///{tmp_path / name}.sqlite")
        for name in ("migrated", "described")
    )
    with migrated.app_context():
        flask_migrate.upgrade()
    with described.app_context():
        Base.metadata.create_all(db.engine)
    assert options(migrated) == options(described)
    assert indexes(migrated) == indexes(described)
    assert {(True, False), (False, True)} <= set(options(migrated).values())
