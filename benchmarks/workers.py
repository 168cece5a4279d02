"""How many requests a second so many processes of so many threads answer.

    python -m benchmarks.workers [--database-url URL] [--rounds 12]

Servers over one database are asked in turn, so that drift touches all alike. Clients
are on the same machine. For one processor, `taskset -c 0` before it.
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from statistics import median

from benchmarks.request_log import WORKS, Served, Work, measure, served
from benchmarks.seeding import installed, seed

SETTINGS = ((1, 1), (1, 2), (1, 4), (2, 1), (2, 2), (2, 4), (4, 4))
"""Workers, and threads of each."""

FIRST_PORT = 8780


def main() -> None:
    """Seed, serve by each setting, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workers")
    parser.add_argument("--database-url", default="", help="a fresh, empty database")
    parser.add_argument("--rounds", type=int, default=12)
    arguments = parser.parse_args()
    with installed(arguments.database_url) as app, ExitStack() as stack:
        seeded = seed(app, "measured", 2_000)
        servers = [
            stack.enter_context(served(port, **settings))
            for port, settings in enumerate(map(_environment, SETTINGS), FIRST_PORT)
        ]
        for title, work in WORKS.items():
            _compare(title, servers, seeded.token, work(seeded), arguments.rounds)


def _environment(setting: tuple[int, int]) -> dict[str, str]:
    workers, threads = map(str, setting)
    return {"ROLLCALL_WORKERS": workers, "ROLLCALL_THREADS": threads}


def _compare(
    title: str, servers: list[Served], token: str, work: Work, n_rounds: int
) -> None:
    rates: list[list[float]] = [[] for _ in servers]
    for number in range(n_rounds + 1):
        for server, found in zip(servers, rates, strict=True):
            rate = measure(server, token, work)
            if number:  # the first round warms up
                found.append(rate.per_second)
    for (workers, threads), found in zip(SETTINGS, rates, strict=True):
        print(f"{title}, {workers} x {threads}: {median(found):,.0f} a second")


if __name__ == "__main__":
    main()
