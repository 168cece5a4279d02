"""Under which address people and provisioning clients reach this installation."""

from __future__ import annotations

from flask import current_app, request


def own(path: str = "") -> str:
    """The configured address, or that of the request, with a path behind it."""
    configured: str = current_app.config["ROLLCALL_PUBLIC_URL"]
    return (configured or f"{request.scheme}://{request.host}") + path
