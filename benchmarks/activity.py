"""How quickly the pages of the activity are made from a long log.

    python -m benchmarks.activity [--database-url URL] [--rows 1000000]

Whole pages, from the request to the last byte, as an owner of the instance gets them:
the first page of each filter, what "Load older" asks for, and what a live list polls.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from statistics import median
from typing import Final
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient

from benchmarks.log_rows import GROUP_ID, NEWEST, seed_group, seed_log
from benchmarks.seeding import installed
from services import organizations
from services.access import admins, sessions
from services.access.admins import NewAdmin
from services.origin import Origin

ROUNDS: Final = 5
GOAL_MS: Final = 200
_SLUG: Final = "measured"
_MIDDLE: Final = {
    "since": (NEWEST - timedelta(days=16)).isoformat(),
    "until": (NEWEST - timedelta(days=14)).isoformat(),
}
_GROUP: Final = {"since": "all", "resource": GROUP_ID}
QUERIES: Final[dict[str, dict[str, str]]] = {
    "the last 24 hours": {},
    "everything": {"since": "all"},
    "changes": {"since": "all", "outcome": "changed"},
    "failed": {"since": "all", "outcome": "failed"},
    "refused": {"since": "all", "outcome": "refused"},
    "already so": {"since": "all", "outcome": "already"},
    "look-ups": {"since": "all", "outcome": "read"},
    "method GET": {"since": "all", "method": "GET"},
    "method DELETE": {"since": "all", "method": "DELETE"},
    "the token of most": {"since": "all", "token": "Bench00000"},
    "a rare token": {"since": "all", "token": "Bench00007"},
    "an unknown token": {"since": "all", "token": "Bench99999"},
    "the provider of most": {"since": "all", "provider": "Okta"},
    "an unknown provider": {"since": "all", "provider": "OneLogin"},
    "by admins": {"since": "all", "kind": "admin"},
    "one person": {"resource": "00000000-0000-7000-8000-000000000007"},
    "a request's id": {"request": "00000000-0000-7000-8000-000000000000"},
    "two days in the middle": _MIDDLE,
    "failed in the middle": _MIDDLE | {"outcome": "failed"},
    "a rare token that failed": {
        "since": "all",
        "token": "Bench00007",
        "outcome": "failed",
    },
    "deleted by one provider": {
        "since": "all",
        "method": "DELETE",
        "provider": "Entra ID",
    },
    "free text, found": {"since": "all", "q": "ana.silva"},
    "free text, nowhere": {"since": "all", "q": "nobody-has-this"},
    "a group in a third of the log": _GROUP,
    "the same, failed": _GROUP | {"outcome": "failed"},
    "the same, already so": _GROUP | {"outcome": "already"},
    "the same, method DELETE": _GROUP | {"method": "DELETE"},
    "the same, an unknown token": _GROUP | {"token": "Bench99999"},
    "the same, the provider of most": _GROUP | {"provider": "Okta"},
    "the same, two days": _GROUP | _MIDDLE,
    "the same, free text nowhere": _GROUP | {"q": "nobody-has-this"},
}


def main() -> None:
    """Seed, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.activity")
    parser.add_argument("--database-url", default="", help="a fresh, empty database")
    parser.add_argument("--rows", type=int, default=1_000_000)
    arguments = parser.parse_args()
    with installed(arguments.database_url) as app:
        client = _prepare(app, arguments.rows)
        for title, *times in measure(client):
            shown = ", ".join(f"{one:.0f} ms" for one in times)
            slow = "" if max(times) <= GOAL_MS else f"  (goal: {GOAL_MS} ms)"
            print(f"{title}: {shown}{slow}", flush=True)


def _prepare(app: Flask, n_rows: int) -> FlaskClient:
    """A log of that many rows, and somebody who may read it."""
    origin = Origin.of_command_line()
    with app.app_context():
        organizations.create(_SLUG, slug=_SLUG, origin=origin)
        password = "a walk along the whole harbour"  # noqa: S105 - thrown away
        owner = NewAdmin("bench@example.com", "Bench", "owner", password, ())
        admin_id = admins.create(owner, origin=origin)
        secret = sessions.start(
            admin_id, at=datetime.now(UTC), address="", user_agent=""
        )
    began = time.perf_counter()
    seed_log(app, _SLUG, n_rows - n_rows // 3)
    seed_group(app, _SLUG, n_rows // 3)
    print(f"{n_rows:,} rows written in {time.perf_counter() - began:.0f} s")
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = secret
    return client


def measure(client: FlaskClient) -> Iterator[tuple[str, float, float]]:
    """Each list: its first page, and what "Load older" gets."""
    home = f"/o/{_SLUG}/activity"
    for title, query in QUERIES.items():
        first = f"{home}?{urlencode(query)}"
        page = client.get(first).text
        older = re.search(r'href="([^"]+)"\s+rel="next"', page)
        address = unescape(older[1]) if older else first
        yield title, _ask(client, first), _ask(client, address, target="log")
    polled = f"{home}/new?after=0"
    yield "what a live list polls", _ask(client, polled, target="news"), 0
    row = re.search(r'id="open-([0-9a-f-]+)"', client.get(f"{home}?since=all").text)
    if row:
        one = f"{home}/{row[1]}"
        yield "a request, alone", _ask(client, one, target="inspector"), 0
        yield "a request beside the list", _ask(client, one), 0


def _ask(client: FlaskClient, address: str, *, target: str = "") -> float:
    """Milliseconds until the last byte; the median of some rounds."""
    headers = {"HX-Request": "true", "HX-Target": target} if target else {}
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        answer = client.get(address, headers=headers)
        times.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status}")
    return median(times)


if __name__ == "__main__":
    main()
