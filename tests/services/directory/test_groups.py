"""What the groups service leaves in the tables: versions, events, counters, provenance.

What becomes of the members is in test_memberships.py.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from models import DeletedResource, Group
from scim.attributes import Document
from scim.errors import InvalidValue
from scim.patch import Operation
from services.directory import groups, users
from services.directory.preconditions import Precondition
from services.errors import AlreadyTaken, NotFound, VersionMismatch
from services.origin import Actor, Origin
from services.queries.listing import Query
from tests.directories import changed_members, last_event, n_events, rows, totals

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
OKTA = Origin(Actor("token", "okta", "Okta"), NOON)
ENTRA = Origin(Actor("token", "entra", "Entra"), LATER)
ADA = Origin(Actor("admin", "ada", "Ada"), LATER)
STAFF: Document = {"displayName": "Staff", "externalId": "g1"}


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def bo(acme):
    return users.create(acme, {"userName": "bo"}, origin=OKTA).id


@pytest.fixture
def staff(acme, bo):
    return groups.create(acme, STAFF, [bo], origin=OKTA)


def rename(name):
    return [Operation("replace", None, {"displayName": name})]


def test_creation_is_told_with_attributes_and_members(app, staff, bo):
    event = last_event(app)
    assert (event.action, event.resource_type) == ("created", "Group")
    assert (event.resource_id, event.resource_name) == (staff.id, "Staff")
    assert event.changes == {"externalId": [None, "g1"], "displayName": [None, "Staff"]}
    assert (event.n_added, event.n_removed) == (1, 0)
    assert changed_members(app) == [([bo], [])]


def test_change_is_told_before_and_after(app, acme, staff):
    changed = groups.patch(acme, staff.id, rename("People"), origin=ENTRA)
    assert last_event(app).action == "updated"
    assert last_event(app).resource_name == "People"
    assert last_event(app).changes == {"displayName": ["Staff", "People"]}
    assert (changed.version, changed.modified_at) == (2, LATER)
    assert (changed.created_at, changed.n_members) == (NOON, 1)


def test_one_event_tells_attributes_and_members_of_one_request(app, acme, staff, bo):
    before = n_events(app)
    groups.replace(acme, staff.id, {"displayName": "People"}, [], origin=ENTRA)
    assert n_events(app) == before + 1
    assert last_event(app).changes["externalId"] == ["g1", None]
    assert changed_members(app) == [([], [bo])]


def test_deletion_is_told_with_what_is_gone(app, acme, staff, bo):
    groups.delete(acme, staff.id, origin=ENTRA)
    assert last_event(app).action == "deleted"
    assert last_event(app).changes == {
        "externalId": ["g1", None],
        "displayName": ["Staff", None],
    }
    assert changed_members(app) == [([], [bo])]


@pytest.mark.parametrize(
    "change",
    [
        lambda acme, id_, bo: groups.replace(acme, id_, STAFF, [bo, bo], origin=ENTRA),
        lambda acme, id_, _: groups.patch(acme, id_, rename("Staff"), origin=ENTRA),
        lambda acme, id_, bo: groups.patch(
            acme, id_, [Operation("add", "members", [bo])], origin=ENTRA
        ),
        lambda acme, id_, bo: groups.patch(
            acme,
            id_,
            [Operation("remove", "members", None), Operation("add", "members", [bo])],
            origin=ENTRA,
        ),
        lambda acme, id_, bo: groups.patch(
            acme,
            id_,
            [Operation("remove", 'members[value eq "x"]', None)],
            origin=ENTRA,
        ),
    ],
)
def test_what_changes_nothing_leaves_no_trace(app, acme, staff, bo, change):
    before = n_events(app)
    unchanged = change(acme, staff.id, bo)
    assert unchanged == staff
    assert n_events(app) == before
    assert rows(app, sa.select(Group.source)) == [("token:okta",)]


def test_refused_write_moves_nothing(app, acme, staff, bo):
    groups.create(acme, {"displayName": "Other"}, [], origin=OKTA)
    before = n_events(app)
    with pytest.raises(AlreadyTaken, match="Other"):
        groups.patch(acme, staff.id, rename("oTHER"), origin=ENTRA)
    with pytest.raises(InvalidValue):
        groups.replace(acme, staff.id, {"displayName": "New"}, ["x"], origin=ENTRA)
    with pytest.raises(InvalidValue):
        groups.create(acme, {"displayName": "New"}, ["x"], origin=ENTRA)
    assert groups.get(acme, staff.id) == staff
    assert (n_events(app), totals(app, acme.seq)) == (before, (1, 1, 2))


def test_each_attribute_remembers_who_set_it_last(app, acme, staff):
    groups.patch(acme, staff.id, rename("People"), origin=ADA)
    assert rows(app, sa.select(Group.provenance, Group.source)) == [
        ({"displayName": "admin:ada", "externalId": "token:okta"}, "token:okta")
    ]
    groups.patch(acme, staff.id, rename("Folk"), origin=ENTRA)
    assert rows(app, sa.select(Group.source)) == [("token:entra",)]


def test_every_write_knows_the_version_it_expects(acme, staff):
    stale = Precondition(if_match=frozenset({"7"}))
    with pytest.raises(VersionMismatch):
        groups.replace(acme, staff.id, STAFF, [], precondition=stale, origin=ENTRA)
    with pytest.raises(VersionMismatch):
        groups.patch(acme, staff.id, rename("x"), precondition=stale, origin=ENTRA)
    with pytest.raises(VersionMismatch):
        groups.delete(acme, staff.id, precondition=stale, origin=ENTRA)
    assert groups.get(acme, staff.id) == staff


def test_deleted_group_is_kept_to_be_restored(app, acme, staff):
    groups.patch(acme, staff.id, rename("People"), origin=ENTRA)
    groups.delete(acme, staff.id, origin=ADA)
    [(kept,)] = rows(app, sa.select(DeletedResource))
    assert (kept.id, kept.resource_type, kept.name) == (staff.id, "Group", "People")
    assert (kept.version, kept.document) == (2, STAFF | {"displayName": "People"})
    assert (kept.created_at, kept.modified_at) == (NOON, LATER)
    assert (kept.deleted_at, kept.deleted_by) == (LATER, "admin:ada")
    assert (kept.source, kept.provenance["externalId"]) == ("token:entra", "token:okta")
    with pytest.raises(NotFound):
        groups.get(acme, staff.id)


def test_counters_follow_every_change(app, acme, staff):
    other = groups.create(acme, {"displayName": "Other"}, [staff.id], origin=OKTA)
    assert totals(app, acme.seq) == (1, 1, 2)
    groups.delete(acme, staff.id, origin=OKTA)
    assert totals(app, acme.seq) == (1, 1, 1)
    assert groups.get(acme, other.id).n_members == 0


def test_members_are_read_when_they_are_few_and_wanted(acme, staff, bo, monkeypatch):
    assert [one.id for one in groups.get(acme, staff.id).members] == [bo]
    assert groups.get(acme, staff.id, with_members=False).members is None
    monkeypatch.setattr(groups, "FEW_MEMBERS", 0)
    assert groups.get(acme, staff.id).members is None
    assert groups.get(acme, staff.id).n_members == 1


def test_page_of_groups_streams_its_members_in_the_order_of_the_groups(acme, staff, bo):
    outer = groups.create(acme, {"displayName": "Outer"}, [staff.id, bo], origin=OKTA)
    page = groups.page(acme, Query())
    streamed = list(groups.stream_members(page.resources))
    assert [one.display_name for one in page.resources] == ["Staff", "Outer"]
    assert [(seq, one.type, one.id) for seq, one in streamed] == [
        (staff.seq, "User", bo),
        (outer.seq, "User", bo),
        (outer.seq, "Group", staff.id),
    ]
