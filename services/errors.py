"""What services raise. The doors decide how it looks; the words are made here.

Each carries `detail`: one to three sentences for an admin that name the cause and the
next step.
"""

from __future__ import annotations

from models.database import Busy

__all__ = [
    "AlreadyTaken",
    "Busy",
    "Invalid",
    "NotFound",
    "OrganizationSuspended",
    "ServiceError",
    "TokenRefused",
    "VersionMismatch",
]


class ServiceError(Exception):
    """Something that was asked for and is not done. Nothing was written."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NotFound(ServiceError):
    """No such thing in this organization; said alike if another one has it."""


class AlreadyTaken(ServiceError):
    """A value that must be unique is in use. `attribute` is its canonical SCIM key.

    `holder_id` is the resource that has it, where it is a user or a group; `cause` is a
    key of the error reference.
    """

    def __init__(
        self,
        attribute: str,
        detail: str,
        *,
        holder_id: str = "",
        cause: str = "taken",
    ) -> None:
        super().__init__(detail)
        self.attribute = attribute
        self.holder_id = holder_id
        self.cause = cause


class Invalid(ServiceError):
    """A value cannot be accepted. `attribute` says which."""

    def __init__(self, attribute: str, detail: str) -> None:
        super().__init__(detail)
        self.attribute = attribute


class VersionMismatch(ServiceError):
    """The resource is not in the version that the caller named (RFC 7644 §3.14)."""


class TokenRefused(ServiceError):
    """Credentials that do not open the door. `cause` is a key of the error reference.

    `public_id` names the token when the text that was sent gives it away.
    """

    def __init__(self, cause: str, detail: str, public_id: str | None = None) -> None:
        super().__init__(detail)
        self.cause = cause
        self.public_id = public_id


class OrganizationSuspended(ServiceError):
    """Good credentials of an organization that is paused."""
