"""Which steps of a connection a request shows to work: written down beside the log.

Whoever writes rows of the request log hands them on; the first request of each step is
kept, for each token, in the same transaction and for longer than the log. How far a
connection is says `services/connection/checklist.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from models import ChangeEvent, ConnectionTick
from models.database import Base
from services.activity.request_rows import Entry

Step = Literal[
    "reached",
    "accepted",
    "discovery",
    "looked_up",
    "created",
    "updated",
    "deactivated",
    "group_pushed",
    "members_changed",
    "imported",
]

_TABLE: Final = Base.metadata.tables[ConnectionTick.__tablename__]
_DISCOVERY: Final = (
    "/scim/v2/ServiceProviderConfig",
    "/scim/v2/ResourceTypes",
    "/scim/v2/Schemas",
)
_BY_CHANGE: Final[dict[str, frozenset[Step]]] = {
    "User": frozenset({"updated", "deactivated"}),
    "Group": frozenset({"members_changed"}),
}
"""Steps that only a change shows, by what is written to."""

_TESTED_WITH: Final = 2
"""Users that a test of the credentials asks for; an import asks for more."""

# Built once: with every batch of rows it would cost as much as to run them.
_OF_TOKENS: Final = select(ConnectionTick.token_public_id, ConnectionTick.step).where(
    ConnectionTick.token_public_id.in_(bindparam("tokens", expanding=True))
)
_CHANGES: Final = (
    select(
        ChangeEvent.request_id,
        ChangeEvent.action,
        ChangeEvent.resource_type,
        (ChangeEvent.n_added + ChangeEvent.n_removed).label("n_moved"),
    )
    .where(ChangeEvent.request_id.in_(bindparam("request_ids", expanding=True)))
    .order_by(ChangeEvent.seq)
)


def record(connection: Connection, entries: Sequence[Entry]) -> None:
    """Keep what these requests show. They are in the log already."""
    named = [one for one in entries if one.organization_seq and one.token_public_id]
    if not named:
        return
    missing = _Missing(connection, {one.token_public_id for one in named})
    for entry in named:
        missing.tick(entry, _told_by_itself(entry))
    _tick_changes(connection, missing, named)
    if missing.ticks:
        insert = sqlite if connection.dialect.name == "sqlite" else postgresql
        connection.execute(
            insert.insert(_TABLE).on_conflict_do_nothing(), missing.ticks
        )


class _Missing:
    """The steps that the tokens have not shown yet, and those they show now."""

    def __init__(self, connection: Connection, tokens: Collection[str | None]) -> None:
        self._known: dict[str | None, set[str]] = {one: set() for one in tokens}
        for row in connection.execute(_OF_TOKENS, {"tokens": list(tokens)}):
            self._known[row.token_public_id].add(row.step)
        self.ticks: list[dict[str, Any]] = []  # Any: values of the columns

    def tick(self, entry: Entry, steps: Collection[Step]) -> None:
        """The request shows these steps to work."""
        known = self._known[entry.token_public_id]
        if known.issuperset(steps):
            return
        for step in steps:
            if step not in known:
                known.add(step)
                self.ticks.append(
                    {
                        "organization_seq": entry.organization_seq,
                        "token_public_id": entry.token_public_id,
                        "step": step,
                        "request_id": entry.id,
                        "at": entry.at,
                    }
                )

    def wants(self, entry: Entry) -> bool:
        """Whether a change that this request made could show something new."""
        if entry.method == "GET" or (entry.status or 0) >= 300:
            return False
        steps = _BY_CHANGE.get(entry.resource_type or "", frozenset())
        return not steps <= self._known[entry.token_public_id]


def _tick_changes(
    connection: Connection, missing: _Missing, entries: Sequence[Entry]
) -> None:
    wanted = {one.id: one for one in entries if missing.wants(one)}
    if not wanted:
        return
    for change in connection.execute(_CHANGES, {"request_ids": list(wanted)}):
        missing.tick(wanted[change.request_id], tuple(_told_by_change(change)))


def _told_by_change(change: Any) -> Iterator[Step]:  # Any: a row as selected above
    if change.resource_type == "Group" and change.n_moved:
        yield "members_changed"
    if change.resource_type == "User" and change.action == "updated":
        yield "updated"
    if change.resource_type == "User" and change.action in ("deactivated", "deleted"):
        yield "deactivated"


def _told_by_itself(entry: Entry) -> list[Step]:
    if entry.claimed:
        return ["reached"]
    steps: list[Step] = ["reached", "accepted"]
    if 200 <= (entry.status or 0) < 300:
        steps += _told_by_success(entry)
    return steps


def _told_by_success(entry: Entry) -> Iterator[Step]:
    method, about, facts = entry.method, entry.resource_type, entry.facts
    if entry.path.startswith(_DISCOVERY):
        yield "discovery"
    if about == "User" and method == "POST" and entry.status == 201:
        yield "created"
    if about == "Group" and method in ("POST", "PUT", "PATCH"):
        yield "group_pushed"
    if about == "User" and method == "GET" and "total" in facts:
        is_filtered = "filter=" in entry.path
        # Of a filter that is no plain comparison, the facts name no operator.
        if is_filtered and facts.get("operator", "eq") == "eq":
            yield "looked_up"
        if not is_filtered and _is_last_page(facts):
            yield "imported"


def _is_last_page(facts: Mapping[str, Any]) -> bool:  # Any: JSON, small
    """Whether somebody who reads all pages has read the last one."""
    start, n_found = facts.get("start_index") or 1, facts.get("n_found") or 0
    is_walk = start > 1 or (facts.get("count") or 0) > _TESTED_WITH
    return is_walk and n_found > 0 and start - 1 + n_found >= facts["total"]
