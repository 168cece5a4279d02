"""The account of whoever is signed in: name and preferences, password, sessions.

Nothing here is about others; whose role is what is in `admins.py`.
"""

from __future__ import annotations

from flask import Response, g, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired

from blueprints.admin_ui import bp, formats, fragments
from blueprints.admin_ui.accounts import browsing, devices, sign_in
from blueprints.admin_ui.forms import Form, Refusal, stripped
from services.access import accounts, admin_security, sessions
from services.access.accounts import Profile
from services.access.sessions import SignedIn
from services.access.sign_in import SignInRefused, TooManyFailures

SECTION = "account"


class ProfileForm(Form):
    """What an admin chooses about themselves."""

    name = StringField("Name", [DataRequired("Enter your name")], filters=[stripped])
    theme = RadioField(
        "Theme",
        choices=[
            SelectChoice("system", "As the system"),
            SelectChoice("light", "Light"),
            SelectChoice("dark", "Dark"),
        ],
        validators=[AnyOf(accounts.THEMES, "Choose a theme")],
        validate_choice=False,
    )
    time_zone = StringField(
        "Time zone", [DataRequired("Choose a time zone")], filters=[stripped]
    )
    uses_single_keys = BooleanField("Shortcuts of a single key")


class PasswordForm(Form):
    """The old password and the new one, once: it can be looked at."""

    old_password = PasswordField(
        "Current password", [DataRequired("Enter your current password")]
    )
    new_password = PasswordField("New password", [DataRequired("Enter a new password")])


@bp.get("/account")
def show_account() -> Response:
    """Name and preferences."""
    signed_in: SignedIn = g.signed_in
    form = ProfileForm(
        name=signed_in.name,
        theme=signed_in.theme,
        time_zone=signed_in.time_zone,
        uses_single_keys=signed_in.uses_single_keys,
    )
    return _profile(form)


@bp.post("/account")
def update_account() -> AnyResponse:
    """Keep the choices; the whole page is drawn anew, since they change its frame."""
    form = ProfileForm()
    if form.validate():
        profile = Profile(
            form.name.data or "",
            form.theme.data,
            form.time_zone.data or "",
            form.uses_single_keys.data,
        )
        try:
            accounts.change_profile(g.signed_in.admin_id, profile, origin=g.origin)
        except Refusal as refusal:
            form.show(refusal)
        else:
            fragments.notify("Your account was changed.")
            return fragments.go(url_for("admin_ui.show_account"))
    return _profile(form, 422)


def _profile(form: ProfileForm, status: int = 200) -> Response:
    g.section = SECTION
    return fragments.show(
        "account/show.html",
        "account/_form.html",
        status=status,
        form=form,
        email=g.signed_in.email,
        time_zones=sorted(accounts.time_zones()),
    )


@bp.get("/account/security")
def show_security() -> Response:
    """How the account is guarded today, and who used it last."""
    g.section = SECTION
    return fragments.show(
        "account/security.html",
        security=admin_security.of(g.signed_in.admin_id),
        describe=devices.describe,
    )


@bp.get("/account/password")
def show_password() -> Response:
    """The form for a new password."""
    return _password(PasswordForm())


@bp.post("/account/password")
def change_password() -> AnyResponse:
    """Set it when the old one is right; all other browsers are signed out."""
    form = PasswordForm()
    if form.validate():
        try:
            _change_password(form.old_password.data or "", form.new_password.data or "")
        except SignInRefused:
            form.say("old_password", "This is not your current password.")
        except TooManyFailures as refusal:
            form.show(refusal)
            return sign_in.ask_for_patience(_password(form, 422), refusal)
        except Refusal as refusal:
            form.show(refusal, **{"password": "new_password"})
        else:
            fragments.notify(
                "Your password was changed. Other browsers are signed out."
            )
            return fragments.go(url_for("admin_ui.show_security"))
    return _password(form, 422)


def _change_password(old: str, new: str) -> None:
    signed_in: SignedIn = g.signed_in
    sign_in.check_password(signed_in.email, old)
    browsing.renew(sessions.confirm(signed_in.id, at=g.now))
    accounts.change_password(signed_in.admin_id, new, but=signed_in.id, origin=g.origin)


def _password(form: PasswordForm, status: int = 200) -> Response:
    g.section = SECTION
    return fragments.show(
        "account/password.html", "account/_password.html", status=status, form=form
    )


@bp.get("/account/sessions")
def list_sessions() -> Response:
    """Where the admin is signed in."""
    g.section = SECTION
    found = sessions.list_of(g.signed_in.admin_id, g.now)
    return fragments.show(
        "account/sessions.html",
        sessions=found,
        current_id=g.signed_in.id,
        describe=devices.describe,
    )


@bp.post("/account/sessions/<session_id>/end")
def end_session(session_id: str) -> AnyResponse:
    """Sign one browser out; this one, if it is the one."""
    if session_id == g.signed_in.id:
        return sign_in.sign_out()
    sessions.end(session_id, admin_id=g.signed_in.admin_id, origin=g.origin)
    fragments.notify("That browser is signed out.")
    return fragments.go(url_for("admin_ui.list_sessions"))


@bp.post("/account/sessions/end-others")
def end_other_sessions() -> AnyResponse:
    """Sign all other browsers out."""
    signed_in: SignedIn = g.signed_in
    n_ended = sessions.end_all(signed_in.admin_id, but=signed_in.id, origin=g.origin)
    fragments.notify(_ended(n_ended))
    return fragments.go(url_for("admin_ui.list_sessions"))


def _ended(count: int) -> str:
    if not count:
        return "You are signed in nowhere else."
    return (
        f"{formats.plural(count, 'other browser is', 'other browsers are')} signed out."
    )
