"""What a logged request asked for, as far as its body was kept and can be read.

Bodies are kept redacted, cut to their head, or not at all: whoever asks here has to be
content with less. Nothing here judges what was sent; `scim.messages` did, back then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from scim import messages, quirks
from scim.attributes import JSON, Document
from scim.errors import ScimError
from scim.schemas import USER_TYPE
from services.activity.redaction import HIDDEN
from services.activity.request_log import LoggedExchange

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOST_IDS: Final = 1_000


@dataclass(frozen=True)
class SentUser:
    """What a body said of a user; None where it said nothing, or it is not known."""

    user_name: str | None = None
    external_id: str | None = None
    is_active: bool | None = None


def user_of(exchange: LoggedExchange) -> SentUser | None:
    """The user in the body of a POST or PUT; None when no whole body was kept."""
    document = _document(exchange.request_body)
    if document is None:
        return None
    active = _find(document, "active")
    return SentUser(
        _text(_find(document, "userName")),
        _text(_find(document, "externalId")),
        _truth(active),
    )


def ids_in(exchange: LoggedExchange) -> list[str]:
    """Ids that the head of the body holds, each once: members, for instance."""
    found = dict.fromkeys(_ID.findall(exchange.request_body or ""))
    return list(found)[:_MOST_IDS]


def _document(body: str | None) -> Document | None:
    try:
        document = messages.read_json((body or "").encode())
        return quirks.unwrap_core(document, USER_TYPE, [])
    except ScimError:
        return None


def _find(document: Document, name: str) -> JSON:
    try:
        return quirks.find_key(document, name)
    except ScimError:
        return None


def _text(value: JSON) -> str | None:
    """A text that was sent; what was hidden when it was kept is not known."""
    if not isinstance(value, str) or not value.strip():
        return None
    return None if value == HIDDEN or "…" in value else value


def _truth(value: JSON) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value if isinstance(value, bool) else None
