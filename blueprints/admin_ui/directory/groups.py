"""The list of groups: searched, filtered, sorted, paged; each state has its address."""

from __future__ import annotations

from typing import Final

from flask import Response, g, request, url_for

from blueprints.admin_ui import bp, fragments, shell
from blueprints.admin_ui.directory import group_queries, jobs, query_words
from blueprints.admin_ui.directory.group_queries import Asked
from blueprints.admin_ui.lists import FilterChip
from services.activity import actors
from services.directory import group_lists

SECTION: Final = "list_groups"

SORT_LABELS: Final = {
    "name": "Name, A to Z",
    "-name": "Name, Z to A",
    "-members": "Most members",
    "members": "Fewest members",
    "-changed": "Changed last",
    "changed": "Changed longest ago",
}


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
        here=request.full_path.rstrip("?"),
        can_create=shell.may("create_group"),
        can_change=shell.may("rename_group"),
        can_pick=shell.may("bulk_delete_groups"),
        can_pick_all=shell.may("bulk_delete_all_groups"),
        can_import=shell.may("new_import"),
        can_export=shell.may("export_groups"),
        own_jobs=jobs.own(),
        slug=slug,
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


def page_of(group_id: str) -> str:
    """The address of a group's page."""
    return url_for("admin_ui.show_group", slug=g.organization.slug, group_id=group_id)
