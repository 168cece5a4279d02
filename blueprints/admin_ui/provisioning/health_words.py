"""How a connection is, in words: the sentence of the overview, a label for lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from flask import g
from markupsafe import Markup, escape

from blueprints.admin_ui import formats
from services.connection.health import TokenHealth
from services.connection.overview import Health

Dot = Literal["ok", "warn", "bad", "off"]

DOTS: Final[dict[str, Dot]] = {
    "paused": "warn",
    "waiting": "off",
    "ended": "bad",
    "failing": "bad",
    "stalled": "warn",
    "quiet": "ok",
    "connected": "ok",
}
_ROUNDS: Final = ("Entra ID",)
"""Those who come by the clock, whether something changed or not."""


@dataclass(frozen=True)
class Row:
    """A connection in a list."""

    health: TokenHealth
    dot: Dot
    label: str


def row_of(health: TokenHealth) -> Row:
    """The connection with its label."""
    return Row(health, DOTS[health.state], _label(health))


def _label(health: TokenHealth) -> str:
    state = health.state
    if state == "failing":
        return f"Failing: {_recent(health)}"
    if state == "ended":
        return f"{health.token.state.capitalize()} {_ended_on(health)}"
    if state == "stalled":
        return f"{'Stalled' if _has_rounds(health) else 'Quiet for unusually long'}"
    return {
        "waiting": "Not used yet",
        "quiet": "Quiet, which is normal",
        "connected": "Connected",
    }[state]


def headline(health: Health) -> Markup:
    """The state in a sentence, without a full stop."""
    worst = health.worst
    if health.state == "paused":
        return escape("Provisioning is paused")
    if worst is None or health.state == "waiting":
        return escape("Not connected yet")
    name = Markup("<bdi>{}</bdi>").format(worst.name)
    if health.state == "ended":
        return _ended(worst, name, health.figures.n_tokens)
    if health.state == "failing":
        return name + f" is failing: {_recent(worst)}"
    if health.state == "stalled" and worst.last_at is not None:
        verb = "has stalled" if _has_rounds(worst) else "is quiet"
        return name + f" {verb}: no request for {formats.ago(g.now - worst.last_at)}"
    return name + " is connected"


def _ended(worst: TokenHealth, name: Markup, n_tokens: int) -> Markup:
    if worst.token.state == "expired":
        return Markup("Token expired on {}: {} cannot sign in").format(
            _ended_on(worst), name
        )
    return escape("No token works: nothing can be provisioned")


def quiet_note(health: TokenHealth) -> str:
    """Why nothing has come for a while, or what its silence means; often nothing."""
    is_stalled = health.state == "stalled"
    if _has_rounds(health) and health.state in ("stalled", "quiet"):
        look = " Look there for what is wrong." if is_stalled else ""
        return f"It comes about every 40 minutes.{look}"
    if is_stalled:
        return "It was never silent for so long. Look there for what is wrong."
    if health.state == "quiet":
        return "Quiet is normal: it sends what changes there."
    return ""


def _recent(health: TokenHealth) -> str:
    if health.n_recent == 1:
        return "its only request was refused"
    return f"{health.n_recent_failed} of the last {health.n_recent} requests"


def _has_rounds(health: TokenHealth) -> bool:
    return health.provider in _ROUNDS


def _ended_on(health: TokenHealth) -> str:
    token = health.token
    ended: datetime | None = token.revoked_at or token.expires_at
    return f"{ended.astimezone(formats.zone()):%-d %b}" if ended else ""


def share(part: int, whole: int) -> str:
    """`0.3%`; whole percents from ten on."""
    if not whole:
        return "0%"
    percent = part / whole * 100
    return f"{percent:.0f}%" if percent >= 10 or percent == 0 else f"{percent:.1f}%"
