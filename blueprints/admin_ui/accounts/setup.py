"""Set-up: the page where the first admin is made, behind the one-time address."""

from __future__ import annotations

from flask import Response, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired

from blueprints import setup_code
from blueprints.admin_ui import bp, fragments
from blueprints.admin_ui.accounts import browsing
from blueprints.admin_ui.forms import Form, Refusal, stripped
from services.access import admins
from services.access import set_up as set_up_service
from services.errors import NotFound
from services.origin import Actor, Origin

SET_UP = Actor("system", "set-up", "Set-up")
"""Who makes the first admin: nobody is one yet."""


class SetupForm(Form):
    """The first owner and the first organization."""

    code = StringField(
        "One-time code", [DataRequired("Enter the one-time code")], filters=[stripped]
    )
    organization = StringField(
        "Organization",
        [DataRequired("Enter the name of your organization")],
        filters=[stripped],
    )
    name = StringField(
        "Your name", [DataRequired("Enter your name")], filters=[stripped]
    )
    email = StringField("Email", [DataRequired("Enter your email")], filters=[stripped])
    password = PasswordField("Password", [DataRequired("Enter a password")])


@bp.get("/setup")
def show_setup() -> Response:
    """The form; there is no such page once an admin exists."""
    _check_is_due()
    code = request.args.get("code", "")
    is_known = setup_code.is_right(code)
    form = SetupForm(formdata=None, code=code if is_known else "")
    if code and not is_known:
        form.say("code", _WRONG)
    return _page(form, is_known)


@bp.post("/setup")
def set_up() -> AnyResponse:
    """Make both, sign in, and begin where a provider is connected."""
    _check_is_due()
    form = SetupForm()
    is_known = setup_code.is_right(form.code.data or "")
    if form.validate():
        if not is_known:
            form.say("code", _WRONG)
            return _page(form, is_known, 422)
        try:
            return _run(form)
        except set_up_service.SetUpDone as done:
            fragments.notify(done.detail, kind="problem")
            return fragments.go(url_for("admin_ui.show_sign_in"))
        except Refusal as refusal:
            # Of an organization the name alone is asked for.
            form.show(refusal, slug="organization")
    return _page(form, is_known, 422)


_WRONG = "This is not the code of this installation. Print it with flask setup-link."


def _run(form: SetupForm) -> AnyResponse:
    organization, admin_id = set_up_service.run(
        set_up_service.First(
            form.organization.data or "",
            form.email.data or "",
            form.name.data or "",
            form.password.data or "",
        ),
        origin=Origin(SET_UP, g.now),
    )
    browsing.enter(admin_id, g.now)
    return fragments.go(url_for("admin_ui.show_connect", slug=organization.slug))


def _check_is_due() -> None:
    if admins.count():
        raise NotFound("Rollcall is set up already. Sign in instead.")


def _page(form: SetupForm, is_known: bool, status: int = 200) -> Response:
    page = fragments.show(
        "setup/show.html", status=status, form=form, is_code_known=is_known
    )
    # The code is in the address.
    page.headers["Referrer-Policy"] = "no-referrer"
    return page
