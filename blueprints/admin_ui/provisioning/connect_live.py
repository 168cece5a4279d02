"""What moves on a guide: the panel that waits for a request, and the checklist.

Both ask for themselves, the panel every two seconds, then every five, and neither for
longer than a quarter of an hour. Nothing is answered while nothing has changed, so that
a screen reader hears of changes alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flask import Response, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from blueprints.admin_ui import bp, fragments
from blueprints.admin_ui.provisioning import guides, health_words
from blueprints.admin_ui.provisioning.guides import Guide
from services.access import token_lists
from services.access.token_lists import StoredToken
from services.connection import checklist, health, watch
from services.connection.checklist import Checklist
from services.connection.health import TokenHealth
from services.connection.watch import Watch, Watched

PACES: Final = ((timedelta(minutes=2), "2s"), (timedelta(minutes=15), "5s"))
"""How long it is asked how often."""

CHECKLIST_PACE: Final = "5s"


@dataclass(frozen=True)
class Live:
    """A guide that is being looked at since `started`, with a token or none yet."""

    guide: Guide
    token: StoredToken | None
    app: str
    started: datetime

    @classmethod
    def begin(cls, guide: Guide, token: StoredToken | None, app: str) -> Live:
        """A page that was opened just now."""
        return cls(guide, token, app, g.now)

    @classmethod
    def asked(cls) -> Live:
        """What the address of a fragment says; raises `NotFound` for no such token."""
        guide = guides.GUIDES.get(request.args.get("guide", ""), guides.OTHER)
        public_id = request.args.get("token", "")
        token = token_lists.get(g.organization, public_id, g.now) if public_id else None
        return cls(guide, token, request.args.get("app", ""), _started())

    @property
    def pace(self) -> str:
        """How often to ask now; nothing once it was for long enough."""
        passed = g.now - self.started
        return next((pace for until, pace in PACES if passed < until), "")

    def watch(self) -> Watch:
        """What to look for: with a token of which something is known, all of its life.

        Its row may be some moments younger than the page that shows it.
        """
        since = self.token.created_at if self.token else self.started
        return Watch(
            self.token.public_id if self.token else "",
            since,
            self.started,
            sees_unnamed=g.signed_in.is_instance_owner,
            provider=self.guide.provider,
        )

    @property
    def page(self) -> str:
        """The address of the guide itself."""
        return self._address(self.guide.endpoint)

    def part(self, endpoint: str, **more: str) -> str:
        """The address of a part, which is told what the page knows."""
        return self._address(endpoint, guide=self.guide.key, **more)

    def _address(self, endpoint: str, **more: Any) -> str:  # Any: as url_for takes it
        return url_for(
            f"admin_ui.{endpoint}",
            slug=g.organization.slug,
            app=self.app or None,
            token=self.token.public_id if self.token else None,
            **more,
        )

    @property
    def began(self) -> str:
        """`started`, as an address has it."""
        return self.started.astimezone(UTC).isoformat(timespec="milliseconds")


def _started() -> datetime:
    try:
        found = datetime.fromisoformat(request.args.get("started", ""))
        moment = found.astimezone(UTC)
    except (ValueError, OverflowError):
        return _now()
    return min(moment, _now()) if found.tzinfo else _now()


def _now() -> datetime:
    now: datetime = g.now
    return now


@bp.get("/o/<slug>/connect/status")
def connect_status(slug: str) -> AnyResponse:
    """The panel that waits: nothing while nothing has come."""
    live = Live.asked()
    if not fragments.wants_fragment():
        return fragments.go(live.page)
    found = watch.look(g.organization, live.watch())
    if request.args.get("shown") == _shown(live, found):
        return Response(status=204)
    return fragments.show(
        "connect/_wait.html",
        "connect/_wait.html",
        "connect/_checklist.html",
        "connect/_this.html",
        **_all(live, found),
    )


@bp.get("/o/<slug>/connect/checklist")
def connect_checklist(slug: str) -> AnyResponse:
    """The steps of a token's connection; nothing while none was ticked."""
    live = Live.asked()
    if not fragments.wants_fragment() or live.token is None:
        return fragments.go(live.page)
    values = _progress(live, has_arrived=True)
    if request.args.get("shown") == values["checklist_shown"]:
        return Response(status=204)
    return fragments.show(
        "connect/_checklist.html",
        "connect/_checklist.html",
        "connect/_this.html",
        **values,
    )


def context(live: Live) -> dict[str, Any]:  # Any: what the templates declare
    """The panel, the checklist and the connection of a whole page."""
    return _all(live, watch.look(g.organization, live.watch()))


def _all(live: Live, found: Watched) -> dict[str, Any]:  # Any: as above
    progress = _progress(live, has_arrived=found.state == "received")
    return _panel(live, found) | progress


def _panel(live: Live, found: Watched) -> dict[str, Any]:  # Any: as above
    is_over = found.state == "received" or not live.pace
    shown = _shown(live, found)
    poll = live.part("connect_status", started=live.began, shown=shown)
    return {
        "guide": live.guide,
        "watched": found,
        "poll": "" if is_over else poll,
        "pace": live.pace,
        "resume": live.part("connect_status"),
        "guide_page": live.page,
        "slug": g.organization.slug,
    }


def _shown(live: Live, found: Watched) -> str:
    """What a panel shows, to be told from what it would show now."""
    newest = found.newest.request.id if found.newest else ""
    return f"{found.state}.{newest}.{live.pace}"


def _progress(live: Live, *, has_arrived: bool) -> dict[str, Any]:  # Any: as above
    """The checklist, and how the connection is.

    Once a request has arrived the panel asks no more, and the checklist does: the row
    of a change is there with the change, its ticks up to a quarter of a second later.
    """
    row = None
    if live.token is not None:
        row = health_words.row_of(health.get(g.organization, live.token, g.now))
    values = _checklist(live, row.health if row else None, has_arrived=has_arrived)
    return values | {"token": live.token, "connection": row}


def _checklist(
    live: Live, connection: TokenHealth | None, *, has_arrived: bool
) -> dict[str, Any]:  # Any: as above
    found = None
    if connection is not None:
        found = checklist.get(
            g.organization,
            connection.token.public_id,
            provider=guides.of(connection).provider,
            now=g.now,
        )
    is_moving = (
        found is not None and not found.is_done and (has_arrived or found.is_accepted)
    )
    shown = f"{found.n_seen if found else 0}.{bool(live.pace)}"
    poll = live.part("connect_checklist", started=live.began, shown=shown)
    return {
        "checklist": found,
        "checklist_poll": poll if is_moving and live.pace else "",
        "checklist_resume": live.page if is_moving and not live.pace else "",
        "checklist_shown": shown,
        "checklist_pace": CHECKLIST_PACE,
        "step_words": guides.STEP_WORDS,
        "guide": live.guide,
        "slug": g.organization.slug,
    }


def checklist_context(connection: TokenHealth) -> dict[str, Any]:  # Any: as above
    """The checklist of a token on its own page, where nothing moves by itself."""
    live = Live.begin(guides.of(connection), connection.token, "")
    values = _checklist(live, connection, has_arrived=False)
    return values | {"checklist_poll": "", "checklist_resume": ""}


def checklists_of(
    found: Sequence[TokenHealth],
) -> list[tuple[TokenHealth, Checklist]]:
    """Connections with their checklists."""
    providers = {one.token.public_id: guides.of(one).provider for one in found}
    lists = checklist.list_for(g.organization, providers, g.now)
    return [(one, lists[one.token.public_id]) for one in found]
