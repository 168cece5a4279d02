"""Signing in and out, and coming back to what one was doing.

A session may end while somebody fills in a form. The form is kept in the page that asks
for the password, and offered once they are back; htmx asks in a dialog of its own, and
the page behind it stays as it is, with another dialog that may be open on it.
"""

from __future__ import annotations

import json
import math
import time
from contextlib import suppress
from typing import Final, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

import structlog
from flask import Response, current_app, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as AnyResponse
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired

from blueprints.admin_ui import bp, kept_forms
from blueprints.admin_ui.accounts import browsing
from blueprints.admin_ui.forms import Form, stripped
from blueprints.admin_ui.fragments import (
    go,
    is_polled,
    local_path,
    notify,
    wants_fragment,
)
from blueprints.extensions import csrf
from services.access import admins, sessions, sign_in
from services.access.sessions import SignedIn
from services.errors import NotFound
from services.origin import Origin

Answer = TypeVar("Answer", bound=AnyResponse)

log = structlog.get_logger()

_START: Final = "/"
_WHY: Final = {
    "idle": "You were signed out after 30 minutes without a request.",
    "longest": "You were signed out after 12 hours.",
    "ended": "Your session has ended.",
}


class SignInForm(Form):
    """E-mail and password; and what there is to return to."""

    # Ids of their own: the dialog stands above forms that may ask for the same.
    email = StringField(
        "Email",
        [DataRequired("Enter your email")],
        filters=[stripped],
        id="sign-in-email",
    )
    password = PasswordField(
        "Password", [DataRequired("Enter your password")], id="sign-in-password"
    )
    next = HiddenField()
    kept_action = HiddenField()
    kept_fields = HiddenField()
    """A form that waits: its address, and its fields as in a query."""


@bp.get("/login")
def show_sign_in() -> AnyResponse:
    """The page that asks who one is; straight on for those who are signed in."""
    wanted = local_path(request.args.get("next"), _START)
    if g.signed_in is not None:
        return go(wanted)
    return _page(SignInForm(next=wanted), notice=_why_asked())


@bp.post("/login")
def sign_in_post() -> AnyResponse:
    """Check the password; on to the page, or the form, that was asked for."""
    form = SignInForm()
    if not form.validate():
        return _refuse(form)
    try:
        admin_id = check_password(form.email.data, form.password.data)
        browsing.enter(admin_id, g.now)
    except sign_in.TooManyFailures as refusal:
        form.show(refusal)
        return ask_for_patience(_refuse(form), refusal)
    except (sign_in.SignInRefused, NotFound) as refusal:
        form.show(refusal)
        return _refuse(form)
    if wants_fragment():
        return _tell_page()
    action = local_path(form.kept_action.data, "")
    if action:
        fields = parse_qsl(form.kept_fields.data or "", keep_blank_values=True)
        return kept_forms.offer(action, fields, status=200)
    return go(local_path(form.next.data, _START))


@bp.post("/logout")
def sign_out() -> AnyResponse:
    """End the session, everywhere the same moment. Twice is no error."""
    signed_in: SignedIn | None = g.signed_in
    if signed_in is not None:
        origin = Origin(signed_in.actor, g.now)
        with suppress(NotFound):
            sessions.end(signed_in.id, admin_id=signed_in.admin_id, origin=origin)
    g.signed_in = None
    browsing.leave()
    notify("You are signed out.")
    return go("/login")


@bp.post("/session/extend")
def extend_session() -> Response:
    """Stay signed in: the wall notes the use, as with every request."""
    return Response(status=204)


def check_password(email: str | None, password: str | None) -> str:
    """The id of the admin, with the limits of this address; failures are logged.

    Raises `SignInRefused`, and `TooManyFailures`: also when the address at large, with
    whatever credentials, was refused too often.
    """
    address = request.remote_addr or ""
    try:
        return sign_in.check(email or "", password or "", address=address, at=g.now)
    except (sign_in.SignInRefused, sign_in.TooManyFailures) as refusal:
        log.info("sign-in refused", cause=type(refusal).__name__, address=address)
        limit = current_app.extensions["refusal_limit"]
        if not limit.allows(address):
            wait = math.ceil(limit.reset_at(address) - time.time())
            raise sign_in.TooManyFailures(max(1, wait)) from None
        raise


def ask_for_patience(answer: Answer, refusal: sign_in.TooManyFailures) -> Answer:
    """The form that was refused, as 429 with the seconds to wait."""
    # The script shows a form again for 422 alone.
    if not wants_fragment():
        answer.status_code = 429
    answer.headers["Retry-After"] = str(refusal.seconds)
    return answer


def ask() -> AnyResponse:
    """Answer a request of nobody who is signed in: they can sign in, and go on."""
    if is_polled():
        # Nobody did anything: no dialog, and no other page, in the midst of their work.
        return Response("Your session has ended.", 401, mimetype="text/plain")
    if wants_fragment():
        return _dialog(SignInForm(formdata=None), 401, _why_asked())
    if request.method == "GET":
        wanted = local_path(request.full_path.rstrip("?"), _START)
        return go("/login?" + urlencode({"next": wanted}))
    form = SignInForm(formdata=None, next=_page_before())
    if _is_meant():
        form.kept_action.data = request.full_path.rstrip("?")
        form.kept_fields.data = urlencode(kept_forms.posted_fields())
    return _page(form, _why_asked(is_form_kept=bool(form.kept_action.data)), 401)


def _is_meant() -> bool:
    """Whether our own page sent the form: another's is not kept to be sent again."""
    try:
        csrf.protect()
    except CSRFError:
        return False
    return bool(kept_forms.posted_fields())


def _page_before() -> str:
    with suppress(ValueError):
        parts = urlsplit(request.referrer or "")
        if parts.netloc == request.host:
            query = f"?{parts.query}" if parts.query else ""
            return local_path(parts.path + query, _START)
    return _START


def _why_asked(*, is_form_kept: bool = False) -> str:
    """Why a browser that was signed in has to sign in again; nothing for others."""
    secret = browsing.secret()
    if secret is None:
        return ""
    why = _WHY[sessions.find_ending(secret, g.now)]
    return f"{why} What you typed is kept." if is_form_kept else why


def _refuse(form: SignInForm) -> AnyResponse:
    return _dialog(form, 422) if wants_fragment() else _page(form, status=422)


def _page(form: SignInForm, notice: str = "", status: int = 200) -> AnyResponse:
    is_set_up = admins.count() > 0
    return make_response(
        render_template(
            "sign_in/show.html", form=form, notice=notice, is_set_up=is_set_up
        ),
        status,
    )


def _dialog(form: SignInForm, status: int, notice: str = "") -> Response:
    part = render_template("sign_in/_dialog.html", form=form, notice=notice)
    response = make_response(part, status)
    response.headers["HX-Retarget"] = "#sign-in"
    response.headers["HX-Reswap"] = "innerHTML"
    response.headers["HX-Push-Url"] = "false"
    return response


def _tell_page() -> Response:
    """The page that asked stays: it closes the dialog and takes the new token."""
    told = json.dumps({"signed-in": {"csrf": browsing.fresh_token()}})
    headers = {
        "HX-Trigger": told,
        "HX-Reswap": "none",
        # The wall tells of the session that a request came with, which was none.
        "Session-Seconds": str(int(sessions.IDLE.total_seconds())),
    }
    return Response("", 200, headers)
