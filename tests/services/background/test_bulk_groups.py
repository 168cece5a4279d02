"""Deleting many groups: told before, at once or as a job, each restorable by itself."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from models import Group, GroupMembership, Membership
from services.access import tokens
from services.background import bulk_groups, jobs
from services.background.bulk_groups import AT_ONCE, ChosenGroups, picked
from services.background.job_runner import Runner
from services.deletion import deleted, deleted_lists
from services.directory import groups
from services.directory.group_lists import GroupQuery
from services.errors import Invalid
from services.origin import Actor, Origin, new_id
from tests.directories import n_events, rows, totals
from tests.served import fill

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
ADA = Origin(Actor("admin", "ada", "Ada"), NOON)
ALL = ChosenGroups(query=GroupQuery())


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def ten(acme):
    """Ten users."""
    return fill(acme, users=10, groups=0, members_per_group=0)


@pytest.fixture
def new_group(acme):
    def create(name, *members, origin=ADA):
        return groups.create(acme, {"displayName": name}, members, origin=origin).id

    return create


@pytest.fixture
def three(ten, new_group):
    """Three groups; the last has the second as a member."""
    sales, kitchen = new_group("Sales", *ten[:4]), new_group("Kitchen", ten[0])
    return [sales, kitchen, new_group("Staff", ten[1], kitchen)]


@pytest.fixture
def many(new_group):
    """More than are deleted at once."""
    return [new_group(f"Team {number:02}") for number in range(AT_ONCE + 5)]


def names(app):
    found = sa.select(Group.display_name).order_by(Group.display_name)
    return [name for (name,) in rows(app, found)]


def count(app, model):
    return rows(app, sa.select(sa.func.count()).select_from(model))[0][0]


def run_job(organization, chosen):
    job_id = bulk_groups.start(organization, chosen, origin=ADA)
    Runner().drain()
    return jobs.get(organization, job_id)


def test_some_are_deleted_in_one_transaction(app, acme, three):
    n_before = n_events(app)
    outcome = bulk_groups.run(acme, three[:1], origin=ADA)
    assert (outcome.n_changed, outcome.n_gone) == (1, 0)
    assert names(app) == ["Kitchen", "Staff"]
    assert n_events(app) == n_before + 1
    assert totals(app, acme.seq)[2] == 2


def test_groups_within_each_other_are_deleted_and_come_back(app, acme, three):
    bulk_groups.run(acme, three, origin=ADA)
    n_left = count(app, Membership) + count(app, GroupMembership)
    restored = [deleted.restore(acme, one, origin=ADA).name for one in three]
    assert n_left == 0
    assert restored == ["Sales", "Kitchen", "Staff"]
    assert (count(app, Membership), count(app, GroupMembership)) == (6, 1)
    assert rows(app, sa.select(Group.n_members).order_by(Group.display_name)) == [
        *((1,), (4,), (2,)),
    ]


def test_what_is_gone_is_counted_and_passed_over(acme, three):
    outcome = bulk_groups.run(acme, [three[0], new_id()], origin=ADA)
    assert (outcome.n_changed, outcome.n_gone) == (1, 1)
    assert outcome.rows[0][2] == "Skipped: deleted meanwhile"


def test_groups_of_another_organization_are_not_touched(app, globex, three):
    outcome = bulk_groups.run(globex, three, origin=ADA)
    found = bulk_groups.preview(globex, ChosenGroups(tuple(three)))
    assert (outcome.n_changed, outcome.n_gone) == (0, 3)
    assert (found.n_groups, found.names) == (0, ())
    assert len(names(app)) == 3


def test_too_many_at_once_are_refused(acme):
    with pytest.raises(Invalid, match="At most 20"):
        bulk_groups.run(acme, [new_id()] * (AT_ONCE + 1), origin=ADA)


def test_picking_keeps_each_id_once_and_drops_what_is_none():
    one = new_id()
    assert picked([one, one, "x", ""]) == ChosenGroups((one,))
    with pytest.raises(Invalid, match="No group is selected"):
        picked(["x"])
    with pytest.raises(Invalid, match="At most 1,000"):
        picked([new_id() for _ in range(1_001)])


def test_the_preview_tells_how_many_members_and_who_pushes_them(acme, three, new_group):
    token = tokens.create(acme, "Okta", origin=ADA)
    okta = Origin(Actor("token", token.public_id, "Okta"), NOON)
    new_group("Pushed", origin=okta)
    found = bulk_groups.preview(acme, ALL)
    assert (found.n_groups, found.n_members) == (4, 7)
    assert found.sources == (("Okta", 1),)
    assert found.names == ("Kitchen", "Pushed", "Sales")


def test_a_job_deletes_all_that_match(app, acme, many, three):
    job = run_job(acme, ChosenGroups(query=GroupQuery(q="team")))
    kept = deleted_lists.counts(acme)
    assert (job.state, job.n_done, job.n_total) == ("done", 25, 25)
    assert (job.result["n_changed"], job.result["n_gone"]) == (25, 0)
    assert (len(names(app)), kept.groups) == (3, 25)


def test_what_a_job_is_about_is_fixed_when_it_starts(app, acme, many, new_group):
    job_id = bulk_groups.start(acme, ALL, origin=ADA)
    new_group("Late")
    groups.delete(acme, many[0], origin=ADA)
    Runner().drain()
    job = jobs.get(acme, job_id)
    content = b"".join(jobs.stream_file(acme, job_id, "result")).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(content, newline="")))
    assert (job.result["n_changed"], job.result["n_gone"]) == (24, 1)
    gone = {"displayName": "", "id": many[0], "result": "Skipped: deleted meanwhile"}
    assert gone in lines
    assert [one["result"] for one in lines if one != gone] == ["Deleted"] * 24
    assert names(app) == ["Late"]


def test_a_job_for_none_is_refused(acme, three):
    with pytest.raises(Invalid, match="No group matches"):
        bulk_groups.start(acme, ChosenGroups(query=GroupQuery(q="zz")), origin=ADA)
    assert jobs.recent(acme) == []
