"""One action on many users: on those who were picked, or on everybody who matches.

Up to `AT_ONCE` are changed in one transaction. More are a job: whom it is about is
written down when it starts, so that people who come to match meanwhile are left alone,
and those who no longer do are still meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, case, exists, func, literal, select
from sqlalchemy.orm import Session

from models import Group, Membership, User
from models.database import reading, writing
from services.activity import actors
from services.background import bulk_changes, jobs
from services.background.bulk_changes import KIND, Action, Outcome
from services.background.jobs import NewJob
from services.directory import user_lists
from services.directory.user_lists import UserQuery
from services.errors import Invalid
from services.organizations import OrganizationRef
from services.origin import Origin, is_id
from services.queries.comparing import Clause

AT_ONCE: Final = 200
"""So many users are changed while the admin waits."""

MOST_PICKED: Final = 1_000
"""Users that one form may name."""

_READ_AT_A_TIME: Final = 5_000


@dataclass(frozen=True)
class Chosen:
    """Whom an action is about: users by id, or all that match a query."""

    ids: tuple[str, ...] = ()
    query: UserQuery | None = None

    def clause(self, organization: OrganizationRef) -> Clause:
        """Whether a user is among them, as a clause."""
        if self.query is not None:
            return user_lists.clause(self.query, organization)
        table = User.__table__.c
        here: Clause = table.organization_seq == organization.seq
        return here & table.id.in_(self.ids)


def picked(ids: Sequence[str]) -> Chosen:
    """The users that a form names; raises `Invalid` ("ids") for none or too many."""
    known = tuple(dict.fromkeys(one for one in ids if is_id(one)))
    if not known:
        raise Invalid("ids", "Nobody is selected. Select people in the list first.")
    if len(known) > MOST_PICKED:
        raise Invalid(
            "ids",
            f"At most {MOST_PICKED:,} people can be selected one by one. Select all "
            "that match instead.",
        )
    return Chosen(known)


@dataclass(frozen=True)
class Preview:
    """What an action would do: numbers for the question before it.

    `sources` names the provisioning clients behind those who would change, with how
    many each manages. `names` are a few of the users.
    """

    n_users: int
    n_unchanged: int
    sources: tuple[tuple[str, int], ...]
    names: tuple[str, ...]
    group_name: str = ""

    @property
    def n_changing(self) -> int:
        """How many would be changed."""
        return self.n_users - self.n_unchanged

    @property
    def is_job(self) -> bool:
        """Whether it takes a job."""
        return self.n_users > AT_ONCE


@reading
def preview(
    connection: Connection,
    organization: OrganizationRef,
    action: Action,
    chosen: Chosen,
    *,
    group_id: str = "",
) -> Preview:
    """What the action would come to now; the group may be chosen later.

    Raises `Invalid` ("group_id") for one that is not here.
    """
    group_name = ""
    if group_id:
        group_name = _group_name(connection, organization, action, group_id)
    table = User.__table__.c
    found = (
        select(
            table.source,
            _is_so_already(action, organization, group_id).label("is_so"),
        )
        .where(chosen.clause(organization))
        .subquery()
    )
    rows = connection.execute(
        select(found.c.source, found.c.is_so, func.count()).group_by(
            found.c.source, found.c.is_so
        )
    ).all()
    names = connection.scalars(
        select(table.name)
        .where(chosen.clause(organization))
        .order_by(table.name_key, table.seq)
        .limit(3)
    )
    managed = {source: n for source, is_so, n in rows if not is_so and is_token(source)}
    return Preview(
        sum(n for *_, n in rows),
        sum(n for _, is_so, n in rows if is_so),
        by_label(connection, organization, managed),
        tuple(names),
        group_name,
    )


def _is_so_already(
    action: Action, organization: OrganizationRef, group_id: str
) -> Clause:
    table = User.__table__.c
    match action:
        case "deactivate":
            return case((table.is_active, literal(0)), else_=1)
        case "reactivate":
            return case((table.is_active, literal(1)), else_=0)
        case "delete":
            return literal(0)
    group = select(Group.seq).where(
        Group.organization_seq == organization.seq, Group.id == group_id
    )
    membership = exists().where(
        Membership.group_seq == group.scalar_subquery(),
        Membership.user_seq == table.seq,
    )
    return case((membership, literal(1)), else_=0)


@reading
def find_group_name(
    connection: Connection, organization: OrganizationRef, group_id: str
) -> str | None:
    """What the group is called, if there is one of that id."""
    return _find_name(connection, organization, group_id)


def _find_name(
    database: Connection | Session, organization: OrganizationRef, group_id: str
) -> str | None:
    if not is_id(group_id):
        return None
    name: str | None = database.execute(
        select(Group.display_name).where(
            Group.organization_seq == organization.seq, Group.id == group_id
        )
    ).scalar()
    return name


def _group_name(
    database: Connection | Session,
    organization: OrganizationRef,
    action: Action,
    group_id: str,
) -> str:
    if action != "add_to_group":
        return ""
    name = _find_name(database, organization, group_id)
    if name is None:
        raise Invalid("group_id", "Choose a group. The one given is not here.")
    return name


def is_token(source: str) -> bool:
    """Whether a provisioning client is behind a source."""
    return source.startswith("token:")


def by_label(
    connection: Connection, organization: OrganizationRef, counts: Mapping[str, int]
) -> tuple[tuple[str, int], ...]:
    """Counts by what a source is called: a rotated token is one with its successor."""
    names = actors.read_names(connection, organization, counts)
    labels: dict[str, int] = {}
    for source, count in counts.items():
        labels[names[source]] = labels.get(names[source], 0) + count
    return tuple(sorted(labels.items(), key=lambda one: -one[1]))


@writing
def run(
    session: Session,
    organization: OrganizationRef,
    action: Action,
    ids: Sequence[str],
    *,
    group_id: str = "",
    origin: Origin,
) -> Outcome:
    """Do it at once, all or nothing; for at most `AT_ONCE` users.

    Ids that are not here, or no more, are counted and passed over. Raises `Invalid`.
    """
    if len(ids) > AT_ONCE:
        raise Invalid("ids", f"At most {AT_ONCE} users can be changed at once.")
    _group_name(session, organization, action, group_id)
    return bulk_changes.change(
        session, organization, action, ids, group_id=group_id, origin=origin
    )


def start(
    organization: OrganizationRef,
    action: Action,
    chosen: Chosen,
    *,
    group_id: str = "",
    origin: Origin,
) -> str:
    """Queue it as a job for those who are meant now; returns the job's id.

    Raises `Invalid` when nobody is meant, or the group is not here.
    """
    chunks, n_users, group_name = _choose(organization, action, chosen, group_id)
    new = NewJob(
        KIND,
        {"action": action, "group_id": group_id, "group_name": group_name},
        n_total=n_users,
        files={"selection": chunks},
    )
    return jobs.add(organization, new, origin=origin)


@reading
def _choose(
    connection: Connection,
    organization: OrganizationRef,
    action: Action,
    chosen: Chosen,
    group_id: str,
) -> tuple[list[bytes], int, str]:
    group_name = _group_name(connection, organization, action, group_id)
    ids = list(matching_ids(connection, organization, chosen))
    if not ids:
        raise Invalid("ids", "Nobody matches. Select people in the list first.")
    return bulk_changes.pack(ids), len(ids), group_name


def matching_ids(
    connection: Connection, organization: OrganizationRef, chosen: Chosen
) -> Iterator[str]:
    """The ids of all who are meant, within a transaction."""
    if chosen.query is None:
        yield from chosen.ids
        return
    after_seq = 0
    while found := user_lists.matching_ids(
        connection,
        organization,
        chosen.query,
        after_seq=after_seq,
        count=_READ_AT_A_TIME,
    ):
        after_seq = found[-1][0]
        yield from (user_id for _, user_id in found)
