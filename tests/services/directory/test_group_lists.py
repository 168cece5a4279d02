"""The list of groups: what it finds, in which order, page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.database import read_connection
from services.access import tokens
from services.directory import group_lists, groups, users
from services.directory.group_lists import GroupQuery
from services.errors import Invalid
from services.origin import Actor, Origin

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
ADA = Origin(Actor("admin", "ada", "Ada"), NOON)


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def new_group(acme):
    """Makes a group; each is a minute younger than the one before."""
    minutes = iter(range(1_000))

    def create(name, n_members=0, actor=ADA.actor, external_id=None):
        origin = Origin(actor, NOON + timedelta(minutes=next(minutes)))
        document = {"displayName": name, "externalId": external_id}
        document = {key: value for key, value in document.items() if value}
        members = [
            users.create(acme, {"userName": f"{name} {n}"}, origin=origin).id
            for n in range(n_members)
        ]
        return groups.create(acme, document, members, origin=origin).id

    return create


@pytest.fixture
def names(acme):
    def listed(**query):
        rows = group_lists.page(acme, GroupQuery(**query)).rows
        return [row.name for row in rows]

    return listed


def test_row_tells_what_the_list_shows(acme, new_group):
    id_ = new_group("Staff", 2)
    [row] = group_lists.page(acme, GroupQuery()).rows
    assert (row.id, row.name, row.n_members) == (id_, "Staff", 2)
    assert (row.source, row.modified_at) == ("admin:ada", NOON)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", ["Ärzte", "bees", "Cooks"]),
        ("-name", ["Cooks", "bees", "Ärzte"]),
        ("members", ["Cooks", "bees", "Ärzte"]),
        ("-members", ["Ärzte", "bees", "Cooks"]),
        ("changed", ["bees", "Cooks", "Ärzte"]),
        ("-changed", ["Ärzte", "Cooks", "bees"]),
    ],
)
def test_list_is_sorted(new_group, names, sort, expected):
    new_group("bees", 1)
    new_group("Cooks")
    new_group("Ärzte", 2)
    # Code point order: letters beyond ASCII come last by name.
    by_name = {
        "name": expected[1:] + expected[:1],
        "-name": expected[2:] + expected[:2],
    }
    assert names(sort=sort) == by_name.get(sort, expected)


def test_words_of_a_name_are_found_by_how_they_begin(new_group, names):
    new_group("Sales Norway")
    new_group("Norwegians")
    new_group("Southnor")
    assert names(q="nor") == ["Norwegians", "Sales Norway"]
    assert names(q="NOR sal") == ["Sales Norway"]
    assert names(q="x") == []


def test_names_that_begin_with_it_come_first(new_group, names):
    new_group("A new team")
    new_group("Team B")
    new_group("Team A")
    assert names(q="team") == ["Team A", "Team B", "A new team"]
    assert names(q="team", sort="-name") == ["Team B", "Team A", "A new team"]


@pytest.mark.parametrize("q", ["%", "_", "\\", "'", "\U0010ffff", "\x00", "  "])
def test_odd_characters_are_searched_as_they_are(acme, new_group, q):
    new_group("Team")
    new_group("100% _odd_ \\ team's")
    window = group_lists.page(acme, GroupQuery(q=q))
    assert group_lists.total(acme, GroupQuery(q=q)) == len(window.rows)


def test_external_id_finds_its_group(new_group, names):
    new_group("Team", external_id="00g1")
    new_group("Other")
    assert names(q=" 00g1 ") == ["Team"]
    assert names(q="00G1") == []


def test_source_leaves_out_what_others_provision(acme, new_group, names):
    token = tokens.create(acme, "Okta", origin=ADA)
    key = f"token:{token.public_id}"
    new_group("Pushed", actor=Actor("token", token.public_id, "Okta"))
    new_group("By hand")
    assert names(source=key) == ["Pushed"]
    assert names(source="admin") == ["By hand"]
    assert names(source="nothing") == []
    assert group_lists.total(acme, GroupQuery(source=key)) == 1


def test_what_changed_since_an_instant_is_found(acme, new_group, names):
    new_group("Old")
    new_group("Young")
    after = NOON + timedelta(minutes=1)
    assert names(changed_since=NOON) == ["Old", "Young"]
    assert names(changed_since=after) == ["Young"]
    assert group_lists.total(acme, GroupQuery(changed_since=after)) == 1


@pytest.mark.parametrize("sort", group_lists.SORTS)
@pytest.mark.parametrize("q", ["", "team"])
def test_pages_follow_each_other_without_gap(acme, new_group, names, sort, q):
    for number in range(7):
        new_group(f"Team {number % 3} {number}", number % 2)
    query = GroupQuery(q=q, sort=sort)
    first = group_lists.page(acme, query, count=3)
    second = group_lists.page(acme, query, cursor=first.next, count=3)
    third = group_lists.page(acme, query, cursor=second.next, count=3)
    back = group_lists.page(acme, query, cursor=third.previous, count=3)
    walked = [row.name for row in (*first.rows, *second.rows, *third.rows)]
    assert walked == names(q=q, sort=sort)
    assert back.rows == second.rows
    assert (third.first, third.last, third.next) == (7, 7, None)


def test_other_organizations_are_left_out(acme, globex, new_group):
    new_group("Staff")
    assert group_lists.page(globex, GroupQuery()).rows == ()
    assert group_lists.total(globex, GroupQuery()) == 0
    assert group_lists.total(globex, GroupQuery(q="staff")) == 0
    assert group_lists.total(acme, GroupQuery()) == 1


def test_job_walks_through_what_matches(acme, new_group):
    ids = [new_group(f"Team {number}") for number in range(3)]
    new_group("Other")
    query = GroupQuery(q="team")
    with read_connection() as connection:
        first = group_lists.matching_ids(connection, acme, query, after_seq=0, count=2)
        rest = group_lists.matching_ids(
            connection, acme, query, after_seq=first[-1][0], count=2
        )
    assert [id_ for _, id_ in (*first, *rest)] == ids


def test_only_what_leaves_groups_out_is_a_filter():
    assert GroupQuery(q="x").is_filtered
    assert GroupQuery(source="admin").is_filtered
    assert GroupQuery(changed_since=NOON).is_filtered
    assert not GroupQuery(q=" ", sort="-members").is_filtered


def test_cursor_of_another_list_is_refused(acme, new_group):
    new_group("Team")
    with pytest.raises(Invalid):
        group_lists.page(acme, GroupQuery(), cursor="WzAsMF0")
