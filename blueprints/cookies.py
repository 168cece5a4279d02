"""The one cookie: signed, out of reach for scripts, and for this host alone.

It holds what belongs to a browser before anybody signed in (the CSRF token, notices),
and the secret of a session whose state is in the database.
"""

from __future__ import annotations

from typing import Final

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface

NAME: Final = "rollcall"


class BrowserSessions(SecureCookieSessionInterface):
    """Flask's signed cookie; under https with the `__Host-` prefix (RFC 6265bis)."""

    def get_cookie_name(self, app: Flask) -> str:
        """A `__Host-` cookie cannot be set by another host of the same domain."""
        return f"__Host-{NAME}" if self.get_cookie_secure(app) else NAME

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the browser reaches us by https: as it did, or as it is told to."""
        return request.is_secure

    def get_cookie_httponly(self, app: Flask) -> bool:
        """Scripts have no use for it."""
        return True

    def get_cookie_samesite(self, app: Flask) -> str:
        """Not sent along with another site's forms."""
        return "Lax"

    def get_cookie_domain(self, app: Flask) -> None:
        """This host alone."""

    def get_cookie_path(self, app: Flask) -> str:
        """What `__Host-` asks for."""
        return "/"
