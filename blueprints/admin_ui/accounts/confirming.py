"""Asking for the password again, before what a borrowed screen must not do.

A view that makes a secret begins with `ask_unless_recent`. The form that was sent is
kept in the page that asks, and comes back to the very same view with the password.
"""

from __future__ import annotations

from typing import Final

from flask import Response, g, make_response, render_template, request
from wtforms import PasswordField
from wtforms.validators import DataRequired

from blueprints.admin_ui import kept_forms
from blueprints.admin_ui.accounts import browsing, sign_in
from blueprints.admin_ui.forms import Form
from blueprints.admin_ui.fragments import wants_fragment
from services.access import sessions
from services.access.sessions import SignedIn
from services.access.sign_in import SignInRefused, TooManyFailures

_FIELD: Final = "confirm_password"


class ConfirmForm(Form):
    """The password of whoever is signed in."""

    confirm_password = PasswordField(
        "Your password", [DataRequired("Enter your password")]
    )


def ask_unless_recent() -> Response | None:
    """None when the password was given a short while ago; else the answer to give.

    For views that are posted to. The password that comes with the kept form is checked
    here, with the limits of signing in, and the browser gets a new secret.
    """
    signed_in: SignedIn = g.signed_in
    if signed_in.is_recent(g.now):
        return None
    if _FIELD not in request.form:
        return _ask(ConfirmForm(formdata=None), 200)
    form = ConfirmForm()
    if form.validate():
        try:
            sign_in.check_password(signed_in.email, form.confirm_password.data)
        except SignInRefused:
            form.say(_FIELD, "This is not your password.")
        except TooManyFailures as refusal:
            form.show(refusal)
            return sign_in.ask_for_patience(_ask(form, 422), refusal)
        else:
            browsing.renew(sessions.confirm(signed_in.id, at=g.now))
            return None
    return _ask(form, 422)


def _ask(form: ConfirmForm, status: int) -> Response:
    values = {
        "form": form,
        "action": request.full_path.rstrip("?"),
        "fields": kept_forms.posted_fields(),
    }
    if not wants_fragment():
        return make_response(render_template("account/confirm.html", **values), status)
    response = make_response(render_template("account/_confirm.html", **values), status)
    response.headers["HX-Retarget"] = "#dialog"
    response.headers["HX-Reswap"] = "innerHTML"
    return response
