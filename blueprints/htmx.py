"""What a browser's request asks for: a page or a part of one, and where to go next.

Known to the pages and to the errors of every door alike.
"""

from __future__ import annotations

from typing import Final

from flask import request

VARY: Final = "HX-Request"


def wants_fragment() -> bool:
    """Whether htmx will put the answer into a page that stands.

    Not when it navigates or brings back history: then it needs the whole page.
    """
    headers = request.headers
    return "HX-Request" in headers and not (
        "HX-Boosted" in headers or "HX-History-Restore-Request" in headers
    )


def is_polled() -> bool:
    """Whether a part of a page asked by itself, which keeps nobody signed in."""
    return "X-Polled" in request.headers


def local_path(text: str | None, otherwise: str) -> str:
    """`next`, if it leads to a page here and nowhere else."""
    if not text or not text.startswith("/") or text[1:2] in ("/", "\\"):
        return otherwise
    if "\\" in text or not text.isprintable() or len(text) > 2_000:
        return otherwise
    return text
