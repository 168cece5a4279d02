"""Loading many users and groups at once: thousands of resources a transaction.

For the command line, for imports and for the benchmarks' seeding. Each resource gets
its change event like any other; what is left out against one call a resource are the
checks one by one: a name in use fails the whole call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models import Group, Membership, User, UserSearch, UserValue
from models.database import writing
from scim import documents
from scim.attributes import Document
from services.activity import events
from services.directory import mapping
from services.organizations import OrganizationRef
from services.origin import Origin, new_id

PER_TRANSACTION = 2_000
"""Users written, or memberships, between two commits."""


@dataclass(frozen=True)
class NewGroup:
    """A group with its members' user ids."""

    display_name: str
    member_ids: Sequence[str] = ()


def load_users(
    organization: OrganizationRef, users: Iterable[Document], *, origin: Origin
) -> list[str]:
    """Make users of cleaned documents, a transaction every `PER_TRANSACTION`.

    Returns their ids in order. Raises `IntegrityError` when a userName is in use; the
    transactions before stay.
    """
    iterator, ids = iter(users), list[str]()
    while batch := list(islice(iterator, PER_TRANSACTION)):
        ids += _load_users(organization, batch, origin)
    return ids


@writing
def _load_users(
    session: Session,
    organization: OrganizationRef,
    batch: Sequence[Document],
    origin: Origin,
) -> list[str]:
    filled = [
        {**document, "active": document.get("active", True)} for document in batch
    ]
    rows = [_user_row(organization, document, origin) for document in filled]
    seqs = session.scalars(
        insert(User).returning(User.seq, sort_by_parameter_order=True), rows
    ).all()
    values = [
        value | {"user_seq": seq, "organization_seq": organization.seq}
        for seq, document in zip(seqs, filled, strict=True)
        for value in mapping.user_values(document)
    ]
    if values:
        session.execute(insert(UserValue), values)
    searched = [
        mapping.user_search(row)
        | {"user_seq": seq, "organization_seq": organization.seq}
        for seq, row in zip(seqs, rows, strict=True)
    ]
    session.execute(insert(UserSearch), searched)
    changes = [
        events.Change(
            "created",
            "User",
            row["id"],
            row["name"],
            documents.difference({}, row["document"]),
        )
        for row in rows
    ]
    n_active = sum(1 for row in rows if row["is_active"])
    totals = events.Totals(users=len(rows), active_users=n_active)
    events.record(session, organization.seq, origin, *changes, totals=totals)
    return [row["id"] for row in rows]


def _user_row(
    organization: OrganizationRef, document: Document, origin: Origin
) -> dict[str, Any]:  # Any: the columns' values
    return {
        **mapping.user_columns(document),
        "organization_seq": organization.seq,
        "id": new_id(),
        "version": 1,
        "source": origin.actor.key,
        "provenance": dict.fromkeys(
            documents.difference({}, document), origin.actor.key
        ),
        "created_at": origin.at,
        "modified_at": origin.at,
    }


def load_groups(
    organization: OrganizationRef, groups: Iterable[NewGroup], *, origin: Origin
) -> list[str]:
    """Make groups of users, one transaction each; returns their ids in order.

    Members not known are left out. Raises `IntegrityError` for a name in use.
    """
    return [_load_group(organization, group, origin) for group in groups]


@writing
def _load_group(
    session: Session, organization: OrganizationRef, new: NewGroup, origin: Origin
) -> str:
    seqs = _user_seqs(session, organization, new.member_ids)
    group = Group(
        organization_seq=organization.seq,
        id=new_id(),
        n_members=len(seqs),
        source=origin.actor.key,
        provenance={"displayName": origin.actor.key},
        created_at=origin.at,
        modified_at=origin.at,
        **mapping.group_columns({"displayName": new.display_name}),
    )
    session.add(group)
    session.flush()
    rows = [
        {
            "organization_seq": organization.seq,
            "group_seq": group.seq,
            "user_seq": seq,
            "added_at": origin.at,
        }
        for seq in seqs.values()
    ]
    if rows:
        session.execute(insert(Membership), rows)
    change = events.Change(
        "created",
        "Group",
        group.id,
        group.display_name,
        {"displayName": (None, group.display_name)},
        added=list(seqs),
    )
    totals = events.Totals(groups=1)
    events.record(session, organization.seq, origin, change, totals=totals)
    return group.id


def _user_seqs(
    session: Session, organization: OrganizationRef, ids: Sequence[str]
) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(ids), PER_TRANSACTION):
        users = select(User.id, User.seq).where(
            User.organization_seq == organization.seq,
            User.id.in_(ids[start : start + PER_TRANSACTION]),
        )
        found |= {row.id: row.seq for row in session.execute(users)}
    return found
