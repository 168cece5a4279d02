"""A request log of any length: the activity of an organization in a busy month."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from models import ChangeEvent, Request
from models.database import Base, db
from services import organizations
from services.activity import request_subjects
from services.activity.request_rows import FILLED, Entry

PER_TRANSACTION: Final = 10_000
PER_STATEMENT: Final = 1_000
NEWEST: Final = datetime(2100, 1, 1, 12, tzinfo=UTC)
"""After all that measuring leaves in the log itself, and would hide the seeded rows."""

_TABLE: Final = Base.metadata.tables[Request.__tablename__]
_EVENTS: Final = Base.metadata.tables[ChangeEvent.__tablename__]
FIRST_NUMBER: Final = 10_000_000
"""Of the events written here, far beyond those that were there."""

GROUP_ID: Final = str(UUID(int=(8 << 100) | (7 << 76) | (2 << 62)))
"""A group that is in a third of the log."""

_GROUP_FROM: Final = 5_000_000
"""The number of its first row, beyond those of any other."""

LARGE_ID: Final = str(UUID(int=(9 << 100) | (7 << 76) | (2 << 62)))
"""The request of an import that changed very many."""

_BODY: Final = '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],' + (
    '"userName":"ana.silva@example.com","active":true,"title":"Engineer"}' * 6
)
_KINDS: Final = (
    # Of a thousand: method, address, outcome, status, provider, kind
    (620, ("GET", "/Users?filter=userName%20eq%20%22{n}%22", "read", 200, "Okta")),
    (120, ("GET", "/Users?startIndex={n}&count=100", "read", 200, "Okta")),
    (130, ("PATCH", "/Users/{id}", "changed", 200, "Okta")),
    (60, ("POST", "/Users", "changed", 201, "Okta")),
    (30, ("PUT", "/Users/{id}", "already", 200, "Okta")),
    (20, ("PATCH", "/Groups/{id}", "changed", 204, "Okta")),
    (10, ("POST", "/Users", "refused", 409, "Okta")),
    (5, ("GET", "/Users/{id}", "refused", 404, "Entra ID")),
    (4, ("GET", "/Users", "refused", 401, "")),
    (1, ("DELETE", "/Users/{id}", "failed", 500, "Okta")),
)
_CHOICES: Final = [kind for weight, kind in _KINDS for _ in range(weight)]


def seed_log(app: Flask, slug: str, n_rows: int, *, n_resources: int = 5_000) -> None:
    """Write that many rows to the organization's log, the last of them the newest.

    Those that changed something have the event of it.
    """
    choose = random.Random(11)  # noqa: S311 - the same rows each time
    with app.app_context():
        organization = organizations.get(slug)
        engine = db.engine.execution_options(begin="BEGIN IMMEDIATE")
        for start in range(0, n_rows, PER_TRANSACTION):
            numbers = range(start, min(start + PER_TRANSACTION, n_rows))
            rows = [
                _row(choose, organization.seq, number, n_rows, n_resources)
                for number in numbers
            ]
            with engine.begin() as connection:
                _insert(connection, rows)
                events = [_event(row) for row in rows]
                connection.execute(sa.insert(_EVENTS), [one for one in events if one])
                _note_subjects(connection, organization.seq, rows, numbers)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as one:
            one.execute(sa.text("ANALYZE"))


def seed_group(app: Flask, slug: str, n_rows: int) -> None:
    """Rows about one group, the newest, of which each moved a member or was refused."""
    choose = random.Random(12)  # noqa: S311 - as above
    with app.app_context():
        seq = organizations.get(slug).seq
        engine = db.engine.execution_options(begin="BEGIN IMMEDIATE")
        for start in range(0, n_rows, PER_TRANSACTION):
            numbers = range(start, min(start + PER_TRANSACTION, n_rows))
            rows = [_row_of_group(choose, seq, number, n_rows) for number in numbers]
            events = [_event(row) for row in rows]
            numbers = range(_GROUP_FROM + numbers.start, _GROUP_FROM + numbers.stop)
            with engine.begin() as connection:
                _insert(connection, rows)
                connection.execute(sa.insert(_EVENTS), [one for one in events if one])
                _note_subjects(connection, seq, rows, numbers)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as one:
            one.execute(sa.text("ANALYZE"))


def _row_of_group(
    choose: random.Random, organization_seq: int, number: int, n_rows: int
) -> Entry:
    row = _row(choose, organization_seq, _GROUP_FROM + number, _GROUP_FROM + n_rows, 1)
    status, outcome = choose.choices(
        ((204, "changed"), (409, "refused"), (500, "failed")), (9_989, 10, 1)
    )[0]
    return row._replace(
        method="PATCH",
        path=f"/scim/v2/Groups/{GROUP_ID}",
        status=status,
        outcome=outcome,
        resource_type="Group",
        resource_id=GROUP_ID,
    )


def _insert(connection: sa.Connection, rows: list[Entry]) -> None:
    # `claimed`, the last, is no column.
    values = [dict(zip(FILLED, row[:-1], strict=True)) for row in rows]
    connection.execute(sa.insert(_TABLE), values)


def _note_subjects(
    connection: sa.Connection, organization_seq: int, rows: list[Entry], numbers: range
) -> None:
    for start in range(0, len(rows), PER_STATEMENT):
        request_subjects.add_answers(connection, rows[start : start + PER_STATEMENT])
    made = range(FIRST_NUMBER + numbers.start, FIRST_NUMBER + numbers.stop)
    request_subjects.add_changes(
        connection, organization_seq, made, moved_members=False
    )


def seed_large(app: Flask, slug: str, n_events: int) -> None:
    """One request, the newest, that made so many users."""
    with app.app_context():
        seq = organizations.get(slug).seq
        row = _row(random.Random(1), seq, 0, 0, 1)  # noqa: S311 - as above
        row = row._replace(id=LARGE_ID, outcome="changed", kind="admin")
        first = FIRST_NUMBER * 2
        with db.engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
            _insert(connection, [row])
            for start in range(0, n_events, PER_TRANSACTION):
                numbers = range(start, min(start + PER_TRANSACTION, n_events))
                events = [
                    _event_of(row, first + number, "created", str(UUID(int=number)))
                    for number in numbers
                ]
                connection.execute(sa.insert(_EVENTS), events)
            last = first + n_events
            request_subjects.add_changes(connection, seq, range(first, last))


def _event(row: Entry) -> dict[str, Any] | None:  # Any: values of the columns
    if row.outcome != "changed":
        return None
    number = FIRST_NUMBER + int(row.id[:8] + row.id[9:13], 16)
    return _event_of(row, number, "updated", row.resource_id or row.id)


def _event_of(
    row: Entry, number: int, action: str, resource_id: str
) -> dict[str, Any]:  # Any: values of the columns
    return {
        "organization_seq": row.organization_seq,
        "number": number,
        "request_id": row.id,
        "at": row.at,
        "actor": row.actor,
        "actor_name": row.actor_name,
        "action": action,
        "resource_type": "User",
        "resource_id": resource_id,
        "resource_name": "Ana Silva",
        "changes": {"title": ["Engineer", "Manager"]},
        "n_added": 0,
        "n_removed": 0,
    }


def _row(
    choose: random.Random,
    organization_seq: int,
    number: int,
    n_rows: int,
    n_resources: int,
) -> Entry:
    method, address, outcome, status, provider = choose.choice(_CHOICES)
    resource = str(UUID(int=(7 << 76) | (2 << 62) | choose.randrange(n_resources)))
    is_by_admin = choose.random() < 0.005
    token = f"Bench{0 if choose.random() < 0.99 else choose.randrange(1, 20):05}"
    is_read = outcome == "read"
    return Entry(
        id=str(UUID(int=(number << 80) | (7 << 76) | (2 << 62) | number)),
        organization_seq=organization_seq,
        kind="admin" if is_by_admin else "scim",
        token_public_id=None if is_by_admin else token,
        actor="admin:ada" if is_by_admin else f"token:{token}",
        actor_name="Ada" if is_by_admin else "Okta production",
        at=NEWEST - timedelta(seconds=2.5) * (n_rows - number),
        method=method,
        path="/scim/v2" + address.format(n=number, id=resource),
        status=status,
        scim_type=None,
        cause=None,
        detail=None,
        duration_us=choose.randrange(900, 40_000),
        address=f"203.0.113.{choose.randrange(250)}",
        user_agent="Okta SCIM Client 1.0.0",
        provider=provider,
        outcome=outcome,
        resource_type="User",
        resource_id=resource if "{id}" in address or "eq" in address else None,
        facts={"total": 1, "n_found": 1} if is_read else {},
        notes=[],
        request_bytes=0 if method == "GET" else len(_BODY),
        response_bytes=len(_BODY),
        request_body=None if method == "GET" else _BODY,
        response_body=_BODY,
    )
