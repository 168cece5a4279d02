"""The list of groups in an address: what it asks for, and the address of another list.

As `user_queries` for users: only what differs from the whole list by name stands in an
address, and what cannot be understood is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeGuard

from blueprints.admin_ui import lists
from services.directory.group_lists import SORTS, GroupQuery, Sort


@dataclass(frozen=True)
class Asked:
    """A query, with the day it was made of: an instant has no day without a zone."""

    query: GroupQuery
    since: date | None = None

    @property
    def arguments(self) -> dict[str, str]:
        """The query as it stands in addresses."""
        query = self.query
        values = {
            "q": query.q,
            "source": query.source or "",
            "since": self.since.isoformat() if self.since else "",
            "sort": "" if query.sort == lists.BY_NAME else query.sort,
        }
        return {name: value for name, value in values.items() if value}

    @property
    def address(self) -> Callable[..., str]:
        """Makes the address of the list with something changed, from its first page."""
        return lists.address_of("list_groups", self.arguments)


def read(arguments: Mapping[str, str]) -> Asked:
    """What an address asks for, in the time zone of who is signed in."""
    sort = arguments.get("sort", "")
    since = lists.day(arguments.get("since", ""))
    query = GroupQuery(
        q=arguments.get("q", "").strip(),
        source=arguments.get("source") or None,
        changed_since=lists.start_of(since) if since else None,
        sort=sort if _is_sort(sort) else "name",
    )
    return Asked(query, since if query.changed_since else None)


def _is_sort(text: str) -> TypeGuard[Sort]:
    return text in SORTS
