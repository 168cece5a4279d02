"""Any error, turned into what its door speaks: SCIM JSON, or a page.

The only translator. It looks at the address, since routing errors (404, 405) happen
before Flask knows the blueprint. What it does not do is word the causes: services and
`scim/` raise with a `detail`, and only HTTP's own errors are worded here.
"""

from __future__ import annotations

import math
import time
from contextlib import suppress
from http import HTTPStatus

import orjson
import structlog
from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    RequestEntityTooLarge,
)

from scim import errors as scim_errors
from scim import messages, names
from services import credentials
from services import errors as service_errors
from services.origin import new_id, shorten

SCIM_PREFIX = "/scim/v2"
RETRY_AFTER_SECONDS = 2
DRAINED_BYTES = 64 * 1024

log = structlog.get_logger()


class SlowDown(Exception):
    """An address sent too many refused credentials."""

    def __init__(self, reset_at: float) -> None:
        super().__init__()
        self.seconds = max(1, math.ceil(reset_at - time.time()))


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
    status, scim_type, detail = _translate(error)
    response = (
        _scim_error(status, scim_type, detail)
        if is_scim(request.path)
        else _page(status, detail)
    )
    for name, value in _headers(error).items():
        response.headers[name] = value
    return response


def _drain() -> None:
    """Read a small body that nobody read: the server would end the connection else."""
    if 0 < (request.content_length or 0) <= DRAINED_BYTES:
        with suppress(HTTPException):
            request.get_data()


def _translate(error: Exception) -> tuple[int, str | None, str]:
    """Status, `scimType` and `detail` of any error."""
    match error:
        case scim_errors.ScimError():
            return error.status, error.scim_type, error.detail
        case service_errors.NotFound():
            return 404, None, error.detail
        case service_errors.AlreadyTaken():
            return 409, "uniqueness", error.detail
        case service_errors.Invalid():
            return 400, "invalidValue", error.detail
        case service_errors.VersionMismatch():
            return 412, None, error.detail
        case service_errors.TokenRefused():
            return 401, None, error.detail
        case service_errors.OrganizationSuspended():
            return 403, None, error.detail
        case SlowDown():
            return 429, None, _slow_down(error)
        case service_errors.Busy():
            log.warning("busy", path=_path(), cause=_cause(error))
            return 503, None, _BUSY
        case HTTPException():
            return error.code or 500, None, _http_detail(error)
    incident = new_id()
    log.error(
        "unexpected error",
        incident=incident,
        path=_path(),
        exc_info=error,
    )
    return 500, None, f"{_UNEXPECTED} {incident}."


_BUSY = (
    f"Rollcall is busy or its database is away. Try again in {RETRY_AFTER_SECONDS} "
    "seconds."
)
_UNEXPECTED = (
    "Something went wrong inside Rollcall, and nothing was changed. Tell whoever runs "
    "this installation the incident id"
)


def _path() -> str:
    return credentials.redact(shorten(request.path, 200))


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


def _unknown_address(path: str) -> str:
    said = f"{credentials.redact(shorten(path, 80))} is not an address here."
    if not is_scim(path):
        return said
    if path.strip("/") == SCIM_PREFIX.strip("/"):
        return "This is the base URL. A resource follows it, such as /Users or /Groups."
    if path.count("/scim/v2") > 1:
        return f"{said} The base URL ends in /scim/v2, which was given twice."
    return f"{said} The base URL ends in /scim/v2, with nothing after it."


def _headers(error: Exception) -> dict[str, str]:
    match error:
        case service_errors.TokenRefused():
            return {"WWW-Authenticate": 'Bearer realm="Rollcall"'}
        case SlowDown():
            return {"Retry-After": str(error.seconds)}
        case service_errors.Busy():
            return {"Retry-After": str(RETRY_AFTER_SECONDS)}
        case MethodNotAllowed():
            return {"Allow": ", ".join(sorted(error.valid_methods or ()))}
    return {}


def _scim_error(status: int, scim_type: str | None, detail: str) -> Response:
    document = messages.error_document(status, scim_type, detail)
    return Response(orjson.dumps(document), status, content_type=names.MEDIA_TYPE)


def _page(status: int, detail: str) -> Response:
    title = HTTPStatus(status).phrase.capitalize()
    page = render_template(
        "errors/show.html", status=status, title=title, detail=detail
    )
    return Response(page, status)
