"""Keeps what is deleted for a while: in tables of its own, under the same ids.

Called before the live rows go, in the same transaction. Ended memberships are kept by
`memberships`. Bringing it back is `restoring`; listing and purging it is `deleted`.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import DeletedResource, Group, User
from scim.attributes import Document
from services.directory import mapping
from services.origin import Origin


def keep_user(session: Session, user: User, origin: Origin) -> None:
    """Before a user is deleted: keep all that a restore needs."""
    _keep(session, "User", user, user.name, user.document, origin)


def keep_group(session: Session, group: Group, origin: Origin) -> None:
    """Before a group is deleted: keep all that a restore needs, but for members."""
    document = mapping.stored_group_document(group.display_name, group.external_id)
    _keep(session, "Group", group, group.display_name, document, origin)


def _keep(
    session: Session,
    resource_type: str,
    resource: User | Group,
    name: str,
    document: Document,
    origin: Origin,
) -> None:
    session.add(
        DeletedResource(
            organization_seq=resource.organization_seq,
            id=resource.id,
            resource_type=resource_type,
            name=name,
            name_key=_search_key(name, document),
            version=resource.version,
            document=document,
            source=resource.source,
            provenance=resource.provenance,
            created_at=resource.created_at,
            modified_at=resource.modified_at,
            deleted_at=origin.at,
            deleted_by=origin.actor.key,
        )
    )
    session.flush()


def _search_key(name: str, document: Document) -> str:
    """What a search among the deleted looks in: the name, and the user name."""
    return mapping.name_key(f"{name} {document.get('userName', '')}".rstrip())
