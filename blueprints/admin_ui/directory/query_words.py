"""What the filter of a list means, as part of a sentence."""

from __future__ import annotations

from datetime import date
from typing import Final

from flask import g

from blueprints.admin_ui.directory import group_queries
from blueprints.admin_ui.directory.user_queries import Asked
from services.activity import actors
from services.directory import user_details

_STATUS: Final = {
    "all": "everybody",
    "active": "active users",
    "deactivated": "deactivated users",
}


def meant_by(asked: Asked) -> str:
    """`active users who match “san”, from Okta, changed since 3 Nov 2026`."""
    query, limits = asked.query, list[str]()
    if query.q:
        limits.append(f"who match “{query.q}”")
    if query.source is not None:
        limits.append(_from(query.source))
    if query.group_id is not None:
        group = user_details.find_named(g.organization, [query.group_id])
        named = group.get(query.group_id)
        limits.append(f"in the group {named.name}" if named else "in a deleted group")
    if asked.since is not None:
        limits.append(f"changed since {day(asked.since)}")
    return f"{_STATUS[query.status]} {', '.join(limits)}".rstrip()


def groups_meant_by(asked: group_queries.Asked) -> str:
    """`all groups that match “san”, from Okta, changed since 3 Nov 2026`."""
    query, limits = asked.query, list[str]()
    if query.q:
        limits.append(f"that match “{query.q}”")
    if query.source is not None:
        limits.append(_from(query.source))
    if asked.since is not None:
        limits.append(f"changed since {day(asked.since)}")
    return f"all groups {', '.join(limits)}".rstrip()


def _from(source: str) -> str:
    if source == actors.ANY_ADMIN:
        return "made by hand"
    return f"from {actors.names(g.organization, [source])[source]}"


def day(since: date) -> str:
    """`3 Nov 2026`."""
    return f"{since:%-d %b %Y}"
