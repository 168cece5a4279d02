"""Forms that count once: sent again, by a reload or in haste, they lead to what came.

A form carries a random key; what it made is remembered under the key in the cookie of
the browser that sent it. Nothing secret is among that.
"""

from __future__ import annotations

import secrets
from typing import Final

from flask import session as cookie

_NAME: Final = "made"
_MOST: Final = 8


def new_key() -> str:
    """A key for a form that is about to be shown."""
    return secrets.token_urlsafe(12)


def find(key: str | None) -> str | None:
    """What the form of that key made already."""
    made = cookie.get(_NAME)
    if not key or not isinstance(made, dict):
        return None
    found = made.get(key)
    return found if isinstance(found, str) else None


def remember(key: str | None, what: str) -> None:
    """The form of that key made this, named by what leads to its page."""
    if not key or len(key) > 40:
        return
    made = cookie.get(_NAME)
    kept = list(made.items())[1 - _MOST :] if isinstance(made, dict) else []
    cookie[_NAME] = {**dict(kept), key: what}
