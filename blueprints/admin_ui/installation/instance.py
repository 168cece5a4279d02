"""Everybody who may sign in, for owners of the install: who is one, who is kept out.

What somebody may do in one organization is in `admins.py`.
"""

from __future__ import annotations

from typing import Final

from flask import Response, g, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import DataRequired

from blueprints.admin_ui import bp, fragments, once
from blueprints.admin_ui.accounts import confirming
from blueprints.admin_ui.forms import Form, Refusal, stripped
from blueprints.admin_ui.installation.admins import show_link, was_shown
from services.access import admins, invitations, organization_admins
from services.access.admins import StoredAdmin

SECTION: Final = "list_all_admins"
_PLACE: Final = "this installation"


class InvitationForm(Form):
    """Whom to invite; the role is that of an owner."""

    form_key = HiddenField()
    email = StringField("Email", [DataRequired("Enter an email")], filters=[stripped])


class OwnerForm(Form):
    """Whether somebody is to own the install."""

    is_owner = BooleanField("Owner of this installation")


@bp.get("/admins")
def list_all_admins() -> Response:
    """All of them, owners of the install first."""
    g.section = SECTION
    return fragments.show(
        "installation/admins.html",
        admins=admins.list_all(),
        invitations=invitations.list_pending(None, g.now),
        own_id=g.signed_in.admin_id,
    )


@bp.get("/admins/invite")
def invite_instance_owner() -> Response:
    """The form of an invitation."""
    return _invite(InvitationForm(form_key=once.new_key()))


@bp.post("/admins/invite")
def create_instance_invitation() -> AnyResponse:
    """Make the link; this answer is the only one that shows it."""
    form = InvitationForm()
    back = url_for("admin_ui.list_all_admins")
    if once.find(form.form_key.data):
        return was_shown(back)
    if not form.validate():
        return _invite(form, 422)
    question = confirming.ask_unless_recent()
    if question is not None:
        return question
    try:
        made = invitations.invite(None, form.email.data or "", "owner", origin=g.origin)
    except Refusal as refusal:
        form.show(refusal)
        return _invite(form, 422)
    once.remember(form.form_key.data, made.id)
    g.section = SECTION
    return show_link(made, _PLACE, back)


def _invite(form: InvitationForm, status: int = 200) -> Response:
    g.section = SECTION
    return fragments.show(
        "admins/invite.html",
        "admins/_invite.html",
        status=status,
        form=form,
        hints=None,
        action=url_for("admin_ui.create_instance_invitation"),
        back=url_for("admin_ui.list_all_admins"),
        place=_PLACE,
    )


@bp.post("/admins/invitations/<invitation_id>/withdraw")
def withdraw_instance_invitation(invitation_id: str) -> AnyResponse:
    """Make the link useless."""
    email = invitations.withdraw(None, invitation_id, origin=g.origin)
    fragments.notify(f"The invitation of {email} was withdrawn.")
    return _back()


@bp.get("/admins/<admin_id>/disable")
def confirm_disable_admin(admin_id: str) -> Response:
    """What disabling does, before it is done."""
    return _disable(Form(), admins.get(admin_id))


@bp.post("/admins/<admin_id>/disable")
def disable_admin(admin_id: str) -> AnyResponse:
    """Keep somebody out, from every browser at once."""
    form = Form()
    found = admins.get(admin_id)
    try:
        admins.disable(admin_id, origin=g.origin)
    except Refusal as refusal:
        form.show(refusal)
        return _disable(form, found, 422)
    fragments.notify(
        f"{found.name} cannot sign in any more.",
        undo=url_for("admin_ui.enable_admin", admin_id=admin_id),
    )
    return _back()


def _disable(form: Form, found: StoredAdmin, status: int = 200) -> Response:
    g.section = SECTION
    return fragments.show(
        "installation/disable.html",
        "installation/_disable.html",
        status=status,
        form=form,
        admin=found,
        owned_alone=organization_admins.owned_alone(found.id),
    )


@bp.post("/admins/<admin_id>/enable")
def enable_admin(admin_id: str) -> AnyResponse:
    """Let somebody in again."""
    admins.enable(admin_id, origin=g.origin)
    fragments.notify(f"{admins.get(admin_id).name} can sign in again.")
    return _back()


@bp.get("/admins/<admin_id>/instance-owner")
def confirm_instance_owner(admin_id: str) -> Response:
    """What owning the install means, before it is given or taken."""
    found = admins.get(admin_id)
    return _owner(OwnerForm(is_owner=not found.is_instance_owner), found)


@bp.post("/admins/<admin_id>/instance-owner")
def set_instance_owner(admin_id: str) -> AnyResponse:
    """Give it, or take it."""
    form = OwnerForm()
    found = admins.get(admin_id)
    is_owner = bool(form.is_owner.data)
    try:
        admins.set_instance_owner(admin_id, is_owner, origin=g.origin)
    except Refusal as refusal:
        form.show(refusal)
        return _owner(form, found, 422)
    now = "owns this installation now" if is_owner else "is no owner any more"
    fragments.notify(f"{found.name} {now}.")
    return _back()


def _owner(form: OwnerForm, found: StoredAdmin, status: int = 200) -> Response:
    g.section = SECTION
    return fragments.show(
        "installation/owner.html",
        "installation/_owner.html",
        status=status,
        form=form,
        admin=found,
        is_owner=bool(form.is_owner.data),
    )


def _back() -> AnyResponse:
    return fragments.go(url_for("admin_ui.list_all_admins"))
