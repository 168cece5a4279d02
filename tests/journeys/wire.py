"""Sends a request over a socket with Okta's headers and reads the whole answer.

One kept-alive connection serves a journey, as it serves Okta: an answer that leaves
bytes unread, or a refusal that leaves the request body unread, spoils the next step.
Nothing is judged here.
"""

from __future__ import annotations

import gzip
import json
import time
import zlib
from dataclasses import dataclass
from http.client import HTTPConnection
from types import TracebackType
from urllib.parse import urlsplit

from tests.journeys.matching import JSON

PATIENCE_SECONDS = 60
"""Okta closes the socket when this long no answer came (okta.md §2)."""

OKTA_HEADERS = {
    "Accept": "application/scim+json",
    "Accept-Charset": "utf-8",
    "User-Agent": "Okta SCIM Client 1.0.0",
    "Authorization": "Bearer {{token}}",
    "Connection": "Keep-Alive",
    "Accept-Encoding": "gzip,deflate",
}
OKTA_CONTENT_TYPE = "application/scim+json; charset=utf-8"
METHODS_WITH_CONTENT_TYPE = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Request:
    """A request as it goes out; `target` is the path below the base URL, with query."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes | None = None


@dataclass(frozen=True)
class Answer:
    """An answer as it came; header names in lower case, the body as text."""

    status: int
    headers: dict[str, str]
    text: str
    milliseconds: float

    def document(self) -> JSON:
        """The body as JSON. `ValueError` when it is none, or has a key twice."""
        read: JSON = json.loads(
            self.text, object_pairs_hook=_unique, parse_constant=_no_constant
        )
        return read


class Wire:
    """The connection of one journey to the server."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._connection = HTTPConnection(
            str(parts.hostname), parts.port or 80, timeout=PATIENCE_SECONDS
        )
        self._prefix = parts.path.rstrip("/")

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def send(self, request: Request) -> Answer:
        """Send the request with exactly its headers (and Host, Content-Length).

        A server may end a kept-alive connection at any time; like every client, this
        one then opens another.
        """
        try:
            return self._send(request)
        except (BrokenPipeError, ConnectionResetError):
            self._connection.close()
            return self._send(request)

    def _send(self, request: Request) -> Answer:
        started = time.perf_counter()
        self._connection.putrequest(
            request.method, self._prefix + request.target, skip_accept_encoding=True
        )
        for name, value in request.headers.items():
            self._connection.putheader(name, value)
        if request.body is not None:
            self._connection.putheader("Content-Length", str(len(request.body)))
        self._connection.endheaders(request.body)
        answer = self._connection.getresponse()
        content = answer.read()
        elapsed = (time.perf_counter() - started) * 1_000
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, headers, _text(content, headers), elapsed)


def _text(content: bytes, headers: dict[str, str]) -> str:
    coding = headers.get("content-encoding", "identity")
    if coding == "gzip":
        content = gzip.decompress(content)
    elif coding == "deflate":
        content = zlib.decompress(content)
    return content.decode("utf-8")


def _unique(pairs: list[tuple[str, JSON]]) -> JSON:
    keys = [key for key, _ in pairs]
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        raise ValueError(f"the answer has the key {twice.pop()!r} twice")
    return dict(pairs)


def _no_constant(name: str) -> JSON:
    raise ValueError(f"the answer holds {name}, which is not JSON")
