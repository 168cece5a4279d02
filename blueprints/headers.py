"""Headers that every page carries: what a browser may do with it, and what not."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, request

from blueprints.errors import is_scim

_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    )
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_BUNDLES: Final = "/static/build/"
_YEAR_SECONDS: Final = 365 * 24 * 60 * 60


def register(app: Flask) -> None:
    """Add them to all answers but SCIM's, which no browser shows."""
    app.after_request(_add)


def _add(response: Response) -> Response:
    if is_scim(request.path):
        return response
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith(_BUNDLES) and response.status_code == 200:
        # Their names change with what is in them.
        response.headers["Cache-Control"] = f"max-age={_YEAR_SECONDS}, immutable"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={_YEAR_SECONDS}"
    return response
