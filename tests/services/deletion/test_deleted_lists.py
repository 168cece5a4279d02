"""What was deleted, as pages list it: newest first, found by name, with its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.deletion import deleted, deleted_lists
from services.deletion.deleted_lists import DeletedQuery
from services.directory import groups, users
from services.errors import NotFound
from services.origin import Actor, Origin

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
NOBODY = "01938000-0000-7000-8000-000000000000"
OKTA = Origin(Actor("token", "okta", "Okta"), NOON)
GROUPS = DeletedQuery("Group")


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def gone(acme):
    """A deleted user; each is deleted a minute after the one before."""
    minutes = iter(range(1, 1_000))

    def create(user_name, **more):
        at = NOON + timedelta(minutes=next(minutes))
        id_ = users.create(acme, {"userName": user_name} | more, origin=OKTA).id
        ada = Origin(Actor("admin", "ada", "Ada"), at)
        users.delete(acme, id_, origin=ada)
        return id_

    return create


@pytest.fixture
def gone_group(acme):
    def create(name, *members):
        id_ = groups.create(acme, {"displayName": name}, members, origin=OKTA).id
        groups.delete(acme, id_, origin=OKTA)
        return id_

    return create


def names_of(window):
    return [row.name for row in window.rows]


def test_row_tells_who_deleted_whom_and_until_when_it_is_kept(acme, gone):
    id_ = gone("cy@x.test", displayName="Cy Young")
    [row] = deleted_lists.page(acme, DeletedQuery()).rows
    assert (row.type, row.id, row.name) == ("User", id_, "Cy Young")
    assert (row.unique_name, row.source, row.deleted_by) == (
        "cy@x.test",
        "token:okta",
        "admin:ada",
    )
    assert row.purged_at - row.deleted_at == timedelta(days=30)


def test_newest_come_first_page_by_page(acme, gone):
    for number in range(5):
        gone(f"user{number}")
    first = deleted_lists.page(acme, DeletedQuery(), count=2)
    second = deleted_lists.page(acme, DeletedQuery(), cursor=first.next, count=2)
    third = deleted_lists.page(acme, DeletedQuery(), cursor=second.next, count=2)
    assert names_of(first) == ["user4", "user3"]
    assert names_of(second) == ["user2", "user1"]
    assert (names_of(third), third.next) == (["user0"], None)


def test_users_and_groups_are_listed_and_counted_apart(acme, gone, gone_group):
    gone("cy")
    gone_group("Staff")
    gone_group("Sales")
    counts = deleted_lists.counts(acme)
    assert names_of(deleted_lists.page(acme, DeletedQuery())) == ["cy"]
    assert sorted(names_of(deleted_lists.page(acme, GROUPS))) == ["Sales", "Staff"]
    assert (counts.users, counts.groups) == (1, 2)


@pytest.mark.parametrize("q", ["YOUNG", "cy@x", "you cy", "strasse"])
def test_deleted_are_found_by_name_and_user_name(acme, gone, q):
    gone("cy@x.test", displayName="Cy Young Straße")
    gone("other")
    found = deleted_lists.page(acme, DeletedQuery(q=q))
    assert names_of(found) == ["Cy Young Straße"]
    assert deleted_lists.counts(acme, q).users == 1


@pytest.mark.parametrize("q", ["%", "\0nobody", "\ud800x", "x" * 5_000])
def test_odd_searches_find_nobody(acme, gone, q):
    gone("cy")
    assert deleted_lists.page(acme, DeletedQuery(q=q)).rows == ()


def test_details_tell_what_a_restore_brings_back(acme, gone_group):
    ids = [users.create(acme, {"userName": n}, origin=OKTA).id for n in "ab"]
    details = deleted_lists.get(acme, gone_group("Staff", *ids))
    assert details.document == {"displayName": "Staff"}
    assert (details.n_memberships, details.holder) == (2, None)
    assert details.created_at == NOON


def test_details_name_who_has_the_name_by_now(acme, gone, gone_group):
    user, group = gone("Cy"), gone_group("Staff")
    holder = users.create(
        acme, {"userName": "cY", "displayName": "Cyrus", "active": False}, origin=OKTA
    )
    other = groups.create(acme, {"displayName": "STAFF"}, [], origin=OKTA)
    of_user = deleted_lists.get(acme, user).holder
    of_group = deleted_lists.get(acme, group).holder
    assert (of_user.reference.id, of_user.reference.name) == (holder.id, "Cyrus")
    assert (of_user.is_active, of_group.is_active) == (False, True)
    assert of_group.reference.id == other.id


@pytest.mark.parametrize("id_", ["", "no-id", "\0", NOBODY])
def test_what_is_not_deleted_is_not_found(acme, id_):
    with pytest.raises(NotFound):
        deleted_lists.get(acme, id_)


def test_restored_and_foreign_are_not_found(acme, globex, gone):
    id_ = gone("cy")
    with pytest.raises(NotFound):
        deleted_lists.get(globex, id_)
    assert deleted_lists.page(globex, DeletedQuery()).rows == ()
    assert deleted_lists.counts(globex).users == 0
    deleted.restore(acme, id_, origin=OKTA)
    with pytest.raises(NotFound):
        deleted_lists.get(acme, id_)
