"""The list of users in an address: what it asks for, and the address of another list.

Only what differs from the whole list by name stands in an address. What cannot be
understood is left out, so that an old bookmark still leads to a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, TypeGuard

from blueprints.admin_ui import lists
from services.directory.user_lists import SORTS, STATUSES, Sort, Status, UserQuery

Asked: TypeAlias = lists.Asked[UserQuery]


def read(arguments: Mapping[str, str]) -> Asked:
    """What an address asks for, in the time zone of who is signed in."""
    status, sort = arguments.get("status", ""), arguments.get("sort", "")
    since = lists.day(arguments.get("since", ""))
    query = UserQuery(
        q=arguments.get("q", "").strip(),
        status=status if _is_status(status) else "all",
        source=arguments.get("source") or None,
        group_id=arguments.get("group") or None,
        changed_since=lists.start_of(since) if since else None,
        sort=sort if _is_sort(sort) else "name",
    )
    day = since if query.changed_since else None
    values = {
        "q": query.q,
        "status": "" if query.status == "all" else query.status,
        "source": query.source,
        "group": query.group_id,
        "since": day.isoformat() if day else "",
        "sort": query.sort,
    }
    return Asked("list_users", query, lists.said(values), day)


def _is_status(text: str) -> TypeGuard[Status]:
    return text in STATUSES


def _is_sort(text: str) -> TypeGuard[Sort]:
    return text in SORTS
