"""Which changes are to be undone: those of one request, or of a while.

A while may be that of one actor (a token, an admin) or of everybody. Undo never looks
at anything but change events, so it outlives the request log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, not_, or_

from models import ChangeEvent
from models.database import Base
from services.errors import Invalid
from services.organizations import OrganizationRef
from services.origin import is_id

_ACTOR: Final = re.compile(r"(token|admin|command|system):[A-Za-z0-9-]{1,64}")

EVENTS: Final = Base.metadata.tables[ChangeEvent.__tablename__]


@dataclass(frozen=True)
class Selection:
    """A request by its id, or a while: `since` counts, `until` does not.

    `actor` is a key such as `token:7Qm2…`; without one it is everybody.
    """

    request_id: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def closed(self, now: datetime) -> Selection:
        """The same up to now at most: what comes later is not meant.

        Raises `Invalid` ("request", "by", "since", "until").
        """
        if self.request_id:
            if not is_id(self.request_id):
                raise Invalid("request", "That is not the id of a request.")
            return Selection(self.request_id)
        if self.actor and not _ACTOR.fullmatch(self.actor):
            raise Invalid("by", "Choose whose changes are undone.")
        if self.since is None:
            raise Invalid("since", "Enter the time from which changes are undone.")
        until = min(self.until or now, now)
        if self.since >= until:
            raise Invalid("until", "Enter an end that is later than the beginning.")
        return replace(self, until=until)

    def clause_of_others(self, organization: OrganizationRef) -> ColumnElement[bool]:
        """Whether an event of the organization is not meant."""
        table = EVENTS.c
        here = table.organization_seq == organization.seq
        if self.request_id:
            by_others = table.request_id != self.request_id
            return and_(here, or_(table.request_id.is_(None), by_others))
        return and_(here, not_(self.clause(organization)))

    def clause(self, organization: OrganizationRef) -> ColumnElement[bool]:
        """Whether an event of the organization is meant."""
        table = EVENTS.c
        clauses = [table.organization_seq == organization.seq]
        if self.request_id:
            return and_(*clauses, table.request_id == self.request_id)
        if self.actor:
            clauses.append(table.actor == self.actor)
        if self.since:
            clauses.append(table.at >= self.since)
        if self.until:
            clauses.append(table.at < self.until)
        return and_(*clauses)

    def as_dict(self) -> Mapping[str, str]:
        """For keeping it; an instant as ISO 8601, what is empty left out."""
        instants = {
            name: at.isoformat()
            for name, at in (("since", self.since), ("until", self.until))
            if at is not None
        }
        texts = {"request_id": self.request_id, "actor": self.actor}
        return {name: text for name, text in texts.items() if text} | instants
