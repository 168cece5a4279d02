"""The SCIM door: `/scim/v2` (RFC 7644). Tokens open it; cookies mean nothing here.

`authenticate` stands before every address under the prefix, known or not, so that no
route can forget it. Only the discovery documents are open, to those who send nothing.
"""

from __future__ import annotations

from typing import NoReturn

import structlog
from flask import Blueprint, Response, current_app, g, request

from blueprints import request_ids
from blueprints.addresses import SCIM_PREFIX
from blueprints.errors import SlowDown, is_scim
from blueprints.scim_api import recording
from scim.errors import Forbidden
from services.access import authentication, credentials
from services.errors import Busy, TokenRefused
from services.origin import Actor, Origin, shorten

bp = Blueprint("scim_api", __name__, url_prefix=SCIM_PREFIX)
bp.after_app_request(recording.record)
log = structlog.get_logger()

_OPEN = ("/ServiceProviderConfig", "/ResourceTypes", "/Schemas")
_READING = ("GET", "HEAD")


@bp.before_app_request
def authenticate() -> None:
    """Put `g.credentials` and `g.origin` in place, or refuse (RFC 7644 §2)."""
    if not is_scim(request.path):
        return
    recording.begin()
    header = recording.authorization()
    if header is None and is_discovery(request.path):
        return
    now, address = g.arrived_at, request.remote_addr or ""
    try:
        token = credentials.read_header(header)
        found = authentication.identify(token, now, address=address)
    except TokenRefused as refusal:
        _refuse(refusal)
    g.credentials = found
    actor = Actor("token", found.public_id, found.name)
    g.origin = Origin(actor, now, request_ids.current(), recording.info())
    recording.note_manner(header)
    if not found.may_write and request.method not in _READING:
        raise Forbidden(
            "read_only",
            f"Token rcl_{found.public_id}… may only read. Use a token that may change "
            "users and groups.",
        )


def is_discovery(path: str) -> bool:
    """Whether the address is one of the discovery documents (RFC 7644 §4)."""
    rest = path.removeprefix(SCIM_PREFIX)
    return any(rest == open_ or rest.startswith(open_ + "/") for open_ in _OPEN)


def _refuse(refusal: TokenRefused) -> NoReturn:
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
