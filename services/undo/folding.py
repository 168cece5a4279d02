"""What stood before: change events, newest first, folded into one wish a resource.

Pure. Of every attribute, membership and existence it is known what the newest of the
events left behind, and what stood before the oldest of those that follow upon each
other. Where somebody else came between two of them, the thread ends: what that person
set is what stood before. Where somebody else came after them, the thread says who.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

from scim.attributes import JSON

State = Literal["none", "live", "deleted", "gone"]

_EXISTENCE: Final[Mapping[str, tuple[State, State]]] = {
    "created": ("none", "live"),
    "deleted": ("live", "deleted"),
    "restored": ("deleted", "live"),
    "purged": ("deleted", "gone"),
}
"""What these actions do to a resource's being there, before and after."""

UNDOABLE: Final = ("User", "Group")

Touch: TypeAlias = tuple[Literal["there", "value", "member", "any"], str]
"""What of a resource an event touches: its being there, an attribute, a member."""

_THERE: Final[Touch] = ("there", "")
_ANY: Final[Touch] = ("any", "")


@dataclass(frozen=True)
class SelectedEvent:
    """A change event, as much as folding it takes; members of `updated` groups only.

    One that is not meant is not to be undone: somebody else's, who changed the same.
    """

    number: int
    request_id: str | None
    action: str
    resource_type: str
    resource_id: str
    resource_name: str
    changes: Mapping[str, Sequence[JSON]]
    added: Sequence[str] = ()
    removed: Sequence[str] = ()
    actor_name: str = ""
    at: datetime | None = None
    is_meant: bool = True


@dataclass
class Thread:
    """One value through the events: what they left, and what stood before them.

    `later` is the newest event that touched it after them, whatever it is today: a
    value that went away and came back is somebody else's.
    """

    left: JSON
    wanted: JSON
    later: SelectedEvent | None = None
    is_cut: bool = False

    def continue_with(self, before: JSON, after: JSON) -> None:
        """An older event of the same value."""
        if self.is_cut or after != self.wanted:
            self.is_cut = True
        else:
            self.wanted = before


@dataclass
class Wish:
    """What the events did to a resource, and what stood before.

    `existence` runs over states, `members` over whether somebody is a member. `other`
    is the newest event that is not to be undone.
    """

    type: str
    id: str
    name: str
    existence: Thread | None = None
    attributes: dict[str, Thread] = field(default_factory=dict)
    members: dict[str, Thread] = field(default_factory=dict)
    other: SelectedEvent | None = None

    def thread(self, touch: Touch) -> Thread | None:
        """The thread of what an event touches, if there is one so far."""
        kind, key = touch
        if kind == "there":
            return self.existence
        return (self.attributes if kind == "value" else self.members).get(key)


def fold(events: Sequence[SelectedEvent]) -> dict[str, Wish]:
    """The wishes of users and groups by id; `events` in the order of their numbers."""
    caused = find_caused(events)
    wishes: dict[str, Wish] = {}
    newer: dict[str, dict[Touch, SelectedEvent]] = {}
    for event in reversed(events):
        if event.resource_type not in UNDOABLE:
            continue
        mine = newer.setdefault(event.resource_id, {})
        if not event.is_meant:
            _come_between(wishes.get(event.resource_id), mine, event)
            continue
        wish = wishes.get(event.resource_id)
        if wish is None:
            wish = wishes[event.resource_id] = Wish(
                event.resource_type,
                event.resource_id,
                event.resource_name,
            )
        if event.number not in caused:
            _fold(wish, event, mine)
    for id_, wish in wishes.items():
        wish.other = newer[id_].get(_ANY)
    return wishes


def touched(event: SelectedEvent) -> list[Touch]:
    """What an event touches of its resource."""
    if event.action in _EXISTENCE:
        return [_THERE]
    members = (*event.added, *event.removed)
    return [
        *(("value", key) for key in event.changes),
        *(("member", id_) for id_ in members),
    ]


def _come_between(
    wish: Wish | None, newer: dict[Touch, SelectedEvent], other: SelectedEvent
) -> None:
    """Somebody else's event: it ends the threads of what follows, or comes last."""
    newer.setdefault(_ANY, other)
    for touch in touched(other):
        thread = wish.thread(touch) if wish else None
        if thread is None:
            newer.setdefault(touch, other)
        else:
            thread.is_cut = True


def _fold(
    wish: Wish, event: SelectedEvent, newer: Mapping[Touch, SelectedEvent]
) -> None:
    existence = _EXISTENCE.get(event.action)
    if existence is not None:
        # Its attributes and members come and go with the resource.
        if wish.existence is None:
            wish.existence = Thread(existence[1], existence[0], newer.get(_THERE))
        else:
            wish.existence.continue_with(*existence)
        return
    for key, (before, after) in event.changes.items():
        later = newer.get(("value", key))
        _pull(wish.attributes, key, Thread(after, before, later))
    for member in event.added:
        later = newer.get(("member", member))
        _pull(wish.members, member, Thread(True, False, later))
    for member in event.removed:
        later = newer.get(("member", member))
        _pull(wish.members, member, Thread(False, True, later))


def _pull(threads: dict[str, Thread], key: str, older: Thread) -> None:
    thread = threads.setdefault(key, older)
    if thread is not older:
        thread.continue_with(older.wanted, older.left)


def find_caused(events: Iterable[SelectedEvent]) -> set[int]:
    """Numbers of events that only tell what another's deletion or return meant.

    A member who is deleted leaves groups, and comes back to them when restored: told
    right after, in the same request. Undoing the cause undoes these.
    """
    caused: set[int] = set()
    cause: SelectedEvent | None = None
    last = 0
    for event in events:
        follows = cause is not None and event.number == last + 1
        if cause is not None and follows and _is_caused(event, cause):
            caused.add(event.number)
        else:
            cause = event if event.action in ("deleted", "restored") else None
        last = event.number
    return caused


def _is_caused(event: SelectedEvent, cause: SelectedEvent) -> bool:
    moved = event.removed if cause.action == "deleted" else event.added
    others = event.added if cause.action == "deleted" else event.removed
    return (
        event.action == "updated"
        and event.resource_type == "Group"
        and event.request_id == cause.request_id
        and not event.changes
        and not others
        and list(moved) == [cause.resource_id]
    )
