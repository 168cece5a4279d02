"""What lists have in common: their addresses, days that are named, filters that are on.

Only what is said stands in an address; what is empty is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final, Generic, TypeVar

from flask import g, request, url_for

from blueprints.admin_ui import formats, fragments

Query = TypeVar("Query")

BY_NAME: Final = "name"
"""The order of a list that says nothing of it."""


@dataclass(frozen=True)
class FilterChip:
    """A filter that is on, and the address of the list without it."""

    label: str
    value: str
    without: str


@dataclass(frozen=True)
class Asked(Generic[Query]):
    """The list that an address asks for: whose `view` it is, and what is wanted of it.

    `arguments` is the query as it stands in addresses. `since` is the day of a query
    that names one: an instant has no day without a zone.
    """

    view: str
    query: Query
    arguments: dict[str, str]
    since: date | None = None

    def kept(self, *names: str) -> dict[str, str]:
        """Those of the arguments that a form leaves as they are."""
        return {k: value for k, value in self.arguments.items() if k in names}

    @property
    def address(self) -> Callable[..., str]:
        """Makes the address of the list with something changed, from its first page."""
        return address_of(self.view, self.arguments)


def said(values: Mapping[str, str | None]) -> dict[str, str]:
    """What of these stands in an address: not what is empty, nor the usual order."""
    kept = {name: value for name, value in values.items() if value}
    return {k: value for k, value in kept.items() if (k, value) != ("sort", BY_NAME)}


def address(view: str, values: Mapping[str, str]) -> str:
    """The address of a view of the organization, without what is empty."""
    # Any: url_for types its own options and not the values of an address.
    kept: dict[str, Any] = {name: value for name, value in values.items() if value}
    return url_for(f"admin_ui.{view}", slug=g.organization.slug, **kept)


def address_of(view: str, arguments: Mapping[str, str]) -> Callable[..., str]:
    """Makes the address of a list in another order, or with something changed.

    It leads to the first page, unless a cursor is among the changes.
    """

    def changed(sort: str = arguments.get("sort", ""), **changes: str) -> str:
        order = "" if sort == BY_NAME else sort
        return address(view, {**arguments, **changes, "sort": order})

    return changed


def pages_of(view: str, **values: str) -> Callable[..., str]:
    """Makes the address of another page of what a view with these values lists."""

    def page(cursor: str | None, **changes: str) -> str:
        return address(view, {**values, **changes, "cursor": cursor or ""})

    return page


def back(otherwise: str, not_of: str = "") -> str:
    """Where the form was that a request comes from, as its `next` says.

    Not to the page of what is gone, if that is given.
    """
    there = fragments.local_path(request.values.get("next"), otherwise)
    return otherwise if not_of and not_of in there else there


def day(text: str) -> date | None:
    """The day that an address names, if it is one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def start_of(day: date) -> datetime | None:
    """The first moment of a day where the admin is; None at the calendar's ends."""
    try:
        return datetime.combine(day, time.min, formats.zone()).astimezone(UTC)
    except OverflowError:
        return None
