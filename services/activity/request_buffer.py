"""Requests on their way into the log: a queue, and a thread that empties it.

A request is answered before its row is written, a quarter of a second later at most. No
answer waits for the log and none fails because of it: what does not fit into the queue,
or comes too fast from those whom nobody knows, is counted and the count is kept. What
was still in the queue when a process is killed is lost; a stop that leaves it time
writes all.
"""

from __future__ import annotations

import multiprocessing.util
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeAlias

import structlog

from models.database import Busy
from services.activity import request_writing
from services.activity.request_rows import Entry
from services.activity.request_writing import Gap

Context: TypeAlias = Callable[[], AbstractContextManager[Any]]  # Any: not looked at

EVERY_SECONDS: Final = 0.2
"""How long rows are gathered before they are written."""

MOST_ROWS: Final = 5_000
MOST_BYTES: Final = 32 * 1024 * 1024
"""What the queue holds when the database cannot take it."""

ROWS_PER_TRANSACTION: Final = 200
"""So few that another writer does not wait long."""

STRANGERS_PER_MINUTE: Final = 600
"""Rows of requests whose credentials do not hold, in all and …"""

OF_ONE_PER_MINUTE: Final = 120
"""… of those that name one and the same token, or none."""

_BYTES_WITHOUT_BODIES: Final = 2_000
_GAPS_EVERY_SECONDS: Final = 1.0
_MOST_GAPS: Final = 100
_PATIENCE_SECONDS: Final = 2.0
_FIRST_TO_EXIT: Final = 100

log = structlog.get_logger()


class Buffer:
    """The queue of one process.

    `context` is entered around what the thread does. With `every` None there is no
    thread, and nothing is written until `flush` is called.
    """

    def __init__(
        self, context: Context, *, every: float | None = EVERY_SECONDS
    ) -> None:
        self._context = context
        self._every = every
        self._begin()
        os.register_at_fork(after_in_child=partial(_begin_anew, weakref.ref(self)))

    def _begin(self) -> None:
        """Everything that belongs to one process; a fork begins anew."""
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._entries: deque[Entry] = deque()
        self._n_bytes = 0
        self._gaps: dict[str, Gap] = {}
        self._gaps_written_at = 0.0
        self._strangers = _Minute()
        self._stirred = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def admits(self, claimed: str, at: datetime) -> bool:
        """Whether a request without good credentials gets a row; counted if not.

        `claimed` is the public id of the token it names, if it names one.
        """
        with self._lock:
            if self._strangers.allows(claimed, at):
                return True
            self._drop(Gap(None, claimed, at, at, 1))
        self._stir()
        return False

    def put(self, entry: Entry) -> None:
        """Take a row in, or count it when there is no room."""
        size = _size(entry)
        with self._lock:
            is_full = (
                len(self._entries) >= MOST_ROWS or self._n_bytes + size > MOST_BYTES
            )
            if is_full:
                self._drop(Gap.of(entry))
            else:
                self._entries.append(entry)
                self._n_bytes += size
        self._stir()

    def _drop(self, gap: Gap) -> None:
        key = f"{gap.organization_seq or ''}:{gap.claimed}"
        if key not in self._gaps and len(self._gaps) >= _MOST_GAPS:
            key, gap = ":", Gap(None, "", gap.since, gap.until, gap.n_dropped)
        known = self._gaps.get(key)
        self._gaps[key] = known.joined(gap) if known else gap

    def _stir(self) -> None:
        if self._every is None or self._stirred.is_set():
            return
        self._stirred.set()
        if self._thread is None:
            self._start()

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None or self._closing.is_set():
                return
            self._thread = threading.Thread(
                target=self._run, name="request log", daemon=True
            )
        self._thread.start()
        # Called when an interpreter ends, and when a process of the server does, which
        # never comes to `atexit`.
        multiprocessing.util.Finalize(self, self.close, exitpriority=_FIRST_TO_EXIT)

    def _run(self) -> None:
        while not self._closing.is_set():
            self._stirred.wait()
            self._closing.wait(self._every)
            self._stirred.clear()
            if not self._flush_quietly() and not self._closing.wait(self._every):
                self._stirred.set()

    def _flush_quietly(self) -> bool:
        try:
            self.flush()
        except Busy:
            return False
        except Exception as error:  # the log outlives whatever happens to it
            log.error("request log not written", exc_info=error)
            return False
        return True

    def close(self) -> None:
        """Write what is left, if the database takes it within two seconds."""
        self._closing.set()
        self._stirred.set()
        if self._thread is not None:
            self._thread.join(_PATIENCE_SECONDS)
        self._gaps_written_at = 0.0
        ends = time.monotonic() + _PATIENCE_SECONDS
        while not self._flush_quietly() and time.monotonic() < ends:
            time.sleep(0.1)

    def flush(self) -> None:
        """Write all that waits; raises `Busy`, and keeps what is not written.

        What comes meanwhile waits for the next time. Under load there is always more,
        and to write on at once would be a transaction for every few rows.
        """
        with self._flushing, self._context():
            n_left = len(self._entries)
            while batch := self._take(min(n_left, ROWS_PER_TRANSACTION)):
                n_left -= len(batch)
                try:
                    self._write(batch)
                except Busy:
                    self._give_back(batch)
                    raise
            self._write_gaps()

    def _take(self, most: int) -> list[Entry]:
        with self._lock:
            n_rows = min(len(self._entries), most)
            batch = [self._entries.popleft() for _ in range(n_rows)]
            self._n_bytes -= sum(map(_size, batch))
        return batch

    def _give_back(self, batch: Sequence[Entry]) -> None:
        with self._lock:
            self._entries.extendleft(reversed(batch))
            self._n_bytes += sum(map(_size, batch))

    def _write(self, batch: Sequence[Entry]) -> None:
        """Write rows; one that cannot be written does not take the others along."""
        try:
            request_writing.write(batch)
        except Busy:
            raise
        except Exception as error:
            if len(batch) == 1:
                log.error("row of the request log lost", exc_info=error)
                with self._lock:
                    self._drop(Gap.of(batch[0]))
                return
            middle = len(batch) // 2
            self._write(batch[:middle])
            self._write(batch[middle:])

    def _write_gaps(self) -> None:
        is_early = time.monotonic() - self._gaps_written_at < _GAPS_EVERY_SECONDS
        with self._lock:
            if not self._gaps or (is_early and not self._closing.is_set()):
                has_more = bool(self._gaps)
                gaps = []
            else:
                has_more = False
                gaps, self._gaps = list(self._gaps.values()), {}
        if has_more:
            self._stir()
        if not gaps:
            return
        self._gaps_written_at = time.monotonic()
        try:
            request_writing.write_gaps(gaps)
        except Busy:
            with self._lock:
                for gap in gaps:
                    self._drop(gap)
            raise


def _begin_anew(buffer: weakref.ref[Buffer]) -> None:
    if found := buffer():
        found._begin()


def _size(entry: Entry) -> int:
    """About how much memory the row takes, in bytes."""
    sent, answered = entry.request_body, entry.response_body
    return _BYTES_WITHOUT_BODIES + len(sent or "") + len(answered or "")


@dataclass
class _Minute:
    """How many rows strangers have had in the minute that is."""

    minute: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    total: int = 0

    def allows(self, claimed: str, at: datetime) -> bool:
        """Count one; False when there were enough."""
        minute = int(at.timestamp()) // 60
        if minute != self.minute:
            self.minute, self.counts, self.total = minute, {}, 0
        n_before = self.counts.get(claimed, 0)
        if n_before >= OF_ONE_PER_MINUTE or self.total >= STRANGERS_PER_MINUTE:
            return False
        self.counts[claimed] = n_before + 1
        self.total += 1
        return True
