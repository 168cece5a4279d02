"""What the cookie of a browser says: whose session it is, and nothing after leaving.

The secret in it is all that signs somebody in. It is replaced together with everything
else in the cookie, so that what was planted before signing in is worth nothing after.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from flask import g, request
from flask import session as cookie
from flask_wtf.csrf import generate_csrf

from services.access import sessions

_KEY: Final = "_user_id"
"""Where Flask-Login looks."""


def enter(admin_id: str, at: datetime) -> None:
    """Begin a session for somebody whose password was right; the old one ends."""
    _end_old(at)
    secret = sessions.start(
        admin_id,
        at=at,
        address=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent", ""),
    )
    _replace(secret)


def renew(secret: str) -> None:
    """Hold the new secret of the same session."""
    cookie[_KEY] = secret


def leave() -> None:
    """Forget everything about whoever was signed in."""
    _replace(None)


def secret() -> str | None:
    """What the cookie holds, whether it still opens anything or not."""
    found = cookie.get(_KEY)
    return found if isinstance(found, str) else None


def fresh_token() -> str:
    """A CSRF token for pages that stayed open while somebody signed in again."""
    token: str = generate_csrf()
    return token


def _end_old(at: datetime) -> None:
    old = secret()
    signed_in = sessions.find(old, at) if old is not None else None
    if signed_in is not None:
        sessions.replace(signed_in.id)


def _replace(new: str | None) -> None:
    cookie.clear()
    # Flask-WTF keeps the token of a request here, made with the old cookie.
    g.pop("csrf_token", None)
    if new is not None:
        cookie[_KEY] = new
