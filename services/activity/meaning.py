"""Requests in words: one sentence for each, from what was asked and what it changed.

Pure: a row of the request log and its change events come in, words go out.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.activity.change_words import HistoryEvent, Part
from services.activity.request_log import LoggedRequest


def sentence(
    request: LoggedRequest, events: Sequence[HistoryEvent], n_events: int
) -> tuple[Part, ...]:
    """What happened, in one sentence without a full stop."""
    if events:
        return events[0].sentence
    return (Part(f"{request.method} {request.path}"),)
