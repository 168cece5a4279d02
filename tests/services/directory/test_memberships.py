"""Memberships: what is added and removed, counted, told, kept; and no circles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import DeletedMembership, Group, GroupMembership, Membership
from scim.errors import InvalidValue
from scim.patch import Operation
from services.activity import events
from services.directory import groups, memberships, users
from services.origin import Actor, Origin
from tests.directories import changed_members, last_event, n_events, rows

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
OKTA = Origin(Actor("token", "okta", "Okta"), NOON)
ENTRA = Origin(Actor("token", "entra", "Entra"), LATER)
EVERYBODY = Operation("remove", 'members[type eq "User"]', None)


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def ids(acme):
    names = ("ada", "bo", "cy", "di", "ed")
    return [users.create(acme, {"userName": n}, origin=OKTA).id for n in names]


@pytest.fixture
def new_group(acme):
    def create(name, *member_ids):
        return groups.create(acme, {"displayName": name}, member_ids, origin=OKTA)

    return create


@pytest.fixture
def patch(acme):
    def run(group, *operations):
        return groups.patch(acme, group.id, operations, origin=ENTRA)

    return run


def add(*ids):
    return Operation("add", "members", list(ids))


def remove(*ids):
    condition = " or ".join(f'value eq "{one}"' for one in ids)
    return Operation("remove", f"members[{condition}]", None)


def only(*ids):
    return Operation("replace", "members", list(ids))


def names_in(group):
    return [one.name for one in group.members]


def n_rows(app, table):
    return rows(app, sa.select(sa.func.count()).select_from(table))[0][0]


def test_event_tells_who_was_really_added_and_removed(app, ids, new_group, patch):
    group = new_group("Staff", ids[0], ids[1])
    changed = patch(group, remove(ids[0], ids[4]), add(ids[1], ids[2]))
    assert changed_members(app) == [([ids[2]], [ids[0]])]
    assert (last_event(app).n_added, last_event(app).n_removed) == (1, 1)
    assert last_event(app).changes == {}
    assert names_in(changed) == ["bo", "cy"]


def test_replaced_list_is_told_by_what_differs(app, ids, new_group, patch):
    group = new_group("Staff", *ids[:3])
    changed = patch(group, only(ids[2], ids[3]))
    assert changed_members(app) == [([ids[3]], ids[:2])]
    assert (changed.n_members, changed.version) == (2, 2)


def test_long_lists_are_told_in_chunks(app, ids, new_group, patch, monkeypatch):
    monkeypatch.setattr(events, "MEMBERS_PER_CHUNK", 2)
    monkeypatch.setattr(memberships, "CHUNK", 2)
    group = new_group("Staff", *ids)
    assert changed_members(app) == [(ids[:2], []), (ids[2:4], []), (ids[4:], [])]
    patch(group, only())
    assert changed_members(app) == [([], ids[:2]), ([], ids[2:4]), ([], ids[4:])]
    assert last_event(app).n_removed == 5


def test_chunks_pair_the_added_with_the_removed(
    app, ids, new_group, patch, monkeypatch
):
    group = new_group("Staff", *ids[:3])
    monkeypatch.setattr(events, "MEMBERS_PER_CHUNK", 2)
    patch(group, only(*ids[3:]))
    assert changed_members(app) == [(ids[3:], ids[:2]), ([], ids[2:3])]


def test_membership_moves_the_group_and_not_the_user(acme, ids, new_group, patch):
    before = users.get(acme, ids[0])
    group = new_group("Staff")
    changed = patch(group, add(ids[0]))
    after = users.get(acme, ids[0])
    assert (changed.version, changed.modified_at) == (2, LATER)
    assert (after.version, after.modified_at) == (before.version, before.modified_at)
    assert [one.id for one in after.groups] == [group.id]


def test_membership_in_force_already_moves_nothing(app, ids, new_group, patch):
    group = new_group("Staff", ids[0])
    before = n_events(app)
    assert patch(group, add(ids[0]), remove(ids[1])) == group
    assert n_events(app) == before


@pytest.mark.parametrize(
    ("make", "members"),
    [
        (lambda a, b: [add(a), remove(a)], "bo"),
        (lambda a, b: [remove(b), add(b)], "bo"),
        (lambda a, b: [Operation("remove", "members", None), add(a)], "ada"),
        (lambda a, b: [only(a), add(b), remove(a)], "bo"),
        (lambda a, b: [EVERYBODY, add(a), EVERYBODY], ""),
        (lambda a, b: [EVERYBODY, add(b)], "bo"),
        (lambda a, b: [EVERYBODY, add(b), EVERYBODY], ""),
        (lambda a, b: [add(a), EVERYBODY, add(a)], "ada"),
        (lambda a, b: [add(a), EVERYBODY, add(a, b), EVERYBODY, add(b)], "bo"),
    ],
)
def test_count_is_right_after_any_order(app, ids, new_group, patch, make, members):
    group = new_group("Staff", ids[1])
    changed = patch(group, *make(ids[0], ids[1]))
    assert " ".join(names_in(changed)) == members
    assert changed.n_members == len(changed.members)
    assert n_rows(app, Membership) == changed.n_members


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from([add, remove, only]),
            st.lists(st.integers(0, 4), min_size=1, max_size=3),
        ),
        st.just((lambda: EVERYBODY, [])),
    ),
    min_size=1,
    max_size=5,
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sequence=OPERATIONS)
def test_members_and_count_follow_any_sequence(app, acme, ids, sequence):
    group = groups.create(acme, {"displayName": "Staff"}, ids[:2], origin=OKTA)
    expected = {*ids[:2]}
    operations = []
    for make, places in sequence:
        named = [ids[place] for place in places]
        operations.append(make(*named))
        expected = _after(expected, make, named)
    changed = groups.patch(acme, group.id, operations, origin=ENTRA)
    groups.delete(acme, group.id, origin=ENTRA)
    assert {one.id for one in changed.members} == expected
    assert changed.n_members == len(expected)
    assert n_rows(app, Membership) == 0


def _after(members, make, named):
    if make is add:
        return members | set(named)
    return members - set(named) if make is remove else set(named)


def test_group_counts_its_groups_and_users(app, ids, new_group, patch):
    inner, other = new_group("Inner", ids[0]), new_group("Other")
    outer = new_group("Outer", inner.id, ids[0])
    assert (outer.n_members, n_rows(app, GroupMembership)) == (2, 1)
    changed = patch(outer, add(inner.id, other.id), remove(ids[0]))
    assert [(one.type, one.name) for one in changed.members] == [
        ("Group", "Inner"),
        ("Group", "Other"),
    ]
    assert changed_members(app) == [([other.id], [ids[0]])]
    emptied = patch(outer, only())
    assert (emptied.n_members, n_rows(app, GroupMembership)) == (0, 0)


def test_filter_removes_groups_by_name_and_kind(app, ids, new_group, patch):
    outer = new_group("Outer", new_group("In 1").id, new_group("In 2").id, ids[0])
    changed = patch(outer, Operation("remove", 'members[display eq "IN 1"]', None))
    assert names_in(changed) == ["ada", "In 2"]
    changed = patch(outer, Operation("remove", 'members[type eq "Group"]', None))
    assert names_in(changed) == ["ada"]
    assert changed.n_members == 1


def test_group_cannot_be_inside_itself(app, ids, new_group, patch):
    group = new_group("Staff", ids[0])
    before = n_events(app)
    with pytest.raises(InvalidValue, match='"Staff"'):
        patch(group, add(group.id, ids[1]))
    assert n_events(app) == before
    assert n_rows(app, Membership) == 1


def test_circle_round_three_groups_is_refused(acme, new_group, patch):
    first = new_group("First")
    second = new_group("Second", first.id)
    third = new_group("Third", second.id)
    with pytest.raises(InvalidValue, match='"First"'):
        patch(first, add(third.id))
    with pytest.raises(InvalidValue, match='"First"'):
        groups.replace(
            acme, first.id, {"displayName": "First"}, [second.id], origin=ENTRA
        )
    assert groups.get(acme, first.id) == first


def test_circle_that_is_opened_first_is_none(new_group, patch):
    first = new_group("First")
    second = new_group("Second", first.id)
    patch(second, remove(first.id))
    assert names_in(patch(first, add(second.id))) == ["Second"]


def test_diamond_is_no_circle(new_group, patch):
    bottom = new_group("Bottom")
    left, right = new_group("L", bottom.id), new_group("R", bottom.id)
    top = new_group("Top", left.id, right.id)
    assert names_in(patch(top, add(bottom.id))) == ["Bottom", "L", "R"]


def test_deleted_user_leaves_groups_that_count_and_tell_it(app, acme, ids, new_group):
    first, second = new_group("First", *ids[:2]), new_group("Second", ids[0])
    users.delete(acme, ids[0], origin=ENTRA)
    after = groups.get(acme, first.id), groups.get(acme, second.id)
    assert [(one.n_members, one.version) for one in after] == [(1, 2), (0, 2)]
    assert [one.modified_at for one in after] == [LATER, LATER]
    assert n_rows(app, Membership) == 1


def test_memberships_of_the_deleted_are_kept(app, acme, ids, new_group):
    inner = new_group("Inner", ids[0], ids[1])
    outer = new_group("Outer", inner.id, ids[0])
    users.delete(acme, ids[0], origin=ENTRA)
    groups.delete(acme, inner.id, origin=ENTRA)
    kept = sa.select(
        DeletedMembership.group_id,
        DeletedMembership.member_id,
        DeletedMembership.member_type,
    )
    assert {tuple(row) for row in rows(app, kept)} == {
        (inner.id, ids[0], "User"),
        (outer.id, ids[0], "User"),
        (inner.id, ids[1], "User"),
        (outer.id, inner.id, "Group"),
    }


def test_group_deleted_while_nested_leaves_the_outer_one_right(
    app, acme, ids, new_group
):
    inner = new_group("Inner", ids[0])
    outer = new_group("Outer", inner.id)
    groups.delete(acme, inner.id, origin=ENTRA)
    after = groups.get(acme, outer.id)
    assert (after.n_members, after.version, after.members) == (0, 2, ())
    assert n_rows(app, GroupMembership) == n_rows(app, Membership) == 0
    assert rows(app, sa.select(Group.id)) == [(outer.id,)]


def test_unknown_members_are_noted_ten_at_most(acme, ids, new_group):
    group = new_group("Staff")
    origin = Origin(OKTA.actor, LATER)
    operation = add(ids[0], *(f"x{n}" for n in range(12)))
    groups.patch(acme, group.id, [operation], origin=origin)
    note = origin.notes[-1]
    assert note.startswith("12 of 13 members are not known here: x0, ")
    assert note.endswith("x9 and 2 more.")
