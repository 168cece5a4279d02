"""What stood before: change events, newest first, folded into one wish a resource.

Pure. Of every attribute, membership and existence it is known what the newest of the
events left behind, and what stood before the oldest of those that follow upon each
other. Where somebody else came between two of them, the thread ends: what that person
set is what stood before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

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


@dataclass(frozen=True)
class SelectedEvent:
    """A change event, as much as folding it takes; members of `updated` groups only."""

    number: int
    request_id: str | None
    action: str
    resource_type: str
    resource_id: str
    resource_name: str
    changes: Mapping[str, Sequence[JSON]]
    added: Sequence[str] = ()
    removed: Sequence[str] = ()


@dataclass
class Thread:
    """One value through the events: what they left, and what stood before them."""

    left: JSON
    wanted: JSON
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

    `existence` runs over states, `members` over whether somebody is a member.
    """

    type: str
    id: str
    name: str
    last_number: int
    existence: Thread | None = None
    attributes: dict[str, Thread] = field(default_factory=dict)
    members: dict[str, Thread] = field(default_factory=dict)


def fold(events: Sequence[SelectedEvent]) -> dict[str, Wish]:
    """The wishes of users and groups by id; `events` in the order of their numbers."""
    caused = find_caused(events)
    wishes: dict[str, Wish] = {}
    for event in reversed(events):
        if event.resource_type not in UNDOABLE:
            continue
        is_caused = event.number in caused
        wish = wishes.get(event.resource_id)
        if wish is None:
            wish = wishes[event.resource_id] = Wish(
                event.resource_type,
                event.resource_id,
                event.resource_name,
                event.number,
            )
        if not is_caused:
            _fold(wish, event)
    return wishes


def _fold(wish: Wish, event: SelectedEvent) -> None:
    existence = _EXISTENCE.get(event.action)
    if existence is not None:
        # Its attributes and members come and go with the resource.
        if wish.existence is None:
            wish.existence = Thread(existence[1], existence[0])
        else:
            wish.existence.continue_with(*existence)
        return
    for key, (before, after) in event.changes.items():
        _pull(wish.attributes, key, before, after)
    for member in event.added:
        _pull(wish.members, member, False, True)
    for member in event.removed:
        _pull(wish.members, member, True, False)


def _pull(threads: dict[str, Thread], key: str, before: JSON, after: JSON) -> None:
    thread = threads.get(key)
    if thread is None:
        threads[key] = Thread(after, before)
    else:
        thread.continue_with(before, after)


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
