"""What is too much for one page: all changes of a request, all members of a change."""

from __future__ import annotations

from typing import Final

from flask import Response, abort, g, request

from blueprints.admin_ui import bp, fragments, lists
from services.activity import changed_members, history, told
from services.queries import numbers

SECTION: Final = "list_activity"

PER_PAGE: Final = 50


@bp.get("/o/<slug>/activity/<request_id>/changes")
def show_activity_changes(slug: str, request_id: str) -> Response:
    """All that one request changed, the latest first."""
    g.section = SECTION
    found = told.get(g.organization, request_id).told
    cursor = request.args.get("cursor") or None
    return fragments.show(
        "activity/changes.html",
        "history/_timeline.html",
        told=found,
        window=history.of_request(
            g.organization, request_id, cursor=cursor, count=PER_PAGE
        ),
        address_of=lists.pages_of("show_activity_changes", request_id=request_id),
        slug=slug,
    )


@bp.get("/o/<slug>/activity/changes/<number>/members")
def list_change_members(slug: str, number: str) -> Response:
    """Who came to a group, or left it, with one change: the first of them by name."""
    event = numbers.read(number)
    if event is None:
        abort(404)
    g.section = SECTION
    cursor = request.args.get("cursor", "")
    moved = changed_members.page(g.organization, event, cursor=cursor)
    is_dialog = request.headers.get("HX-Target") == "dialog"
    return fragments.show(
        "history/members.html",
        "history/_members_dialog.html" if is_dialog else "history/_members.html",
        moved=moved,
        address_of=lists.pages_of("list_change_members", number=number),
        slug=slug,
    )
