"""Any error, turned into what its door speaks: SCIM JSON, or a page.

The only translator. It looks at the address, since routing errors (404, 405) happen
before Flask knows the blueprint. What it does not do is word the causes: services and
`scim/` raise with a `detail`, and only HTTP's own errors are worded here.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

import orjson
import structlog
from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    RequestEntityTooLarge,
)
from werkzeug.exceptions import NotFound as AddressUnknown

from blueprints import error_pages, request_ids
from blueprints.addresses import SCIM_PREFIX
from scim import errors as scim_errors
from scim import messages, names
from services import errors as service_errors
from services.access import credentials
from services.access.sign_in import TooManyFailures
from services.origin import shorten

RETRY_AFTER_SECONDS = 2
DRAINED_BYTES = 64 * 1024

log = structlog.get_logger()


class SlowDown(Exception):
    """An address sent too many refused credentials."""

    def __init__(self, reset_at: float) -> None:
        super().__init__()
        self.seconds = max(1, math.ceil(reset_at - time.time()))


@dataclass(frozen=True)
class Meaning:
    """What any error is to whoever asked; `incident` is what the log knows it by.

    `cause` is a key of the error reference, where one status has several causes.
    """

    status: int
    detail: str
    scim_type: str | None = None
    incident: str = ""
    cause: str = ""


class Refused(Exception):
    """Somebody signed in may not do this; `detail` says who may."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def is_scim(path: str) -> bool:
    """Whether an address belongs to the SCIM door, known there or not."""
    return path == SCIM_PREFIX or path.startswith(SCIM_PREFIX + "/")


def register(app: Flask) -> None:
    """Answer every error that any door lets through."""
    app.register_error_handler(Exception, _answer)


def _answer(error: Exception) -> Response:
    if isinstance(error, InternalServerError) and isinstance(
        error.original_exception, Exception
    ):
        # So Flask names what was raised while an answer was being finished.
        error = error.original_exception
    _drain()
    g.meaning = meaning = replace(_translate(error), cause=_key(error))
    _note_holder(error)
    response = (
        _scim_error(meaning)
        if is_scim(request.path)
        else error_pages.show(meaning.status, meaning.detail, meaning.incident)
    )
    for name, value in _headers(error).items():
        response.headers[name] = value
    response.headers[request_ids.HEADER] = request_ids.current()
    return response


def _note_holder(error: Exception) -> None:
    """Let the request log know which resource has the name that was asked for."""
    if isinstance(error, service_errors.AlreadyTaken) and error.holder_id:
        g.facts = {**g.get("facts", {}), "holder_id": error.holder_id}


KEYS: Final[Mapping[type[Exception], str]] = {
    service_errors.OrganizationSuspended: "suspended",
    service_errors.NotFound: "not_found",
    service_errors.Invalid: "invalid",
    service_errors.VersionMismatch: "version",
    service_errors.Busy: "busy",
    SlowDown: "slow_down",
    RequestEntityTooLarge: "too_large",
    MethodNotAllowed: "method",
}
"""Causes of errors that carry none themselves."""


def _key(error: Exception) -> str:
    """What the error reference knows it by."""
    found = getattr(error, "cause", None)
    if isinstance(found, str):
        return found
    if isinstance(error, AddressUnknown):
        return _kind_of_address(request.path)
    otherwise = "http" if isinstance(error, HTTPException) else "unexpected"
    return KEYS.get(type(error), otherwise)


def _drain() -> None:
    """Read a small body that nobody read: the server would end the connection else."""
    if 0 < (request.content_length or 0) <= DRAINED_BYTES:
        with suppress(HTTPException):
            request.get_data()


def _translate(error: Exception) -> Meaning:
    """What an error means, whoever raised it."""
    match error:
        case scim_errors.ScimError():
            return Meaning(error.status, error.detail, error.scim_type)
        case Refused():
            return Meaning(403, error.detail)
        case service_errors.NotFound():
            return Meaning(404, error.detail)
        case service_errors.AlreadyTaken():
            return Meaning(409, error.detail, "uniqueness")
        case service_errors.Invalid():
            return Meaning(400, error.detail, "invalidValue")
        case service_errors.VersionMismatch():
            return Meaning(412, error.detail)
        case service_errors.TokenRefused(cause="address"):
            # A good token: another one would not help from there.
            return Meaning(403, error.detail)
        case service_errors.TokenRefused():
            return Meaning(401, error.detail)
        case service_errors.OrganizationSuspended():
            return Meaning(403, error.detail)
        case TooManyFailures():
            return Meaning(429, error.detail)
        case SlowDown():
            return Meaning(429, _slow_down(error))
        case service_errors.Busy():
            log.warning("busy", path=_path(), cause=_cause(error))
            return Meaning(503, _BUSY)
        case HTTPException():
            return Meaning(error.code or 500, _http_detail(error))
    return _incident(error)


def _incident(error: Exception) -> Meaning:
    incident = request_ids.current()
    log.error("unexpected error", incident=incident, path=_path(), exc_info=error)
    return Meaning(500, f"{_UNEXPECTED} {incident}.", incident=incident)


_BUSY = (
    f"Rollcall is busy or its database is away. Try again in {RETRY_AFTER_SECONDS} "
    "seconds."
)
_UNEXPECTED = (
    "Something went wrong inside Rollcall, and nothing was changed. Tell whoever runs "
    "this installation the incident id"
)


def _path() -> str:
    return credentials.redact(_INVITATION.sub(r"\1…", shorten(request.path, 200)))


_INVITATION: Final = re.compile("(/invitations/)[^/]+")
"""A path with a secret in it, which has no place in the log."""


def _cause(error: Exception) -> str:
    return type(error.__cause__).__name__ if error.__cause__ else ""


def _slow_down(error: SlowDown) -> str:
    return (
        "Too many refused credentials came from this address. Mend the token, then try "
        f"again in {error.seconds} seconds."
    )


def _http_detail(error: HTTPException) -> str:
    match error:
        case RequestEntityTooLarge():
            limit = current_app.config["ROLLCALL_BODY_LIMIT_BYTES"]
            return (
                f"The request is larger than {limit:,} bytes, which is the most this "
                "installation accepts. Send less at a time, or ask its owner to raise "
                "the limit."
            )
        case MethodNotAllowed():
            known = ", ".join(sorted(error.valid_methods or ()))
            method = shorten(request.method, 20)
            return f"{method} is not possible here. This address knows {known}."
    if error.code == HTTPStatus.NOT_FOUND:
        return _unknown_address(request.path)
    # Not the library's own words, which speak of browsers and proxies.
    phrase = HTTPStatus(error.code or 500).phrase
    return f"This request cannot be answered ({phrase}). Check how it was sent."


def _kind_of_address(path: str) -> str:
    """In which way an address that is unknown under `/scim/v2` is wrong."""
    if path.strip("/") == SCIM_PREFIX.strip("/"):
        return "base_url"
    is_doubled = path.count(SCIM_PREFIX) > 1
    return "doubled_prefix" if is_doubled else "unknown_address"


def _unknown_address(path: str) -> str:
    said = f"{credentials.redact(shorten(path, 80))} is not an address here."
    if not is_scim(path):
        return said
    match _kind_of_address(path):
        case "base_url":
            return (
                "This is the base URL. A resource follows it, such as /Users or "
                "/Groups."
            )
        case "doubled_prefix":
            return (
                f"{said} The base URL ends in /scim/v2, which was given twice. Take "
                "one away."
            )
    return (
        f"{said} The base URL ends in /scim/v2, with nothing after it. Correct it in "
        "the provisioning client."
    )


def _headers(error: Exception) -> dict[str, str]:
    match error:
        case service_errors.TokenRefused() if error.cause != "address":
            return {"WWW-Authenticate": 'Bearer realm="Rollcall"'}
        case SlowDown() | TooManyFailures():
            return {"Retry-After": str(error.seconds)}
        case service_errors.Busy():
            return {"Retry-After": str(RETRY_AFTER_SECONDS)}
        case MethodNotAllowed():
            return {"Allow": ", ".join(sorted(error.valid_methods or ()))}
    return {}


def _scim_error(meaning: Meaning) -> Response:
    document = messages.error_document(
        meaning.status, meaning.scim_type, meaning.detail
    )
    content = orjson.dumps(document)
    return Response(content, meaning.status, content_type=names.MEDIA_TYPE)
