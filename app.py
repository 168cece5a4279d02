"""The application: settings, database, blueprints, put together by `create_app`.

The only file that knows everything; nothing imports it. Flask finds it by its name.
"""

from __future__ import annotations

import logging
import os
import secrets
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import flask_migrate
import structlog
from flask import Flask
from jinja2 import StrictUndefined
from sqlalchemy import make_url
from werkzeug.middleware.proxy_fix import ProxyFix

import blueprints
import models.database
import settings
from blueprints import extensions
from blueprints.commands import jobs
from models.database import db

__version__ = "0.1.0"

_THREADS_BESIDE = 2
"""Threads of a server process that answer nobody: the request log's and the jobs'.

Each keeps a connection as the others do. To open one takes 0.8 ms on SQLite and 3 on
PostgreSQL, which the log would spend several times a second.
"""


def create_app(environment: Mapping[str, str] | None = None) -> Flask:
    """Make an application out of the settings in `environment`, or `os.environ`.

    Creates the instance folder and its secret key when they are missing; the database
    is created and migrated by `flask db upgrade`, or by `flask serve`. Raises
    `InvalidSetting`.
    """
    values = settings.read(os.environ if environment is None else environment)
    root = Path(__file__).resolve().parent
    instance = Path(values["ROLLCALL_INSTANCE"] or root / "instance").resolve()
    app = Flask(__name__, instance_path=str(instance))
    _make_folder(instance)
    app.config.from_mapping(values)
    app.config.from_mapping(_flask_settings(values, instance))
    setup_logging()
    setup_database(app)
    setup_proxies(app)
    setup_templates(app)
    extensions.init_app(app)
    blueprints.register(app)
    return app


def create_worker() -> Flask:
    """What a server process runs: the application, and beside it a runner of jobs.

    Commands and tests make an application alone.
    """
    app = create_app()
    jobs.start_beside(app)
    return app


def _make_folder(instance: Path) -> None:
    try:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise settings.InvalidSetting(
            f"ROLLCALL_INSTANCE cannot be used: the folder {instance} cannot be made "
            f"({error.strerror})."
        ) from error


def _flask_settings(values: Mapping[str, Any], instance: Path) -> dict[str, Any]:
    # Any: Flask's configuration holds values of every type
    url = values["ROLLCALL_DATABASE_URL"] or f"sqlite:///{_database_file(instance)}"
    return {
        "ROLLCALL_VERSION": __version__,
        "SECRET_KEY": values["ROLLCALL_SECRET_KEY"] or _secret_key(instance),
        # OPTIONS is a method like another: not known, and said so by its door.
        "PROVIDE_AUTOMATIC_OPTIONS": False,
        "MAX_CONTENT_LENGTH": values["ROLLCALL_BODY_LIMIT_BYTES"],
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(url, values["ROLLCALL_THREADS"]),
    }


def _engine_options(url: str, n_threads: int) -> dict[str, Any]:  # Any: as above
    n_connections = n_threads + _THREADS_BESIDE
    options = {"pool_size": n_connections, "max_overflow": 0, "pool_timeout": 10}
    # People's data and password hashes do not belong into the log of an error.
    options |= {"hide_parameters": True}
    if make_url(url).get_backend_name() == "postgresql":
        # A connection that died while it lay in the pool is replaced, not handed out.
        options |= {"pool_pre_ping": True}
    return options


def _database_file(instance: Path) -> Path:
    """The SQLite file in the instance folder, for its owner's eyes alone."""
    path = instance / "rollcall.sqlite"
    path.touch(mode=0o600)
    return path


def _secret_key(instance: Path) -> str:
    """The key in the instance folder; made on the first start, for its owner's eyes."""
    path = instance / "secret_key"
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(48) + "\n")
    key = path.read_text().strip()
    if len(key) < settings.SECRET_KEY_LENGTH:
        raise settings.InvalidSetting(
            f"The file {path} holds no secret key. Delete it, and the next start makes "
            "a new one."
        )
    return key


def _write_once(path: Path, text: str) -> None:
    # Linked when it is whole: a second process that starts meanwhile sees the file
    # with its text or not at all, and one of the two texts stays.
    with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:
        file.write(text)
        file.flush()
        with suppress(FileExistsError):
            os.link(file.name, path)


def setup_logging() -> None:
    """One JSON object a line, on standard error: ours, and what libraries log."""
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*processors, renderer],
        # Standard error as it is when a line is written, not as it was at the start.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(renderer, foreign_pre_chain=processors)
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def setup_database(app: Flask) -> None:
    """Bind the models and their transactions to the configured database."""
    db.init_app(app)
    flask_migrate.Migrate(app, db, directory=str(Path(app.root_path) / "migrations"))
    with app.app_context():
        models.database.prepare(db.engine)


def setup_proxies(app: Flask) -> None:
    """Believe forwarded addresses only from as many proxies as are configured."""
    n_proxies = app.config["ROLLCALL_TRUSTED_PROXIES"]
    if n_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's documented way
            app.wsgi_app, x_for=n_proxies, x_proto=n_proxies, x_host=n_proxies
        )


def setup_templates(app: Flask) -> None:
    """A name that a template misspells is an error, in production too."""
    app.jinja_env.undefined = StrictUndefined
