"""Users as files: written while they are read, so that size costs nothing.

Each export is a generator of bytes over one snapshot. A CSV of users can be loaded
again (`services/files/csv_import.py`), which then changes nobody. The SCIM file holds
all. Groups are in `group_exports`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import Final

import orjson
from sqlalchemy import Connection, func, select

from models import User
from models.database import read_connection, reading
from scim import messages
from scim.attributes import Document
from services.background.bulk_actions import Chosen
from services.directory import managers, mapping, members
from services.directory.mapping import StoredUser
from services.files import csv_files
from services.files.user_columns import COLUMNS, MANAGER, READ_ONLY
from services.organizations import OrganizationRef

ROWS_AT_A_TIME: Final = 1_000
"""Users read by one statement, and written as one piece."""

_USERS: Final = User.__table__.c


@reading
def count_users(
    connection: Connection, organization: OrganizationRef, chosen: Chosen
) -> int:
    """How many users an export would hold now."""
    found = select(func.count()).select_from(User)
    return connection.scalar(found.where(chosen.clause(organization))) or 0


def users_as_csv(organization: OrganizationRef, chosen: Chosen) -> Generator[bytes]:
    """A line a user, in the order in which they came; headings first."""
    keys = [column.key for column in COLUMNS]
    with read_connection() as connection:
        yield csv_files.write_rows([[*keys, *READ_ONLY]], is_first=True)
        for users in _pages(connection, organization, chosen):
            yield csv_files.write_rows(_user_rows(connection, organization, users))


def _user_rows(
    connection: Connection, organization: OrganizationRef, users: Sequence[StoredUser]
) -> Iterator[list[str]]:
    ids = managers.named_by(user.document for user in users)
    user_names = managers.user_names(connection, organization, ids)
    for user in users:
        shown = {column.key: column.show(user.document) for column in COLUMNS}
        shown[MANAGER] = user_names.get(shown[MANAGER], shown[MANAGER])
        groups = "; ".join(group.name for group in user.groups)
        created = mapping.timestamp(user.created_at)
        modified = mapping.timestamp(user.modified_at)
        yield [*shown.values(), user.id, groups, created, modified]


def users_as_scim(
    organization: OrganizationRef, chosen: Chosen, base_url: str
) -> Generator[bytes]:
    """One ListResponse of all users, as the API would show them (RFC 7644 §3.4.2)."""
    found = select(func.count()).select_from(User).where(chosen.clause(organization))
    with read_connection() as connection:
        yield opening(connection.scalar(found) or 0)
        separator = b""
        for users in _pages(connection, organization, chosen):
            documents = _documents(connection, organization, users, base_url)
            yield separator + orjson.dumps(documents)[1:-1]
            separator = b",\n"
        yield CLOSING


def opening(total: int) -> bytes:
    """The beginning of a ListResponse that holds everything, up to the resources."""
    envelope = messages.list_response([], total, 1)
    envelope["itemsPerPage"] = total
    del envelope["Resources"]
    return orjson.dumps(envelope)[:-1] + b',"Resources":['


CLOSING: Final = b"]}"
"""The end of it."""


def _documents(
    connection: Connection,
    organization: OrganizationRef,
    users: Sequence[StoredUser],
    base_url: str,
) -> list[Document]:
    ids = managers.named_by(user.document for user in users)
    known = managers.references(connection, organization, ids)
    return [
        mapping.user_document(
            replace(user, manager=known.get(mapping.manager_id(user.document) or "")),
            base_url,
        )
        for user in users
    ]


def _pages(
    connection: Connection, organization: OrganizationRef, chosen: Chosen
) -> Iterator[list[StoredUser]]:
    """All who are meant with their groups, a thousand at a time."""
    after_seq = 0
    while users := _page(connection, organization, chosen, after_seq):
        after_seq = users[-1].seq
        yield users


def _page(
    connection: Connection, organization: OrganizationRef, chosen: Chosen, after: int
) -> list[StoredUser]:
    rows = connection.execute(
        select(
            _USERS.seq,
            _USERS.id,
            _USERS.version,
            _USERS.document,
            _USERS.created_at,
            _USERS.modified_at,
        )
        .where(chosen.clause(organization), _USERS.seq > after)
        .order_by(_USERS.seq)
        .limit(ROWS_AT_A_TIME)
    ).all()
    groups = members.groups_of(connection, [row.seq for row in rows])
    return [StoredUser(*row, groups.get(row.seq, ())) for row in rows]
