"""A group is deleted, which can be undone.

A button acts immediately and the notice carries the way back. The address of a button,
opened in the browser, asks first.
"""

from __future__ import annotations

from flask import Response, g, url_for
from werkzeug.wrappers import Response as AnyResponse

from blueprints.admin_ui import bp, fragments, lists
from blueprints.admin_ui.directory import group_words
from blueprints.admin_ui.directory.deleted import or_deleted
from blueprints.admin_ui.directory.groups import SECTION, page_of
from services.directory import group_details, groups


@bp.get("/o/<slug>/groups/<group_id>/delete")
@or_deleted("Group")
def confirm_delete_group(slug: str, group_id: str) -> Response:
    """Ask first."""
    g.section = SECTION
    group = group_details.get(g.organization, group_id)
    return fragments.show(
        "groups/delete.html",
        "groups/_delete.html",
        title="Delete group",
        question=group_words.question(group),
        action=url_for("admin_ui.delete_group", slug=slug, group_id=group_id),
        fields=[],
        back=page_of(group_id),
    )


@bp.post("/o/<slug>/groups/<group_id>/delete")
def delete_group(slug: str, group_id: str) -> AnyResponse:
    """Delete it; a restore brings it back with its members."""
    group = group_details.get(g.organization, group_id)
    groups.delete(g.organization, group_id, origin=g.origin)
    undo = url_for("admin_ui.restore_deleted", slug=slug, resource_id=group_id)
    fragments.notify(group_words.deleted(group), undo=undo)
    otherwise = url_for("admin_ui.list_groups", slug=slug)
    return fragments.go(lists.back(otherwise, not_of=group_id))
