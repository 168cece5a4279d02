"""The errors of RFC 7644 §3.12 that a request itself causes, one class per `scimType`.

Raised wherever a request cannot be honoured; turned into an answer by
`blueprints/errors.py` alone. Not here is what only the stored data can tell, such as a
name that is taken (`services/errors.py`). `detail` is read by the admin of the
provisioning client: one to three plain sentences that name the cause and the next step,
under 400 characters, never a secret, a class name or a library's words. `cause` tells
apart what has the same `scimType` and is mended differently: a short key, by which
whoever explains errors looks them up.
"""

from __future__ import annotations

from typing import ClassVar


class ScimError(Exception):
    """A request that SCIM refuses. Subclasses fix `status` and `scim_type`."""

    status: ClassVar[int] = 400
    scim_type: ClassVar[str | None] = None

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause
        self.detail = detail


class InvalidFilter(ScimError):
    """The filter cannot be parsed, or names what cannot be compared (400)."""

    scim_type = "invalidFilter"


class InvalidPath(ScimError):
    """A PATCH path cannot be parsed or names an unknown attribute (400)."""

    scim_type = "invalidPath"


class InvalidSyntax(ScimError):
    """The body is not the JSON, or not the message, that it should be (400)."""

    scim_type = "invalidSyntax"


class InvalidValue(ScimError):
    """A value is missing, of the wrong type, too long or not allowed (400)."""

    scim_type = "invalidValue"


class Mutability(ScimError):
    """An attribute that the client may not change was to be changed (400)."""

    scim_type = "mutability"


class NoTarget(ScimError):
    """A PATCH path selects no value (400, RFC 7644 §3.5.2.2 and §3.5.2.3)."""

    scim_type = "noTarget"


class TooMany(ScimError):
    """More results or operations were asked for than one request may have (400)."""

    scim_type = "tooMany"


class Forbidden(ScimError):
    """Good credentials that may not do this (403)."""

    status = 403


class ResourceNotFound(ScimError):
    """No such resource, or no such address (404)."""

    status = 404


class Unsupported(ScimError):
    """A part of the protocol that this service does not have (501)."""

    status = 501
