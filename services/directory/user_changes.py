"""What can happen to a user inside a transaction that somebody else leads.

`users` does it to one user a request; bulk actions, imports and restores to many at
once. Each function adds what happened to an `events.Batch`, which its caller records
last, since that takes the organization's counter row.
"""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from models import ChangeEvent, User, UserSearch, UserValue
from scim import documents
from scim.attributes import Document
from services.activity import events
from services.activity.events import Batch, Change, Totals
from services.directory import ended_memberships, kept, mapping
from services.directory.preconditions import NONE, Precondition
from services.errors import AlreadyTaken, NotFound
from services.organizations import OrganizationRef
from services.origin import Origin, instant_after, is_id, new_id, shorten


def make(
    session: Session,
    organization: OrganizationRef,
    document: Document,
    batch: Batch,
    origin: Origin,
) -> User:
    """Make a user of a cleaned document; active unless it says not.

    Raises `AlreadyTaken` when another user, active or not, has the userName.
    """
    document = {**document, "active": document.get("active", True)}
    columns = mapping.user_columns(document)
    check_user_name(session, organization, document, columns["user_name_key"])
    changes = documents.difference({}, document)
    user = User(
        organization_seq=organization.seq,
        id=new_id(),
        source=origin.actor.key,
        provenance=dict.fromkeys(changes, origin.actor.key),
        created_at=origin.at,
        modified_at=origin.at,
        **columns,
    )
    add(session, user)
    batch.add(
        Change("created", "User", user.id, user.name, changes),
        totals=Totals(users=1, active_users=int(user.is_active)),
    )
    return user


def add(session: Session, user: User) -> None:
    """Write a user's rows: the user, and the values that filters look for."""
    session.add(user)
    session.flush()
    insert_values(session, user)


def lock(
    session: Session,
    organization: OrganizationRef,
    user_id: str,
    precondition: Precondition = NONE,
    *,
    for_delete: bool = False,
) -> User:
    """The user of that id, locked; raises `NotFound` and `VersionMismatch`."""
    if not is_id(user_id):
        raise not_found(user_id)
    user = session.scalar(
        select(User)
        .where(User.organization_seq == organization.seq, User.id == user_id)
        # A push of groups may name the user meanwhile, unless the user is to go.
        .with_for_update(key_share=not for_delete)
    )
    if user is None:
        raise not_found(user_id)
    precondition.check_write(user.version)
    return user


def change(
    session: Session,
    organization: OrganizationRef,
    user: User,
    document: Document,
    batch: Batch,
    origin: Origin,
) -> None:
    """Write what differs, and only that; nothing at all when nothing does."""
    changes = documents.difference(user.document, document)
    if not changes:
        return
    columns = mapping.user_columns(document)
    if columns["user_name_key"] != user.user_name_key:
        check_user_name(session, organization, document, columns["user_name_key"])
    old, was_active = user.document, user.is_active
    for name, value in columns.items():
        setattr(user, name, value)
    user.provenance = user.provenance | dict.fromkeys(changes, origin.actor.key)
    if origin.actor.kind == "token":
        user.source = origin.actor.key
    user.modified_at = instant_after(origin.at, user.modified_at)
    session.flush()
    if mapping.user_values(old) != mapping.user_values(document):
        session.execute(delete(UserValue).where(UserValue.user_seq == user.seq))
        _insert_values(session, user)
    _update_search(session, user)
    batch.add(
        Change(
            _action(was_active, user.is_active), "User", user.id, user.name, changes
        ),
        totals=Totals(active_users=int(user.is_active) - int(was_active)),
    )


def set_active(
    session: Session,
    organization: OrganizationRef,
    user: User,
    is_active: bool,
    batch: Batch,
    origin: Origin,
) -> None:
    """Deactivate or reactivate a locked user; nothing when that is so already."""
    document = {**user.document, "active": is_active}
    change(session, organization, user, document, batch, origin)


def remove(
    session: Session,
    organization: OrganizationRef,
    user: User,
    batch: Batch,
    origin: Origin,
) -> None:
    """Delete a locked user and the memberships; `deleted.restore` undoes it."""
    groups = ended_memberships.forget_user(session, organization, user, origin)
    kept.keep_user(session, user, origin)
    session.execute(delete(User).where(User.seq == user.seq))
    before = dict(user.document)
    if groups:
        before["groups"] = [group.id for group in groups]
    batch.add(
        Change("deleted", "User", user.id, user.name, documents.difference(before, {})),
        *(events.member_lost(group, user.id) for group in groups),
        totals=Totals(users=-1, active_users=-int(user.is_active)),
    )


def _action(was_active: bool, is_active: bool) -> str:
    if was_active == is_active:
        return "updated"
    return "reactivated" if is_active else "deactivated"


def not_found(user_id: str) -> NotFound:
    """The error for an id that is not, or no more, a user's."""
    return NotFound(
        f'There is no user "{shorten(user_id)}" here. If the person was deleted, '
        "restore them in Rollcall under Deleted, or let the provisioning client create "
        "a new user."
    )


def check_user_name(
    session: Session, organization: OrganizationRef, document: Document, key: str
) -> None:
    """Raise `AlreadyTaken`, which names who has the userName."""
    holder = session.execute(
        select(User.id, User.name, User.is_active).where(
            User.organization_seq == organization.seq, User.user_name_key == key
        )
    ).one_or_none()
    if holder is None:
        return
    state = "" if holder.is_active else _deactivated(session, organization, holder.id)
    raise AlreadyTaken(
        "userName",
        f'userName "{shorten(str(document["userName"]))}" is used by '
        f"{shorten(holder.name)}{state}. Let the provisioning client match the "
        "existing user by userName, or give one of the two another userName.",
        holder_id=holder.id,
        cause="taken" if holder.is_active else "taken_deactivated",
    )


def _deactivated(session: Session, organization: OrganizationRef, user_id: str) -> str:
    """Since when a user is deactivated, in brackets; made so counts too."""
    since = session.scalar(
        select(ChangeEvent.at)
        .where(
            ChangeEvent.organization_seq == organization.seq,
            ChangeEvent.resource_id == user_id,
            ChangeEvent.action.in_(("deactivated", "created")),
        )
        .order_by(ChangeEvent.number.desc())
        .limit(1)
    )
    return f" (deactivated {since:%-d %b %Y})" if since else " (deactivated)"


def _update_search(session: Session, user: User) -> None:
    written = session.execute(
        update(UserSearch)
        .where(
            UserSearch.organization_seq == user.organization_seq,
            UserSearch.user_seq == user.seq,
        )
        .values(_searched(user))
        .returning(UserSearch.user_seq)
        .execution_options(synchronize_session=False)
    )
    # A version before that of these rows may have made the user, while both ran.
    if written.first() is None:
        _insert_search(session, user)


def _insert_search(session: Session, user: User) -> None:
    keys = {"organization_seq": user.organization_seq, "user_seq": user.seq}
    session.execute(insert(UserSearch).values(_searched(user) | keys))


def _searched(user: User) -> mapping.Row:
    columns = {name: getattr(user, name) for name in mapping.SEARCHED}
    return mapping.user_search(columns | {"document": user.document})


def insert_values(session: Session, user: User) -> None:
    """Write what filters and searches look for, of a user that has nothing yet."""
    _insert_values(session, user)
    _insert_search(session, user)


def _insert_values(session: Session, user: User) -> None:
    rows = [
        row | {"user_seq": user.seq, "organization_seq": user.organization_seq}
        for row in mapping.user_values(user.document)
    ]
    if rows:
        session.execute(insert(UserValue), rows)
