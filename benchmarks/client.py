"""A client that measures: one kept-alive connection, medians, pairs in turn."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median, quantiles

import orjson


@dataclass(frozen=True)
class Answer:
    """What came back, and the seconds to the first byte and to the last."""

    status: int
    body: bytes
    first_byte: float
    seconds: float
    server_ms: float | None


@dataclass(frozen=True)
class Figure:
    """Times of one kind of request, in milliseconds."""

    median_ms: float
    p95_ms: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Figure:
        """The figure of measured seconds."""
        times = sorted(one * 1000 for one in seconds)
        return cls(median(times), quantiles(times, n=20)[-1])


class Client:
    """One connection to the server under measurement."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/scim+json",
        }

    def request(self, method: str, path: str, body: object = None) -> Answer:
        """Send one request and read the whole answer; raises when it is refused."""
        data = None if body is None else orjson.dumps(body)
        started = time.perf_counter()
        self._connection.request(method, path, data, self._headers)
        response = self._connection.getresponse()
        begin = response.read(1)
        first_byte = time.perf_counter() - started
        content = begin + response.read()
        seconds = time.perf_counter() - started
        if response.status >= 400:
            raise RuntimeError(f"{method} {path}: {response.status} {content!r}")
        timing = response.headers.get("Server-Timing")
        server_ms = float(timing.partition("dur=")[2]) if timing else None
        return Answer(response.status, content, first_byte, seconds, server_ms)


def in_turn(
    rounds: int, *calls: Callable[[int], Answer], warm_up: int = 20
) -> list[list[Answer]]:
    """Make the calls in turn, A B A B …, so that drift touches all of them alike."""
    answers: list[list[Answer]] = [[] for _ in calls]
    for number in range(rounds + warm_up):
        for place, call in enumerate(calls):
            answer = call(number)
            if number >= warm_up:
                answers[place].append(answer)
    return answers
