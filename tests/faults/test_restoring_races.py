"""Restores that meet: another restore, a purge, a newcomer of the same name, a delete.

Each race is run several times, since a race is won by chance.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from sqlalchemy import func, select

from models import DeletedMembership, DeletedResource, Group, Membership, User
from scim.attributes import Document
from services.deletion import deleted
from services.directory import groups, users
from services.errors import AlreadyTaken, NotFound
from services.origin import Actor, Origin
from tests.conftest import make_organization
from tests.directories import rows, totals

ADA = Origin(Actor("admin", "ada", "Ada"), datetime(2026, 11, 3, 12, tzinfo=UTC))
ROUNDS = range(6)


@pytest.fixture(scope="module")
def organization(shared_app):
    return make_organization(shared_app, "Races")


@pytest.fixture(autouse=True)
def _in_context(shared_app):
    with shared_app.app_context():
        yield


@pytest.fixture
def race(shared_app):
    """Runs the calls at the same time; what each returned, or what it raised."""

    def run(*calls):
        start = Barrier(len(calls))

        def wait_and_call(call):
            with shared_app.app_context():
                start.wait()
                try:
                    return call()
                except (NotFound, AlreadyTaken) as error:
                    return error

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(wait_and_call, calls))

    return run


@pytest.fixture
def new_user(organization, request):
    def create(number):
        document: Document = {"userName": f"{request.node.name} {number}"}
        return users.create(organization, document, origin=ADA).id

    return create


@pytest.fixture
def new_group(organization, request):
    def create(number, *member_ids):
        document: Document = {"displayName": f"{request.node.name} {number}"}
        return groups.create(organization, document, member_ids, origin=ADA).id

    return create


def kinds(outcomes):
    return sorted(type(one).__name__ for one in outcomes)


def counted(app, group_id):
    """How many members the group counts, and how many rows there are."""
    joined = select(Group.n_members, func.count(Membership.user_seq)).outerjoin(
        Membership, Membership.group_seq == Group.seq
    )
    of_group = joined.where(Group.id == group_id).group_by(Group.n_members)
    return [tuple(row) for row in rows(app, of_group)]


@pytest.mark.parametrize("number", ROUNDS)
def test_one_of_two_restores_brings_the_user_back(
    shared_app, organization, race, new_user, number
):
    id_ = new_user(number)
    users.delete(organization, id_, origin=ADA)
    before = totals(shared_app, organization.seq)
    outcomes = race(
        *[lambda: deleted.restore(organization, id_, origin=ADA) for _ in range(4)]
    )
    assert kinds(outcomes) == ["NotFound", "NotFound", "NotFound", "Restored"]
    assert totals(shared_app, organization.seq)[0] == before[0] + 1
    assert rows(shared_app, select(User.version).where(User.id == id_)) == [(2,)]


@pytest.mark.parametrize("number", ROUNDS)
def test_restore_and_creation_share_the_user_name_by_turns(
    shared_app, organization, race, new_user, number
):
    id_ = new_user(number)
    name = users.get(organization, id_).document["userName"]
    users.delete(organization, id_, origin=ADA)
    outcomes = race(
        lambda: deleted.restore(organization, id_, origin=ADA),
        lambda: users.create(organization, {"userName": name}, origin=ADA),
    )
    holders = select(func.count()).where(User.user_name_key == name)
    kept = select(func.count()).where(DeletedResource.id == id_)
    assert "AlreadyTaken" in kinds(outcomes)
    assert rows(shared_app, holders) == [(1,)]
    assert rows(shared_app, kept) == [(int(isinstance(outcomes[0], AlreadyTaken)),)]


@pytest.mark.parametrize("number", ROUNDS)
def test_two_groups_of_a_name_do_not_both_come_back(
    organization, race, new_group, number
):
    first = new_group(number)
    groups.delete(organization, first, origin=ADA)
    second = new_group(number)
    groups.delete(organization, second, origin=ADA)
    outcomes = race(
        lambda: deleted.restore(organization, first, origin=ADA),
        lambda: deleted.restore(organization, second, origin=ADA),
    )
    assert kinds(outcomes) == ["AlreadyTaken", "Restored"]


@pytest.mark.parametrize("number", ROUNDS)
def test_user_and_group_restored_at_once_find_each_other(
    shared_app, organization, race, new_user, new_group, number
):
    user = new_user(number)
    group = new_group(number, user)
    users.delete(organization, user, origin=ADA)
    groups.delete(organization, group, origin=ADA)
    outcomes = race(
        lambda: deleted.restore(organization, user, origin=ADA),
        lambda: deleted.restore(organization, group, origin=ADA),
    )
    left = select(func.count()).where(DeletedMembership.group_id == group)
    assert kinds(outcomes) == ["Restored", "Restored"]
    assert counted(shared_app, group) == [(1, 1)]
    assert rows(shared_app, left) == [(0,)]


@pytest.mark.parametrize("number", ROUNDS)
def test_user_restored_while_the_group_is_deleted_is_lost_to_neither(
    shared_app, organization, race, new_user, new_group, number
):
    user = new_user(number)
    group = new_group(number, user)
    users.delete(organization, user, origin=ADA)
    race(
        lambda: deleted.restore(organization, user, origin=ADA),
        lambda: groups.delete(organization, group, origin=ADA),
    )
    deleted.restore(organization, group, origin=ADA)
    assert counted(shared_app, group) == [(1, 1)]


@pytest.mark.parametrize("number", ROUNDS)
def test_group_restored_while_a_member_is_deleted_is_counted_right(
    shared_app, organization, race, new_user, new_group, number
):
    user, other = new_user(number), new_user(f"{number} too")
    group = new_group(number, user, other)
    groups.delete(organization, group, origin=ADA)
    race(
        lambda: deleted.restore(organization, group, origin=ADA),
        lambda: users.delete(organization, user, origin=ADA),
    )
    assert counted(shared_app, group) == [(1, 1)]
    deleted.restore(organization, user, origin=ADA)
    assert counted(shared_app, group) == [(2, 2)]


@pytest.mark.parametrize("number", ROUNDS)
def test_purge_and_restore_do_not_both_happen(
    shared_app, organization, race, new_user, number
):
    id_ = new_user(number)
    users.delete(organization, id_, origin=ADA)
    outcomes = race(
        lambda: deleted.restore(organization, id_, origin=ADA),
        lambda: deleted.purge(organization, id_, origin=ADA),
    )
    there = select(func.count()).where(User.id == id_)
    assert "NotFound" in kinds(outcomes)
    assert rows(shared_app, there) == [(int("Restored" in kinds(outcomes)),)]
