"""Forms that could not be taken when they were sent: kept, and offered once more.

A session may end, or a token grow old, while somebody fills in a form. What was typed
comes back in a page of its own, with a fresh token and one button. Never kept: what is
secret, and what is too large to be typed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from flask import Response, make_response, render_template, request

from blueprints.admin_ui.fragments import wants_fragment

LARGEST_BYTES: Final = 64 * 1024
_SECRET: Final = ("password", "secret", "csrf_token")


def posted_fields() -> list[tuple[str, str]]:
    """What was typed into the form that was just posted; nothing when too large."""
    if (request.content_length or 0) > LARGEST_BYTES:
        return []
    pairs = request.form.items(multi=True)
    return [(name, value) for name, value in pairs if not _is_secret(name)]


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in _SECRET)


def offer(
    action: str | None = None,
    fields: Iterable[tuple[str, str]] | None = None,
    status: int = 422,
) -> Response:
    """The page that shows that nothing is lost, and sends the form again."""
    page = render_template(
        "sign_in/kept.html",
        action=request.full_path.rstrip("?") if action is None else action,
        fields=posted_fields() if fields is None else list(fields),
    )
    response = make_response(page, status)
    if wants_fragment():
        # Not into a table's cell: the whole page says what happened.
        response.headers["HX-Retarget"] = "body"
        response.headers["HX-Reswap"] = "innerHTML"
    return response
