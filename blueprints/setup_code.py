"""The one-time code of set-up: made of the secret key, so nobody has to keep it.

Every worker and every start agree on it. It opens nothing once an admin exists.
"""

from __future__ import annotations

import hashlib
import hmac

from flask import current_app


def code() -> str:
    """The code of this installation."""
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.new(key, b"set-up", hashlib.sha256).hexdigest()[:32]


def is_right(given: str) -> bool:
    """Whether somebody knows it."""
    return hmac.compare_digest(given.strip().encode(), code().encode())


def path() -> str:
    """Where it opens the page of set-up."""
    return f"/setup?code={code()}"
