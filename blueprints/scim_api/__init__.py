"""The SCIM door: `/scim/v2` (RFC 7644). Tokens open it; cookies mean nothing here.

`authenticate` stands before every address under the prefix, known or not, so that no
route can forget it. Only the discovery documents are open, to those who send nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from flask import Blueprint, Response, current_app, g, request

from blueprints.errors import SCIM_PREFIX, SlowDown, is_scim
from scim.errors import Forbidden
from services import authentication, credentials
from services.errors import Busy, TokenRefused
from services.origin import Actor, Origin, RequestInfo, new_id, shorten

bp = Blueprint("scim_api", __name__, url_prefix=SCIM_PREFIX)
log = structlog.get_logger()

_OPEN = ("/ServiceProviderConfig", "/ResourceTypes", "/Schemas")
_READING = ("GET", "HEAD")


@bp.before_app_request
def authenticate() -> None:
    """Put `g.credentials` and `g.origin` in place, or refuse (RFC 7644 §2)."""
    if not is_scim(request.path):
        return
    header = _authorization()
    if header is None and is_discovery(request.path):
        return
    now = datetime.now(UTC)
    try:
        g.credentials = authentication.identify(credentials.read_header(header), now)
    except TokenRefused as refusal:
        _refuse(refusal)
    g.origin = _origin(g.credentials, now)
    if not g.credentials.may_write and request.method not in _READING:
        raise Forbidden(
            f"Token rcl_{g.credentials.public_id}… may only read. Use a token that may "
            "change users and groups."
        )


def _authorization() -> str | None:
    """The header as it was written: WSGI hands its bytes out as Latin-1."""
    header = request.headers.get("Authorization")
    return header and header.encode("latin-1").decode("utf-8", "replace")


def is_discovery(path: str) -> bool:
    """Whether the address is one of the discovery documents (RFC 7644 §4)."""
    rest = path.removeprefix(SCIM_PREFIX)
    return any(rest == open_ or rest.startswith(open_ + "/") for open_ in _OPEN)


def _refuse(refusal: TokenRefused) -> None:
    limit = current_app.extensions["refusal_limit"]
    address = request.remote_addr or ""
    log.info(
        "token refused",
        cause=refusal.cause,
        token=refusal.public_id,
        address=address,
        path=credentials.redact(shorten(request.path, 200)),
    )
    if not limit.allows(address):
        raise SlowDown(limit.reset_at(address)) from None
    raise refusal


def _origin(found: authentication.Credentials, now: datetime) -> Origin:
    info = RequestInfo(
        request.method,
        credentials.redact(shorten(request.full_path.rstrip("?"), 2_000)),
        request.remote_addr or "",
        shorten(request.headers.get("User-Agent", ""), 200),
    )
    return Origin(Actor("token", found.public_id, found.name), now, new_id(), info)


@bp.after_app_request
def note_use(response: Response) -> Response:
    """Remember the token's last use once the answer is sent, so that nobody waits."""
    found: authentication.Credentials | None = g.get("credentials")
    if found is not None and authentication.is_use_due(found, g.origin.at):
        app, origin = current_app._get_current_object(), g.origin  # type: ignore[attr-defined]  # the proxy does not outlive the request

        @response.call_on_close
        def write() -> None:
            try:
                with app.app_context():
                    authentication.note_use(
                        found.token_seq,
                        at=origin.at,
                        address=origin.request.address,
                        user_agent=origin.request.user_agent,
                    )
            except Busy:
                log.warning("last use not kept", token=found.public_id)

    return response


from blueprints.scim_api import discovery, groups, unsupported, users  # noqa: E402, F401 - routes
