"""The connection to the SCIM server: one request out, one answer in, or a sentence why.

A request that was refused is `Refused`, and the next may fare better; `Stopped` means
that no further request can. The token is in no text that leaves here.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, TypeGuard
from urllib.parse import urlsplit

import httpx

from blueprints.commands.simulation.okta import (
    CONTENT_TYPE,
    HEADERS,
    METHODS_WITH_CONTENT_TYPE,
    TIMEOUT_SECONDS,
    Document,
)

MOST_TRIES: Final = 5
"""How often a request is sent while the server asks to slow down."""
LONGEST_WAIT_SECONDS: Final = 300
SHOWN: Final = 400
"""Characters of a server's words that are repeated."""

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


class Stopped(Exception):
    """Nothing more can be asked; the text is for whoever began the simulation."""


@dataclass(eq=False)
class Refused(Exception):
    """One request was refused; Okta would mark its task as failed and go on."""

    method: str
    path: str
    status: int
    detail: str

    def __str__(self) -> str:
        return f"{self.method} {self.path} was answered {self.status}: {self.detail}"


@dataclass(frozen=True)
class Page:
    """One page: how many there are in all, and those that came."""

    total: int
    resources: list[Document]


class Wire:
    """Sends with Okta's headers, over one connection that is kept.

    `pace` is the pause in seconds before each request but the first. `wait` is called
    with the seconds for which the server asks to be left alone. `n_requests` counts
    what was sent.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        pace: float = 0,
        wait: Callable[[int], None] = time.sleep,
    ) -> None:
        self.base_url = base_url
        self.n_requests = 0
        self._token = token
        self._cut = token[:-4]
        self._pace = pace
        self._wait = wait
        host = urlsplit(base_url).hostname
        # A proxy of this machine's has no way to what runs on this machine alone.
        self._client = httpx.Client(
            timeout=TIMEOUT_SECONDS, trust_env=host not in LOOPBACK
        )

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def get(self, target: str) -> Document:
        """The resource or list at that address below the base URL."""
        return self._document("GET", target, self.send("GET", target))

    def read_list(self, target: str) -> Page:
        """A list of resources, each of which has an id; of look-ups and imports."""
        document = self.get(target)
        total: object = document.get("totalResults")
        found: object = document.get("Resources", [])
        if type(total) is not int or not _have_ids(found):
            raise Stopped(
                f"{_said('GET', target, 200)}, but not with a list of SCIM resources: "
                "totalResults is a number, and each of Resources has an id."
            )
        return Page(total, found)

    def look_up(self, target: str) -> Document | None:
        """The first resource that a look-up finds, as Okta takes it, or None."""
        try:
            found = self.read_list(target).resources
        except Refused as refused:
            if refused.status == 404:  # against the RFC, but Okta puts up with it
                return None
            raise
        return found[0] if found else None

    def post(self, target: str, body: Document) -> Document:
        """The resource as it was made; it has an id."""
        made = self._document("POST", target, self.send("POST", target, body))
        if not isinstance(made.get("id"), str):
            raise Stopped(
                f"{_said('POST', target, 201)} without an id, so what was made cannot "
                "be addressed. Rollcall and other SCIM servers answer with it."
            )
        return made

    def send(
        self,
        method: str,
        target: str,
        body: Document | None = None,
        *,
        cut: bool = False,
    ) -> httpx.Response:
        """The answer to one request, which was not refused.

        Raises `Refused`, or `Stopped` when there is no server, it is no SCIM server,
        or it does not take the token. With a `cut` token, sent without its end, that
        is `Refused` too.
        """
        answer = self._patiently(
            method, target, body, (self._cut or "cut") if cut else self._token
        )
        if answer.is_success:
            return answer
        refused = Refused(
            method,
            target.partition("?")[0],
            answer.status_code,
            self._detail(method, target, answer),
        )
        if answer.status_code in (401, 403) and not cut:
            raise Stopped(
                f"The token is refused ({answer.status_code}): {refused.detail}"
            )
        raise refused

    def _patiently(
        self, method: str, target: str, body: Document | None, token: str
    ) -> httpx.Response:
        """As `Retry-After` says, in whole seconds; any other form counts as none."""
        for _ in range(MOST_TRIES - 1):
            answer = self._once(method, target, body, token)
            after = answer.headers.get("Retry-After", "")
            if answer.status_code != 429 or not after.isdecimal():
                return answer
            self._wait(min(int(after), LONGEST_WAIT_SECONDS))
        return self._once(method, target, body, token)

    def _once(
        self, method: str, target: str, body: Document | None, token: str
    ) -> httpx.Response:
        if self._pace and self.n_requests:
            time.sleep(self._pace)
        self.n_requests += 1
        headers = HEADERS | {"Authorization": f"Bearer {token}"}
        if method in METHODS_WITH_CONTENT_TYPE:
            headers |= {"Content-Type": CONTENT_TYPE}
        try:
            return self._client.request(
                method,
                self.base_url + target,
                content=None if body is None else _json(body),
                headers=headers,
            )
        except httpx.TimeoutException as error:
            raise Stopped(
                f"{self.base_url} did not answer {method} {target.partition('?')[0]} "
                f"within {TIMEOUT_SECONDS} seconds."
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Stopped(
                f"{self.base_url} cannot be reached: {self._clean(str(error))}. Is the "
                "server running, and is this its address?"
            ) from error

    def _document(self, method: str, target: str, answer: httpx.Response) -> Document:
        document = read(answer)
        if document is None:
            raise self._not_scim(method, target, answer)
        return document

    def _detail(self, method: str, target: str, answer: httpx.Response) -> str:
        """What a refusal says; `Stopped` when it is none of a SCIM server's."""
        document, reason = read(answer), self._clean(answer.reason_phrase)
        if document is not None and isinstance(document.get("detail"), str):
            return self._clean(document["detail"])
        if document is not None or answer.status_code in (401, 403, 429):
            return f"{reason}, without a detail."
        if answer.status_code >= 500:
            return f"{reason}, without a SCIM error."
        raise self._not_scim(method, target, answer)

    def _not_scim(self, method: str, target: str, answer: httpx.Response) -> Stopped:
        said = _said(method, target, answer.status_code)
        if answer.is_redirect:
            place = self._clean(answer.headers.get("Location", "elsewhere"))
            return Stopped(f"{said}, which leads to {place}. Okta does not follow.")
        kind = self._clean(answer.headers.get("Content-Type", "")) or "no media type"
        return Stopped(
            f"{said}, but not as a SCIM server answers ({kind}). Check the base URL; "
            "Rollcall's ends in /scim/v2."
        )

    def _clean(self, text: str) -> str:
        """A stranger's words without the token, on one line, and not too many."""
        words = " ".join(text.split())
        words = "".join(one if one.isprintable() else "�" for one in words)
        for secret in filter(None, (self._token, self._cut)):
            # As a word: what was pasted for a token may be a letter.
            words = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "…", words)
        return words if len(words) <= SHOWN else f"{words[:SHOWN]}…"


def _said(method: str, target: str, status: int) -> str:
    return f"{method} {target.partition('?')[0]} was answered {status}"


def read(answer: httpx.Response) -> Document | None:
    """The answer as a JSON object, or None."""
    try:
        document: Any = json.loads(answer.content)  # Any: a stranger's JSON
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _have_ids(found: object) -> TypeGuard[list[Document]]:
    return isinstance(found, list) and all(
        isinstance(one, dict) and isinstance(one.get("id"), str) for one in found
    )


def _json(body: Document) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8",
        "replace",  # half a character that a server sent comes back as ?
    )
