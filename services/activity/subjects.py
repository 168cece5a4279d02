"""Whom or what a request is about, as a sentence names it.

The name of today, if it is known; else what the client called it; else only what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.activity.change_words import Known
from services.activity.request_log import LoggedRequest
from services.activity.sentences import Part, capitalised, joined


@dataclass(frozen=True)
class Subject:
    """Whom or what a request is about; `lead` instead of a name, or before it."""

    part: Part
    lead: str = ""
    is_deleted: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """As it stands within a sentence."""
        return joined(Part(self.lead), self.part)

    @property
    def at_start(self) -> tuple[Part, ...]:
        """As it stands at the beginning of one."""
        return joined(Part(capitalised(self.lead)), self.part)


def find(request: LoggedRequest, known: Mapping[str, Known]) -> Subject:
    """Whom a request is about; `known` has names by id."""
    one = known.get(request.resource_id or "")
    if one is not None:
        link = one.reference if one.is_here else None
        return Subject(Part(one.reference.name, link), is_deleted=not one.is_here)
    if name := request.facts.get("name"):
        return Subject(Part(str(name)))
    kind = request.resource_type
    if kind not in _HERE:
        return Subject(Part(""), "a request")
    is_gone = request.cause == "not_found" or request.status == _NOT_FOUND
    return Subject(Part(""), _GONE[kind] if is_gone else _HERE[kind])


_NOT_FOUND: Final = 404
_HERE: Final = {"User": "a user", "Group": "a group"}
_GONE: Final = {"User": "a user who is not here", "Group": "a group that is not here"}
