"""The admins of one organization: who may do what, and who is invited."""

from __future__ import annotations

from typing import Final

from flask import Response, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired

from blueprints import addresses
from blueprints.admin_ui import bp, fragments, once
from blueprints.admin_ui.accounts import confirming
from blueprints.admin_ui.forms import Form, Refusal, stripped
from services.access import invitations, organization_admins, roles
from services.access.invitations import NewInvitation
from services.access.organization_admins import OrganizationAdmin
from services.access.roles import Role

SECTION: Final = "list_admins"

MAY: Final[dict[Role, str]] = {
    "owner": "Everything in this organization, its admins included.",
    "admin": "Users, groups, tokens and settings.",
    "helpdesk": "Users and groups, but no tokens.",
    "viewer": "Reads all, changes nothing.",
}
_ROLES: Final = [SelectChoice(role, role.capitalize()) for role in MAY]


class RoleForm(Form):
    """One of the four roles."""

    role = RadioField(
        "Role",
        choices=_ROLES,
        validators=[AnyOf(MAY, "Choose a role")],
        validate_choice=False,
    )


class InvitationForm(RoleForm):
    """Whom to invite, and to what."""

    form_key = HiddenField()
    email = StringField("Email", [DataRequired("Enter an email")], filters=[stripped])


@bp.get("/o/<slug>/admins")
def list_admins(slug: str) -> Response:
    """Who has a role here, and who is invited to one."""
    g.section = SECTION
    return fragments.show(
        "admins/index.html",
        admins=organization_admins.list_all(g.organization),
        instance_owners=organization_admins.instance_owners(),
        invitations=invitations.list_pending(g.organization, g.now),
        may_touch_all=g.signed_in.is_instance_owner,
        own_id=g.signed_in.admin_id,
        organization=g.organization,
    )


@bp.get("/o/<slug>/admins/invite")
def invite_admin(slug: str) -> Response:
    """The form of an invitation."""
    return _invite(InvitationForm(role="viewer", form_key=once.new_key()))


@bp.post("/o/<slug>/admins/invite")
def create_invitation(slug: str) -> AnyResponse:
    """Make the link; this answer is the only one that shows it."""
    form = InvitationForm()
    back = url_for("admin_ui.list_admins", slug=slug)
    if once.find(form.form_key.data):
        return was_shown(back)
    if not (form.validate() and roles.is_role(form.role.data)):
        return _invite(form, 422)
    question = confirming.ask_unless_recent()
    if question is not None:
        return question
    try:
        made = invitations.invite(
            g.organization, form.email.data or "", form.role.data, origin=g.origin
        )
    except Refusal as refusal:
        form.show(refusal)
        return _invite(form, 422)
    once.remember(form.form_key.data, made.id)
    return show_link(made, g.organization.name, back)


def was_shown(back: str) -> AnyResponse:
    """Instead of another link, when the page with the first one is loaded again."""
    fragments.notify("The link was shown once. To get a new one, invite again.")
    return fragments.go(back)


def show_link(made: NewInvitation, place: str, back: str) -> Response:
    """The page with the link of a new invitation, shown this once."""
    g.section = g.get("section") or SECTION
    path = url_for("admin_ui.show_invitation", secret=made.secret)
    return fragments.show(
        "admins/invited.html",
        invitation=made,
        place=place,
        link=addresses.own(path),
        back=back,
    )


def _invite(form: InvitationForm, status: int = 200) -> Response:
    g.section = SECTION
    return fragments.show(
        "admins/invite.html",
        "admins/_invite.html",
        status=status,
        form=form,
        hints=MAY,
        action=url_for("admin_ui.create_invitation", slug=g.organization.slug),
        back=url_for("admin_ui.list_admins", slug=g.organization.slug),
        place=g.organization.name,
    )


@bp.post("/o/<slug>/admins/invitations/<invitation_id>/withdraw")
def withdraw_invitation(slug: str, invitation_id: str) -> AnyResponse:
    """Make the link useless."""
    email = invitations.withdraw(g.organization, invitation_id, origin=g.origin)
    fragments.notify(f"The invitation of {email} was withdrawn.")
    return _back()


@bp.get("/o/<slug>/admins/<admin_id>/role")
def edit_role(slug: str, admin_id: str) -> Response:
    """The form for another role."""
    found = organization_admins.get(g.organization, admin_id)
    return _role(RoleForm(role=found.role), found)


@bp.post("/o/<slug>/admins/<admin_id>/role")
def change_role(slug: str, admin_id: str) -> AnyResponse:
    """Give it."""
    found = organization_admins.get(g.organization, admin_id)
    form = RoleForm()
    if form.validate() and roles.is_role(form.role.data):
        try:
            organization_admins.change_role(
                g.organization,
                admin_id,
                form.role.data,
                by_instance_owner=g.signed_in.is_instance_owner,
                origin=g.origin,
            )
        except Refusal as refusal:
            form.show(refusal)
        else:
            fragments.notify(f"{found.name} is now {form.role.data}.")
            return _back()
    return _role(form, found, 422)


def _role(form: RoleForm, found: OrganizationAdmin, status: int = 200) -> Response:
    g.section = SECTION
    return fragments.show(
        "admins/role.html",
        "admins/_role.html",
        status=status,
        form=form,
        admin=found,
        hints=MAY,
        organization=g.organization,
    )


@bp.get("/o/<slug>/admins/<admin_id>/remove")
def confirm_remove_admin(slug: str, admin_id: str) -> Response:
    """What removing does, before it is done."""
    return _remove(Form(), organization_admins.get(g.organization, admin_id))


@bp.post("/o/<slug>/admins/<admin_id>/remove")
def remove_admin(slug: str, admin_id: str) -> AnyResponse:
    """Take the role; they stay an admin elsewhere."""
    form = Form()
    try:
        name = organization_admins.remove(
            g.organization,
            admin_id,
            by_instance_owner=g.signed_in.is_instance_owner,
            origin=g.origin,
        )
    except Refusal as refusal:
        form.show(refusal)
        return _remove(form, organization_admins.get(g.organization, admin_id), 422)
    fragments.notify(f"{name} has no role in {g.organization.name} any more.")
    return _back()


def _remove(form: Form, found: OrganizationAdmin, status: int = 200) -> Response:
    g.section = SECTION
    return fragments.show(
        "admins/remove.html",
        "admins/_remove.html",
        status=status,
        form=form,
        admin=found,
        organization=g.organization,
    )


def _back() -> AnyResponse:
    """To the list; or to where one has a role, for those who took their own."""
    if _took_own():
        return fragments.go(url_for("admin_ui.list_organizations"))
    return fragments.go(url_for("admin_ui.list_admins", slug=g.organization.slug))


def _took_own() -> bool:
    admin_id = (request.view_args or {}).get("admin_id")
    is_self = admin_id == g.signed_in.admin_id
    return is_self and not g.signed_in.is_instance_owner
