"""What an admin does to a group by hand: named, renamed, joined, left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scim.attributes import Document
from scim.errors import InvalidValue
from services.directory import group_actions, groups, users
from services.errors import AlreadyTaken, Invalid, NotFound, VersionMismatch
from services.origin import Actor, Origin
from tests.directories import changed_members, last_event, n_events, totals

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
NOBODY = "01938000-0000-7000-8000-000000000000"
OKTA = Origin(Actor("token", "okta", "Okta"), NOON)
ADA = Origin(Actor("admin", "ada", "Ada"), NOON + timedelta(hours=2))


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def staff(acme):
    return groups.create(acme, {"displayName": "Staff"}, [], origin=OKTA)


@pytest.fixture
def bo(acme):
    return users.create(acme, {"userName": "bo"}, origin=OKTA).id


def test_group_is_made_with_a_tidied_name(app, acme):
    made = group_actions.create(acme, "  Sales ", origin=ADA)
    assert groups.get(acme, made.id).display_name == "Sales"
    assert (made.type, made.name) == ("Group", "Sales")
    assert (last_event(app).action, last_event(app).actor) == ("created", "admin:ada")
    assert totals(app, acme.seq) == (0, 0, 1)


@pytest.mark.parametrize("name", ["", " \t", "x" * 513, "nul\0", "\ud800"])
def test_unusable_name_is_refused(acme, staff, name):
    with pytest.raises(Invalid) as refused:
        group_actions.create(acme, name, origin=ADA)
    with pytest.raises(Invalid):
        group_actions.rename(acme, staff.id, name, seen="Staff", origin=ADA)
    assert refused.value.attribute == "displayName"


def test_taken_name_is_refused(acme, staff):
    group_actions.create(acme, "Sales", origin=ADA)
    with pytest.raises(AlreadyTaken, match="Staff"):
        group_actions.create(acme, "sTAFF", origin=ADA)
    with pytest.raises(AlreadyTaken, match="Sales"):
        group_actions.rename(acme, staff.id, "SALES", seen="Staff", origin=ADA)


def test_renamed_group_keeps_the_rest(app, acme, bo):
    document: Document = {"displayName": "Staff", "externalId": "g1"}
    staff = groups.create(acme, document, [bo], origin=OKTA)
    renamed = group_actions.rename(acme, staff.id, "People", seen="Staff", origin=ADA)
    after = groups.get(acme, staff.id)
    assert renamed.name == "People"
    assert (after.display_name, after.external_id, after.n_members) == (
        "People",
        "g1",
        1,
    )
    assert last_event(app).changes == {"displayName": ["Staff", "People"]}


def test_rename_of_what_was_changed_meanwhile_is_refused(acme, staff):
    group_actions.rename(acme, staff.id, "People", seen="Staff", origin=OKTA)
    with pytest.raises(VersionMismatch, match="People"):
        group_actions.rename(acme, staff.id, "Folk", seen="Staff", origin=ADA)
    assert groups.get(acme, staff.id).display_name == "People"


def test_rename_is_not_in_the_way_of_a_push(acme, staff, bo):
    group_actions.add_member(acme, staff.id, bo, origin=OKTA)
    group_actions.rename(acme, staff.id, "People", seen="Staff", origin=ADA)
    group_actions.rename(acme, staff.id, "People", seen="Staff", origin=ADA)
    assert groups.get(acme, staff.id).display_name == "People"


def test_member_is_added_and_removed(app, acme, staff, bo):
    added = group_actions.add_member(acme, staff.id, bo, origin=ADA)
    assert (added.type, added.id, added.name) == ("User", bo, "bo")
    assert changed_members(app) == [([bo], [])]
    removed = group_actions.remove_member(acme, staff.id, bo, origin=ADA)
    assert removed == added
    assert changed_members(app) == [([], [bo])]
    assert groups.get(acme, staff.id).n_members == 0


def test_group_is_added_to_a_group(acme, staff):
    inner = group_actions.create(acme, "Inner", origin=ADA)
    added = group_actions.add_member(acme, staff.id, inner.id, origin=ADA)
    assert added == inner
    assert groups.get(acme, staff.id).members == (inner,)


def test_what_is_so_already_leaves_no_trace(app, acme, staff, bo):
    group_actions.remove_member(acme, staff.id, bo, origin=ADA)
    group_actions.add_member(acme, staff.id, bo, origin=ADA)
    before = n_events(app)
    group_actions.add_member(acme, staff.id, bo, origin=ADA)
    group_actions.rename(acme, staff.id, "Staff", seen="Staff", origin=ADA)
    assert n_events(app) == before
    assert groups.get(acme, staff.id).version == 2


def test_group_inside_itself_is_refused(acme, staff):
    inner = group_actions.create(acme, "Inner", origin=ADA)
    group_actions.add_member(acme, staff.id, inner.id, origin=ADA)
    with pytest.raises(InvalidValue, match="member of itself"):
        group_actions.add_member(acme, inner.id, staff.id, origin=ADA)


@pytest.mark.parametrize("stranger", ["no-id", NOBODY])
def test_who_is_not_here_is_neither_added_nor_removed(acme, staff, stranger):
    with pytest.raises(NotFound):
        group_actions.add_member(acme, staff.id, stranger, origin=ADA)
    with pytest.raises(NotFound):
        group_actions.remove_member(acme, staff.id, stranger, origin=ADA)
    with pytest.raises(NotFound):
        group_actions.add_member(acme, stranger, staff.id, origin=ADA)


def test_ids_of_another_organization_are_unknown(acme, globex, staff, bo):
    alien = users.create(globex, {"userName": "alien"}, origin=OKTA).id
    with pytest.raises(NotFound):
        group_actions.add_member(acme, staff.id, alien, origin=ADA)
    with pytest.raises(NotFound):
        group_actions.add_member(globex, staff.id, alien, origin=ADA)
    with pytest.raises(NotFound):
        group_actions.rename(globex, staff.id, "Theirs", seen="Staff", origin=ADA)
