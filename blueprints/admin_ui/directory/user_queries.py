"""The list of users in an address: what it asks for, and the address of another list.

Only what differs from the whole list by name stands in an address. What cannot be
understood is left out, so that an old bookmark still leads to a list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, TypeGuard

from flask import url_for

from blueprints.admin_ui import formats
from services.directory.user_lists import SORTS, STATUSES, Sort, Status, UserQuery


@dataclass(frozen=True)
class Asked:
    """A query, with the day it was made of: an instant has no day without a zone."""

    query: UserQuery
    since: date | None = None

    @property
    def arguments(self) -> dict[str, str]:
        """The query as it stands in addresses."""
        query = self.query
        values = {
            "q": query.q,
            "status": "" if query.status == "all" else query.status,
            "source": query.source or "",
            "group": query.group_id or "",
            "since": self.since.isoformat() if self.since else "",
            "sort": "" if query.sort == "name" else query.sort,
        }
        return {name: value for name, value in values.items() if value}

    def address(self, slug: str) -> Callable[..., str]:
        """Makes the address of the list with something changed, from its first page."""

        def address(sort: str = self.query.sort, **changes: str) -> str:
            changes["sort"] = "" if sort == "name" else sort
            values = self.arguments | changes
            # Any: as url_for wants them
            kept: dict[str, Any] = {
                key: value for key, value in values.items() if value
            }
            return url_for("admin_ui.list_users", slug=slug, **kept)

        return address


def read(arguments: Mapping[str, str]) -> Asked:
    """What an address asks for, in the time zone of who is signed in."""
    status, sort = arguments.get("status", ""), arguments.get("sort", "")
    since = _day(arguments.get("since", ""))
    query = UserQuery(
        q=arguments.get("q", "").strip(),
        status=status if _is_status(status) else "all",
        source=arguments.get("source") or None,
        group_id=arguments.get("group") or None,
        changed_since=_start_of(since) if since else None,
        sort=sort if _is_sort(sort) else "name",
    )
    return Asked(query, since if query.changed_since else None)


def _is_status(text: str) -> TypeGuard[Status]:
    return text in STATUSES


def _is_sort(text: str) -> TypeGuard[Sort]:
    return text in SORTS


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _start_of(day: date) -> datetime | None:
    """The first moment of a day; None at the ends of the calendar."""
    try:
        return datetime.combine(day, time.min, formats.zone()).astimezone(UTC)
    except OverflowError:
        return None
