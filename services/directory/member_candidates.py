"""Who could become a member of a group: what the field for adding one offers.

Only reading: adding is done in `group_actions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from services.directory import group_lists, member_lists, user_lists
from services.directory.group_lists import GroupQuery
from services.directory.member_lists import Kind
from services.directory.user_lists import UserQuery
from services.organizations import OrganizationRef
from services.queries import comparing

AT_MOST: Final = 8
"""Users and groups that are offered."""

_GROUPS_AT_MOST: Final = 3


@dataclass(frozen=True)
class Candidate:
    """Who matches what is typed to add a member; a member cannot be chosen again."""

    type: Kind
    id: str
    name: str
    user_name: str
    is_active: bool
    n_members: int | None
    is_member: bool


@dataclass(frozen=True)
class Candidates:
    """The first who match, and how many do."""

    rows: tuple[Candidate, ...] = ()
    n_found: int = 0


def find(organization: OrganizationRef, group_id: str, q: str) -> Candidates:
    """Users and groups that match `q`, at most `AT_MOST`; raises `NotFound`.

    What is read is of a few moments, one after the other: nothing depends on it.
    """
    q = comparing.searchable(q)
    if not q:
        return Candidates()
    users = user_lists.read(organization, UserQuery(q=q), count=AT_MOST)
    query = GroupQuery(q=q)
    # One more, since the group itself may be among them.
    found = group_lists.page(organization, query, count=_GROUPS_AT_MOST + 1)
    n_groups = group_lists.total(organization, query)
    groups = [row for row in found.rows if row.id != group_id]
    n_found = users.counts.all + n_groups - (len(found.rows) - len(groups))
    offered_groups = groups[:_GROUPS_AT_MOST]
    offered_users = users.window.rows[: AT_MOST - len(offered_groups)]
    ids = [one.id for one in offered_users] + [one.id for one in offered_groups]
    present = member_lists.which(organization, group_id, ids)
    rows = [
        Candidate(
            "User",
            one.id,
            one.name,
            one.user_name,
            one.is_active,
            None,
            one.id in present,
        )
        for one in offered_users
    ]
    rows += [
        Candidate("Group", one.id, one.name, "", True, one.n_members, one.id in present)
        for one in offered_groups
    ]
    return Candidates(tuple(rows), n_found)
