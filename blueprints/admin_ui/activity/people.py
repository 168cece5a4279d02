"""Whom a filter of the activity is about: found by name, also among the deleted."""

from __future__ import annotations

from typing import Final, Literal

from flask import g

from services.deletion import deleted_lists
from services.deletion.deleted_lists import DeletedQuery
from services.directory import group_lists, user_details, user_lists
from services.directory.group_lists import GroupQuery
from services.directory.mapping import Reference
from services.errors import NotFound
from services.origin import is_id

MOST: Final = 6
"""Of each kind that are offered when a name fits several."""

_KINDS: Final[tuple[Literal["User", "Group"], ...]] = ("User", "Group")


def find(text: str) -> list[tuple[Reference, str]]:
    """Who may be meant by a name, a user name or an id, each with a word about them."""
    named = _by_id(text.lower()) if is_id(text.lower()) else None
    if named is not None:
        return [(named, "")]
    users = user_lists.suggest(g.organization, text, MOST)
    groups = group_lists.page(g.organization, GroupQuery(q=text), count=MOST)
    found = [(Reference("User", one.id, one.name), one.user_name) for one in users]
    found += [(Reference("Group", one.id, one.name), "group") for one in groups.rows]
    return found + _deleted(text)


def _deleted(text: str) -> list[tuple[Reference, str]]:
    windows = (
        deleted_lists.page(g.organization, DeletedQuery(kind, text), count=MOST)
        for kind in _KINDS
    )
    return [
        (Reference(one.type, one.id, one.name), f"deleted {one.type.lower()}")
        for window in windows
        for one in window.rows
    ]


def name_of(resource_id: str) -> str:
    """What a user or a group is called, or was; its id when nobody knows any more."""
    named = _by_id(resource_id) if resource_id else None
    return named.name if named else resource_id


def _by_id(resource_id: str) -> Reference | None:
    found = user_details.find_named(g.organization, [resource_id]).get(resource_id)
    if found is not None:
        return found
    try:
        row = deleted_lists.get(g.organization, resource_id).row
    except NotFound:
        return None
    return Reference(row.type, row.id, row.name)
