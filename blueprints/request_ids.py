"""The id of a request: in its answer, in its row of the log, in the pages of errors.

Always made here; what a client or proxy sends under that name is theirs.
"""

from __future__ import annotations

from typing import Final

from flask import g

from services.origin import new_id

HEADER: Final = "X-Request-Id"


def current() -> str:
    """The id of this request, made when it is first asked for."""
    if "request_id" not in g:
        g.request_id = new_id()
    found: str = g.request_id
    return found
