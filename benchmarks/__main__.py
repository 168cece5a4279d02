"""Measure the figures and print them as a table; `--write` keeps them in the docs.

    python -m benchmarks [--database-url URL] [--users 100000] [--write]

Ratios against the floor (`benchmarks/server.py`) hold across machines; absolute times
are this machine's.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

from benchmarks import admin_ui
from benchmarks.client import Answer, Client, Figure, in_turn
from benchmarks.seeding import Seeded, installed, seed, user
from models.database import db
from scim import names
from services.origin import new_id

ROOT = Path(__file__).resolve().parent.parent
PORT = 8765
FIGURES = ROOT / "docs" / "reference" / "figures.md"
ROUNDS = 400
WARM_UP = 20
Row = tuple[str, str, str, str]


def main() -> None:
    """Seed, serve, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--database-url", default="", help="a fresh, empty database")
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--write", action="store_true", help=f"into {FIGURES.name}")
    arguments = parser.parse_args()
    os.environ["PORT"] = str(PORT)
    with installed(arguments.database_url) as app:
        with app.app_context():
            backend = db.engine.dialect.name
        _say(f"Seeding 10,000 and {arguments.users:,} users on {backend} …")
        seeded = [seed(app, "small", 10_000), seed(app, "large", arguments.users)]
        admin_ui.make_owner(app)
        with app.app_context():
            db.engine.dispose()
        with served() as pid:
            rows = [row for measure in MEASURES for row in measure(seeded, pid)]
    text = _table(backend, rows)
    print(text)
    if arguments.write:
        _write(backend, text)


@contextmanager
def served() -> Iterator[int]:
    """The server with one worker, which all is compared in; yields its id."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server"],
        cwd=ROOT,
        env=os.environ | {"ROLLCALL_WORKERS": "1"},
    )
    try:
        for _ in range(200):
            try:
                urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=1).close()
                break
            except (URLError, OSError):
                time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def measure_reads(seeded: list[Seeded], _pid: int) -> Iterator[Row]:
    """One user by id and by `userName eq`, against the floor."""
    for one in seeded:
        step = len(one.user_ids) // (ROUNDS + WARM_UP)
        places = [number * step for number in range(ROUNDS + WARM_UP)]
        ids = [one.user_ids[place] for place in places]
        user_names = [str(user(place + 1)["userName"]) for place in places]
        yield _read_against_floor(
            one,
            "GET one user",
            [f"/scim/v2/Users/{id_}" for id_ in ids],
            [f"/floor/id/{id_}" for id_ in ids],
        )
        yield _read_against_floor(
            one,
            "filter userName eq",
            [_match_before_create(user_name) for user_name in user_names],
            [f"/floor/name/{user_name}" for user_name in user_names],
        )


def _match_before_create(user_name: str) -> str:
    """Okta's look-up."""
    text = quote(f'userName eq "{user_name}"')
    return f"/scim/v2/Users?filter={text}&startIndex=1&count=100"


def _read_against_floor(
    one: Seeded, title: str, ours: list[str], floor: list[str]
) -> Row:
    client = Client(PORT, one.token)
    real, bare = in_turn(
        ROUNDS,
        lambda number: client.request("GET", ours[number]),
        lambda number: client.request("GET", floor[number]),
        warm_up=WARM_UP,
    )
    return _against(
        f"{title}, {one.n_users:,} users",
        Figure.of(answer.seconds for answer in real),
        Figure.of(answer.seconds for answer in bare),
        "≤ 2×",
    )


def measure_writes(seeded: list[Seeded], _pid: int) -> Iterator[Row]:
    """POST and PATCH of a user against one indexed INSERT and commit."""
    one = seeded[-1]
    client = Client(PORT, one.token)
    run = new_id()

    def create(n: int) -> Answer:
        body = user(n) | {"userName": f"{run}-{n}@example.com"}
        return client.request("POST", "/scim/v2/Users", body)

    def patch(n: int) -> Answer:
        value = {"title": f"Title {run} {n}"}
        return client.request(
            "PATCH",
            f"/scim/v2/Users/{one.user_ids[n]}",
            {
                "schemas": [names.PATCH_OP],
                "Operations": [{"op": "replace", "value": value}],
            },
        )

    def insert(n: int) -> Answer:
        return client.request("POST", f"/floor/insert?id={run}-{n}", user(n))

    created, patched, bare = in_turn(200, create, patch, insert)
    floor = Figure.of(answer.seconds for answer in bare)
    for title, answers in (("POST a user", created), ("PATCH a user", patched)):
        figure = Figure.of(answer.seconds for answer in answers)
        yield _against(f"{title}, {one.n_users:,} users", figure, floor, "reported")


def measure_lists(seeded: list[Seeded], _pid: int) -> Iterator[Row]:
    """A page of 100 users, the first and the last of a walk; server time."""
    one = seeded[-1]
    client = Client(PORT, one.token)
    times = []
    start = 1
    while True:
        path = f"/scim/v2/Users?startIndex={start}&count=100"
        answer = client.request("GET", path)
        times.append(answer.server_ms or 0.0)
        if len(answer.body) < 1_000 or start + 100 > one.n_users:
            break
        start += 100
    first = sorted(times[:20])[10]
    last = sorted(times[-20:])[10]
    every = Figure.of(time_ / 1000 for time_ in times)
    title = f"page of 100 of {one.n_users:,} users, server time"
    yield (title, f"{every.median_ms:.1f} ms", f"p95 {every.p95_ms:.1f} ms", "≤ 10 ms")
    yield (
        "last pages of the walk against the first",
        f"{last:.1f} ms",
        f"{last / first:.2f}× of {first:.1f} ms",
        "≤ 2×",
    )


def measure_members(seeded: list[Seeded], _pid: int) -> Iterator[Row]:
    """Add and remove one member, in a group of 100 and in one of everybody."""
    one = seeded[-1]
    client = Client(PORT, one.token)
    newcomer = one.user_ids[0]

    def change(group: str, operation: Mapping[str, object]) -> Answer:
        body = {"schemas": [names.PATCH_OP], "Operations": [operation]}
        return client.request("PATCH", f"/scim/v2/Groups/{group}", body)

    add = {"op": "add", "path": "members", "value": [{"value": newcomer}]}
    remove = {"op": "remove", "path": f'members[value eq "{newcomer}"]'}
    small_add, large_add, small_remove, large_remove = in_turn(
        200,
        lambda _: change(one.small_group, add),
        lambda _: change(one.large_group, add),
        lambda _: change(one.small_group, remove),
        lambda _: change(one.large_group, remove),
    )
    for title, large, small in (
        ("add one member", large_add, small_add),
        ("remove one member", large_remove, small_remove),
    ):
        yield _against(
            f"{title}: group of {one.n_users - 1:,} against one of 100",
            Figure.of(answer.seconds for answer in large),
            Figure.of(answer.seconds for answer in small),
            "≤ 1.5×",
        )


def measure_group_list(seeded: list[Seeded], pid: int) -> Iterator[Row]:
    """Okta's call for groups: 100 groups of 1,000 members, first byte and memory."""
    client = Client(PORT, seeded[-1].token)
    path = "/scim/v2/Groups?startIndex=1&count=100"
    client.request("GET", path)
    before = _memory_mib(pid)
    answers = [client.request("GET", path) for _ in range(10)]
    after = _memory_mib(pid)
    first = Figure.of(answer.first_byte for answer in answers)
    whole = Figure.of(answer.seconds for answer in answers)
    size = len(answers[0].body) / 2**20
    title = "GET /Groups, 100 groups of 1,000 members"
    yield (
        f"{title}: first byte",
        f"{first.median_ms:.0f} ms",
        f"whole {whole.median_ms:.0f} ms, {size:.1f} MiB",
        "≤ 300 ms",
    )
    yield (
        f"{title}: peak memory after ten more",
        f"{after:.0f} MiB",
        f"+{after - before:.0f} MiB",
        "flat",
    )


def measure_pages(seeded: list[Seeded], _pid: int) -> Iterator[Row]:
    """The pages of the admin UI."""
    yield from admin_ui.measure_pages(seeded, PORT)


MEASURES = (
    measure_reads,
    measure_lists,
    measure_members,
    measure_group_list,
    measure_pages,
    measure_writes,
)


def _memory_mib(pid: int) -> float:
    """The peak resident size of the server's worker."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    sizes = []
    for child in children:
        status = Path(f"/proc/{child}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        sizes.append(int(line.split()[1]) / 1024)
    return max(sizes)


def _against(title: str, ours: Figure, floor: Figure, goal: str) -> Row:
    ratio = ours.median_ms / floor.median_ms
    compared = f"{ratio:.2f}× of {floor.median_ms:.2f} ms"
    return (title, f"{ours.median_ms:.2f} ms", compared, goal)


def _table(backend: str, rows: list[Row]) -> str:
    head = ("what", "median", "against", "goal")
    lines = ["| " + " | ".join(row) + " |" for row in (head, ("---",) * 4, *rows)]
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    return f"## {backend} ({machine})\n\n" + "\n".join(lines) + "\n"


def _write(backend: str, text: str) -> None:
    page = FIGURES.read_text() if FIGURES.exists() else "# Figures\n"
    head, mark, rest = page.partition(f"## {backend} (")
    following = rest.partition("\n## ")
    tail = f"\n## {following[2]}" if mark and following[1] else ""
    FIGURES.write_text(head.rstrip() + "\n\n" + text + tail)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
