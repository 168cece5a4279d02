"""The overview of an organization: does it work, what needs attention, what changed.

A new organization gets its first four steps instead; they tick themselves.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Response, g, url_for
from werkzeug.wrappers import Response as AnyResponse

from blueprints.admin_ui import bp, formats, fragments
from blueprints.admin_ui.provisioning import attention_words, charts, health_words
from blueprints.admin_ui.shell import may
from services.activity import history
from services.connection import attention, overview, traffic
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
    days = traffic.per_day(g.organization, now=g.now, zone=zone)
    return fragments.show(
        "overview/show.html",
        items=[
            attention_words.item_of(one)
            for one in attention.list_worst(g.organization, now=g.now, zone=zone)
        ],
        chart=charts.traffic_chart(days),
        since=traffic.start_of(days[0].day, zone).isoformat(),
        window=history.recent(g.organization),
        **_health(),
        **_common(),
    )


@bp.get("/o/<slug>/health")
def show_health(slug: str) -> AnyResponse:
    """The card of the connection, which asks for itself while it is looked at."""
    if not fragments.wants_fragment():
        return fragments.go(url_for("admin_ui.overview", slug=slug))
    return fragments.show(
        "overview/_health.html", "overview/_health.html", **_health(), **_common()
    )


def _health() -> dict[str, Any]:  # Any: what the templates declare
    found = overview.read_health(g.organization, g.now)
    figures = found.figures
    return {
        "health": found,
        "headline": health_words.headline(found),
        "dot_kind": health_words.DOTS[found.state],
        "rows": [health_words.row_of(one) for one in found.connections],
        "quiet_note": health_words.quiet_note(found.worst) if found.worst else "",
        "failed_share": health_words.share(figures.n_failed, figures.n_requests),
    }


def _common() -> dict[str, Any]:  # Any: what the templates declare
    return {
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
        first_name=g.signed_in.name.split()[0],
        can_add_users=may("create_user"),
        can_import=may("new_import"),
        organization=g.organization,
        **_common(),
    )
