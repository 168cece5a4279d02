"""What was sent and answered, as the inspector shows it: bodies, `curl`, support.

Bodies were redacted before they were kept (`services/activity/redaction.py`); here they
are only laid out, and said to be missing or cut where they are.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from markupsafe import Markup

from blueprints import addresses
from blueprints.admin_ui import formats, json_view
from scim import names
from services.activity.redacted_bodies import KEPT_BYTES
from services.activity.redaction import HIDDEN
from services.activity.request_log import LoggedExchange, LoggedRequest

OWN_FILE: Final = "@body.json"
"""Stands for a body that is not kept, or not all of it."""

PLACEHOLDER: Final = "$ROLLCALL_TOKEN"
"""Stands for the token in a command; the shell puts it in."""

_WHOLE_CHARACTERS: Final = 3
"""Bytes by which a head may be shorter, since no character is cut."""


@dataclass(frozen=True)
class BodyView:
    """A body: laid out, and as it is kept; or why there is none.

    `said` is a sentence about it, of its size or its absence.
    """

    title: str
    key: str
    pretty: Markup | None = None
    raw: Markup | None = None
    said: str = ""


def bodies(
    exchange: LoggedExchange, *, keeps_bodies: bool
) -> tuple[BodyView, BodyView]:
    """What was sent, and what was answered."""
    request = exchange.request
    return (
        _body(
            ("Request body", "request", "Nothing was sent with this request."),
            exchange.request_body,
            request.request_bytes,
            keeps_bodies=keeps_bodies,
            marked=_at_fault(request),
        ),
        _body(
            ("Our reply", "reply", "The reply has no body."),
            exchange.response_body,
            request.response_bytes,
            keeps_bodies=keeps_bodies,
        ),
    )


def _at_fault(request: LoggedRequest) -> Collection[str]:
    """The attribute whose value was refused, where the cause alone says which."""
    if not (request.cause or "").startswith("taken"):
        return ()
    return ("userName",) if request.resource_type == "User" else ("displayName",)


def _body(
    words: tuple[str, str, str],
    text: str | None,
    n_bytes: int | None,
    *,
    keeps_bodies: bool,
    marked: Collection[str] = (),
) -> BodyView:
    title, key, nothing = words
    if text is None:
        return BodyView(title, key, said=_absence(nothing, n_bytes, keeps_bodies))
    return BodyView(
        title,
        key,
        json_view.pretty(text, marked=marked),
        json_view.raw(text),
        _cut_words(text, n_bytes or 0),
    )


def _absence(nothing: str, n_bytes: int | None, keeps_bodies: bool) -> str:
    if n_bytes == 0:
        return nothing
    if not keeps_bodies:
        size = f" This one had {formats.file_size(n_bytes)}." if n_bytes else ""
        return f"No bodies are kept in this organization.{size}"
    if not n_bytes:
        return nothing
    return (
        f"This body of {formats.file_size(n_bytes)} was not kept: it was no object or "
        "list in JSON, or could not be searched for passwords."
    )


def is_cut(text: str, n_bytes: int) -> bool:
    """Whether only the head of a body is kept."""
    n_kept = len(text.encode())
    return n_kept + _WHOLE_CHARACTERS >= KEPT_BYTES and n_bytes > n_kept


def _cut_words(text: str, n_bytes: int) -> str:
    if not is_cut(text, n_bytes):
        return ""
    kept, whole = (formats.file_size(one) for one in (KEPT_BYTES, n_bytes))
    return f"The first {kept} of {whole} are kept."


def curl(exchange: LoggedExchange) -> str:
    """A command that sends the same again, for a POSIX shell; the token left open.

    What is quoted cannot act: not for the shell, nor for `curl`, nor, with what is
    invisible escaped, for the terminal it is pasted into. A body that is not kept whole
    is taken from a file.
    """
    request, sent = exchange.request, exchange.request_body
    path, mark, query = request.path.partition("?")
    address = addresses.own(quote(path, safe="/:@!$&'()*+,;=~-._") + mark + query)
    words = ["curl --globoff", f"--request {_quoted(request.method)}"]
    words.append(f'--header "Authorization: Bearer {PLACEHOLDER}"')
    if request.request_bytes:
        kind = f"Content-Type: {names.MEDIA_TYPE}"
        words.append(f"--header {shlex.quote(kind)}")
        words.append(
            f"--data-raw {shlex.quote(json_view.seen(sent))}"
            if sent is not None and _is_whole(exchange)
            else f"--data-binary {OWN_FILE}"
        )
    words.append(_quoted(address))
    return " \\\n  ".join(words)


def missing(exchange: LoggedExchange) -> str:
    """What is to be put into that command besides the token; nothing, or a sentence."""
    if not exchange.request.request_bytes:
        return ""
    if not _is_whole(exchange):
        return "Its body is not kept whole: put one into the file body.json."
    if f'"{HIDDEN}"' in (exchange.request_body or ""):
        return "Replace what is hidden in its body."
    return ""


def _is_whole(exchange: LoggedExchange) -> bool:
    sent, n_bytes = exchange.request_body, exchange.request.request_bytes or 0
    return sent is not None and not is_cut(sent, n_bytes)


def _quoted(text: str) -> str:
    """One word for the shell; line ends and controls become signs that do nothing."""
    return shlex.quote("".join(c if c.isprintable() else "\ufffd" for c in text))


def support_text(request: LoggedRequest) -> str:
    """What to send to whoever runs this installation; no bodies, no query."""
    facts = {
        "Request ID": request.id,
        "Time": request.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "Request": f"{request.method} {request.path.partition('?')[0]}".strip(),
        "Status": status_words(request.status),
        "scimType": request.scim_type,
        "Cause": request.cause,
        "Detail": request.detail,
        "Sent by": request.user_agent,
    }
    lines = [f"{label}: {value}" for label, value in facts.items() if value]
    return "\n".join(formats.make_visible(line) for line in lines)


def status_words(status: int | None) -> str:
    """`409 Conflict`; the number alone when nobody has named it."""
    if status is None:
        return ""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
