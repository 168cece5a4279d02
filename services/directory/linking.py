"""Linking a user who is here to the one a provider wanted to make.

A provider that asks for a new user under a name that is in use is refused (409). When
both are the same person, the user who is here gets the external ID that the provider
sent, and is reactivated if that is wanted. Nothing else is taken from the request: the
provider finds the user when it tries again, and pushes the rest itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from models import User
from models.database import reading, writing
from scim import documents
from scim.errors import InvalidValue
from scim.schemas import USER_TYPE
from services.activity import fixes, request_log, sent
from services.activity.events import Batch
from services.activity.request_log import LoggedExchange, LoggedRequest
from services.activity.sent import SentUser
from services.directory import user_changes
from services.directory.mapping import Reference
from services.errors import Invalid, NotFound
from services.organizations import OrganizationRef
from services.origin import Origin

_CAUSES: Final = ("taken", "taken_deactivated")
_UNKNOWN: Final = SentUser()
_MOST_OTHERS: Final = 3


@dataclass(frozen=True)
class Link:
    """What linking would do now.

    `user` is who has the name, None when it is free by now. `sent` is what the provider
    asked for; `is_body_kept` tells whether that is known. `others` have the external ID
    that was sent as well.
    """

    request: LoggedRequest
    user: Reference | None
    user_name: str
    is_active: bool
    external_id: str | None
    sent: SentUser
    is_body_kept: bool
    others: tuple[Reference, ...] = ()

    @property
    def sets_external_id(self) -> bool:
        """Whether the user would get an external ID that it has not."""
        return self.sent.external_id not in (None, self.external_id)

    @property
    def has_external_id(self) -> bool:
        """Whether the user has the external ID that was sent already."""
        return self.sent.external_id is not None and not self.sets_external_id

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to link or to reactivate."""
        return self.user is not None and (self.sets_external_id or not self.is_active)


@reading
def find(
    connection: Connection, organization: OrganizationRef, request_id: str
) -> Link:
    """What a refused request and the user in its way come to.

    Raises `NotFound` for a request that is not here, or was not refused for that.
    """
    return _find(connection, organization, request_id)


@writing
def link(
    session: Session,
    organization: OrganizationRef,
    request_id: str,
    *,
    user_id: str,
    reactivates: bool,
    origin: Origin,
) -> Reference:
    """Give the user the external ID that was sent; returns the user.

    `user_id` is who was shown. Raises `NotFound` as `find`, and `Invalid` ("user") when
    somebody else has the name by now, or nobody.
    """
    found = _find(session.connection(), organization, request_id)
    if found.user is None or found.user.id != user_id:
        raise Invalid(
            "user",
            "The user name belongs to somebody else by now, or is free. Look again "
            "before you link.",
        )
    user = user_changes.lock(session, organization, user_id)
    document = dict(user.document)
    if found.sets_external_id:
        document["externalId"] = _clean(found.sent.external_id, origin)
    if reactivates:
        document["active"] = True
    batch = Batch()
    user_changes.change(session, organization, user, document, batch, origin)
    batch.record(session, organization.seq, origin)
    return found.user


def _clean(external_id: str | None, origin: Origin) -> str:
    """As SCIM would take it; what is in the log was not judged by anybody."""
    try:
        cleaned = documents.clean({"externalId": external_id}, USER_TYPE, origin.notes)
    except InvalidValue as error:
        raise Invalid("externalId", error.detail) from error
    return str(cleaned["externalId"])


def _find(
    connection: Connection, organization: OrganizationRef, request_id: str
) -> Link:
    exchange = request_log.read(connection, organization, request_id)
    if not _is_about_a_name(exchange.request):
        raise NotFound(
            "This request was not refused for a user name that is in use. There is "
            "nobody to link."
        )
    asked = sent.user_of(exchange)
    return _read(
        connection, organization, exchange, asked or _UNKNOWN, asked is not None
    )


def _is_about_a_name(request: LoggedRequest) -> bool:
    is_new = request.method == "POST" and request.resource_type == "User"
    return request.kind == "scim" and is_new and request.cause in _CAUSES


def _read(
    connection: Connection,
    organization: OrganizationRef,
    exchange: LoggedExchange,
    asked: SentUser,
    is_body_kept: bool,
) -> Link:
    holder = fixes.find_holder(connection, organization, exchange)
    if holder is None:
        name = asked.user_name or ""
        return Link(exchange.request, None, name, False, None, asked, is_body_kept)
    row = connection.execute(
        select(User.document, User.is_active, User.external_id).where(
            User.organization_seq == organization.seq, User.id == holder.id
        )
    ).one()
    return Link(
        exchange.request,
        holder,
        str(row.document["userName"]),
        row.is_active,
        row.external_id,
        asked,
        is_body_kept,
        _others(connection, organization, asked.external_id, holder.id),
    )


def _others(
    connection: Connection,
    organization: OrganizationRef,
    external_id: str | None,
    user_id: str,
) -> tuple[Reference, ...]:
    """Who else has the external ID: perhaps the same person under another name."""
    if external_id is None:
        return ()
    found = connection.execute(
        select(User.id, User.name)
        .where(
            User.organization_seq == organization.seq,
            User.external_id == external_id,
            User.id != user_id,
        )
        .order_by(User.name_key, User.seq)
        .limit(_MOST_OTHERS)
    )
    return tuple(Reference("User", row.id, row.name) for row in found)
