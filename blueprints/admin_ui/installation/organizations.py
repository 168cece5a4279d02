"""Organizations: where one may go; for owners of the install, making and pausing them.

What an owner of one organization may change about it is in `settings.py`.
"""

from __future__ import annotations

from flask import Response, g, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import StringField
from wtforms.validators import DataRequired

from blueprints.admin_ui import bp, fragments
from blueprints.admin_ui.forms import Form, Refusal, stripped
from services import organizations
from services.access.sessions import SignedIn

SECTION = "list_organizations"


class OrganizationForm(Form):
    """A new organization; its address is made of the name unless given."""

    name = StringField(
        "Name", [DataRequired("Enter a name for the organization")], filters=[stripped]
    )
    slug = StringField("Address", filters=[stripped])


class NameForm(Form):
    """Another name for an organization."""

    name = StringField(
        "Name", [DataRequired("Enter a name for the organization")], filters=[stripped]
    )


@bp.get("/organizations")
def list_organizations() -> Response:
    """All of them for an owner of the install; for others those they have a role in."""
    g.section = SECTION
    signed_in: SignedIn = g.signed_in
    if signed_in.is_instance_owner:
        return fragments.show(
            "organizations/index.html", organizations=organizations.list_all()
        )
    mine = organizations.list_for(signed_in.roles.keys())
    return fragments.show(
        "organizations/mine.html",
        organizations=[(one, signed_in.role_in(one.slug)) for one in mine],
    )


@bp.get("/organizations/new")
def new_organization() -> Response:
    """The form for another one."""
    return _new(OrganizationForm())


@bp.post("/organizations/new")
def create_organization() -> AnyResponse:
    """Make it, and go there."""
    form = OrganizationForm()
    if form.validate():
        try:
            made = organizations.create(
                form.name.data or "", slug=form.slug.data or None, origin=g.origin
            )
        except Refusal as refusal:
            form.show(refusal)
        else:
            fragments.notify(f"{made.name} was created.")
            return fragments.go(url_for("admin_ui.overview", slug=made.slug))
    return _new(form, 422)


def _new(form: OrganizationForm, status: int = 200) -> Response:
    g.section = SECTION
    return fragments.show(
        "organizations/new.html", "organizations/_form.html", status=status, form=form
    )


@bp.get("/organizations/<slug>/rename")
def confirm_rename_organization(slug: str) -> Response:
    """The form for another name."""
    return _rename(NameForm(name=g.organization.name))


@bp.post("/organizations/<slug>/rename")
def rename_organization(slug: str) -> AnyResponse:
    """Rename it; its address stays."""
    form = NameForm()
    if form.validate():
        try:
            organizations.rename(slug, form.name.data or "", origin=g.origin)
        except Refusal as refusal:
            form.show(refusal)
        else:
            fragments.notify(f"{g.organization.name} is now {form.name.data}.")
            return _back()
    return _rename(form, 422)


def _rename(form: NameForm, status: int = 200) -> Response:
    g.section = SECTION
    return fragments.show(
        "organizations/rename.html",
        "organizations/_rename.html",
        status=status,
        form=form,
        organization=g.organization,
    )


@bp.get("/organizations/<slug>/suspend")
def confirm_suspend_organization(slug: str) -> Response:
    """What suspending does, before it is done."""
    g.section = SECTION
    return fragments.show(
        "organizations/suspend.html",
        "organizations/_suspend.html",
        organization=organizations.describe(slug),
    )


@bp.post("/organizations/<slug>/suspend")
def suspend_organization(slug: str) -> AnyResponse:
    """Refuse its tokens from now on."""
    organizations.suspend(slug, origin=g.origin)
    fragments.notify(
        f"{g.organization.name} is suspended. Its tokens are refused.",
        undo=url_for("admin_ui.resume_organization", slug=slug),
    )
    return _back()


@bp.post("/organizations/<slug>/resume")
def resume_organization(slug: str) -> AnyResponse:
    """Let its tokens in again."""
    organizations.resume(slug, origin=g.origin)
    fragments.notify(f"{g.organization.name} is provisioned again.")
    return _back()


def _back() -> AnyResponse:
    return fragments.go(url_for("admin_ui.list_organizations"))
