"""The wall before every page: who is there, what they may do, did they mean it.

Puts in place `g.organization` (an `OrganizationRef`, when the address names one),
`g.role` (in it) and `g.origin`, which views hand to services.
"""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from flask import Blueprint, Response, abort, g, request
from flask_login import UserMixin, current_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as AnyResponse

from blueprints import request_ids
from blueprints.admin_ui import access, kept_forms
from blueprints.admin_ui.accounts import sign_in
from blueprints.admin_ui.fragments import VARY, is_polled
from blueprints.errors import Refused
from blueprints.extensions import csrf, login
from services import organizations
from services.access import sessions
from services.access.roles import Role
from services.access.sessions import SignedIn
from services.activity import redaction
from services.errors import Busy, NotFound
from services.origin import Origin, RequestInfo, shorten

log = structlog.get_logger()


class Browser(UserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """Who is signed in, as Flask-Login wants to see them."""

    def __init__(self, signed_in: SignedIn, secret: str) -> None:
        self.signed_in = signed_in
        self.secret = secret

    def get_id(self) -> str:
        """What the cookie keeps: the secret of the session, not the admin's id."""
        return self.secret


@login.user_loader  # type: ignore[untyped-decorator]  # Flask-Login ships no types
def load(secret: str) -> Browser | None:
    """The session behind a cookie, if it is still there."""
    found = sessions.find(secret, datetime.now(UTC))
    return None if found is None else Browser(found, secret)


def register(bp: Blueprint) -> None:
    """Stand before every view of the blueprint."""
    bp.before_request(guard)
    bp.after_request(finish)


def guard() -> AnyResponse | None:
    """Let the request through, or answer it: sign in, 403, 404, or the form again."""
    least = access.least_for(request.endpoint or "")
    if least is None:
        abort(404)
    g.now = datetime.now(UTC)
    g.signed_in = current_user.signed_in if current_user.is_authenticated else None
    if least != "nobody":
        if g.signed_in is None:
            return sign_in.ask()
        _check_role(g.signed_in, least)
    return _check_meant()


def _check_role(signed_in: SignedIn, least: access.Least) -> None:
    g.origin = Origin(signed_in.actor, g.now, request_ids.current(), _seen())
    slug = (request.view_args or {}).get("slug")
    if slug is not None:
        g.organization, g.role = _organization(signed_in, slug)
    if not access.is_allowed(signed_in, g.get("role"), least):
        raise Refused(access.sentence(least))


def _seen() -> RequestInfo:
    """What the request log keeps of a click; what is asked for is nobody's business."""
    agent = request.headers.get("User-Agent", "")
    return RequestInfo(
        request.method,
        redaction.address(request.path, "").text,
        request.remote_addr or "",
        redaction.text(shorten(agent, 200)),
    )


def _organization(
    signed_in: SignedIn, slug: str
) -> tuple[organizations.OrganizationRef, Role]:
    """The organization of the address; unknown to those who have no role in it."""
    role = signed_in.role_in(slug.lower())
    if role is None:
        raise NotFound("There is no such page here.")
    return organizations.get(slug), role


def _check_meant() -> AnyResponse | None:
    """Whether a change was sent by our own page, by whoever was signed in then."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return None
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Refused("This form was sent by another site. Open the page here.")
    try:
        csrf.protect()
    except CSRFError:
        return kept_forms.offer()
    return None


def finish(response: Response) -> Response:
    """Keep pages out of every cache, and note that the admin is still there."""
    response.headers["Cache-Control"] = "no-store"
    response.vary.add(VARY)
    signed_in: SignedIn | None = g.get("signed_in")
    if signed_in is not None:
        # What remains, for the page's warning; a polled part changes nothing about it.
        now_is = signed_in if is_polled() else signed_in.used(g.now)
        response.headers["Session-Seconds"] = str(now_is.seconds_left(g.now))
        response.headers["Session-Is-Final"] = str(int(now_is.is_final))
    if signed_in is not None and not is_polled() and signed_in.is_use_due(g.now):
        try:
            address = request.remote_addr or ""
            sessions.note_use(signed_in.id, at=g.now, address=address)
        except Busy:
            log.warning("last use of a session not kept", session=signed_in.id)
    return response
