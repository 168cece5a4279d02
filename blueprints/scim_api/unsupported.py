"""What RFC 7644 has and this service has not: 501, for 404 would speak of an address.

`/Me` should say so by RFC 7644 §3.11; a search by POST and bulk follow §3.12.
"""

from __future__ import annotations

from typing import NoReturn

from blueprints.scim_api import bp
from scim.errors import Unsupported


@bp.post("/.search")
@bp.post("/Users/.search")
@bp.post("/Groups/.search")
def search() -> NoReturn:
    """Search by POST (RFC 7644 §3.4.3)."""
    raise Unsupported(
        "search",
        "A search by POST is not supported here. Send GET to /Users or /Groups, with "
        "filter, startIndex and count in the address.",
    )


@bp.post("/Bulk")
def send_bulk() -> NoReturn:
    """Several requests in one (RFC 7644 §3.7)."""
    raise Unsupported(
        "bulk", "Bulk requests are not supported here. Send each request by itself."
    )


@bp.route("/Me", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def me() -> NoReturn:
    """The user who asks (RFC 7644 §3.11)."""
    raise Unsupported(
        "me",
        "/Me is not supported here: a token stands for an organization, not for a "
        "person. Use /Users with the id of the user.",
    )
