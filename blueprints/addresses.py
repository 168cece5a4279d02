"""Under which address people and provisioning clients reach this installation."""

from __future__ import annotations

from typing import Final

from flask import current_app, request

SCIM_PREFIX: Final = "/scim/v2"
"""What the paths of the door for provisioning clients begin with."""


def own(path: str = "") -> str:
    """The configured address, or that of the request, with a path behind it."""
    configured: str = current_app.config["ROLLCALL_PUBLIC_URL"]
    return (configured or f"{request.scheme}://{request.host}") + path


def scim() -> str:
    """The base URL that provisioning clients are given."""
    return own(SCIM_PREFIX)
