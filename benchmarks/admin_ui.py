"""The pages of the admin UI at full size: server time, for an owner signed in."""

from __future__ import annotations

import base64
import http.client
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Final
from urllib.parse import urlencode

from flask import Flask

from benchmarks.seeding import Seeded, user
from services.access import admins
from services.access.admins import NewAdmin
from services.origin import Origin

ROUNDS: Final = 20
GOAL: Final = "≤ 100 ms"
MEMBERS_GOAL: Final = "≤ 200 ms"
SIZE_GOAL: Final = "≤ 60 KiB"
_EMAIL: Final = "bench@example.com"
_PASSWORD: Final = "a walk along the whole harbour"  # noqa: S105 - of a thrown-away database
Row = tuple[str, str, str, str]


@dataclass(frozen=True)
class Page:
    """A page as it arrived."""

    text: str
    server_ms: float


def make_owner(app: Flask) -> None:
    """Somebody who may see everything; signs in by HTTP as people do."""
    with app.app_context():
        owner = NewAdmin(_EMAIL, "Bench", "owner", _PASSWORD, ())
        admins.create(owner, origin=Origin.of_command_line())


class Browser:
    """One kept-alive connection with a session."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._cookie = ""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/login").text)
        if token is None:
            raise RuntimeError("no form to sign in with")
        fields = {"email": _EMAIL, "password": _PASSWORD, "csrf_token": token[1]}
        self._send("POST", "/login", urlencode(fields))

    def get(self, path: str) -> Page:
        """One page, read to its end; raises when it is refused."""
        return self._send("GET", path)

    def n_bytes(self, path: str) -> int:
        """How many bytes an answer has on its way to a browser, which unpacks it."""
        headers = {"Cookie": self._cookie, "Accept-Encoding": "gzip, br"}
        self._connection.request("GET", path, headers=headers)
        response = self._connection.getresponse()
        if response.status >= 400:
            raise RuntimeError(f"GET {path}: {response.status}")
        return len(response.read())

    def _send(self, method: str, path: str, body: str | None = None) -> Page:
        headers = {"Cookie": self._cookie}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        text = response.read().decode()
        if response.status >= 400:
            raise RuntimeError(f"{method} {path}: {response.status}")
        if set_cookie := response.headers.get("Set-Cookie"):
            self._cookie = set_cookie.partition(";")[0]
        timing = response.headers.get("Server-Timing", "dur=0")
        return Page(text, float(timing.partition("dur=")[2].partition(",")[0]))


def measure_pages(seeded: list[Seeded], port: int) -> Iterator[Row]:
    """The lists of users and groups, searched and filtered; one user, one group."""
    one = seeded[-1]
    browser = Browser(port)
    users = f"/o/{one.slug}/users"
    for title, path in _users_pages(browser, users, one):
        yield _row(title, [browser.get(path) for _ in range(ROUNDS)])
    for tab in ("", "/groups", "/activity", "/scim"):
        path = f"{users}/{one.user_ids[1]}{tab}"
        title = f"a user{tab.replace('/', ': ')}"
        yield _row(title, [browser.get(path) for _ in range(ROUNDS)])
    for title, path in _groups_pages(browser, f"/o/{one.slug}/groups", one):
        pages = [browser.get(path) for _ in range(ROUNDS)]
        yield _row(title, pages, goal=MEMBERS_GOAL)
    for path in (users, f"/o/{one.slug}/groups"):
        yield _size_row(browser, path)


def _size_row(browser: Browser, path: str) -> Row:
    """A list page for somebody who was never here: with everything that it loads."""
    loaded = re.findall(
        r'(?:src|rel="stylesheet" href)="(/[^"]+)"', browser.get(path).text
    )
    page, rest = browser.n_bytes(path), sum(map(browser.n_bytes, set(loaded)))
    title = f"page: {path.rpartition('/')[2]} with stylesheet and scripts, as sent"
    parts = f"{page / 1024:.0f} KiB and {rest / 1024:.0f} KiB"
    return (title, f"{(page + rest) / 1024:.0f} KiB", parts, SIZE_GOAL)


def _users_pages(
    browser: Browser, users: str, one: Seeded
) -> Iterator[tuple[str, str]]:
    title = f"{one.n_users:,} users"
    for sort in ("name", "user_name", "changed", "created"):
        yield f"{title} by {sort}", f"{users}?sort={sort}"
        yield f"{title} by {sort}, downwards", f"{users}?sort=-{sort}"
    cursor = re.search(r"cursor=([\w-]+)", browser.get(users).text)
    yield f"{title}, second page", f"{users}?cursor={cursor[1] if cursor else ''}"
    yield f"{title}, deactivated", f"{users}?status=deactivated"
    selective = str(user(one.n_users // 2)["userName"])
    for what, q in (
        ("search for one", selective),
        ("search for a name", "hana weiss"),
        ("search that meets all", "example"),
        ("search that meets nobody", "zzz"),
    ):
        yield f"{title}, {what}", f"{users}?{urlencode({'q': q})}"
    yield f"{title}, of one source", f"{users}?source=command:line"
    yield f"{title}, in a group of a hundred", f"{users}?group={one.small_group}"
    yield f"{title}, in a group of all but one", f"{users}?group={one.large_group}"


def _groups_pages(
    browser: Browser, groups: str, one: Seeded
) -> Iterator[tuple[str, str]]:
    yield "groups by members", f"{groups}?sort=-members"
    large = f"{groups}/{one.large_group}"
    title = f"group of {one.n_users - 1:,}"
    yield f"{title}, first page", large
    yield f"{title}, last page", f"{large}?cursor={_last_cursor(browser, large)}"
    for what, q in (
        ("find one member", str(user(one.n_users // 2)["userName"])),
        ("find what all match", "example"),
    ):
        yield f"{title}, {what}", f"{large}?{urlencode({'q': q})}"
        yield f"{title}, {what} to add", f"{large}/members/search?{urlencode({'q': q})}"
    yield f"{title}, raw SCIM", f"{large}/scim"
    small = f"{groups}/{one.small_group}"
    yield "group of a hundred, first page", small
    yield "group of a hundred, find a member", f"{small}?q=hana"


def _last_cursor(browser: Browser, path: str) -> str:
    """The cursor of the last page, come by from its far end."""
    _, _, run, *_ = json.loads(_decoded(_cursors(browser, path)[0]))
    beyond = json.dumps([0, 0, run, chr(0x10FFFF), 0]).encode()
    end = base64.urlsafe_b64encode(beyond).decode().rstrip("=")
    previous = _cursors(browser, f"{path}?cursor={end}")[0]
    return _cursors(browser, f"{path}?cursor={previous}")[-1]


def _cursors(browser: Browser, path: str) -> list[str]:
    """The cursors on a page of a list, the previous page's first."""
    found = re.findall(r"cursor=([\w-]+)\"", browser.get(path).text)
    return list(dict.fromkeys(found))


def _decoded(cursor: str) -> bytes:
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


def _row(title: str, pages: list[Page], goal: str = GOAL) -> Row:
    times = sorted(page.server_ms for page in pages)
    size = len(pages[0].text.encode()) / 1024
    slowest = f"slowest {times[-1]:.0f} ms, {size:.0f} KiB"
    return (f"page: {title}", f"{median(times):.1f} ms", slowest, goal)
