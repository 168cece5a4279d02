"""Help: what an admin asks most, on one page. The manual is in `docs/`."""

from __future__ import annotations

from contextlib import suppress

from flask import Response, g, request

from blueprints import addresses
from blueprints.admin_ui import bp, fragments
from services import organizations
from services.errors import NotFound


@bp.get("/help")
def help() -> Response:
    """Keys, words, the base URL, and where the manual is.

    `organization` is the slug of the one that it was opened from.
    """
    g.section = "help"
    _keep_place(request.args.get("organization", ""))
    return fragments.show("help/show.html", base_url=addresses.scim())


def _keep_place(slug: str) -> None:
    """Show the navigation of an organization, to those who have a role in it."""
    role = g.signed_in.role_in(slug.lower()) if slug else None
    if role is not None:
        # An owner of the installation has a role everywhere, also where nothing is.
        with suppress(NotFound):
            g.organization, g.role = organizations.get(slug), role
