"""What requests changed: the first changes of each, and how many of each sort.

For a page of the log. An import made 100,000 changes: only the first are read, and who
tells of one resource alone need not have them told apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, case, func, literal, select

from models import ChangeEvent
from services.activity import history
from services.activity.change_words import HistoryEvent
from services.activity.meaning import Made, Tally
from services.organizations import OrganizationRef


def read(
    connection: Connection,
    organization: OrganizationRef,
    request_ids: Sequence[str],
    most: int,
    *,
    is_brief: bool = False,
) -> Mapping[str, Made]:
    """What each request changed: the first changes in their order, and all counted.

    Only the first are read, of an import as of a single change. `is_brief`: of one that
    made more than `history.FEW_EVENTS` it is not told which sorts there were, since
    100,000 take a while to be told apart.
    """
    if not request_ids:
        return {}
    n_known = _n_events(connection, organization, request_ids) if is_brief else {}
    told_apart = history.few_and_many(n_known)[0] if is_brief else request_ids
    tallies = _tallies(connection, organization, told_apart)
    n_events = n_known | {
        one: sum(tally.n_changes for tally in found) for one, found in tallies.items()
    }
    few, many = history.few_and_many(n_events)
    rows = list(connection.execute(_firsts_of_few(organization, few, most)))
    for one in many:
        rows += connection.execute(_firsts_of(organization, one, most))
    events = history.read_events(connection, organization, rows)
    firsts: dict[str, tuple[HistoryEvent, ...]] = {}
    for row, event in zip(rows, events, strict=True):
        firsts[row.request_id] = (*firsts.get(row.request_id, ()), event)
    return {
        one: Made(firsts.get(one, ()), tuple(tallies.get(one, ())), n)
        for one, n in n_events.items()
    }


def _n_events(
    connection: Connection, organization: OrganizationRef, request_ids: Sequence[str]
) -> dict[str, int]:
    """How many changes each request made; read in an index alone."""
    counted = (
        select(ChangeEvent.request_id, func.count().label("n_events"))
        .where(
            ChangeEvent.organization_seq == organization.seq,
            ChangeEvent.request_id.in_(request_ids),
        )
        .group_by(ChangeEvent.request_id)
    )
    return {row.request_id: row.n_events for row in connection.execute(counted)}


def _tallies(
    connection: Connection, organization: OrganizationRef, request_ids: Sequence[str]
) -> dict[str, list[Tally]]:
    first, last = (
        func.min(ChangeEvent.resource_id),
        func.max(ChangeEvent.resource_id),
    )
    rows = connection.execute(
        select(
            ChangeEvent.request_id,
            ChangeEvent.action,
            ChangeEvent.resource_type,
            func.count().label("n_changes"),
            func.count(ChangeEvent.resource_id.distinct()).label("n_resources"),
            func.sum(ChangeEvent.n_added).label("n_added"),
            func.sum(ChangeEvent.n_removed).label("n_removed"),
            case((first == last, first), else_="").label("resource_id"),
        )
        .where(
            ChangeEvent.organization_seq == organization.seq,
            ChangeEvent.request_id.in_(request_ids),
        )
        .group_by(ChangeEvent.request_id, ChangeEvent.action, ChangeEvent.resource_type)
        .order_by(func.min(ChangeEvent.number))
    )
    found: dict[str, list[Tally]] = {}
    for request_id, *columns in rows:
        found.setdefault(request_id, []).append(Tally(*columns))
    return found


def _firsts_of_few(
    organization: OrganizationRef, request_ids: Sequence[str], most: int
) -> Select[*tuple[Any, ...]]:  # Any: the columns of _COLUMNS, and the request's id
    place = func.row_number().over(
        partition_by=ChangeEvent.request_id, order_by=ChangeEvent.number
    )
    placed = (
        history.events_of(organization)
        .add_columns(ChangeEvent.request_id, place.label("place"))
        .where(ChangeEvent.request_id.in_(request_ids))
        .subquery()
    )
    return select(placed).where(placed.c.place <= most).order_by(placed.c.number)


def _firsts_of(
    organization: OrganizationRef, request_id: str, most: int
) -> Select[*tuple[Any, ...]]:  # Any: as in _firsts_of_few
    return (
        history.events_of(organization)
        .add_columns(ChangeEvent.request_id, literal(0).label("place"))
        .where(ChangeEvent.request_id == request_id)
        .order_by(ChangeEvent.number)
        .limit(most)
    )
