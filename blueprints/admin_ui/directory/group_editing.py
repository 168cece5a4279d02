"""A group is made, and given another name."""

from __future__ import annotations

from flask import Response, g
from werkzeug.wrappers import Response as AnyResponse
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired

from blueprints.admin_ui import bp, fragments, lists
from blueprints.admin_ui.directory.deleted import or_deleted
from blueprints.admin_ui.directory.groups import SECTION, page_of
from blueprints.admin_ui.forms import Form, Refusal, stripped
from services.directory import group_actions, group_details
from services.directory.group_details import GroupDetails
from services.errors import AlreadyTaken, VersionMismatch


class GroupForm(Form):
    """The name of a group; `seen` is the one it had when the form was made."""

    name = StringField(
        "Name", [InputRequired("Enter a name for the group.")], filters=[stripped]
    )
    seen = HiddenField()


@bp.get("/o/<slug>/groups/new")
def new_group(slug: str) -> Response:
    """The form for another one."""
    return _new(GroupForm())


@bp.post("/o/<slug>/groups/new")
def create_group(slug: str) -> AnyResponse:
    """Make it, and go there, where members are added."""
    form = GroupForm()
    if form.validate():
        try:
            made = group_actions.create(
                g.organization, form.name.data or "", origin=g.origin
            )
        except Refusal as refusal:
            _show(form, refusal)
        else:
            fragments.notify(f"{made.name} was created.")
            return fragments.go(page_of(made.id))
    return _new(form, 422)


def _show(form: GroupForm, refusal: Exception) -> None:
    if isinstance(refusal, AlreadyTaken):
        # Not the provisioning client is to be told what to do, but who types here.
        sentence = (
            f"A group named {form.name.data} exists already. Choose another name."
        )
        refusal = AlreadyTaken(refusal.attribute, sentence)
    form.show(refusal, displayName="name")


def _new(form: GroupForm, status: int = 200) -> Response:
    g.section = SECTION
    return fragments.show(
        "groups/new.html", "groups/_form.html", status=status, form=form
    )


@bp.get("/o/<slug>/groups/<group_id>/rename")
@or_deleted("Group")
def ask_group_name(slug: str, group_id: str) -> Response:
    """The form for another name."""
    group = group_details.get(g.organization, group_id)
    return _rename(group, GroupForm(name=group.name, seen=group.name))


@bp.post("/o/<slug>/groups/<group_id>/rename")
def rename_group(slug: str, group_id: str) -> AnyResponse:
    """Rename it, unless somebody else did so meanwhile."""
    group = group_details.get(g.organization, group_id)
    form = GroupForm()
    if not form.validate():
        return _rename(group, form, 422)
    try:
        renamed = group_actions.rename(
            g.organization,
            group_id,
            form.name.data or "",
            seen=form.seen.data or "",
            origin=g.origin,
        )
    except VersionMismatch as meanwhile:
        form.show(meanwhile)
        form.seen.data = group.name
        return _rename(group, form, 409)
    except Refusal as refusal:
        _show(form, refusal)
        return _rename(group, form, 422)
    if renamed.name != group.name:
        fragments.notify(f"{group.name} is now {renamed.name}.")
    return fragments.go(lists.back(page_of(group_id)))


def _rename(group: GroupDetails, form: GroupForm, status: int = 200) -> Response:
    g.section = SECTION
    return fragments.show(
        "groups/rename.html",
        "groups/_rename.html",
        status=status,
        form=form,
        group=group,
        back=lists.back(page_of(group.id)),
    )
