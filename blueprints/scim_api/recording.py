"""Every request under `/scim/v2` leaves a row in the request log, refused ones as well.

What it is about is read from the address, the answer, and what a view took note of; the
row is handed to the buffer, and nobody waits for it. An answer that is streamed is told
once its last piece is gone, and only its head is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple, TypeGuard

import orjson
from flask import Request, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from blueprints import request_ids
from blueprints.addresses import SCIM_PREFIX
from blueprints.errors import DRAINED_BYTES, Meaning, is_scim
from scim import quirks
from scim.attributes import ResourceType
from scim.filters import Comparison
from services.access import credentials
from services.access.authentication import Credentials
from services.access.credentials import Claim
from services.activity import providers, redacted_bodies, redaction
from services.activity.redacted_bodies import Body
from services.activity.redaction import Address
from services.activity.request_buffer import Buffer
from services.activity.request_rows import Entry
from services.directory.mapping import StoredGroup, StoredUser
from services.origin import Origin, RequestInfo, is_id, shorten
from services.queries.listing import Page, Query

_READING: Final = ("GET", "HEAD")
_CREATED: Final = 201
_NOT_IMPLEMENTED: Final = 501
_NO_CLAIM: Final = Claim()
_NO_BODY: Final = Body(None)
_LONGEST_NAME: Final = 100
_TYPES: Final = {"Users": "User", "Groups": "Group"}


def begin() -> None:
    """Look at the clock; to be called before anything else is done."""
    g.began = time.perf_counter_ns()
    g.arrived_at = datetime.now(UTC)


def authorization() -> str | None:
    """The header as it was written: WSGI hands its bytes out as Latin-1."""
    header = request.headers.get("Authorization")
    return header and header.encode("latin-1").decode("utf-8", "replace")


def info() -> RequestInfo:
    """What is kept of this request beside its bodies."""
    asked = current_request()
    query = asked.query_string.decode(errors="replace")
    g.address = address = redaction.address(asked.path, query)
    method = redaction.text(shorten(asked.method, 20))
    agent = _agent(asked.environ.get("HTTP_USER_AGENT", ""))
    return RequestInfo(method, address.text, asked.remote_addr or "", agent)


def note_manner(header: str | None) -> None:
    """Take note of how kindly the address and the credentials had to be read."""
    if header and header.lstrip().startswith("rcl_"):
        quirks.note_bare_token(g.origin.notes)
    if request.path.endswith("/") and request.url_rule is not None:
        quirks.note_slash_at_end(g.origin.notes)


def current_request() -> Request:
    """The request itself: Flask's stand-in for it costs as much as what is asked."""
    found: Request = request._get_current_object()  # type: ignore[attr-defined]  # of the stand-in
    return found


def _known() -> dict[str, Any]:  # Any: whatever the door put there
    """What is known of this request: what `g` holds, without asking it by name."""
    found: dict[str, Any] = vars(g._get_current_object())
    return found


@lru_cache(maxsize=1_000)
def _agent(header: str) -> str:
    return redaction.text(shorten(header, 200))


def note_list(
    query: Query,
    page: Page[StoredUser] | Page[StoredGroup],
    resource_type: ResourceType,
) -> None:
    """Take note of what a list was asked for, and of what it found."""
    g.facts = {
        "total": page.total,
        "start_index": page.start_index,
        "count": query.count,
        "n_found": len(page.resources),
    }
    asked = query.filter
    if asked is not None:
        quirks.note_filter(asked, query.text, resource_type, g.origin.notes)
    if isinstance(asked, Comparison):
        g.facts |= {
            "attribute": asked.attribute,
            "operator": asked.operator,
            "value": redaction.value_sought(asked.value, g.address),
        }
        if page.total == 1 == len(page.resources):
            g.found_id = page.resources[0].id


def record(response: Response) -> Response:
    """Tell the client the request's id, and the log the request."""
    asked = current_request()
    if not is_scim(asked.path):
        return response
    response.headers[request_ids.HEADER] = request_ids.current()
    buffer: Buffer | None = current_app.extensions.get("request_log")
    if buffer is None:
        return response
    known = _known()
    is_known = "credentials" in known
    claim = _NO_CLAIM if is_known else credentials.find_claim(authorization())
    if is_known or buffer.admits(claim.public_id, known["arrived_at"]):
        origin: Origin | None = known.get("origin")
        seen = origin.request if origin and origin.request else info()
        sent, n_sent = _sent(asked, known)
        status = response.status_code
        made = response.headers.get("Location", "") if status == _CREATED else ""
        exchange = _Exchange(asked, known, claim, seen, sent, n_sent, status, made)
        _follow(response, exchange, buffer)
    return response


def _follow(response: Response, exchange: _Exchange, buffer: Buffer) -> None:
    """Record the answer: now when it is whole, else once it was sent."""
    if response.is_sequence:
        # Of bytes, as we make them: one piece, which is not copied.
        data = b"".join(response.response)  # type: ignore[arg-type]
        buffer.put(_entry(exchange, data, len(data), is_whole=True))
        return
    pieces = _Counted(response.response)  # type: ignore[arg-type]  # of bytes, as we make them
    response.response = pieces

    @response.call_on_close
    def end() -> None:
        head = bytes(pieces.head)
        buffer.put(_entry(exchange, head, pieces.n_bytes, is_whole=False))


class _Counted:
    """The pieces of an answer as they go by: how long it is, and its head."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self.head = bytearray()
        self.n_bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = next(self._pieces)
        self.n_bytes += len(piece)
        missing = redacted_bodies.KEPT_BYTES - len(self.head)
        if missing > 0:
            self.head += piece[:missing]
        return piece


class _Exchange(NamedTuple):
    """A request whose answer is under way. Needs no context of Flask's to be told.

    `known` is what `g` holds; `sent` the body, as far as it was read; `made` where what
    was made is. The answer itself is not here: it would be kept from going by itself.
    """

    asked: Request
    known: dict[str, Any]  # Any: as in _known
    claim: Claim
    seen: RequestInfo
    sent: bytes
    n_sent: int
    status: int
    made: str


def _entry(exchange: _Exchange, data: bytes, n_bytes: int, *, is_whole: bool) -> Entry:
    """The row, once the answer is known; its values in the order of the columns.

    By name they would take a tenth more of what all of this takes.
    """
    asked, known, claim, seen, sent, n_sent, status, _ = exchange
    found: Credentials | None = known.get("credentials")
    origin: Origin | None = known.get("origin")
    address: Address = known["address"]
    meaning = known.get("meaning", _NO_MEANING) if status >= 400 else _NO_MEANING
    body = redacted_bodies.request_body(sent) if sent else _NO_BODY
    remark = _remarks(seen.path, address, body)
    if asked.method == "HEAD":
        data, n_bytes = b"", 0
    detail = remark(meaning.detail) if meaning.detail else None
    if detail and data:
        shown = redacted_bodies.error_body(data, detail)
    else:
        shown = _kept_answer(data, address, body, is_whole=is_whole)
    about = _resource_type(asked.path)
    return Entry(
        known["request_id"],
        found.organization.seq if found else None,
        "scim",
        _known_id(found, claim),
        f"token:{found.public_id}" if found else "",
        found.name if found else "",
        known["arrived_at"],
        seen.method,
        seen.path,
        status,
        meaning.scim_type,
        meaning.cause or None,
        detail,
        (time.perf_counter_ns() - known["began"]) // 1000,
        seen.address,
        seen.user_agent,
        providers.recognise(seen.user_agent, asked.query_string, sent),
        _outcome(asked.method, status),
        about,
        _resource_id(exchange) if about else None,
        _facts(exchange, body),
        [remark(one) for one in origin.notes] if origin else [],
        n_sent,
        n_bytes,
        body.head,
        shown,
        claim.public_id,
    )


def _kept_answer(
    data: bytes, address: Address, body: Body, *, is_whole: bool
) -> str | None:
    """What is kept of an answer that may bring back what was sent."""
    is_suspect = bool(address.secrets) or not body.is_plain
    return redacted_bodies.response_body(data, is_whole=is_whole, is_suspect=is_suspect)


def _remarks(path: str, address: Address, body: Body) -> Callable[[str], str]:
    """What makes of a note, or of what an error says, what is kept of it."""
    secrets = address.secrets | body.secrets
    return partial(
        redaction.remark,
        secrets=redaction.unseen(secrets, path, body.head) if secrets else (),
        is_quotable=address.is_quotable and body.is_quotable,
    )


def _sent(asked: Request, known: dict[str, Any]) -> tuple[bytes, int]:
    """The body that was read, or is small enough to be; and how long it was said to be.

    A large one that nobody read is left alone.
    """
    data: bytes = known.get("body", b"")
    if data or "CONTENT_LENGTH" not in asked.environ:
        return data, len(data)
    n_bytes = asked.content_length or 0
    if 0 < n_bytes <= DRAINED_BYTES:
        with suppress(HTTPException):
            data = asked.get_data()
    return data, n_bytes


def _facts(exchange: _Exchange, body: Body) -> dict[str, Any]:  # Any: JSON, small
    """What a view took note of; of what was refused, what it is called."""
    facts: dict[str, Any] = exchange.known.get("facts") or {}
    is_refused = exchange.status >= 400
    if is_refused and exchange.asked.method in ("POST", "PUT"):
        return {**facts, **_name_sent(body)}
    return facts


def _name_sent(body: Body) -> dict[str, str]:
    """What a resource that was not taken is called, by what is kept of its body."""
    try:
        document = orjson.loads(body.head or "")
    except ValueError:
        return {}
    given = document if isinstance(document, dict) else {}
    name = _called(given).strip()
    shown = shorten(name, _LONGEST_NAME)
    return {"name": shown} if shown not in ("", redaction.HIDDEN) else {}


def _called(document: dict[str, Any]) -> str:  # Any: whatever somebody sent
    """As a user or group is called here, by whatever of it is text."""
    name = document.get("name")
    parts = name if isinstance(name, dict) else {}
    both = [
        one for key in ("givenName", "familyName") if _is_text(one := parts.get(key))
    ]
    found = (
        document.get("displayName"),
        parts.get("formatted"),
        " ".join(both),
        document.get("userName"),
    )
    return next((one for one in found if _is_text(one)), "")


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value.strip())


def _known_id(found: Credentials | None, claim: Claim) -> str | None:
    if found:
        return found.public_id
    # Another product's token may look as if it had a public id, and is a secret.
    return claim.public_id if claim.is_prefixed else None


_NO_MEANING: Final = Meaning(0, "")


def _outcome(method: str, status: int) -> str:
    """What came of it. Whether something changed is known to the row of the change."""
    if status < 400:
        return "read" if method in _READING else "already"
    return "refused" if status < 500 or status == _NOT_IMPLEMENTED else "failed"


def _resource_type(path: str) -> str | None:
    return _TYPES.get(path[len(SCIM_PREFIX) + 1 :].partition("/")[0])


def _resource_id(exchange: _Exchange) -> str | None:
    """The resource that a request is about, as far as its address and answer say."""
    if exchange.asked.view_args:
        about = next(iter(exchange.asked.view_args.values()))
    elif exchange.made:
        about = exchange.made.rpartition("/")[2]
    else:
        about = exchange.known.get("found_id", "")
    return about if is_id(about) else None
