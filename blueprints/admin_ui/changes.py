"""Everything that changed in an organization, the newest first."""

from __future__ import annotations

from typing import Final

from flask import Response, abort, g, request, url_for

from blueprints.admin_ui import bp, fragments
from services.activity import history

_MOST_DIGITS: Final = 15
"""Of an event's number; longer ones are not asked for, since no column holds them."""


@bp.get("/o/<slug>/changes")
def list_changes(slug: str) -> Response:
    """The timeline of the organization."""
    g.section = "overview"
    cursor = request.args.get("cursor")
    return fragments.show(
        "changes/index.html",
        "history/_timeline.html",
        window=history.recent(g.organization, cursor=cursor, count=50),
        address_of=_page_address,
        slug=slug,
    )


def _page_address(cursor: str) -> str:
    slug = g.organization.slug
    return url_for("admin_ui.list_changes", slug=slug, cursor=cursor or None)


@bp.get("/o/<slug>/changes/<number>/members")
def show_changed_members(slug: str, number: str) -> Response:
    """Who came to a group, or left it, with one change: the first of them by name."""
    if not (number.isascii() and number.isdigit()) or len(number) > _MOST_DIGITS:
        abort(404)
    g.section = "overview"
    event, added, removed = history.members_of(g.organization, int(number))
    return fragments.show(
        "changes/members.html",
        "history/_members.html",
        event=event,
        added=added,
        removed=removed,
        slug=slug,
    )
