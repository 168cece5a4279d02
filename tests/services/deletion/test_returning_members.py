"""Which memberships come back with a restored user or group, in whatever order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from models import DeletedMembership, Group, Membership
from services.deletion import deleted, returning_members
from services.directory import groups, users
from services.origin import Actor, Origin
from tests.directories import changed_members, last_event, rows, totals

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
OKTA = Origin(Actor("token", "okta", "Okta"), NOON)
ENTRA = Origin(Actor("token", "entra", "Entra"), NOON + timedelta(hours=1))
ADA = Origin(Actor("admin", "ada", "Ada"), NOON + timedelta(hours=2))


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def cy(acme):
    return users.create(acme, {"userName": "Cy"}, origin=OKTA)


@pytest.fixture
def delete_user(acme):
    return lambda user: users.delete(acme, user.id, origin=ENTRA)


@pytest.fixture
def delete_group(acme):
    return lambda group: groups.delete(acme, group.id, origin=ENTRA)


@pytest.fixture
def delete(delete_user, delete_group):
    return {"user": delete_user, "group": delete_group}


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


def names_in(acme, group):
    return [one.name for one in groups.get(acme, group.id).members]


def test_group_comes_back_with_its_members(
    app, acme, cy, new_group, delete_group, restore
):
    bo = users.create(acme, {"userName": "bo"}, origin=OKTA)
    inner = new_group("Inner", cy)
    outer = new_group("Outer", bo, cy, inner)
    delete_group(outer)
    restored = restore(outer)
    after = groups.get(acme, outer.id)
    assert {one.id for one in after.members} == {bo.id, cy.id, inner.id}
    assert (after.n_members, after.version, after.created_at) == (3, 2, NOON)
    assert (restored.n_members, last_event(app).action) == (3, "restored")
    assert sorted(changed_members(app)[0][0]) == sorted([bo.id, cy.id, inner.id])
    assert totals(app, acme.seq) == (2, 2, 2)


def test_group_comes_back_into_its_groups(acme, new_group, delete_group, restore):
    inner = new_group("Inner")
    outer = new_group("Outer", inner)
    delete_group(inner)
    restored = restore(inner)
    after = groups.get(acme, outer.id)
    assert [one.id for one in after.members] == [inner.id]
    assert (after.n_members, after.version) == (1, 3)
    assert restored.n_groups == 1


@pytest.mark.parametrize("deletes", [("user", "group"), ("group", "user")])
@pytest.mark.parametrize("restores", [("user", "group"), ("group", "user")])
def test_membership_returns_with_the_side_that_comes_last(
    app, acme, cy, new_group, delete, restore, deletes, restores
):
    sides = {"user": cy, "group": new_group("Staff", cy)}
    delete[deletes[0]](sides[deletes[0]])
    delete[deletes[1]](sides[deletes[1]])
    restore(sides[restores[0]])
    assert (n_rows(app, Membership), n_rows(app, DeletedMembership)) == (0, 1)
    restore(sides[restores[1]])
    assert names_in(acme, sides["group"]) == ["Cy"]
    assert (n_rows(app, Membership), n_rows(app, DeletedMembership)) == (1, 0)
    assert rows(app, sa.select(Group.n_members)) == [(1,)]


def test_group_does_not_return_into_a_group_that_is_inside_it_now(
    app, acme, new_group, delete_group, restore
):
    low = new_group("Low")
    mid = new_group("Mid", low)
    top = new_group("Top", mid)
    delete_group(mid)
    groups.replace(acme, low.id, {"displayName": "Low"}, [top.id], origin=ENTRA)
    restored = restore(mid)
    assert [one.name for one in restored.left_out] == ["Top"]
    assert names_in(acme, top) == []
    assert names_in(acme, mid) == ["Low"]
    assert n_rows(app, DeletedMembership) == 0


def test_left_out_membership_does_not_stand_in_the_way_of_a_later_delete(
    app, acme, new_group, delete_group, restore
):
    inner = new_group("Inner")
    outer = new_group("Outer", inner)
    delete_group(inner)
    groups.replace(acme, outer.id, {"displayName": "Outer"}, [], origin=ENTRA)
    restore(inner)
    groups.replace(acme, outer.id, {"displayName": "Outer"}, [inner.id], origin=ENTRA)
    delete_group(inner)
    assert n_rows(app, DeletedMembership) == 1


def test_members_who_are_gone_are_waited_for(
    acme, cy, new_group, delete_user, delete_group, restore
):
    bo = users.create(acme, {"userName": "bo"}, origin=OKTA)
    staff = new_group("Staff", bo, cy)
    delete_group(staff)
    delete_user(cy)
    assert restore(staff).n_members == 1
    assert restore(cy).n_groups == 1
    assert sorted(names_in(acme, staff)) == ["Cy", "bo"]


def test_many_members_come_back_in_chunks(
    app, acme, cy, new_group, delete_group, restore, monkeypatch
):
    monkeypatch.setattr(returning_members, "CHUNK", 1)
    bo = users.create(acme, {"userName": "bo"}, origin=OKTA)
    staff = new_group("Staff", bo, cy)
    delete_group(staff)
    restore(staff)
    assert sorted(names_in(acme, staff)) == ["Cy", "bo"]
    assert n_rows(app, DeletedMembership) == 0


def test_restored_membership_counts_from_the_restore(
    app, cy, new_group, delete_user, restore
):
    new_group("Staff", cy)
    delete_user(cy)
    restore(cy)
    assert rows(app, sa.select(Membership.added_at)) == [(ADA.at,)]
