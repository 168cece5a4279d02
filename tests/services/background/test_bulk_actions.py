"""Actions on many users: told before, at once or as a job, skipped with reasons."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from models import DeletedMembership, Group, Membership, User
from scim.patch import Operation
from services.access import tokens
from services.background import bulk_actions, jobs
from services.background.bulk_actions import AT_ONCE, Chosen, picked
from services.background.job_runner import Runner
from services.directory import groups, users
from services.directory.user_lists import UserQuery
from services.errors import Invalid
from services.origin import Actor, Origin, new_id
from tests.directories import last_event, n_events, rows, totals
from tests.served import fill

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
ADA = Origin(Actor("admin", "ada", "Ada"), NOON)
EVERYBODY = Chosen(query=UserQuery())
ACTIVE = Chosen(query=UserQuery(status="active"))


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def ten(acme):
    """Ten users, two of them deactivated."""
    return fill(acme, users=10, groups=0, members_per_group=0)


@pytest.fixture
def many(acme):
    """More than are changed at once; a fifth is deactivated."""
    return fill(acme, users=250, groups=0, members_per_group=0)


@pytest.fixture
def group(acme, ten):
    return groups.create(acme, {"displayName": "Sales"}, ten[:3], origin=ADA)


def states(app):
    return dict(rows(app, sa.select(User.id, User.is_active)))


def run_job(organization, action, chosen, **more):
    job_id = bulk_actions.start(organization, action, chosen, origin=ADA, **more)
    Runner().drain()
    return jobs.get(organization, job_id)


def result(organization, job):
    content = b"".join(jobs.stream_file(organization, job.id, "result"))
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_some_are_deactivated_in_one_transaction(app, acme, ten):
    n_before = n_events(app)
    outcome = bulk_actions.run(acme, "deactivate", ten, origin=ADA)
    assert (outcome.n_changed, outcome.n_unchanged, outcome.n_gone) == (8, 2, 0)
    assert set(states(app).values()) == {False}
    assert n_events(app) == n_before + 8
    assert totals(app, acme.seq) == (10, 0, 0)


def test_some_are_reactivated(app, acme, ten):
    outcome = bulk_actions.run(acme, "reactivate", ten[4:6], origin=ADA)
    assert (outcome.n_changed, outcome.n_unchanged) == (1, 1)
    assert {row[3] for row in outcome.rows} == {
        "Reactivated",
        "Skipped: active already",
    }
    assert totals(app, acme.seq) == (10, 9, 0)


def test_some_are_deleted_with_their_memberships(app, acme, ten, group):
    outcome = bulk_actions.run(acme, "delete", ten[:2], origin=ADA)
    assert outcome.n_changed == 2
    assert rows(app, sa.select(Group.n_members)) == [(1,)]
    assert rows(app, sa.select(sa.func.count()).select_from(DeletedMembership)) == [
        (2,)
    ]
    assert totals(app, acme.seq) == (8, 6, 1)


def test_some_are_added_to_a_group_in_one_event(app, acme, ten, group):
    outcome = bulk_actions.run(
        acme, "add_to_group", ten[1:5], group_id=group.id, origin=ADA
    )
    event = last_event(app)
    assert (outcome.n_changed, outcome.n_unchanged) == (2, 2)
    assert {row[3] for row in outcome.rows} == {
        "Added to the group",
        "Skipped: a member already",
    }
    assert (event.action, event.n_added, event.resource_id) == ("updated", 2, group.id)
    assert rows(app, sa.select(Group.n_members)) == [(5,)]


def test_who_is_gone_is_counted_and_passed_over(acme, ten):
    outcome = bulk_actions.run(acme, "deactivate", [ten[0], new_id()], origin=ADA)
    assert (outcome.n_changed, outcome.n_gone) == (1, 1)
    assert outcome.rows[0][3] == "Skipped: deleted meanwhile"


def test_users_of_another_organization_are_not_touched(app, globex, acme, ten):
    outcome = bulk_actions.run(globex, "delete", ten, origin=ADA)
    assert (outcome.n_changed, outcome.n_gone) == (0, 10)
    assert len(states(app)) == 10


def test_a_group_of_another_organization_is_refused(acme, globex, ten):
    foreign = groups.create(globex, {"displayName": "Theirs"}, [], origin=ADA)
    with pytest.raises(Invalid, match="Choose a group"):
        bulk_actions.run(acme, "add_to_group", ten, group_id=foreign.id, origin=ADA)
    with pytest.raises(Invalid, match="Choose a group"):
        bulk_actions.preview(
            acme, "add_to_group", Chosen(tuple(ten)), group_id=foreign.id
        )
    with pytest.raises(Invalid, match="Choose a group"):
        bulk_actions.start(acme, "add_to_group", EVERYBODY, group_id="x", origin=ADA)


def test_too_many_at_once_are_refused(acme):
    with pytest.raises(Invalid, match="At most 200"):
        bulk_actions.run(acme, "delete", [new_id()] * (AT_ONCE + 1), origin=ADA)


def test_picking_keeps_each_id_once_and_drops_what_is_none():
    one = new_id()
    assert picked([one, one, "x", ""]) == Chosen((one,))
    with pytest.raises(Invalid, match="Nobody is selected"):
        picked(["x"])
    with pytest.raises(Invalid, match="At most 1,000"):
        picked([new_id() for _ in range(1_001)])


def test_the_preview_tells_who_would_change_and_who_manages_them(acme, ten):
    token = tokens.create(acme, "Okta", origin=ADA)
    okta = Origin(Actor("token", token.public_id, "Okta"), NOON)
    rename = Operation("replace", "title", "Boss")
    users.patch(acme, ten[0], [rename], origin=okta)
    users.patch(acme, ten[4], [rename], origin=okta)
    found = bulk_actions.preview(acme, "deactivate", Chosen(tuple(ten)))
    assert (found.n_users, found.n_unchanged, found.n_changing) == (10, 2, 8)
    assert found.sources == (("Okta", 1),)
    assert (found.names[0], found.is_job) == ("User Number 1", False)


@pytest.mark.parametrize(
    ("action", "n_unchanged"), [("reactivate", 8), ("delete", 0), ("deactivate", 2)]
)
def test_the_preview_knows_what_each_action_leaves_alone(
    acme, ten, action, n_unchanged
):
    found = bulk_actions.preview(acme, action, EVERYBODY)
    assert (found.n_users, found.n_unchanged) == (10, n_unchanged)


def test_the_preview_counts_members_and_names_the_group(acme, ten, group):
    found = bulk_actions.preview(acme, "add_to_group", EVERYBODY, group_id=group.id)
    assert (found.n_users, found.n_unchanged) == (10, 3)
    assert found.group_name == "Sales"


def test_the_preview_of_another_organization_finds_nobody(globex, ten):
    found = bulk_actions.preview(globex, "delete", Chosen(tuple(ten)))
    assert (found.n_users, found.names) == (0, ())


def test_a_job_tells_of_everybody_what_was_done_or_why_not(app, acme, many):
    job = run_job(acme, "deactivate", EVERYBODY)
    lines = result(acme, job)
    assert (job.state, job.n_done, job.n_total) == ("done", 250, 250)
    assert (job.result["n_changed"], job.result["n_unchanged"]) == (200, 50)
    assert Counter(line["result"] for line in lines) == {
        "Deactivated": 200,
        "Skipped: deactivated already": 50,
    }
    assert lines[4] == {
        "userName": "user00005@example.com",
        "displayName": "User Number 5",
        "id": many[4],
        "result": "Skipped: deactivated already",
    }
    assert {line["id"] for line in lines} == set(many)
    assert totals(app, acme.seq) == (250, 0, 0)


def test_whom_a_job_is_about_is_fixed_when_it_starts(app, acme, many):
    job_id = bulk_actions.start(acme, "deactivate", ACTIVE, origin=ADA)
    late = users.create(acme, {"userName": "late"}, origin=ADA)
    users.set_active(acme, many[4], True, origin=ADA)
    users.delete(acme, many[0], origin=ADA)
    Runner().drain()
    job = jobs.get(acme, job_id)
    assert job.n_total == 200
    assert (job.result["n_changed"], job.result["n_gone"]) == (199, 1)
    assert states(app)[late.id] is True
    assert states(app)[many[4]] is True


def test_a_job_adds_to_a_group_in_steps(app, acme, many):
    group = groups.create(acme, {"displayName": "All"}, many[:30], origin=ADA)
    job = run_job(acme, "add_to_group", EVERYBODY, group_id=group.id)
    assert (job.result["n_changed"], job.result["n_unchanged"]) == (220, 30)
    assert job.input["group_name"] == "All"
    assert rows(app, sa.select(Group.n_members)) == [(250,)]
    assert rows(app, sa.select(sa.func.count()).select_from(Membership)) == [(250,)]


def test_a_job_whose_group_is_deleted_fails_in_words(acme, many):
    group = groups.create(acme, {"displayName": "All"}, [], origin=ADA)
    job_id = bulk_actions.start(
        acme, "add_to_group", EVERYBODY, group_id=group.id, origin=ADA
    )
    groups.delete(acme, group.id, origin=ADA)
    Runner().drain()
    job = jobs.get(acme, job_id)
    assert job.state == "failed"
    assert job.problem == (
        "The group was deleted meanwhile. Restore it, then add the rest."
    )


def test_a_job_for_nobody_is_refused(acme, ten):
    with pytest.raises(Invalid, match="Nobody matches"):
        bulk_actions.start(acme, "delete", Chosen(query=UserQuery(q="zz")), origin=ADA)
    assert jobs.recent(acme) == []


def test_a_search_is_meant_as_the_list_shows_it(app, acme, ten):
    chosen = Chosen(query=UserQuery(q="Number 10"))
    found = bulk_actions.preview(acme, "delete", chosen)
    job = run_job(acme, "delete", chosen)
    assert found.n_users == job.result["n_changed"] == 1
    assert ten[9] not in states(app)
