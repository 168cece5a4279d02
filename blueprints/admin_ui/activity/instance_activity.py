"""Requests that no organization can be named for: for owners of the installation.

Somebody sent a token that nobody knows, or none, or asked an address that is not there.
Only so many of them are kept, which the page says.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Response, g, request, url_for

from blueprints.admin_ui import bp, fragments
from blueprints.admin_ui.activity import inspector
from blueprints.admin_ui.activity.log_view import ROWS, InstanceLog
from blueprints.admin_ui.installation.organizations import SECTION
from services.activity import (
    log_gaps,
    log_retention,
    request_buffer,
    request_writing,
    told,
)
from services.errors import Invalid


@bp.get("/activity")
def list_instance_activity() -> Response:
    """The list, the newest first."""
    g.section = SECTION
    cursor = request.args.get("cursor", "")
    target = request.headers.get("HX-Target", "")
    if fragments.wants_fragment() and target == "inspector":
        return fragments.show("activity/_closed.html", "activity/_closed.html")
    return fragments.show(
        "activity/instance.html",
        "activity/_older.html",
        "activity/_foot.html",
        log=_look(cursor),
        inspected=None,
        opened="",
        **_kept(),
    )


@bp.get("/activity/<request_id>")
def show_instance_activity(request_id: str) -> Response:
    """One of them, opened beside the list; for htmx it alone."""
    g.section = SECTION
    opened = inspector.context(None, request_id)
    if fragments.wants_fragment():
        part = "activity/_inspector.html"
        return fragments.show(part, part, **opened)
    try:
        log = _look(request.args.get("cursor", ""))
    except Invalid:
        log = _look("")
    return fragments.show(
        "activity/instance.html",
        log=log,
        opened=request_id,
        **_kept(),
        **opened,
    )


def _kept() -> dict[str, int]:
    """What the page says of its limits."""
    return {
        "per_minute": request_buffer.STRANGERS_PER_MINUTE,
        "n_kept": request_writing.UNNAMED_KEPT,
        "days": log_retention.UNNAMED_DAYS,
    }


def _look(cursor: str) -> InstanceLog:
    found = told.for_instance(cursor=cursor or None, count=ROWS)
    older = found.page.older
    here = "admin_ui.list_instance_activity"
    return InstanceLog(
        rows=found.rows,
        older=url_for(here, cursor=older) if older else "",
        newest=url_for(here) if cursor else "",
        cursor=cursor,
        gaps=tuple(
            log_gaps.since(None, g.now - timedelta(days=log_retention.UNNAMED_DAYS))
        ),
    )
