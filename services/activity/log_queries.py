"""What somebody looks for in the request log, and the conditions that find it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, TextClause, func, text

from models import Request, audit
from models.database import Base

PROBLEM: Final = "problem"
"""As an outcome to look for: refused or failed."""

NOT_READ: Final = "not_read"
"""As an outcome to look for: whatever is no read."""

PROBLEMS: Final = (PROBLEM, "refused", "failed")
"""The outcomes that only problems have."""

_TABLE: Final = Base.metadata.tables[Request.__tablename__]
_AT: Final = _TABLE.c.at


@dataclass(frozen=True)
class LogQuery:
    """Which rows; what is empty leaves nobody out.

    `outcome` is one of a row, `PROBLEM` or `NOT_READ`; `token` a public id; requests
    about `resource_id` are found, those that changed it, and those that moved it into a
    group or out of one; `since` counts, `until` does not; `q` is looked for in what was
    sent and answered, and in names, but not in bodies without `in_bodies`: who may not
    read them must not find by them.
    """

    outcome: str = ""
    method: str = ""
    token: str = ""
    provider: str = ""
    kind: str = ""
    resource_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    request_id: str = ""
    q: str = ""
    in_bodies: bool = True

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return self != LogQuery(in_bodies=self.in_bodies)

    @property
    def is_searched(self) -> bool:
        """Whether rows have to be looked through, so that nobody knows how many match.

        Problems are few, and a resource's requests are found; what else is wanted of
        these is not.
        """
        if self.q.strip():
            return True
        if not self.resource_id or self.outcome in PROBLEMS:
            return False
        others = (self.method, self.token, self.provider, self.kind, self.request_id)
        return any(others) or self.outcome not in ("", NOT_READ)


EVERYTHING: Final = LogQuery()


def clauses(query: LogQuery) -> list[ColumnElement[bool] | TextClause]:
    """The conditions, but for the resource and the free text."""
    values = _values(query)
    found: list[ColumnElement[bool] | TextClause] = [
        _TABLE.c[name] == value for name, value in values.items()
    ]
    # Said as the indexes say it, word for word.
    found += [
        text(f"requests.{name} <> '{most}'")
        for name, most in audit.COMMON.items()
        if values.get(name, most) != most
    ]
    if query.outcome == NOT_READ:
        found.append(text(f"requests.outcome <> '{audit.COMMON['outcome']}'"))
    if query.outcome == PROBLEM:
        found.append(text(f"requests.{audit.PROBLEMS}"))
    if query.since:
        found.append(query.since <= _AT)
    if query.until:
        found.append(query.until > _AT)
    return found


def unindexed(query: LogQuery) -> list[ColumnElement[bool]]:
    """What columns have to be, said so that no index of theirs is taken for it."""
    return [
        func.coalesce(_TABLE.c[name], "") == value
        for name, value in _values(query).items()
    ]


def _values(query: LogQuery) -> dict[str, str]:
    wanted = {
        "outcome": "" if query.outcome in (PROBLEM, NOT_READ) else query.outcome,
        "method": query.method,
        "kind": query.kind,
        "token_public_id": query.token,
        "provider": query.provider,
        "id": query.request_id,
    }
    return {name: storable(value) for name, value in wanted.items() if value}


def storable(value: str) -> str:
    """A text that a database can look for; NUL and lone surrogates are in none."""
    return value.replace("\0", "\ufffd").encode(errors="replace").decode()
