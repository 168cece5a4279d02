"""Help: what an admin asks most, on one page. The manual is in `docs/`."""

from __future__ import annotations

from flask import Response, current_app, g

from blueprints.admin_ui import bp, fragments
from blueprints.errors import SCIM_PREFIX


@bp.get("/help")
def help() -> Response:
    """Keys, words, the base URL, and where the manual is."""
    g.section = "help"
    base_url = current_app.config["ROLLCALL_PUBLIC_URL"] + SCIM_PREFIX
    return fragments.show("help/show.html", base_url=base_url)
