"""The activity of one user or group: the requests about it, and what they changed.

Requests are kept for some days, and the changes they made for good. Behind the last of
the requests there is a way to the changes from before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import g, request

from blueprints.admin_ui import lists
from services.activity import history, timelines
from services.activity.history import HistoryEvent, Window
from services.activity.timelines import TimelineRow

PART: Final = "history/_story.html"

_BEFORE: Final = "before-log"
"""Value of `part`: the changes whose requests are no longer in the log."""


@dataclass(frozen=True)
class Story:
    """A page of it; the other addresses are empty where there is no such page.

    `window` holds changes from before the log, instead of rows.
    """

    slug: str
    rows: tuple[TimelineRow, ...]
    newer: str
    older: str
    before_log: str = ""
    back: str = ""
    window: Window[HistoryEvent] | None = None


def read(resource_id: str, view: str, /, **values: str) -> Story:
    """The page that the address asks for; `view` with `values` is where it is shown.

    Raises `Invalid` ("cursor").
    """
    address = lists.pages_of(view, **values)
    cursor = request.args.get("cursor") or None
    if request.args.get("part") == _BEFORE:
        return _before_log(resource_id, cursor, address)
    found = timelines.of_resource(g.organization, resource_id, cursor=cursor)
    return Story(
        g.organization.slug,
        found.rows,
        address(found.newer) if found.newer else "",
        address(found.older) if found.older else "",
        before_log=address("", part=_BEFORE) if found.has_more_before_log else "",
    )


def _before_log(
    resource_id: str, cursor: str | None, address: Callable[..., str]
) -> Story:
    window = history.before_log(g.organization, resource_id, cursor=cursor)
    newer, older = window.previous, window.next
    return Story(
        g.organization.slug,
        (),
        address(newer, part=_BEFORE) if newer else "",
        address(older, part=_BEFORE) if older else "",
        back=address(""),
        window=window,
    )
