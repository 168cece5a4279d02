"""The activity as files: CSV for people, JSON Lines for other systems.

Each is a generator of bytes, written while it is read, newest first, with the sentence
that the page tells. Bodies are in neither: whoever may read the list may have the file.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Final

import orjson
from sqlalchemy import Connection

from models.database import read_connection
from scim.attributes import JSON
from services.activity import told
from services.activity.log_queries import LogQuery
from services.activity.told import ToldRequest
from services.files import csv_files
from services.organizations import OrganizationRef

ROWS_AT_A_TIME: Final = 500
"""Requests read at once, and written as one piece."""

HEADINGS: Final = (
    *("time", "sentence", "kind", "actor", "token", "provider", "method", "path"),
    *("status", "outcome", "scimType", "cause", "detail", "whatToDo", "notes"),
    *("resourceType", "resourceId", "nChanges", "address", "userAgent"),
    *("durationMs", "requestBytes", "responseBytes", "requestId"),
)


def as_csv(organization: OrganizationRef, query: LogQuery) -> Generator[bytes]:
    """A line a request; headings first."""
    with read_connection() as connection:
        yield csv_files.write_rows([HEADINGS], is_first=True)
        for rows in _pages(connection, organization, query):
            cells = ([_cell(value) for value in _values(row)] for row in rows)
            yield csv_files.write_rows(cells)


def as_json_lines(organization: OrganizationRef, query: LogQuery) -> Generator[bytes]:
    """An object a request, each in a line of its own."""
    with read_connection() as connection:
        for rows in _pages(connection, organization, query):
            objects = (dict(zip(HEADINGS, _values(row), strict=True)) for row in rows)
            yield b"".join(orjson.dumps(one) + b"\n" for one in objects)


def _pages(
    connection: Connection, organization: OrganizationRef, query: LogQuery
) -> Iterator[tuple[ToldRequest, ...]]:
    cursor: str | None = None
    while True:
        found = told.read_page(
            *(connection, organization, query), cursor=cursor, count=ROWS_AT_A_TIME
        )
        yield found.rows
        cursor = found.page.older
        if cursor is None:
            return


def _values(row: ToldRequest) -> list[JSON]:
    """What stands under each of `HEADINGS`."""
    one, explained = row.request, row.explanation
    steps = explained.steps if explained else ()
    return [
        one.at.isoformat(timespec="milliseconds"),
        "".join(part.text for part in row.full),
        *(one.kind, one.actor_name, one.token_public_id, one.provider),
        *(one.method, one.path, one.status, one.outcome, one.scim_type, one.cause),
        one.detail,
        [step.replace("**", "") for step in steps],
        list(one.notes),
        *(one.resource_type, one.resource_id, row.n_events),
        *(one.address, one.user_agent, _milliseconds(one.duration_us)),
        *(one.request_bytes, one.response_bytes, one.id),
    ]


def _milliseconds(microseconds: int | None) -> float | None:
    return None if microseconds is None else microseconds / 1000


def _cell(value: JSON) -> str:
    if isinstance(value, list):
        return " ".join(str(one) for one in value)
    return "" if value is None else str(value)
