"""A user's page: profile, groups, timeline, and what the provisioning API answers."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request

from blueprints import addresses
from blueprints.admin_ui import bp, fragments, json_view, lists, shell
from blueprints.admin_ui.activity import stories
from blueprints.admin_ui.directory import user_facts
from blueprints.admin_ui.directory.deleted import or_deleted
from blueprints.admin_ui.directory.users import SECTION
from services.directory import mapping, user_details, users
from services.directory.user_details import UserDetails


@bp.get("/o/<slug>/users/<user_id>")
@or_deleted("User")
def show_user(slug: str, user_id: str) -> Response:
    """The profile."""
    details = user_details.get(g.organization, user_id)
    return _show("profile", details, blocks=user_facts.blocks(details))


@bp.get("/o/<slug>/users/<user_id>/groups")
@or_deleted("User")
def show_user_groups(slug: str, user_id: str) -> Response:
    """The groups that name the user as a member."""
    cursor = request.args.get("cursor") or None
    window = user_details.groups(g.organization, user_id, cursor=cursor)
    return _show(
        "groups",
        user_details.get(g.organization, user_id),
        "users/_groups.html",
        window=window,
        address_of=lists.pages_of("show_user_groups", user_id=user_id),
    )


@bp.get("/o/<slug>/users/<user_id>/activity")
@or_deleted("User")
def show_user_activity(slug: str, user_id: str) -> Response:
    """The timeline: requests about the user, and what they changed."""
    details = user_details.get(g.organization, user_id)
    story = stories.read(user_id, "show_user_activity", user_id=user_id)
    return _show("activity", details, stories.PART, story=story)


@bp.get("/o/<slug>/users/<user_id>/scim")
@or_deleted("User")
def show_user_scim(slug: str, user_id: str) -> Response:
    """The very document that the provisioning API answers."""
    base_url = addresses.scim()
    user = users.get(g.organization, user_id)
    return _show(
        "scim",
        user_details.get(g.organization, user_id),
        json=json_view.highlight(mapping.user_document(user, base_url)),
        location=mapping.location(base_url, "User", user_id),
    )


def _show(
    tab: str, details: UserDetails, *parts: str, **values: Any
) -> Response:  # Any: what the templates declare
    g.section = SECTION
    return fragments.show(
        f"users/{tab}.html",
        *parts,
        details=details,
        tab=tab,
        slug=g.organization.slug,
        can_change=shell.may("update_user"),
        **values,
    )
