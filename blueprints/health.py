"""Whether the service is up: a page for people, two addresses for machines.

Open to everybody, so it tells nothing about organizations or versions of the parts.
"""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from blueprints import addresses
from services import organizations, readiness
from services.access import admins
from services.access.sessions import SignedIn

bp = Blueprint("health", __name__)


@bp.get("/")
def show_status() -> AnyResponse:
    """The start page: is it running, and which base URL belongs into Okta.

    Those who are signed in go on to what they came for.
    """
    answer = _status()
    # It depends on who asks.
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _status() -> AnyResponse:
    problem = readiness.find_problem()
    if problem is None and current_user.is_authenticated:
        return redirect(_start_of(current_user.signed_in), 303)
    page = render_template(
        "health/show.html",
        base_url=addresses.scim(),
        problem=problem,
        is_set_up=problem is None and admins.count() > 0,
        version=current_app.config["ROLLCALL_VERSION"],
    )
    return make_response(page)


def _start_of(signed_in: SignedIn) -> str:
    """The only organization there is for them, or the list of all."""
    slugs = None if signed_in.is_instance_owner else signed_in.roles.keys()
    found = organizations.list_for(slugs)
    if len(found) == 1:
        return url_for("admin_ui.overview", slug=found[0].slug)
    return url_for("admin_ui.list_organizations")


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
