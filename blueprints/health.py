"""Whether the service is up: a page for people, two addresses for machines.

Open to everybody, so it tells nothing about organizations or versions of the parts.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, render_template, request

from services import readiness

bp = Blueprint("health", __name__)


@bp.get("/")
def show_status() -> str:
    """The start page: is it running, and which base URL belongs into Okta."""
    public = (
        current_app.config["ROLLCALL_PUBLIC_URL"]
        or f"{request.scheme}://{request.host}"
    )
    return render_template(
        "health/show.html",
        base_url=f"{public}/scim/v2",
        problem=readiness.find_problem(),
        version=current_app.config["ROLLCALL_VERSION"],
    )


@bp.get("/healthz")
def check_alive() -> Response:
    """200 as long as the process answers."""
    return jsonify(status="alive")


@bp.get("/readyz")
def check_ready() -> tuple[Response, int]:
    """200 when the database is reachable and migrated, 503 otherwise."""
    problem = readiness.find_problem()
    if problem is None:
        return jsonify(status="ready"), 200
    return jsonify(status="not ready", problem=problem), 503
