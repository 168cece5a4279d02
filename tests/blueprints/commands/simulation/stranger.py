"""A server of somebody else's: answers as it is told, and keeps what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

SCIM = {"Content-Type": "application/scim+json"}
HTML = {"Content-Type": "text/html"}


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    target: str
    headers: Message
    body: Any


@dataclass(frozen=True)
class Said:
    """An answer as it goes out; a document is sent as JSON."""

    status: int = 200
    document: Any = None
    headers: Mapping[str, str] = field(default_factory=lambda: SCIM)

    def content(self) -> bytes:
        if isinstance(self.document, str):
            return self.document.encode()
        return b"" if self.document is None else json.dumps(self.document).encode()


HANG_UP = Said(0)
"""Instead of an answer, the connection is closed."""


def error(status: int, detail: str) -> Said:
    return Said(status, {"status": str(status), "detail": detail})


def listed(*resources: Any, total: Any = None) -> Said:
    n_all = len(resources) if total is None else total
    return Said(200, {"totalResults": n_all, "Resources": list(resources)})


Answering = Callable[[Asked], Said]


class Stranger:
    """Serves on loopback until it is closed."""

    def __init__(self, answering: Answering) -> None:
        self.asked: list[Asked] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(answering))
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_port}/scim"
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self, answering: Answering) -> type[BaseHTTPRequestHandler]:
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def handle_one_request(self) -> None:
                super().handle_one_request()
                self.close_connection = True

            def answer(self) -> None:
                size = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(size)) if size else None
                asked.append(Asked(self.command, self.path, self.headers, body))
                said = answering(asked[-1])
                if said is HANG_UP:
                    return
                self.send_response(said.status)
                for name, value in said.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said.content())))
                self.end_headers()
                self.wfile.write(said.content())

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

            def log_message(self, *_: object) -> None:
                """Nothing is logged."""

        return Handler
