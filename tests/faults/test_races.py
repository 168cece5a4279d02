"""Sixteen clients at once: one wins, nobody is lost, nothing is half done.

The application is called in this process, by a thread for each client.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from models import ChangeEvent, Group, Membership, User
from tests.directories import rows
from tests.refusals import detail_of
from tests.scim_client import ScimClient, load

THREADS = 16


@pytest.fixture
def race(shared_app, shared_scim):
    """Lets each call run in a thread of its own, all at the same time."""

    def run(calls):
        start = Barrier(len(calls))

        def wait_and_call(call):
            client = ScimClient(shared_app.test_client(), shared_scim.token)
            start.wait()
            return call(client)

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(wait_and_call, calls))

    return run


@pytest.fixture
def people(shared_scim, request):
    """Ids of sixteen users of this test."""
    name = request.node.name
    made = [shared_scim.new_user(f"{name} {n}") for n in range(THREADS)]
    return [one["id"] for one in made]


@pytest.fixture
def group(shared_scim, request):
    """The address of a group of this test."""

    def new(*ids):
        return f"/Groups/{shared_scim.new_group(request.node.name, *ids)['id']}"

    return new


def statuses(answers):
    return Counter(answer.status_code for answer in answers)


def member_ids(scim, path):
    return {one["value"] for one in load(scim.get(path)).get("members", ())}


def counted(app, path):
    """How many members the group counts, and how many rows there are."""
    of_group = sa.select(Group.n_members, sa.func.count(Membership.user_seq)).where(
        Group.id == path.rpartition("/")[2]
    )
    joined = of_group.outerjoin(Membership, Membership.group_seq == Group.seq)
    return tuple(rows(app, joined.group_by(Group.n_members))[0])


def add(*ids):
    return {"op": "add", "path": "members", "value": [{"value": one} for one in ids]}


def remove(id_):
    return {"op": "remove", "path": f'members[value eq "{id_}"]'}


@pytest.mark.parametrize("spell", [str.lower, str.swapcase], ids=["same", "mixed"])
def test_one_of_many_makes_the_user_of_a_name(race, shared_scim, spell):
    name = f"Racer {spell.__name__}"
    names = [spell(name) if number % 2 else name for number in range(THREADS)]
    answers = race(
        [lambda scim, n=name: scim.post("/Users", {"userName": n}) for name in names]
    )
    refused = [one for one in answers if one.status_code != 201]
    assert statuses(answers) == {201: 1, 409: THREADS - 1}
    assert all(detail_of(one, 409, "uniqueness") for one in refused)
    found = load(shared_scim.get(f'/Users?filter=userName eq "{name}"'))
    assert found["totalResults"] == 1


def test_one_of_many_makes_the_group_of_a_name(race):
    body = {"displayName": "Raced for"}
    answers = race([lambda scim: scim.post("/Groups", body)] * THREADS)
    assert statuses(answers) == {201: 1, 409: THREADS - 1}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_one_of_many_is_renamed_to_a_name(race, shared_scim, people, method):
    body = {
        "userName": f"Renamed by {method}",
        "Operations": [
            {"op": "replace", "value": {"userName": f"renamed BY {method}"}}
        ],
    }
    answers = race(
        [
            lambda scim, p=one: scim.request(method, f"/Users/{p}", body)
            for one in people
        ]
    )
    assert statuses(answers) == {200: 1, 409: THREADS - 1}
    found = load(shared_scim.get(f'/Users?filter=userName eq "{body["userName"]}"'))
    assert found["totalResults"] == 1


def test_no_member_added_by_many_is_lost(race, shared_app, shared_scim, people, group):
    path = group()
    answers = race([lambda scim, p=one: scim.patch(path, add(p)) for one in people])
    assert statuses(answers) == {200: THREADS}
    assert member_ids(shared_scim, path) == set(people)
    assert counted(shared_app, path) == (THREADS, THREADS)
    assert load(shared_scim.get(path))["meta"]["version"] == f'W/"{THREADS + 1}"'


def test_no_member_removed_by_many_stays(race, shared_app, shared_scim, people, group):
    path = group(*people)
    answers = race([lambda scim, p=one: scim.patch(path, remove(p)) for one in people])
    assert statuses(answers) == {200: THREADS}
    assert member_ids(shared_scim, path) == set()
    assert counted(shared_app, path) == (0, 0)


def test_added_and_removed_by_many_are_all_right(
    race, shared_app, shared_scim, people, group
):
    leaving, coming = people[:8], people[8:]
    path = group(*leaving)
    calls = [lambda scim, p=one: scim.patch(path, remove(p)) for one in leaving]
    calls += [lambda scim, p=one: scim.patch(path, add(p)) for one in coming]
    answers = race(calls)
    assert statuses(answers) == {200: THREADS}
    assert member_ids(shared_scim, path) == set(coming)
    assert counted(shared_app, path) == (8, 8)


def test_same_member_added_by_many_counts_once(
    race, shared_app, shared_scim, people, group
):
    path = group()
    answers = race([lambda scim: scim.patch(path, add(people[0]))] * THREADS)
    assert statuses(answers) == {200: THREADS}
    assert counted(shared_app, path) == (1, 1)
    assert load(shared_scim.get(path))["meta"]["version"] == 'W/"2"'


def test_every_attribute_set_by_many_is_kept(race, shared_scim, people):
    path = f"/Users/{people[0]}"
    paths = ["title", "nickName", "locale", "timezone", "userType", "displayName"]
    paths += ["name.givenName", "name.familyName", "preferredLanguage", "externalId"]
    answers = race(
        [
            lambda scim, p=one: scim.patch(path, {"op": "add", "path": p, "value": p})
            for one in paths
        ]
    )
    user = load(shared_scim.get(path))
    assert statuses(answers) == {200: len(paths)}
    assert user["name"] == {"givenName": "name.givenName"} | {
        "familyName": "name.familyName"
    }
    assert [user[one] for one in paths if "." not in one] == [
        one for one in paths if "." not in one
    ]
    assert user["meta"]["version"] == f'W/"{len(paths) + 1}"'


@pytest.mark.parametrize("kind", ["Users", "Groups"])
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_one_of_many_with_the_same_tag_writes(
    race, shared_scim, people, group, method, kind
):
    path = f"/Users/{people[0]}" if kind == "Users" else group()

    def call(number):
        name = f"{kind} {method} {number}"
        operations = [{"op": "add", "value": {"displayName": name}}]
        body = {"userName": name, "displayName": name, "Operations": operations}
        headers = {"If-Match": 'W/"1"'}
        return lambda scim: scim.request(method, path, body, headers)

    answers = race([call(number) for number in range(THREADS)])
    assert statuses(answers) == {200: 1, 412: THREADS - 1}
    [winner] = [load(one) for one in answers if one.status_code == 200]
    assert load(shared_scim.get(path)) == winner
    assert winner["meta"]["version"] == 'W/"2"'


@pytest.mark.parametrize("kind", ["Users", "Groups"])
def test_one_of_many_deletes(race, shared_app, people, group, kind):
    path = f"/Users/{people[0]}" if kind == "Users" else group(people[0])
    answers = race([lambda scim: scim.delete(path)] * THREADS)
    events = sa.select(ChangeEvent.action).where(
        ChangeEvent.resource_id == path.rpartition("/")[2],
        ChangeEvent.action == "deleted",
    )
    assert statuses(answers) == {204: 1, 404: THREADS - 1}
    assert rows(shared_app, events) == [("deleted",)]


def test_members_added_while_they_are_deleted_leave_nothing_dangling(
    race, shared_app, shared_scim, people, group
):
    path, doomed = group(), people[:8]
    calls = [lambda scim, p=one: scim.patch(path, add(p)) for one in doomed]
    calls += [lambda scim, p=one: scim.delete(f"/Users/{p}") for one in doomed]
    answers = race(calls)
    added, deleted = answers[:8], answers[8:]
    assert statuses(deleted) == {204: 8}
    assert set(statuses(added)) <= {200, 400}
    assert member_ids(shared_scim, path) == set()
    assert counted(shared_app, path) == (0, 0)


def test_group_deleted_while_it_is_written_to(race, shared_app, people, group):
    path = group(*people[:4])
    calls = [lambda scim, p=one: scim.patch(path, add(p)) for one in people[4:15]]
    answers = race([*calls, lambda scim: scim.delete(path)])
    assert answers[-1].status_code == 204
    assert set(statuses(answers[:-1])) <= {200, 404}
    left = sa.select(sa.func.count()).select_from(Membership)
    of_people = left.join(User, User.seq == Membership.user_seq)
    assert rows(shared_app, of_people.where(User.id.in_(people))) == [(0,)]


def test_lists_are_read_while_many_write(race, people):
    title = {"op": "add", "value": {"title": "x"}}
    reading = [lambda scim: scim.get("/Users?count=3")] * 8
    writing = [lambda scim, p=one: scim.patch(f"/Users/{p}", title) for one in people]
    answers = race([*reading, *writing[:8]])
    assert statuses(answers) == {200: THREADS}
    assert load(answers[0])["itemsPerPage"] == 3


def test_numbers_of_events_have_no_gap(race, shared_app, people):
    race(
        [
            lambda scim, p=one: scim.patch(
                f"/Users/{p}", {"op": "replace", "value": {"active": False}}
            )
            for one in people
        ]
    )
    numbers = rows(
        shared_app, sa.select(ChangeEvent.number).order_by(ChangeEvent.number)
    )
    numbers = [number for (number,) in numbers if number is not None]
    assert numbers == list(range(1, len(numbers) + 1))
