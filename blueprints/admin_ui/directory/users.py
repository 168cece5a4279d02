"""The list of users: searched, filtered, sorted, paged; every state has its address."""

from __future__ import annotations

from typing import Final

from flask import Response, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from blueprints.admin_ui import bp, fragments, shell
from blueprints.admin_ui.directory import jobs, query_words, user_queries
from blueprints.admin_ui.directory.user_queries import Asked
from blueprints.admin_ui.lists import FilterChip
from services.activity import actors
from services.directory import user_details, user_lists

SECTION: Final = "list_users"

SORT_LABELS: Final = {
    "name": "Name, A to Z",
    "-name": "Name, Z to A",
    "user_name": "User name, A to Z",
    "-user_name": "User name, Z to A",
    "-changed": "Changed last",
    "changed": "Changed longest ago",
    "-created": "Added last",
    "created": "Added first",
}


@bp.get("/o/<slug>/users")
def list_users(slug: str) -> AnyResponse:
    """The users: found, filtered, sorted, paged."""
    g.section = SECTION
    asked = user_queries.read(request.args)
    group_name = request.args.get("in_group", "").strip()
    if group_name:
        found = user_details.find_group(g.organization, group_name)
        if found is not None:
            return fragments.go(asked.address(group=found.id))
    return _list(slug, asked, unknown_group=group_name)


def _list(slug: str, asked: Asked, unknown_group: str) -> Response:
    sources = actors.sources(g.organization)
    labels = {source.key: source.label for source in sources}
    found = user_lists.read(
        g.organization, asked.query, cursor=request.args.get("cursor") or None
    )
    return fragments.show(
        "users/index.html",
        "users/_results.html",
        "users/_filters.html",
        query=asked.query,
        asked=asked,
        window=found.window,
        counts=found.counts,
        address=asked.address,
        filters=_filters(asked, labels),
        sources=sources,
        sorts=SORT_LABELS,
        unknown_group=unknown_group,
        here=request.full_path.rstrip("?"),
        slug=slug,
        can_change=shell.may("update_user"),
        can_pick=shell.may("bulk_users"),
        can_pick_all=shell.may("bulk_all_users"),
        can_import=shell.may("new_import"),
        can_export=shell.may("export_users"),
        own_jobs=jobs.own(),
    )


def _filters(asked: Asked, labels: dict[str, str]) -> list[FilterChip]:
    query, address = asked.query, asked.address
    chips = []
    if query.source is not None:
        label = labels.get(query.source, "unknown")
        chips.append(FilterChip("Source", label, address(source="")))
    if query.group_id is not None:
        named = user_details.find_named(g.organization, [query.group_id])
        group = named.get(query.group_id)
        name = group.name if group else "unknown"
        chips.append(FilterChip("Group", name, address(group="")))
    if asked.since is not None:
        day = query_words.day(asked.since)
        chips.append(FilterChip("Changed since", day, address(since="")))
    return chips


def page_of(user_id: str) -> str:
    """The address of a user's page."""
    return url_for("admin_ui.show_user", slug=g.organization.slug, user_id=user_id)
