"""What was read, in words: look-ups, lists, single reads, and many of them as one.

Pure. What a list asked for and found is in the facts of its row; a filter that is more
than one comparison is read from the address, out of which secrets were taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import parse_qs, unquote

from services.activity.change_words import label_of
from services.activity.redaction import HIDDEN
from services.activity.request_log import LoggedRequest
from services.activity.sentences import Part, Sentences, counted, done
from services.origin import shorten

_PREFIX: Final = "/scim/v2/"
_LONGEST: Final = 60
_NOT_MODIFIED: Final = 304
_TYPES: Final = {"Users": "User", "Groups": "Group"}
_NAMES: Final = {"username", "displayname", "emails", "emails.value"}
"""Attributes that need not be named beside their value."""

_KEYS: Final = _NAMES | {"externalid", "id"}
_URN: Final = re.compile(r"\burn:[\w.:-]+:(?=[a-z])", re.IGNORECASE | re.ASCII)
"""The URN before the name of an attribute."""

_DISCOVERY: Final = {
    "ServiceProviderConfig": "the service provider configuration",
    "ResourceTypes": "the resource types",
    "Schemas": "the schemas",
}
_ITEMS: Final = {"ResourceTypes": "resource type", "Schemas": "schema"}

Verb = Literal["list", "search", "look up", "read", "discover"]


@dataclass(frozen=True)
class ReadKind:
    """What sort of read a request was: rows of one kind can be told as one."""

    verb: Verb
    resource_type: str = ""

    @property
    def noun(self) -> str:
        """What is read, when it is several."""
        return _MANY.get(self.resource_type, "resources")


_MANY: Final = {"User": "users", "Group": "groups"}


def kind_of(request: LoggedRequest) -> ReadKind:
    """What sort of read it was, or would have been."""
    place, rest = _address(request)
    if place not in _TYPES:
        return ReadKind("discover")
    resource_type = _TYPES[place]
    if rest:
        return ReadKind("read", resource_type)
    facts = request.facts
    attribute = str(facts.get("attribute", "")).rpartition(":")[2].lower()
    is_key = facts.get("operator") == "eq" and isinstance(facts.get("value"), str)
    if is_key and attribute in _KEYS:
        return ReadKind("look up", resource_type)
    if _filter_of(request):
        return ReadKind("search", resource_type)
    return ReadKind("list", resource_type)


def tell(request: LoggedRequest, subject: Part, who: str) -> Sentences:
    """What was read; `subject` is the resource, if it was one."""
    kind = kind_of(request)
    match kind.verb:
        case "look up":
            return _looked_up(request, kind, subject, who)
        case "search":
            return _searched(request, kind, who)
        case "list":
            return _listed(request, kind, who)
        case "discover":
            return done(who, "read", Part(discovered(request)))
    same = ": not changed since" if request.status == _NOT_MODIFIED else ""
    return done(who, "read", subject, Part(same))


def tell_many(requests: Sequence[LoggedRequest], who: str) -> Sentences:
    """Reads of one kind as one: `Listed users 1 to 400 of 4,322 (4 requests)`."""
    kind = kind_of(requests[0])
    n_requests = Part(f" ({len(requests):,} requests)")
    match kind.verb:
        case "look up":
            asked = {_asked(one) for one in requests}
            people = _people(kind, len(asked))
            return done(who, "looked up", Part(people), n_requests)
        case "read":
            ids = {one.resource_id for one in requests}
            return done(who, "read", Part(_people(kind, len(ids))), n_requests)
        case "list":
            places = _places(requests)
            return done(who, "listed", Part(f"{kind.noun}{places}"), n_requests)
        case "search":
            return done(who, "searched", Part(kind.noun), n_requests)
    return done(who, "read", Part("what is supported here"), n_requests)


def _looked_up(
    request: LoggedRequest, kind: ReadKind, subject: Part, who: str
) -> Sentences:
    facts = request.facts
    total = int(facts.get("total", 0))
    attribute = str(facts["attribute"]).rpartition(":")[2]
    label = "" if attribute.lower() in _NAMES else f"{label_of(attribute)} "
    group = "group " if kind.resource_type == "Group" else ""
    nobody = "none" if group else "nobody"
    found = {0: nobody, 1: "found"}.get(total, f"{total:,} found")
    link = subject.resource if total == 1 else None
    if facts["value"] == HIDDEN:
        whom = Part("a group" if group else "a person", link)
        by = f" by a hidden {label.strip() or 'value'}: {found}"
        return done(who, "looked up", whom, Part(by))
    value = shorten(str(facts["value"]), _LONGEST)
    # The short form leaves out what user names share; of nobody it may be the fault.
    is_shared = total and attribute.lower() in _NAMES
    name = value.partition("@")[0] if is_shared else value
    lead, tail = Part(f"{group}{label}"), Part(f": {found}")
    return Sentences(
        done(who, "looked up", lead, Part(name or value, link), tail).short,
        done(who, "looked up", lead, Part(value, link), tail).full,
    )


def _searched(request: LoggedRequest, kind: ReadKind, who: str) -> Sentences:
    total = int(request.facts.get("total", 0))
    found = f"{total:,} found" if total else "none found"
    asked = shorten(_filter_of(request), _LONGEST)
    return done(who, "searched", Part(f"{kind.noun}: {asked}: {found}"))


def _listed(request: LoggedRequest, kind: ReadKind, who: str) -> Sentences:
    facts = request.facts
    total, n_found = int(facts.get("total", 0)), int(facts.get("n_found", 0))
    first = int(facts.get("start_index", 1))
    if "total" not in facts:
        return done(who, "listed", Part(kind.noun))
    if facts.get("count") == 0:
        return done(who, "counted", Part(f"{kind.noun}: {total:,}"))
    if not total:
        return done(who, "listed", Part(f"{kind.noun}: none yet"))
    if not n_found:
        place = f"{kind.noun} from {first:,} on: none of {total:,}"
        return done(who, "listed", Part(place))
    if n_found == 1:
        noun = kind.noun.removesuffix("s")
        return done(who, "listed", Part(f"{noun} {first:,} of {total:,}"))
    last = first + n_found - 1
    place = f"{kind.noun} {first:,} to {last:,} of {total:,}"
    return done(who, "listed", Part(place))


def _places(requests: Sequence[LoggedRequest]) -> str:
    """` 1 to 400 of 4,322`, when the pages leave no gap between them."""
    spans = sorted(
        (int(one.facts.get("start_index", 1)), int(one.facts["n_found"]))
        for one in requests
        if one.facts.get("n_found")
    )
    if not spans:
        return ": none"
    first, end = spans[0][0], spans[0][0]
    for start, n_found in spans:
        if start > end:
            return ""
        end = max(end, start + n_found)
    total = max(int(one.facts["total"]) for one in requests if "total" in one.facts)
    return f" {first:,} to {end - 1:,} of {total:,}"


def _people(kind: ReadKind, n: int) -> str:
    if kind.resource_type == "Group":
        return counted(n, "group", "groups")
    return counted(n, "person", "people")


def _asked(request: LoggedRequest) -> str:
    value = str(request.facts.get("value", "")).lower()
    # Of hidden ones nobody knows which are the same.
    return request.id if value == HIDDEN else value


def discovered(request: LoggedRequest) -> str:
    """Which of the discovery documents: `the schema User`."""
    place, rest = _address(request)
    if rest and place in _ITEMS:
        return f"the {_ITEMS[place]} {shorten(rest.rpartition(':')[2], _LONGEST)}"
    return _DISCOVERY.get(place) or shorten(request.path, _LONGEST)


def _address(request: LoggedRequest) -> tuple[str, str]:
    """The kind of resource that the address names, and what follows it."""
    path = request.path.partition("?")[0].removeprefix(_PREFIX)
    place, _, rest = path.partition("/")
    return place, unquote(rest)


def _filter_of(request: LoggedRequest) -> str:
    query = parse_qs(request.path.partition("?")[2])
    return _URN.sub("", " ".join(query.get("filter", []))).strip()
