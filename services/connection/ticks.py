"""Which steps of a connection a request shows to work: written down beside the log.

Whoever writes rows of the request log hands them on; the first request of each step is
kept, for each token, in the same transaction and for longer than the log. How far a
connection is says `services/connection/checklist.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from models import ChangeEvent, ConnectionTick
from models.database import Base

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

Row: TypeAlias = Mapping[str, Any]  # Any: values of the columns of a request

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


def record(
    connection: Connection, rows: Sequence[Row], refused: Collection[str]
) -> None:
    """Keep what these requests show. They are in the log already.

    `refused` are the ids of those whose token did not hold.
    """
    named = [row for row in rows if row["organization_seq"] and row["token_public_id"]]
    if not named:
        return
    missing = _Missing(connection, {row["token_public_id"] for row in named})
    for row in named:
        missing.tick(row, _told_by_itself(row, is_accepted=row["id"] not in refused))
    _tick_changes(connection, missing, named)
    if missing.ticks:
        insert = sqlite if connection.dialect.name == "sqlite" else postgresql
        connection.execute(
            insert.insert(_TABLE).on_conflict_do_nothing(), list(missing.ticks.values())
        )


class _Missing:
    """The steps that the tokens have not shown yet, and those they show now."""

    def __init__(self, connection: Connection, tokens: Collection[str]) -> None:
        known = connection.execute(_OF_TOKENS, {"tokens": list(tokens)})
        self._known = {(row.token_public_id, row.step) for row in known}
        self.ticks: dict[tuple[str, str], dict[str, Any]] = {}  # Any: as Row

    def tick(self, row: Row, steps: Collection[Step]) -> None:
        """The request shows these steps to work."""
        for step in steps:
            key = (row["token_public_id"], step)
            if key not in self._known:
                self._known.add(key)
                self.ticks[key] = {
                    "organization_seq": row["organization_seq"],
                    "token_public_id": row["token_public_id"],
                    "step": step,
                    "request_id": row["id"],
                    "at": row["at"],
                }

    def wants(self, row: Row) -> bool:
        """Whether a change that this request made could show something new."""
        is_writing = row["method"] != "GET" and (row["status"] or 0) < 300
        steps = _BY_CHANGE.get(row["resource_type"] or "", frozenset())
        token = row["token_public_id"]
        return is_writing and any((token, step) not in self._known for step in steps)


def _tick_changes(
    connection: Connection, missing: _Missing, rows: Sequence[Row]
) -> None:
    wanted = {row["id"]: row for row in rows if missing.wants(row)}
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


def _told_by_itself(row: Row, *, is_accepted: bool) -> tuple[Step, ...]:
    if not is_accepted:
        return ("reached",)
    if not 200 <= (row["status"] or 0) < 300:
        return ("reached", "accepted")
    return ("reached", "accepted", *_told_by_success(row))


def _told_by_success(row: Row) -> Iterator[Step]:
    method, about, facts = row["method"], row["resource_type"], row["facts"]
    if row["path"].startswith(_DISCOVERY):
        yield "discovery"
    if about == "User" and method == "POST" and row["status"] == 201:
        yield "created"
    if about == "Group" and method in ("POST", "PUT", "PATCH"):
        yield "group_pushed"
    if about == "User" and method == "GET" and "total" in facts:
        is_filtered = "filter=" in row["path"]
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
