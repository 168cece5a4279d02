"""The page behind an invitation: whoever holds the link becomes an admin.

The secret is in the path and nowhere else: not in a query, a referrer or the log.
"""

from __future__ import annotations

from flask import Response, g, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired

from blueprints.admin_ui import bp, fragments
from blueprints.admin_ui.accounts import browsing, sign_in
from blueprints.admin_ui.forms import Form, Refusal, stripped
from services.access import invitations
from services.access.invitations import Invitation
from services.access.sessions import SignedIn
from services.access.sign_in import SignInRefused, TooManyFailures
from services.origin import Actor, Origin


class NewcomerForm(Form):
    """Somebody who is no admin yet."""

    name = StringField(
        "Your name", [DataRequired("Enter your name")], filters=[stripped]
    )
    password = PasswordField("Password", [DataRequired("Enter a password")])


class KnownForm(Form):
    """Somebody with an account, who is not signed in."""

    password = PasswordField("Password", [DataRequired("Enter your password")])


@bp.get("/invitations/<secret>")
def show_invitation(secret: str) -> Response:
    """What the link is for, and the form that takes it."""
    invitation = invitations.get(secret, g.now)
    return _page(invitation, secret, _form(invitation))


@bp.post("/invitations/<secret>")
def accept_invitation(secret: str) -> AnyResponse:
    """Take it, and go where it leads."""
    invitation = invitations.get(secret, g.now)
    form = _form(invitation)
    if form.validate():
        try:
            _accept(invitation, secret, form)
        except TooManyFailures as refusal:
            form.show(refusal)
            refused = _page(invitation, secret, form, 422)
            return sign_in.ask_for_patience(refused, refusal)
        except (SignInRefused, *Refusal) as refusal:
            form.show(refusal)
        else:
            return fragments.go(_destination(invitation))
    return _page(invitation, secret, form, 422)


def _form(invitation: Invitation) -> Form:
    if not invitation.has_account:
        return NewcomerForm()
    return Form() if g.signed_in is not None else KnownForm()


def _accept(invitation: Invitation, secret: str, form: Form) -> None:
    if isinstance(form, NewcomerForm):
        admin_id = invitations.accept_as_new(
            secret, form.name.data or "", form.password.data or "", at=g.now
        )
        browsing.enter(admin_id, g.now)
        return
    if isinstance(form, KnownForm):
        admin_id = sign_in.check_password(invitation.email, form.password.data)
        actor = Actor("admin", admin_id, invitation.email)
        invitations.accept_as_known(secret, admin_id, origin=Origin(actor, g.now))
        browsing.enter(admin_id, g.now)
        return
    signed_in: SignedIn = g.signed_in
    origin = Origin(signed_in.actor, g.now)
    invitations.accept_as_known(secret, signed_in.admin_id, origin=origin)


def _destination(invitation: Invitation) -> str:
    if invitation.organization is None:
        return url_for("admin_ui.list_organizations")
    return url_for("admin_ui.overview", slug=invitation.organization.slug)


def _page(
    invitation: Invitation, secret: str, form: Form, status: int = 200
) -> Response:
    signed_in: SignedIn | None = g.signed_in
    page = fragments.show(
        "invitations/show.html",
        status=status,
        invitation=invitation,
        form=form,
        action=url_for("admin_ui.accept_invitation", secret=secret),
        signed_in=signed_in,
        is_other=signed_in is not None and signed_in.admin_id != invitation.admin_id,
    )
    page.headers["Referrer-Policy"] = "no-referrer"
    return page
