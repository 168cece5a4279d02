"""One action on many groups: on those who were picked, or on all that match.

As `bulk_actions` for users.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from models import Group
from services.directory import group_lists
from services.directory.group_lists import GroupQuery
from services.errors import Invalid
from services.organizations import OrganizationRef
from services.origin import is_id
from services.queries.comparing import Clause

MOST_PICKED: Final = 1_000
"""Groups that one form may name."""


@dataclass(frozen=True)
class ChosenGroups:
    """What an action is about: groups by id, or all that match a query."""

    ids: tuple[str, ...] = ()
    query: GroupQuery | None = None

    def clause(self, organization: OrganizationRef) -> Clause:
        """Whether a group is among them, as a clause."""
        if self.query is not None:
            return group_lists.clause(self.query, organization)
        table = Group.__table__.c
        here: Clause = table.organization_seq == organization.seq
        return here & table.id.in_(self.ids)


def picked(ids: Sequence[str]) -> ChosenGroups:
    """The groups that a form names; raises `Invalid` ("ids") for none or too many."""
    known = tuple(dict.fromkeys(one for one in ids if is_id(one)))
    if not known:
        raise Invalid("ids", "No group is selected. Select groups in the list first.")
    if len(known) > MOST_PICKED:
        raise Invalid(
            "ids",
            f"At most {MOST_PICKED:,} groups can be selected one by one. Select all "
            "that match instead.",
        )
    return ChosenGroups(known)
