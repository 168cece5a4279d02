"""Groups: listed, made, renamed, deleted, and what is told of one besides its members.

The members, which are the first tab of a group, are in `members.py`.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Response, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired

from blueprints import addresses
from blueprints.admin_ui import bp, fragments, json_view, shell
from blueprints.admin_ui.activity import stories
from blueprints.admin_ui.directory import group_queries, query_words
from blueprints.admin_ui.directory.group_queries import Asked
from blueprints.admin_ui.forms import Form, Refusal, stripped
from blueprints.admin_ui.lists import FilterChip
from blueprints.errors import SCIM_PREFIX
from services.activity import actors
from services.directory import (
    group_actions,
    group_details,
    group_lists,
    groups,
    mapping,
)
from services.directory.group_details import GroupDetails
from services.errors import AlreadyTaken, VersionMismatch

SECTION: Final = "list_groups"

SORT_LABELS: Final = {
    "name": "Name, A to Z",
    "-name": "Name, Z to A",
    "-members": "Most members",
    "members": "Fewest members",
    "-changed": "Changed last",
    "changed": "Changed longest ago",
}


class GroupForm(Form):
    """The name of a group; `seen` is the one it had when the form was made."""

    name = StringField(
        "Name", [InputRequired("Enter a name for the group.")], filters=[stripped]
    )
    seen = HiddenField()


@bp.get("/o/<slug>/groups")
def list_groups(slug: str) -> Response:
    """The groups: found, sorted, paged."""
    g.section = SECTION
    asked = group_queries.read(request.args)
    query = asked.query
    window = group_lists.page(
        g.organization, query, cursor=request.args.get("cursor") or None
    )
    sources = actors.sources(g.organization)
    keys = {row.source for row in window.rows}
    return fragments.show(
        "groups/index.html",
        "groups/_results.html",
        "groups/_filters.html",
        query=query,
        asked=asked,
        window=window,
        n_found=group_lists.total(g.organization, query),
        filters=_filters(asked, {one.key: one.label for one in sources}),
        sources=sources,
        sorts=SORT_LABELS,
        source_names=actors.names(g.organization, keys),
        address=asked.address,
        can_create=shell.may("create_group"),
        can_change=shell.may("rename_group"),
        can_export=shell.may("export_groups"),
    )


def _filters(asked: Asked, labels: dict[str, str]) -> list[FilterChip]:
    query, chips = asked.query, list[FilterChip]()
    if query.source is not None:
        label = labels.get(query.source, "unknown")
        chips.append(FilterChip("Source", label, asked.address(source="")))
    if asked.since is not None:
        day = query_words.day(asked.since)
        chips.append(FilterChip("Changed since", day, asked.address(since="")))
    return chips


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
            return fragments.go(_page(slug, made.id))
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
    return fragments.go(_page(slug, group_id))


def _rename(group: GroupDetails, form: GroupForm, status: int = 200) -> Response:
    g.section = SECTION
    return fragments.show(
        "groups/rename.html",
        "groups/_rename.html",
        status=status,
        form=form,
        group=group,
    )


@bp.post("/o/<slug>/groups/<group_id>/delete")
def delete_group(slug: str, group_id: str) -> AnyResponse:
    """Delete it; a restore brings it back with its members."""
    group = group_details.get(g.organization, group_id)
    groups.delete(g.organization, group_id, origin=g.origin)
    sentence = f"{group.name} was deleted."
    if group.is_pushed:
        sentence += (
            f" {group.source_name} gets an error at its next push, unless the group is "
            "restored here or unlinked there."
        )
    undo = url_for("admin_ui.restore_deleted", slug=slug, resource_id=group_id)
    fragments.notify(sentence, undo=undo)
    return fragments.go(url_for("admin_ui.list_groups", slug=slug))


@bp.get("/o/<slug>/groups/<group_id>/details")
def show_group_details(slug: str, group_id: str) -> Response:
    """What is known of it, and who set what."""
    return _tab("details", group_details.get(g.organization, group_id))


@bp.get("/o/<slug>/groups/<group_id>/activity")
def show_group_activity(slug: str, group_id: str) -> Response:
    """Its timeline: requests about the group, and what they changed."""
    group = group_details.get(g.organization, group_id)
    story = stories.read(group_id, "show_group_activity", group_id=group_id)
    return _tab("activity", group, stories.PART, story=story)


@bp.get("/o/<slug>/groups/<group_id>/scim")
def show_group_scim(slug: str, group_id: str) -> Response:
    """What the provisioning API answers; without the members when they are many."""
    stored = groups.get(g.organization, group_id)
    base_url = addresses.own(SCIM_PREFIX)
    return _tab(
        "scim",
        group_details.get(g.organization, group_id),
        json=json_view.highlight(mapping.group_document(stored, base_url)),
        location=mapping.location(base_url, "Group", group_id),
        has_members=stored.members is not None,
    )


def _tab(tab: str, group: GroupDetails, *parts: str, **values: Any) -> Response:
    # Any: what the templates declare.
    g.section = SECTION
    return fragments.show(
        f"groups/{tab}.html",
        *parts,
        group=group,
        tab=tab,
        can_change=shell.may("rename_group"),
        **values,
    )


def _page(slug: str, group_id: str) -> str:
    return url_for("admin_ui.show_group", slug=slug, group_id=group_id)
