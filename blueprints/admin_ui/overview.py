"""The overview of an organization: does it work, what needs attention, what changed.

A new organization gets its first four steps instead; they tick themselves.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Response, g, url_for
from werkzeug.wrappers import Response as AnyResponse

from blueprints import addresses
from blueprints.admin_ui import attention_words, bp, charts, formats, fragments
from blueprints.admin_ui.shell import may
from blueprints.errors import SCIM_PREFIX
from services.activity import history
from services.connection import attention, overview
from services.connection.overview import Progress

SECTION: Final = "overview"


@bp.get("/o/<slug>/", endpoint="overview")
def show_overview(slug: str) -> Response:
    """Whether provisioning works, what needs attention, what changed."""
    g.section = SECTION
    progress = overview.read_progress(g.organization, g.now)
    if progress is not None:
        return _steps(progress)
    zone = formats.zone()
    return fragments.show(
        "overview/show.html",
        health=overview.read_health(g.organization, g.now),
        items=[
            attention_words.item_of(one)
            for one in attention.list_worst(g.organization, now=g.now, zone=zone)
        ],
        chart=charts.changes_chart(
            history.per_day(g.organization, now=g.now, zone=zone)
        ),
        window=history.recent(g.organization),
        **_common(),
    )


@bp.get("/o/<slug>/health")
def show_health(slug: str) -> AnyResponse:
    """The card of the connection, which asks for itself while it is looked at."""
    if not fragments.wants_fragment():
        return fragments.go(url_for("admin_ui.overview", slug=slug))
    health = overview.read_health(g.organization, g.now)
    return fragments.show(
        "overview/_health.html",
        "overview/_health.html",
        health=health,
        **_common(),
    )


def _common() -> dict[str, Any]:  # Any: what the templates declare
    return {
        "now": g.now,
        "can_create": may("create_token"),
        "slug": g.organization.slug,
    }


@bp.get("/o/<slug>/steps")
def show_steps(slug: str) -> AnyResponse:
    """The first steps: they tick while somebody is busy in Okta."""
    if not fragments.wants_fragment():
        return fragments.go(url_for("admin_ui.overview", slug=slug))
    return _steps(overview.read_steps(g.organization, g.now))


def _steps(progress: Progress) -> Response:
    return fragments.show(
        "overview/new.html",
        "overview/_steps.html",
        progress=progress,
        base_url=addresses.own(SCIM_PREFIX),
        first_name=g.signed_in.name.split()[0],
        can_add_users=may("create_user"),
        organization=g.organization,
        **_common(),
    )
