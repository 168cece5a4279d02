"""The activity: every request and every action of an admin, and one of them opened.

What htmx asks for is told by the element that it will replace: the list, the rows that
follow it, or the side where a request is open. The open request itself is made in
`inspector.py`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import structlog
from flask import Response, abort, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from blueprints.admin_ui import bp, fragments, shell
from blueprints.admin_ui.activity import inspector, log_query, log_view, people
from blueprints.admin_ui.activity.log_query import Asked
from blueprints.admin_ui.directory import jobs
from services.activity import request_log
from services.errors import Invalid
from services.files import activity_files
from services.queries import numbers

SECTION: Final = "list_activity"
FORMATS: Final = ("csv", "jsonl")

log = structlog.get_logger()


def _asked() -> Asked:
    asked = log_query.read(request.args, g.now)
    in_bodies = inspector.may_read_bodies()
    return replace(asked, query=replace(asked.query, in_bodies=in_bodies))


@bp.get("/o/<slug>/activity")
def list_activity(slug: str) -> AnyResponse:
    """The list: found, filtered, and where it ends the way to what is older."""
    g.section = SECTION
    asked = _asked()
    who = request.args.get("who", "").strip()[:200]
    candidates = people.find(who) if who else []
    if len(candidates) == 1:
        resource = candidates[0][0].id
        return fragments.go(asked.address(slug, resource=resource))
    cursor = request.args.get("cursor", "")
    if "" in request.args.values() and not fragments.wants_fragment():
        # Fields of the form that were left empty, which say nothing.
        return fragments.go(asked.address(slug, who=who, cursor=cursor))
    is_nobody = bool(who) and not candidates
    if is_nobody:
        # What comes is no news to a page that lists nothing.
        asked = replace(asked, arguments=asked.without("live"))
    target = request.headers.get("HX-Target", "")
    if fragments.wants_fragment() and target == "inspector":
        return fragments.show("activity/_closed.html", "activity/_closed.html")
    return fragments.show(
        "activity/index.html",
        *_parts(target),
        log=log_view.look_in_vain(asked, who)
        if is_nobody
        else log_view.look(asked, cursor),
        asked=asked,
        chips=log_view.chips(asked),
        menu=log_view.menu(who, candidates),
        inspected=None,
        opened="",
        slug=slug,
        undo=_undo(slug, asked),
        connect=_connect(slug),
    )


def _parts(target: str) -> tuple[str, ...]:
    """The parts of the page that an element is replaced by, others out of band."""
    if target == "log":
        return ("activity/_older.html", "activity/_foot.html")
    if request.headers.get("HX-Trigger") == "insert":
        # What somebody is choosing, or has open, stays as it is.
        return ("activity/_results.html", "activity/_outcomes.html")
    return (
        "activity/_results.html",
        "activity/_outcomes.html",
        "activity/_filters.html",
        "activity/_actions.html",
        "activity/_side.html",
    )


def _connect(slug: str) -> str:
    """Where a provider is connected; nothing for those who may not."""
    return url_for("admin_ui.show_connect", slug=slug) if _may_connect() else ""


def _may_connect() -> bool:
    return shell.may("show_connect")


@bp.get("/o/<slug>/activity/<request_id>")
def show_activity(slug: str, request_id: str) -> Response:
    """One request, opened beside the list; for htmx it alone."""
    g.section = SECTION
    opened = inspector.context(g.organization, request_id)
    if fragments.wants_fragment():
        part = "activity/_inspector.html"
        return fragments.show(part, part, **opened)
    asked = _asked()
    return fragments.show(
        "activity/index.html",
        log=_look(asked),
        asked=asked,
        chips=log_view.chips(asked),
        menu=log_view.menu(),
        opened=request_id,
        slug=slug,
        undo=_undo(slug, asked),
        connect=_connect(slug),
        **opened,
    )


def _undo(slug: str, asked: Asked) -> str:
    """Where what the token of the list changed is undone, in the time if one is chosen.

    Nothing for those who may not.
    """
    if not shell.may("preview_undo"):
        return ""
    query = asked.query
    since = query.since.isoformat() if query.since and not asked.span else None
    until = query.until.isoformat() if since and query.until else None
    return url_for(
        "admin_ui.preview_undo",
        slug=slug,
        token=query.token or None,
        since=since,
        until=until,
        next=asked.address(slug),
    )


def _look(asked: Asked) -> log_view.LogView:
    """The list beside an open request; from its beginning when the place is unknown."""
    try:
        return log_view.look(asked, request.args.get("cursor", ""))
    except Invalid:
        return log_view.look(asked, "")


@bp.get("/o/<slug>/activity/new")
def count_new_activity(slug: str) -> AnyResponse:
    """How many rows have come since the page was made: a part that asks again."""
    asked = _asked()
    if not fragments.wants_fragment():
        return fragments.go(asked.address(slug))
    after = numbers.read(request.args.get("after", ""))
    if after is None:
        abort(404)
    n_new = request_log.count_newer(g.organization, asked.query, after)
    part = "activity/_news.html"
    return fragments.show(part, part, asked=asked, slug=slug, after=after, n_new=n_new)


@bp.get("/o/<slug>/activity/export")
def export_activity(slug: str) -> Response:
    """The rows of the filter as a file: `format` is csv or jsonl. Without bodies."""
    kind = request.args.get("format", FORMATS[0])
    if kind not in FORMATS:
        abort(404)
    asked = _asked()
    write = activity_files.as_csv if kind == "csv" else activity_files.as_json_lines
    log.info(
        "exported",
        what="activity",
        kind=kind,
        organization=slug,
        actor=g.signed_in.actor.key,
    )
    return jobs.download(write(g.organization, asked.query), f"{slug}-activity", kind)
