"""Carries out a part of an undo, inside a transaction that somebody else leads.

Rows are locked first and looked at again: what is not as the plan expected, or was
touched by others since it was made, is left, and said. So a part may be carried out
late, or twice, and does nothing wrong then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import literal, select, update
from sqlalchemy.orm import Session

from models import DeletedResource, Group, User
from scim.attributes import JSON
from services.activity.events import Batch
from services.deletion import restoring
from services.directory import group_changes, user_changes
from services.organizations import OrganizationRef
from services.origin import Origin
from services.undo import leaves, moving_members, taken_names
from services.undo.actions import Action, Part, Skipped
from services.undo.folding import Touch
from services.undo.other_events import read_late
from services.undo.reading import Today, chunks, read_deleted

_PARKED: Final = "\x01"
"""What a name's key begins with while its owner is on the way to another one."""


def carry_out(
    session: Session,
    organization: OrganizationRef,
    part: Part,
    batch: Batch,
    origin: Origin,
) -> list[Skipped]:
    """Do it; returns what was left as it is, and why."""
    skipped = list[Skipped]()
    if part.actions:
        performer = _Performer(session, organization, batch, origin, part.seen)
        skipped += performer.perform(part.actions)
    for moves in part.moves:
        skipped += moving_members.move(
            session, organization, moves, batch, origin, seen=part.seen
        )
    return skipped


@dataclass(frozen=True)
class _Performer:
    """A transaction that restores, changes and deletes; its users and groups by id."""

    session: Session
    organization: OrganizationRef
    batch: Batch
    origin: Origin
    seen: int | None
    users: dict[str, User] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)

    def perform(self, actions: Sequence[Action]) -> list[Skipped]:
        self._lock(actions)
        today = self._look(actions)
        late = read_late(
            self.session,
            self.organization,
            [one.id for one in actions],
            self.seen,
            self.origin.request_id,
        )
        checked, skipped = _check(actions, today, late)
        found = taken_names.sort_out(self.session, self.organization, checked, today)
        self._park(found.actions, today)
        for one in found.actions:
            if one.kind == "restore":
                self._restore(one)
        for one in found.actions:
            if one.values:
                self._set(one)
        for one in found.actions:
            if one.kind == "delete":
                self._remove(one)
        return [*skipped, *(replace(one, is_late=True) for one in found.skipped)]

    def _lock(self, actions: Sequence[Action]) -> None:
        """The deleted by id, then users and groups by seq, as everybody locks them."""
        self._lock_deleted(one.id for one in actions if one.kind == "restore")
        there = [one for one in actions if one.kind != "restore"]
        # A push of groups may name them meanwhile, unless they are to go.
        key_share = all(one.kind == "change" for one in there)
        for ids in chunks(one.id for one in there if one.type == "User"):
            users = self.session.scalars(
                select(User)
                .where(User.organization_seq == self.organization.seq, User.id.in_(ids))
                .order_by(User.seq)
                .with_for_update(key_share=key_share)
            )
            self.users.update((user.id, user) for user in users)
        for ids in chunks(one.id for one in there if one.type == "Group"):
            groups = self.session.scalars(
                select(Group)
                .where(
                    Group.organization_seq == self.organization.seq, Group.id.in_(ids)
                )
                .order_by(Group.seq)
                .with_for_update(key_share=key_share)
            )
            self.groups.update((group.id, group) for group in groups)

    def _lock_deleted(self, ids: Iterable[str]) -> None:
        for chunk in chunks(sorted(ids)):
            self.session.scalars(
                select(DeletedResource.id)
                .where(
                    DeletedResource.organization_seq == self.organization.seq,
                    DeletedResource.id.in_(chunk),
                )
                .order_by(DeletedResource.id)
                .with_for_update()
            ).all()

    def _look(self, actions: Sequence[Action]) -> dict[str, Today]:
        ids = [one.id for one in actions if one.kind == "restore"]
        today = read_deleted(self.session, self.organization, ids)
        for id_, user in self.users.items():
            today[id_] = Today("live", user.document, user.name)
        for id_, group in self.groups.items():
            document = group_changes.stored_document(group)
            today[id_] = Today("live", document, group.display_name)
        return today

    def _park(self, actions: Sequence[Action], today: Mapping[str, Today]) -> None:
        """Free the names of those who get another or go: a chain may be a circle."""
        parked = [
            one
            for one in actions
            if one.kind == "delete"
            or (
                one.kind == "change"
                and taken_names.moving_key(one, today[one.id].document) is not None
            )
        ]
        for ids in chunks(one.id for one in parked if one.type == "User"):
            self.session.execute(
                update(User)
                .where(User.organization_seq == self.organization.seq, User.id.in_(ids))
                .values(user_name_key=literal(_PARKED) + User.id)
                .execution_options(synchronize_session=False)
            )
        for ids in chunks(one.id for one in parked if one.type == "Group"):
            self.session.execute(
                update(Group)
                .where(
                    Group.organization_seq == self.organization.seq, Group.id.in_(ids)
                )
                .values(display_name_key=literal(_PARKED) + Group.id)
                .execution_options(synchronize_session=False)
            )

    def _restore(self, action: Action) -> None:
        session, organization = self.session, self.organization
        deleted = restoring.lock(session, organization, action.id)
        wanted = action.wanted.get(taken_names.NAMES[action.type])
        name = None if wanted is None else str(wanted)
        followers = (self.batch, self.origin)
        if action.type == "User":
            restoring.restore_user(session, organization, deleted, name, *followers)
        else:
            restoring.restore_group(session, organization, deleted, name, *followers)
        if action.values and action.type == "User":
            self.users[action.id] = user_changes.lock(session, organization, action.id)
        elif action.values:
            group = group_changes.lock(session, organization, action.id)
            self.groups[action.id] = group

    def _set(self, action: Action) -> None:
        session, organization = self.session, self.organization
        followers = (self.batch, self.origin)
        if action.type == "User":
            user = self.users[action.id]
            document = leaves.write(user.document, action.wanted)
            user_changes.change(session, organization, user, document, *followers)
        else:
            group = self.groups[action.id]
            stored = group_changes.stored_document(group)
            document = leaves.write(stored, action.wanted)
            group_changes.change(session, organization, group, document, [], *followers)

    def _remove(self, action: Action) -> None:
        session, organization = self.session, self.organization
        followers = (self.batch, self.origin)
        if action.type == "User":
            user = self.users[action.id]
            user_changes.remove(session, organization, user, *followers)
        else:
            group = self.groups[action.id]
            group_changes.remove(session, organization, group, *followers)


def _check(
    actions: Sequence[Action],
    today: Mapping[str, Today],
    late: Mapping[str, AbstractSet[Touch]],
) -> tuple[list[Action], list[Skipped]]:
    """What can be done of it now; what is so already is left out without a word."""
    checked, skipped = list[Action](), list[Skipped]()
    for one in actions:
        now = today.get(one.id)
        if now is None:
            # Restored or deleted already is what was wanted.
            if one.kind == "change":
                reason = "Deleted meanwhile"
                skipped.append(Skipped(one.reference, reason, is_late=True))
            continue
        touches = late.get(one.id, frozenset())
        if one.kind != "change" and touches:
            # It is there, or not, by somebody else's will, or was built on.
            reason = "Changed again meanwhile"
            skipped.append(Skipped(one.reference, reason, is_late=True))
            continue
        values, is_stale = _check_values(one, leaves.read(now.document), touches)
        if is_stale:
            reason = "Changed again meanwhile"
            skipped.append(Skipped(one.reference, reason, is_late=True))
        if values or one.kind != "change":
            checked.append(replace(one, values=values))
    return checked, skipped


def _check_values(
    action: Action, now: Mapping[str, JSON], touches: AbstractSet[Touch]
) -> tuple[dict[str, tuple[JSON, JSON]], bool]:
    """The values still to be given, and whether another is not as it was expected."""
    values: dict[str, tuple[JSON, JSON]] = {}
    is_stale = False
    for key, (expected, wanted) in action.values.items():
        value = now.get(key)
        if value == wanted:
            continue
        if value == expected and ("value", key) not in touches:
            values[key] = (expected, wanted)
        else:
            is_stale = True
    return values, is_stale
