"""The list of groups in an address: what it asks for, and the address of another list.

As `user_queries` for users: only what differs from the whole list by name stands in an
address, and what cannot be understood is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, TypeGuard

from blueprints.admin_ui import lists
from services.directory.group_lists import SORTS, GroupQuery, Sort

Asked: TypeAlias = lists.Asked[GroupQuery]


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
    day = since if query.changed_since else None
    values = {
        "q": query.q,
        "source": query.source,
        "since": day.isoformat() if day else "",
        "sort": query.sort,
    }
    return Asked("list_groups", query, lists.said(values), day)


def _is_sort(text: str) -> TypeGuard[Sort]:
    return text in SORTS
