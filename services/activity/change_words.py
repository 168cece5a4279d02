"""Change events in words: one sentence for each, and what differs, before and after.

Pure: what an event holds comes in, words go out. Which words of a sentence lead to a
page is said here, the address of the page is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from scim.attributes import JSON
from services.activity.redaction import HIDDEN
from services.activity.secret_words import is_secret
from services.activity.sentences import Clause, Part
from services.directory.mapping import Reference
from services.origin import shorten

__all__ = [
    "MOST_NAMED",
    "Clause",
    "Difference",
    "HistoryEvent",
    "Known",
    "Part",
    "clause",
    "differences",
    "label_of",
    "sentence",
]

MOST_NAMED: Final = 3
"""Members that a sentence names; of more it tells the number."""

_MOST_ATTRIBUTES: Final = 4
_MOST_LINES: Final = 10
_LONGEST_LINE: Final = 300

Shown: TypeAlias = str | datetime


@dataclass(frozen=True)
class HistoryEvent:
    """A change as a timeline shows it.

    `known` has what can be told today of the resources that the event speaks of, by id:
    itself, its first members, managers. `added` and `removed` are the ids of the first
    members, `n_added` and `n_removed` count all. A resource that `known` lacks is gone.
    """

    number: int
    at: datetime
    actor: str
    actor_name: str
    action: str
    resource_type: str
    resource_id: str
    resource_name: str
    changes: Mapping[str, Sequence[JSON]]
    n_added: int = 0
    n_removed: int = 0
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    known: Mapping[str, Known] = field(default_factory=dict)

    @property
    def sentence(self) -> tuple[Part, ...]:
        """What happened, as `sentence` tells it."""
        return sentence(self)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What differs, as `differences` tells it."""
        return differences(self)

    @property
    def says_all(self) -> bool:
        """Whether the sentence leaves nothing of the differences to be told."""
        return set(self.changes) == {"active"} and self.action != "created"

    @property
    def names_all_members(self) -> bool:
        """Whether the sentence names everybody who came or went."""
        return self.n_added + self.n_removed <= MOST_NAMED


@dataclass(frozen=True)
class Known:
    """A resource of today; one that is deleted has a name still, but no page."""

    reference: Reference
    is_here: bool = True


@dataclass(frozen=True)
class Difference:
    """An attribute in words, and its values before and after; no value: unassigned."""

    label: str
    before: tuple[Shown, ...]
    after: tuple[Shown, ...]


def sentence(event: HistoryEvent) -> tuple[Part, ...]:
    """What happened, in one sentence without a full stop that does not say who."""
    return clause(event).passive


def clause(event: HistoryEvent) -> Clause:
    """What happened, as a part of a sentence."""
    if event.resource_type == "Organization":
        return _of_organization(event)
    name = _name(event)
    if event.n_added or event.n_removed:
        return _of_members(event, name)
    lead = _LEADS.get(event.resource_type, "")
    if event.resource_type == "Invitation":
        name = Part(event.resource_name.removeprefix("Invitation of "))
    if event.action == "updated":
        return _of_attributes(event, (name,), lead)
    verb, rest = _VERBS.get(event.action, (event.action, ""))
    return Clause((name,), verb, (Part(rest),) if rest else (), lead)


def _of_organization(event: HistoryEvent) -> Clause:
    if event.action in ("suspended", "resumed"):
        verb = "paused" if event.action == "suspended" else "resumed"
        return Clause((), verb, lead="provisioning")
    if event.action == "updated":
        return _of_attributes(event, (), "the organization")
    return Clause((), event.action, lead="the organization")


def _of_attributes(event: HistoryEvent, object_: tuple[Part, ...], lead: str) -> Clause:
    renamed = event.changes.get("displayName") or event.changes.get("name")
    is_user = event.resource_type == "User"
    if renamed and len(event.changes) == 1 and not is_user and renamed[0] and object_:
        former = Part(f"“{shorten(str(renamed[0]))}”")
        return Clause((former,), "renamed", (Part(" to "), *object_), lead)
    return Clause(object_, "changed", (Part(f": {_attributes(event)}"),), lead)


def _attributes(event: HistoryEvent) -> str:
    labels = list(dict.fromkeys(label_of(key) for key in event.changes))
    more = len(labels) - _MOST_ATTRIBUTES
    if more <= 0:
        return ", ".join(labels) or "nothing"
    return f"{', '.join(labels[:_MOST_ATTRIBUTES])} and {more} more"


def _of_members(event: HistoryEvent, name: Part) -> Clause:
    if event.action == "created":
        members = _members(event, is_added=True)
        return Clause((name,), "created", (Part(" with "), *members))
    if event.action == "deleted":
        counted = _counted(event, event.removed, event.n_removed)
        return Clause((name,), "deleted", (Part(f", with {counted} in it"),))
    if event.action != "updated":
        return Clause((name,), event.action)
    if event.changes or (event.n_added and event.n_removed):
        return Clause(
            (name,), "changed", (Part(f": {', '.join(_all_changes(event))}"),)
        )
    is_added = event.n_added > 0
    verb, to = ("added", " to ") if is_added else ("removed", " from ")
    members = _members(event, is_added=is_added)
    is_plural = event.n_added + event.n_removed != 1
    return Clause(members, verb, (Part(to), name), is_plural=is_plural)


def _all_changes(event: HistoryEvent) -> list[str]:
    found = [_attributes(event)] if event.changes else []
    if event.n_added:
        found.append(f"{_counted(event, event.added, event.n_added)} added")
    if event.n_removed:
        found.append(f"{_counted(event, event.removed, event.n_removed)} removed")
    return found


def _members(event: HistoryEvent, *, is_added: bool) -> tuple[Part, ...]:
    ids = event.added if is_added else event.removed
    n_members = event.n_added if is_added else event.n_removed
    named = [part for one in ids if (part := _known_part(event, one))]
    if n_members > MOST_NAMED or len(named) < n_members:
        return (Part(_counted(event, ids, n_members)),)
    if len(named) == 1:
        return (named[0],)
    between = [Part(", ")] * (len(named) - 2) + [Part(" and ")]
    joined = [part for pair in zip(named, between, strict=False) for part in pair]
    return (*joined, named[-1])


def _counted(event: HistoryEvent, ids: Sequence[str], n_members: int) -> str:
    """`6 people`; `6 members` when one of the first of them is a group."""
    types = {event.known[one].reference.type for one in ids if one in event.known}
    one, many = ("member", "members") if "Group" in types else ("person", "people")
    return f"{n_members:,} {one if n_members == 1 else many}"


def _name(event: HistoryEvent) -> Part:
    known = event.known.get(event.resource_id)
    here = Reference(event.resource_type, event.resource_id, event.resource_name)
    return Part(event.resource_name, here if known and known.is_here else None)


def _known_part(event: HistoryEvent, resource_id: str) -> Part | None:
    known = event.known.get(resource_id)
    if known is None:
        return None
    return Part(known.reference.name, known.reference if known.is_here else None)


def differences(event: HistoryEvent) -> tuple[Difference, ...]:
    """Each attribute that changed, in words, with its values before and after."""
    return tuple(
        Difference(
            label_of(key), _shown(event, key, values[0]), _shown(event, key, values[1])
        )
        for key, values in event.changes.items()
    )


def label_of(key: str) -> str:
    """What people call an attribute: `name.familyName` is the family name."""
    bare = key.rpartition(":")[2]
    return _LABELS.get(bare) or _spaced(bare)


def _spaced(name: str) -> str:
    """`costCenter` as `cost center`, `n_members` as `n members`."""
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in name)
    return words.replace(".", ", ").replace("_", " ").strip()


def _shown(event: HistoryEvent, key: str, value: JSON) -> tuple[Shown, ...]:
    if value is None:
        return ()
    if is_secret(key):
        # Photos: they are kept to be changed back, and shown with the person alone.
        return (HIDDEN,) if value else ()
    if key == "active":
        return ("active" if value else "deactivated",)
    if key in _TIMES and isinstance(value, str):
        return (datetime.fromisoformat(value),)
    values = value if isinstance(value, list) else [value]
    lines = [_line(event, one) for one in values[:_MOST_LINES]]
    more = len(values) - len(lines)
    return (*lines, *([f"and {more:,} more"] if more else []))


def _line(event: HistoryEvent, value: JSON) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return _entry(value)
    if isinstance(value, str) and value in event.known:
        return event.known[value].reference.name
    return shorten(str(value), _LONGEST_LINE)


def _entry(value: Mapping[str, JSON]) -> str:
    """One value of a multi-valued attribute: `work: bo@example.com (primary)`."""
    content = value.get("value") or value.get("formatted")
    if content is None:
        rest = (part for name, part in value.items() if name not in _MARKS)
        content = ", ".join(str(part) for part in rest)
    kind = f"{value['type']}: " if value.get("type") else ""
    mark = " (primary)" if value.get("primary") is True else ""
    return shorten(f"{kind}{content}", _LONGEST_LINE) + mark


_LEADS: Final = {
    "Token": "token ",
    "Admin": "admin ",
    "Invitation": "the invitation of ",
}
_MARKS: Final = frozenset({"type", "primary", "display"})
_TIMES: Final = frozenset({"expires_at"})
_VERBS: Final = {
    "ended": ("ended", ": its overlap was cut short"),
    "replaced": ("rotated", ""),
}
_LABELS: Final = {
    "active": "status",
    "addresses": "addresses",
    "allowed_addresses": "allowed addresses",
    "costCenter": "cost center",
    "displayName": "display name",
    "emails": "emails",
    "expires_at": "expires",
    "externalId": "external ID",
    "id": "ID",
    "ims": "instant messaging",
    "log_keeps_bodies": "bodies in the log",
    "log_retention_days": "days the log is kept",
    "manager.value": "manager",
    "name.familyName": "family name",
    "name.formatted": "full name",
    "name.givenName": "given name",
    "name.honorificPrefix": "honorific prefix",
    "name.honorificSuffix": "honorific suffix",
    "name.middleName": "middle name",
    "nickName": "nickname",
    "profileUrl": "profile URL",
    "scope": "may do",
    "timezone": "time zone",
    "userName": "user name",
    "userType": "user type",
    "x509Certificates": "certificates",
}
