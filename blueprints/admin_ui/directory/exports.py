"""Exports: what the list shows as a file, counted before, streamed then.

Whoever may read may export; each export leaves a line in the log.
"""

from __future__ import annotations

from typing import Final

import structlog
from flask import Response, abort, current_app, g, request

from blueprints.admin_ui import bp, fragments
from blueprints.admin_ui.directory import jobs, query_words, user_queries
from services.background import bulk_actions
from services.background.bulk_actions import Chosen
from services.files import exports

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
        totals=exports.count_groups(g.organization),
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
        else exports.users_as_scim(g.organization, chosen, _base_url())
    )
    _note("users", kind)
    return jobs.download(pieces, f"{slug}-users", kind)


def _base_url() -> str:
    public: str = current_app.config["ROLLCALL_PUBLIC_URL"] or request.host_url
    return f"{public.rstrip('/')}/scim/v2"


@bp.get("/o/<slug>/groups/export/csv")
def download_groups(slug: str) -> Response:
    """All groups with their members."""
    _note("groups", "csv")
    pieces = exports.groups_as_csv(g.organization)
    return jobs.download(pieces, f"{slug}-groups", "csv")


def _note(what: str, kind: str) -> None:
    log.info(
        "exported",
        what=what,
        kind=kind,
        organization=g.organization.slug,
        actor=g.signed_in.actor.key,
    )
