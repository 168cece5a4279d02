"""Deleted users and groups come back: as they were, under their id, with memberships.

Which memberships come back is in test_returning_members.py, who comes back at the same
time as somebody else in faults/test_restoring_races.py.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from models import DeletedResource, User
from scim.attributes import Document
from services.deletion import deleted
from services.directory import groups, users
from services.errors import AlreadyTaken, Invalid, NotFound
from services.origin import Actor, Origin
from tests.directories import changed_members, last_event, n_events, rows, totals

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
OKTA = Origin(Actor("token", "okta", "Okta"), NOON)
ENTRA = Origin(Actor("token", "entra", "Entra"), NOON + timedelta(hours=1))
ADA = Origin(Actor("admin", "ada", "Ada"), NOON + timedelta(hours=2))
CY: Document = {"userName": "Cy", "title": "Cook", "emails": [{"value": "cy@x.test"}]}


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def cy(acme):
    return users.create(acme, CY, origin=OKTA)


@pytest.fixture
def delete_user(acme):
    return lambda user: users.delete(acme, user.id, origin=ENTRA)


@pytest.fixture
def delete_group(acme):
    return lambda group: groups.delete(acme, group.id, origin=ENTRA)


@pytest.fixture
def new_group(acme):
    def create(name, *members):
        ids = [one.id for one in members]
        return groups.create(acme, {"displayName": name}, ids, origin=OKTA)

    return create


@pytest.fixture
def restore(acme):
    return lambda one, **names: deleted.restore(acme, one.id, origin=ADA, **names)


def n_rows(app, table):
    return rows(app, sa.select(sa.func.count()).select_from(table))[0][0]


def test_user_comes_back_as_it_was_in_the_next_version(acme, cy, delete_user, restore):
    users.set_active(acme, cy.id, False, origin=ENTRA)
    delete_user(cy)
    restored = restore(cy)
    after = users.get(acme, cy.id)
    assert (restored.type, restored.id, restored.name) == ("User", cy.id, "Cy")
    assert after.document == {**cy.document, "active": False}
    assert (after.version, after.created_at) == (3, NOON)
    assert after.modified_at == ADA.at


def test_source_and_provenance_come_back(app, cy, delete_user, restore):
    provenance = rows(app, sa.select(User.source, User.provenance))
    delete_user(cy)
    restore(cy)
    assert rows(app, sa.select(User.source, User.provenance)) == provenance
    assert provenance[0][0] == "token:okta"


def test_restored_user_is_found_by_value_and_no_more_among_the_deleted(
    app, acme, cy, delete_user, restore, scim
):
    delete_user(cy)
    restore(cy)
    found = scim.get('/Users?filter=emails.value eq "cy@x.test"').get_json()
    assert found["totalResults"] == 1
    assert n_rows(app, DeletedResource) == 0


def test_counters_follow_a_restored_user(app, acme, cy, delete_user, restore):
    off = users.create(acme, {"userName": "off", "active": False}, origin=OKTA)
    delete_user(cy)
    delete_user(off)
    restore(off)
    assert totals(app, acme.seq) == (1, 0, 0)
    restore(cy)
    assert totals(app, acme.seq) == (2, 1, 0)


def test_restore_is_told_with_all_that_came_back(
    app, acme, cy, delete_user, restore, new_group
):
    staff = new_group("Staff", cy)
    delete_user(cy)
    before = n_events(app)
    restored = restore(cy)
    told = groups.get(acme, staff.id)
    assert n_events(app) == before + 2
    assert (last_event(app).action, last_event(app).resource_id) == (
        "updated",
        staff.id,
    )
    assert changed_members(app) == [([cy.id], [])]
    assert (told.version, told.n_members, told.modified_at) == (3, 1, ADA.at)
    assert restored.n_groups == 1


def test_event_of_a_restore_tells_each_attribute(app, cy, delete_user, restore):
    delete_user(cy)
    restore(cy)
    event = last_event(app)
    assert (event.action, event.actor, event.actor_name) == (
        "restored",
        "admin:ada",
        "Ada",
    )
    assert event.changes["title"] == [None, "Cook"]
    assert event.changes["active"] == [None, True]


def test_event_of_a_restore_names_the_groups(
    app, cy, delete_user, restore, new_group, delete_group
):
    staff, gone = new_group("Staff", cy), new_group("Gone", cy)
    delete_user(cy)
    delete_group(gone)
    restore(cy)
    newest = sa.select(sa.text("changes")).select_from(sa.text("change_events"))
    told = rows(app, newest.where(sa.text("action = 'restored'")))
    assert staff.id in told[0][0]
    assert gone.id not in told[0][0]


def test_taken_user_name_is_refused_and_names_the_holder(
    app, acme, cy, delete_user, restore
):
    delete_user(cy)
    users.create(acme, {"userName": "cY", "displayName": "Cyrus"}, origin=OKTA)
    before = n_events(app)
    with pytest.raises(AlreadyTaken, match="Cyrus") as refused:
        restore(cy)
    assert refused.value.attribute == "userName"
    assert n_events(app) == before
    assert n_rows(app, DeletedResource) == 1


def test_user_is_restored_under_another_user_name(app, acme, cy, delete_user, restore):
    delete_user(cy)
    users.create(acme, {"userName": "cy"}, origin=OKTA)
    restore(cy, user_name=" cy.two ")
    after = users.get(acme, cy.id)
    [(provenance,)] = rows(app, sa.select(User.provenance).where(User.id == cy.id))
    assert after.document["userName"] == "cy.two"
    assert (provenance["userName"], provenance["title"]) == ("admin:ada", "token:okta")


def test_group_is_restored_under_another_name(acme, new_group, delete_group, restore):
    staff = new_group("Staff")
    delete_group(staff)
    new_group("sTAFF")
    with pytest.raises(AlreadyTaken, match="sTAFF"):
        restore(staff)
    restored = restore(staff, display_name="Old staff")
    assert restored.name == "Old staff"
    assert groups.get(acme, staff.id).display_name == "Old staff"


@pytest.mark.parametrize("name", ["", "  ", "x" * 513, "nul\0"])
def test_unusable_name_is_refused(
    app, cy, new_group, delete_user, delete_group, restore, name
):
    staff = new_group("Staff")
    delete_user(cy)
    delete_group(staff)
    with pytest.raises(Invalid) as refused:
        restore(cy, user_name=name)
    with pytest.raises(Invalid) as refused_group:
        restore(staff, display_name=name)
    assert refused.value.attribute == "userName"
    assert refused_group.value.attribute == "displayName"
    assert n_rows(app, DeletedResource) == 2


def test_only_the_deleted_of_the_organization_are_restored(
    acme, globex, cy, delete_user, restore
):
    with pytest.raises(NotFound):
        restore(cy)
    delete_user(cy)
    with pytest.raises(NotFound):
        deleted.restore(globex, cy.id, origin=ADA)
    with pytest.raises(NotFound):
        deleted.restore(acme, "no-id", origin=ADA)
    restore(cy)
    with pytest.raises(NotFound):
        restore(cy)


def test_clock_that_steps_back_does_not_turn_last_modified_back(acme, cy, delete_user):
    users.set_active(acme, cy.id, False, origin=ADA)
    delete_user(cy)
    deleted.restore(acme, cy.id, origin=OKTA)
    assert users.get(acme, cy.id).modified_at > ADA.at
