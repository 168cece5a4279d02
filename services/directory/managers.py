"""Managers: the users whom other users' `manager.value` names, or a file does.

SCIM keeps an id, which need not be a user's here; people write user names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from models import User
from scim.attributes import Document
from scim.matching import fold
from services.directory import mapping
from services.directory.mapping import Reference
from services.organizations import OrganizationRef
from services.origin import is_id


def named_by(documents: Iterable[Document]) -> set[str]:
    """What the documents of users hold as their managers."""
    return {mapping.manager_id(document) or "" for document in documents} - {""}


def references(
    connection: Connection, organization: OrganizationRef, ids: Collection[str]
) -> dict[str, Reference]:
    """The users of those ids, by id."""
    if not ids:
        return {}
    rows = connection.execute(
        select(User.id, User.name).where(
            User.organization_seq == organization.seq, User.id.in_(ids)
        )
    )
    return {row.id: Reference("User", row.id, row.name) for row in rows}


def user_names(
    database: Connection | Session, organization: OrganizationRef, ids: Collection[str]
) -> dict[str, str]:
    """The user names of those ids, by id."""
    if not ids:
        return {}
    rows = database.execute(
        select(User.id, User.document).where(
            User.organization_seq == organization.seq, User.id.in_(ids)
        )
    )
    return {row.id: str(row.document["userName"]) for row in rows}


def ids_of(
    session: Session, organization: OrganizationRef, texts: Collection[str]
) -> dict[str, str]:
    """The ids of those whom texts name: by folded user name, and by id."""
    if not texts:
        return {}
    here = select(User.id, User.user_name_key).where(
        User.organization_seq == organization.seq
    )
    by_key = here.where(User.user_name_key.in_({fold(text) for text in texts}))
    by_id = here.where(User.id.in_({text for text in texts if is_id(text)}))
    found = {row.id: row.id for row in session.execute(by_id)}
    return found | {row.user_name_key: row.id for row in session.execute(by_key)}
