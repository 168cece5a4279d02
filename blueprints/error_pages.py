"""Errors as people see them: a page in the frame they were in, with a way out.

It must come out whatever is broken. So the frame is tried first, then a page without
one, and at last a few lines that need neither templates nor a database. What an error
means is decided in `errors.py`; nothing here looks at exceptions.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

import structlog
from flask import Response, g, render_template, request
from flask_login import current_user
from markupsafe import escape

from blueprints import request_ids
from blueprints.htmx import VARY, local_path, wants_fragment
from services import organizations
from services.errors import NotFound

_TITLES: Final = {
    401: "Sign in first",
    403: "You may not do that",
    404: "Not found",
    405: "Not possible here",
    409: "Taken already",
    412: "Changed meanwhile",
    413: "That is too large",
    429: "Too many tries",
    500: "Something went wrong",
    503: "Rollcall is busy",
}
_PASSING: Final = (429, 500, 503)
_BARE: Final = (
    '<!DOCTYPE html><html lang="en"><title>{title} · Rollcall</title>'
    "<h1>{title}</h1><p>{detail}</p>"
    '<p><a href="/">Start page</a></p></html>'
)

log = structlog.get_logger()


def show(status: int, detail: str, incident: str = "") -> Response:
    """The page of an error; for htmx its sentence, which the script shows as a notice.

    `incident` is what the log knows it by.
    """
    if wants_fragment():
        response = Response(detail, status, mimetype="text/plain")
    else:
        title = _TITLES.get(status) or HTTPStatus(status).phrase.capitalize()
        response = Response(_page(status, title, detail, incident), status)
    # It names who is signed in, and often what they asked for.
    response.headers["Cache-Control"] = "no-store"
    response.vary.add(VARY)
    return response


def _page(status: int, title: str, detail: str, incident: str) -> str:
    values = {
        "status": status,
        "title": title,
        "detail": detail,
        "incident": incident,
        "request_id": request_ids.current(),
        "again": _again(status),
        "first": _first_page(status),
    }
    try:
        template = "framed" if _recognise() else "show"
        return render_template(f"errors/{template}.html", **values)
    except Exception as error:
        log.exception("error page without frame", cause=type(error).__name__)
    g.signed_in = g.organization = None
    try:
        return render_template("errors/show.html", **values)
    except Exception as error:
        log.exception("error page without template", cause=type(error).__name__)
    return _BARE.format(title=escape(title), detail=escape(detail))


def _again(status: int) -> str:
    """The address to ask for once more, where that may help."""
    if status not in _PASSING or request.method != "GET":
        return ""
    return local_path(request.full_path.rstrip("?"), "")


def _first_page(status: int) -> str:
    """The list without its place, where that cannot be understood."""
    if status != HTTPStatus.BAD_REQUEST or "cursor" not in request.args:
        return ""
    others = request.args.to_dict(flat=False)
    del others["cursor"]
    query = urlencode(others, doseq=True)
    return local_path(f"{request.path}?{query}".rstrip("?"), "")


def _recognise() -> bool:
    """Whether somebody is signed in, also where the wall did not stand.

    Unknown addresses belong to no blueprint, so nobody has looked yet.
    """
    if "signed_in" not in g:
        if "now" in g:
            # The wall looked and could not tell: nor can we.
            return False
        g.now = datetime.now(UTC)
        g.signed_in = current_user.signed_in if current_user.is_authenticated else None
    if g.signed_in is None:
        return False
    if "organization" not in g:
        _find_place(request.path)
    return True


def _find_place(path: str) -> None:
    """The organization whose pages the address would belong to, for its navigation."""
    first, _, rest = path.removeprefix("/").partition("/")
    slug = rest.partition("/")[0]
    role = g.signed_in.role_in(slug.lower()) if first == "o" else None
    if role is not None:
        # An owner of the installation has a role everywhere, also where nothing is.
        with suppress(NotFound):
            g.organization, g.role = organizations.get(slug), role
