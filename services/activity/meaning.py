"""Requests in words: one sentence for each, from what was asked and what it changed.

Pure: a row of the request log, its change events and names come in, words go out. Every
sentence is made for where the one who did it stands beside ("Bo Ek was created"), and
for where it stands alone ("Okta created Bo Ek"). Reads are worded in `read_words`,
single changes in `change_words`; what to do about a refusal is told in `catalogue`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from services.activity import read_words, refusal_words, subjects
from services.activity.change_words import HistoryEvent, Known, clause
from services.activity.request_log import LoggedRequest
from services.activity.sentences import (
    Clause,
    Part,
    Sentences,
    capitalised,
    counted,
)
from services.activity.subjects import Subject

SCIM: Final = "scim"
_MOST_KINDS: Final = 3
"""Kinds of changes that a sentence counts."""


@dataclass(frozen=True)
class Tally:
    """How many changes of one kind a request made, and of how many resources.

    `resource_id` is the one resource that all of them are about, or nothing.
    """

    action: str
    resource_type: str
    n_changes: int
    n_resources: int
    n_added: int = 0
    n_removed: int = 0
    resource_id: str = ""

    @property
    def is_loss(self) -> bool:
        """Whether groups lost or got back a member who was deleted or restored."""
        is_group = (self.action, self.resource_type) == ("updated", "Group")
        return is_group and self.n_members > 0

    @property
    def n_members(self) -> int:
        """Memberships that came and went."""
        return self.n_added + self.n_removed

    @property
    def n_told(self) -> int:
        """What a sentence counts: memberships, or else resources, each once."""
        return self.n_members if self.is_loss else self.n_resources


@dataclass(frozen=True)
class Made:
    """What a request changed: the first changes in their order, and all, counted.

    Without `tallies` nobody told the many apart.
    """

    events: tuple[HistoryEvent, ...] = ()
    tallies: tuple[Tally, ...] = ()
    n_events: int = 0


NOTHING: Final = Made()
OUTCOMES: Final = {
    "already": "Already so",
    "changed": "Changed",
    "failed": "Failed",
    "read": "Read",
    "refused": "Refused",
}
"""What came of a request, in words."""


def tell(
    request: LoggedRequest, known: Mapping[str, Known], made: Made = NOTHING
) -> Sentences:
    """What happened. `known` has the name of what the request is about, by its id."""
    name, subject = who(request), subjects.find(request, known)
    if made.events:
        return _changed(request, made).by(name)
    if request.outcome == "read":
        named = subject.part if subject.part.text else Part(subject.lead)
        return read_words.tell(request, named, name)
    if request.outcome == "already":
        again = (Part(" again: nothing changed"),)
        return Clause((subject.part,), "sent", again, subject.lead).by(name)
    if request.outcome in ("refused", "failed"):
        return refusal_words.tell(request, subject, name)
    return _changed_somehow(request, subject, name)


def who(request: LoggedRequest) -> str:
    """Who did it: the provider, if it is recognised, else the token or the admin."""
    if request.kind == SCIM:
        return request.provider or request.actor_name or "Somebody"
    return capitalised(request.actor_name or "Rollcall")


def _changed(request: LoggedRequest, made: Made) -> Clause:
    said = _all(made)
    if request.outcome != "failed":
        return said
    return said.followed_by(", but the answer failed")


def _all(made: Made) -> Clause:
    """All changes of a request in one clause."""
    first = clause(made.events[0])
    if made.n_events <= 1:
        return first
    for event in made.events:
        if event.action == "replaced":
            return clause(event)
    if not made.tallies:
        return Clause(
            (Part(counted(made.n_events, "change", "changes")),), "made", is_plural=True
        )
    first_event, (tally, *more) = made.events[0], made.tallies
    lost = sum(one.n_changes for one in made.tallies if one.is_loss)
    if lost == made.n_events - 1 and first_event.action in ("deleted", "restored"):
        return _with_memberships(first_event, lost)
    if tally.resource_id and not more:
        return _in_steps(first_event, tally)
    return _several(made.tallies)


def _with_memberships(event: HistoryEvent, n: int) -> Clause:
    if event.resource_type == "Group":
        return clause(event)
    also = f", with {counted(n, 'membership', 'memberships')}"
    return clause(event).followed_by(also)


def _in_steps(event: HistoryEvent, tally: Tally) -> Clause:
    """One resource that was changed in steps, such as a group in a bulk action."""
    if not tally.n_members:
        return clause(event).followed_by(f", in {tally.n_changes:,} steps")
    return clause(replace(event, n_added=tally.n_added, n_removed=tally.n_removed))


def _several(tallies: Sequence[Tally]) -> Clause:
    """`500 users were deactivated`, `412 users were created, 31 users changed`."""
    ranked = sorted(tallies, key=lambda one: -one.n_told)
    clauses = [_counted(one) for one in ranked[:_MOST_KINDS]]
    rest = sum(one.n_told for one in ranked[_MOST_KINDS:])
    more = f" and {counted(rest, 'more change', 'more changes')}" if rest else ""
    first, *others = clauses
    return Clause(
        first.object,
        first.verb,
        (Part(more),) if more else (),
        is_plural=first.is_plural,
        others=tuple(others),
    )


def _counted(tally: Tally) -> Clause:
    one, many = _NOUNS.get(tally.resource_type, ("thing", "things"))
    n = tally.n_resources
    if tally.is_loss:
        return _of_memberships(tally, counted(n, one, many))
    verb = "changed" if tally.action == "updated" else tally.action
    return Clause((Part(counted(n, one, many)),), verb, is_plural=n != 1)


def _of_memberships(tally: Tally, groups: str) -> Clause:
    n = tally.n_members
    said = f"{counted(n, 'membership', 'memberships')} in {groups}"
    verb = "changed"
    if not tally.n_added or not tally.n_removed:
        verb = "added" if tally.n_added else "removed"
    return Clause((Part(said),), verb, is_plural=n != 1)


def _changed_somehow(request: LoggedRequest, subject: Subject, name: str) -> Sentences:
    """A change of which no event is left."""
    if request.kind == SCIM:
        verb = _PARTICIPLES.get(request.method, "changed")
        return Clause((subject.part,), verb, lead=subject.lead).by(name)
    address = f"{request.method} {request.path}".strip() or "a change"
    return Sentences((Part(capitalised(address)),), (Part(f"{name}: {address}"),))


_NOUNS: Final = {
    "Admin": ("admin", "admins"),
    "Group": ("group", "groups"),
    "Invitation": ("invitation", "invitations"),
    "Organization": ("organization", "organizations"),
    "Token": ("token", "tokens"),
    "User": ("user", "users"),
}
_PARTICIPLES: Final = {"POST": "created", "DELETE": "deleted"}
