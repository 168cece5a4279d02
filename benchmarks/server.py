"""The application with a floor to be measured against, served like the real one.

The floor is the least a Flask application can do for the same answer: look the token up
and select the resource by SQLAlchemy Core, and send the bytes that are stored. It runs
in the same process on the same database.
"""

from __future__ import annotations

import hashlib
import threading
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, g, request
from granian.constants import Interfaces
from granian.server.mp import MPServer

import app as application
from models import Organization, ProvisioningToken, User
from models.database import db

_TOKEN = (
    sa.select(
        ProvisioningToken.seq,
        ProvisioningToken.digest,
        ProvisioningToken.expires_at,
        ProvisioningToken.revoked_at,
        Organization.seq.label("organization_seq"),
        Organization.suspended_at,
    )
    .join(Organization, Organization.seq == ProvisioningToken.organization_seq)
    .where(ProvisioningToken.public_id == sa.bindparam("public_id"))
)
_DOCUMENT = sa.type_coerce(User.document, sa.Text).label("document")
_BY_ID = sa.select(_DOCUMENT).where(
    User.organization_seq == sa.bindparam("organization_seq"),
    User.id == sa.bindparam("id"),
)
_BY_NAME = sa.select(_DOCUMENT).where(
    User.organization_seq == sa.bindparam("organization_seq"),
    User.user_name_key == sa.bindparam("key"),
)


LOG_OFF = "request-log-off"
"""A file in the instance folder: while it is there, requests leave no row."""

_LOOKED_AFTER_SECONDS = 0.05


def create_app() -> Flask:
    """The real application with the floor beside it, telling its own time."""
    app = application.create_app()
    app.add_url_rule("/floor/id/<value>", view_func=floor_by_id)
    app.add_url_rule("/floor/name/<value>", view_func=floor_by_name)
    app.add_url_rule("/floor/insert", view_func=floor_insert, methods=["POST"])
    app.before_request_funcs.setdefault(None, []).insert(0, _start_clock)
    app.after_request(_stop_clock)
    with app.app_context():
        _scratch.create(db.engine, checkfirst=True)
    threading.Thread(target=_switch_log, args=[app], daemon=True).start()
    return app


def _switch_log(app: Flask) -> None:
    """Take the log out and put it in again, as the file says."""
    switch = Path(app.instance_path) / LOG_OFF
    buffer = app.extensions.get("request_log")
    while buffer:
        if switch.exists():
            app.extensions.pop("request_log", None)
        else:
            app.extensions["request_log"] = buffer
        time.sleep(_LOOKED_AFTER_SECONDS)


def _start_clock() -> None:
    g.started_at = time.perf_counter()


def _stop_clock(response: Response) -> Response:
    spent = (time.perf_counter() - g.started_at) * 1000
    response.headers["Server-Timing"] = f"app;dur={spent:.3f}"
    return response


def floor_by_id(value: str) -> Response:
    """A user by id."""
    return _answer(_BY_ID, id=value)


def floor_by_name(value: str) -> Response:
    """A user by the key of the userName."""
    return _answer(_BY_NAME, key=value)


def _answer(statement: sa.Select[str], **parameters: Any) -> Response:
    # Any: the parameters of the statement
    token = request.headers["Authorization"].removeprefix("Bearer ")
    with db.engine.connect() as connection:
        found = connection.execute(_TOKEN, {"public_id": token.split("_")[1]}).one()
        if found.digest != hashlib.sha256(token.encode()).digest():
            raise PermissionError
        parameters["organization_seq"] = found.organization_seq
        document = connection.execute(statement, parameters).scalar_one()
    return Response(document, content_type="application/scim+json")


_scratch = sa.Table(
    "benchmark_scratch",
    sa.MetaData(),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("body", sa.Text),
)


def floor_insert() -> Response:
    """One indexed INSERT and a commit, the floor of every write."""
    body = request.get_data().decode()
    engine = db.engine.execution_options(begin="BEGIN IMMEDIATE")
    with engine.begin() as connection:
        row = {"id": request.args["id"], "body": body}
        connection.execute(sa.insert(_scratch), row)
    return Response(status=204)


def main() -> None:
    """Serve with the settings of `flask serve`."""
    app = create_app()
    with app.app_context():
        db.engine.dispose()
    MPServer(
        "benchmarks.server:create_app",
        factory=True,
        interface=Interfaces.WSGI,
        address="127.0.0.1",
        port=app.config["PORT"],
        workers=app.config["ROLLCALL_WORKERS"],
        blocking_threads=app.config["ROLLCALL_THREADS"],
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    main()
