"""What the request log costs, and how quickly it is read.

    python -m benchmarks.request_log [--database-url URL] [--rows 1000000] [--rounds 24]
        [--connections 4]

One server, of one worker unless `ROLLCALL_WORKERS` says otherwise, is asked with the
log and without it in turn. It is the same process, since two that are alike differ by
more than the log costs; more rounds tell smaller differences. Then the pages of a long
log are read.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

from flask import Flask

from benchmarks.__main__ import ROOT
from benchmarks.client import Client
from benchmarks.log_rows import NEWEST, seed_large, seed_log
from benchmarks.seeding import Seeded, installed, seed, user
from benchmarks.server import LOG_OFF
from scim import names
from services import organizations
from services.activity import log_gaps, request_log, told
from services.activity.log_queries import NOT_READ, PROBLEM, LogQuery
from services.organizations import OrganizationRef
from services.origin import new_id

LARGE = 100_000
"""Changes of one request, such as an import of so many users."""

PORT = 8771
CONNECTIONS = 4
ROUND_SECONDS = 1.0
SETTLED_SECONDS = 0.4
SWITCHED_SECONDS = 0.15
_EVER = datetime(2000, 1, 1, tzinfo=UTC)
Work = Callable[[Client, int], None]


def main() -> None:
    """Seed, serve, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.request_log")
    parser.add_argument("--database-url", default="", help="a fresh, empty database")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=24, help="pairs of each kind")
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    arguments = parser.parse_args()
    with installed(arguments.database_url) as app:
        seeded = seed(app, "measured", 2_000)
        switch = Path(app.instance_path) / LOG_OFF
        workers = os.environ.get("ROLLCALL_WORKERS", "1")
        with served(PORT, ROLLCALL_WORKERS=workers) as server:
            for title, work in WORKS.items():
                ask = partial(
                    measure,
                    server,
                    seeded.token,
                    work(seeded),
                    n_connections=arguments.connections,
                )
                _print_cost(title, _pairs(ask, switch, arguments.rounds))
        _print_gaps(app, seeded.slug)
        if arguments.rows:
            measure_pages(app, seeded.slug, arguments.rows)


@contextmanager
def served(port: int, **settings: str) -> Iterator[Served]:
    """The server with these settings, in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server"],
        cwd=ROOT,
        env=os.environ | {"PORT": str(port)} | settings,
    )
    try:
        for _ in range(200):
            try:
                urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1).close()
                break
            except (URLError, OSError):
                time.sleep(0.1)
        yield Served(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _read_one(seeded: Seeded) -> Work:
    def work(client: Client, number: int) -> None:
        id_ = seeded.user_ids[number % len(seeded.user_ids)]
        client.request("GET", f"/scim/v2/Users/{id_}")

    return work


def _look_up(seeded: Seeded) -> Work:
    def work(client: Client, number: int) -> None:
        name = user(number % len(seeded.user_ids) + 1)["userName"]
        text = quote(f'userName eq "{name}"')
        client.request("GET", f"/scim/v2/Users?filter={text}&startIndex=1&count=100")

    return work


def _read_page(_: Seeded) -> Work:
    def work(client: Client, number: int) -> None:
        start = number % 19 * 100 + 1
        client.request("GET", f"/scim/v2/Users?startIndex={start}&count=100")

    return work


def _patch(seeded: Seeded) -> Work:
    def work(client: Client, number: int) -> None:
        id_ = seeded.user_ids[number % len(seeded.user_ids)]
        operation = {"op": "replace", "value": {"title": f"Title {new_id()}"}}
        body = {"schemas": [names.PATCH_OP], "Operations": [operation]}
        client.request("PATCH", f"/scim/v2/Users/{id_}", body)

    return work


def _create(_: Seeded) -> Work:
    def work(client: Client, number: int) -> None:
        document = user(number) | {"userName": f"{new_id()}@example.com"}
        client.request("POST", "/scim/v2/Users", document)

    return work


WORKS: dict[str, Callable[[Seeded], Work]] = {
    "GET one user": _read_one,
    "filter userName eq": _look_up,
    "GET a page of 100 users": _read_page,
    "PATCH a user": _patch,
    "POST a user": _create,
}


@dataclass(frozen=True)
class Served:
    """A server under measurement."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """What its workers have spent: this holds on a busy machine too."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        spent = 0
        for child in children.split():
            stat = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            spent += int(stat[11]) + int(stat[12])
        return spent / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Rate:
    """Requests a second, and the processor's time for each, in a round."""

    per_second: float
    cpu_ms: float


def _pairs(
    ask: Callable[[], Rate], switch: Path, count: int
) -> list[tuple[Rate, Rate]]:
    """Neighbouring rounds with the log and without.

    A shared machine is slow and quick by turns of seconds, which touches both rounds of
    a pair alike; which goes first takes turns too.
    """
    pairs: list[tuple[Rate, Rate]] = []
    for number in range(count + 1):
        order = (True, False) if number % 2 else (False, True)
        rates: dict[bool, Rate] = {}
        for is_on in order:
            switch.unlink(missing_ok=True) if is_on else switch.touch()
            time.sleep(SWITCHED_SECONDS)
            rates[is_on] = ask()
        if number:  # the first round warms up
            pairs.append((rates[True], rates[False]))
    return pairs


def _print_cost(title: str, pairs: list[tuple[Rate, Rate]]) -> None:
    """What the rounds of a pair differ by, in the median of all pairs."""
    with_log, without = (
        median(pair[place].per_second for pair in pairs) for place in (0, 1)
    )
    lost = _quartiles(100 * (1 - on.per_second / off.per_second) for on, off in pairs)
    spent = _quartiles(100 * (on.cpu_ms / off.cpu_ms - 1) for on, off in pairs)
    print(
        f"{title}: {with_log:,.0f} a second with, {without:,.0f} without the log; "
        f"in pairs {lost} % less, {spent} % more of the processor",
        flush=True,
    )


def _quartiles(values: Iterable[float]) -> str:
    """The median, and between what half of the values are."""
    low, middle, high = quantiles(values, n=4)
    return f"{middle:.1f} ({low:.1f} to {high:.1f})"


def _print_gaps(app: Flask, slug: str) -> None:
    with app.app_context():
        gaps = log_gaps.since(organizations.get(slug), _EVER)
    print(f"Rows that had to be dropped: {sum(gap.n_dropped for gap in gaps):,}")


def measure(
    server: Served, token: str, work: Work, *, n_connections: int = CONNECTIONS
) -> Rate:
    """One round of so many clients, each of which asks one thing after the other."""
    before, began = server.cpu_seconds(), time.perf_counter()
    ends = began + ROUND_SECONDS

    def ask(place: int) -> int:
        client, n_done = Client(server.port, token), 0
        while time.perf_counter() < ends:
            work(client, n_done * n_connections + place)
            n_done += 1
        return n_done

    with ThreadPoolExecutor(n_connections) as pool:
        n_done = sum(pool.map(ask, range(n_connections)))
    took = time.perf_counter() - began
    time.sleep(SETTLED_SECONDS)  # the last rows are written
    return Rate(n_done / took, (server.cpu_seconds() - before) / n_done * 1000)


def measure_pages(app: Flask, slug: str, n_rows: int) -> None:
    """First page, each filter, further pages of a log of that many rows, all told."""
    began = time.perf_counter()
    seed_log(app, slug, n_rows)
    print(f"{n_rows:,} rows written in {time.perf_counter() - began:.0f} s")
    with app.app_context():
        organization = organizations.get(slug)
        for title, query in QUERIES.items():
            first, older = _read_twice(organization, query)
            print(f"{title}: first page {first:.0f} ms, older {older:.0f} ms")
        _print_tries(organization)
    seed_large(app, slug, LARGE)
    with app.app_context():
        first, _ = _read_twice(organization, LogQuery())
        print(f"with a request of {LARGE:,} changes: first page {first:.0f} ms")


def _print_tries(organization: OrganizationRef) -> None:
    """What the newest refusal takes."""
    problems = LogQuery(outcome=PROBLEM)
    (newest,) = request_log.page(organization, problems, count=1).rows
    began = time.perf_counter()
    tries = told.earlier_tries(organization, newest)
    took = (time.perf_counter() - began) * 1000
    print(f"earlier tries of one refusal, {len(tries)} found: {took:.0f} ms")


QUERIES: dict[str, LogQuery] = {
    "everything": LogQuery(),
    "outcome read": LogQuery(outcome="read"),
    "outcome changed": LogQuery(outcome="changed"),
    "outcome failed": LogQuery(outcome="failed"),
    "outcome refused": LogQuery(outcome="refused"),
    "problems": LogQuery(outcome=PROBLEM),
    "method DELETE": LogQuery(method="DELETE"),
    "method GET": LogQuery(method="GET"),
    "a rare token": LogQuery(token="Bench00007"),  # noqa: S106 - a public id
    "an unknown token": LogQuery(token="Bench99999"),  # noqa: S106 - a public id
    "a rare provider": LogQuery(provider="Entra ID"),
    "an unknown provider": LogQuery(provider="OneLogin"),
    "by admins": LogQuery(kind="admin"),
    "one person": LogQuery(resource_id="00000000-0000-7000-8000-000000000007"),
    "nobody": LogQuery(resource_id="00000000-0000-7000-8000-00000fffffff"),
    "timeline of one person": LogQuery(
        outcome=NOT_READ, resource_id="00000000-0000-7000-8000-000000000007"
    ),
    "nobody's timeline": LogQuery(
        outcome=NOT_READ, resource_id="00000000-0000-7000-8000-00000fffffff"
    ),
    "two days in the middle": LogQuery(
        since=NEWEST - timedelta(days=16), until=NEWEST - timedelta(days=14)
    ),
    "refused in the middle": LogQuery(
        outcome="refused",
        since=NEWEST - timedelta(days=16),
        until=NEWEST - timedelta(days=14),
    ),
    "a request's id": LogQuery(request_id="00000000-0000-7000-8000-000000000000"),
    "free text, found": LogQuery(q="ana.silva"),
    "free text, nowhere": LogQuery(q="nobody-has-this"),
}


def _read_twice(organization: OrganizationRef, query: LogQuery) -> tuple[float, float]:
    times: list[list[float]] = [[], []]
    for _ in range(5):
        cursor = None
        for found in times:
            began = time.perf_counter()
            page = told.page(organization, query, cursor=cursor)
            found.append((time.perf_counter() - began) * 1000)
            cursor = page.page.older
    return median(times[0]), median(times[1])


if __name__ == "__main__":
    main()
