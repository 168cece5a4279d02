"""A group's page besides its members: details, timeline, and what the API answers.

The members, which are the first tab, are in `members.py`.
"""

from __future__ import annotations

from typing import Any

from flask import Response, g, request

from blueprints import addresses
from blueprints.admin_ui import bp, fragments, json_view, lists, shell
from blueprints.admin_ui.activity import stories
from blueprints.admin_ui.directory.deleted import or_deleted
from blueprints.admin_ui.directory.groups import SECTION
from services.directory import group_details, groups, mapping
from services.directory.group_details import GroupDetails


@bp.get("/o/<slug>/groups/<group_id>/details")
@or_deleted("Group")
def show_group_details(slug: str, group_id: str) -> Response:
    """What is known of it, who set what, and the groups that it is in."""
    cursor = request.args.get("cursor") or None
    return _tab(
        "details",
        group_details.get(g.organization, group_id),
        "groups/_parents.html",
        parents=group_details.parents(g.organization, group_id, cursor=cursor),
        address_of=lists.pages_of("show_group_details", group_id=group_id),
    )


@bp.get("/o/<slug>/groups/<group_id>/activity")
@or_deleted("Group")
def show_group_activity(slug: str, group_id: str) -> Response:
    """Its timeline: requests about the group, and what they changed."""
    group = group_details.get(g.organization, group_id)
    story = stories.read(group_id, "show_group_activity", group_id=group_id)
    return _tab("activity", group, stories.PART, story=story)


@bp.get("/o/<slug>/groups/<group_id>/scim")
@or_deleted("Group")
def show_group_scim(slug: str, group_id: str) -> Response:
    """What the provisioning API answers; without the members when they are many."""
    stored = groups.get(g.organization, group_id)
    base_url = addresses.scim()
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
