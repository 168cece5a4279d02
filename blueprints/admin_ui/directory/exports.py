"""Exports: what the list shows as a file, counted before, streamed then.

Whoever may read may export; each export leaves a line in the log.
"""

from __future__ import annotations

from typing import Final

import structlog
from flask import Response, abort, g, request

from blueprints import addresses
from blueprints.admin_ui import bp, fragments, shell
from blueprints.admin_ui.directory import (
    group_queries,
    jobs,
    query_words,
    user_queries,
)
from services.background import bulk_actions, bulk_groups
from services.background.bulk_actions import Chosen
from services.background.bulk_groups import ChosenGroups
from services.files import exports, group_exports

KINDS: Final = ("csv", "json")

log = structlog.get_logger()


@bp.get("/o/<slug>/users/export")
def export_users(slug: str) -> Response:
    """How many users the filter of the list means, and in which forms they come."""
    g.section = "list_users"
    asked = user_queries.read(request.args)
    return fragments.show(
        "exports/users.html",
        meant=query_words.meant_by(asked),
        arguments=asked.arguments,
        n_users=exports.count_users(g.organization, Chosen(query=asked.query)),
        can_import=shell.may("new_import"),
        slug=slug,
    )


@bp.get("/o/<slug>/users/export/<kind>")
def download_users(slug: str, kind: str) -> Response:
    """The users of the filter, or those picked; `kind` is csv or json."""
    if kind not in KINDS:
        abort(404)
    ids = request.args.getlist("ids")
    asked = user_queries.read(request.args)
    chosen = bulk_actions.picked(ids) if ids else Chosen(query=asked.query)
    pieces = (
        exports.users_as_csv(g.organization, chosen)
        if kind == "csv"
        else exports.users_as_scim(g.organization, chosen, addresses.scim())
    )
    _note("users", kind)
    return jobs.download(pieces, f"{slug}-users", kind)


@bp.get("/o/<slug>/groups/export")
def export_groups(slug: str) -> Response:
    """How many groups the filter of the list means, and in which forms they come."""
    g.section = "list_groups"
    asked = group_queries.read(request.args)
    return fragments.show(
        "exports/groups.html",
        meant=query_words.groups_meant_by(asked),
        arguments=asked.arguments,
        totals=group_exports.count(g.organization, ChosenGroups(query=asked.query)),
        can_import=shell.may("new_import"),
        slug=slug,
    )


@bp.get("/o/<slug>/groups/export/<kind>")
def download_groups(slug: str, kind: str) -> Response:
    """The groups of the filter, or those picked, with their members."""
    if kind not in KINDS:
        abort(404)
    ids = request.args.getlist("ids")
    asked = group_queries.read(request.args)
    chosen = bulk_groups.picked(ids) if ids else ChosenGroups(query=asked.query)
    pieces = (
        group_exports.as_csv(g.organization, chosen)
        if kind == "csv"
        else group_exports.as_scim(g.organization, chosen, addresses.scim())
    )
    _note("groups", kind)
    return jobs.download(pieces, f"{slug}-groups", kind)


def _note(what: str, kind: str) -> None:
    log.info(
        "exported",
        what=what,
        kind=kind,
        organization=g.organization.slug,
        actor=g.signed_in.actor.key,
    )
