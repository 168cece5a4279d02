"""The members of a group on its page, and who is offered to become one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import Membership
from models.database import db
from scim.attributes import Document
from services.directory import (
    group_actions,
    groups,
    member_candidates,
    member_lists,
    user_search,
    users,
)
from services.errors import Invalid, NotFound
from services.origin import Actor, Origin

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
NOBODY = "01938000-0000-7000-8000-000000000000"
ADA = Origin(Actor("admin", "ada", "Ada"), NOON)
LATER = Origin(ADA.actor, NOON + timedelta(hours=1))
PEOPLE = ("Zoe Lund", "adam Berg", "Mia Sand", "Sander Vos", "Mia Sand", "Bo")


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def new_user(acme):
    numbers = iter(range(1_000))

    def create(name, organization=acme, **more):
        document: Document = {
            "userName": f"u{next(numbers)}@x.test",
            "displayName": name,
            **more,
        }
        return users.create(organization, document, origin=ADA).id

    return create


@pytest.fixture
def staff(acme, new_user):
    """Six people and two groups, one of them with a member."""
    inner = group_actions.create(acme, "Zeta crew", origin=ADA)
    group_actions.add_member(acme, inner.id, new_user("Elsewhere"), origin=ADA)
    other = group_actions.create(acme, "alpha crew", origin=ADA)
    ids = [new_user(name) for name in PEOPLE]
    document: Document = {"displayName": "Staff"}
    return groups.create(acme, document, [*ids, inner.id, other.id], origin=ADA).id


SORTED = [
    "alpha crew",
    "Zeta crew",
    "adam Berg",
    "Bo",
    "Mia Sand",
    "Mia Sand",
    "Sander Vos",
    "Zoe Lund",
]


@pytest.fixture(params=["by numbers", "by members", "by names"])
def way(request, monkeypatch):
    """Each way to people: known by numbers, read as members, or met among the names."""
    if request.param != "by numbers":
        monkeypatch.setattr(user_search, "FEW", -1)
    if request.param == "by names":
        monkeypatch.setattr(member_lists, "FEW", -1)
        monkeypatch.setattr(member_lists, "LARGE", 0)
        monkeypatch.setattr(user_search, "LARGE", 0)
    return request.param


def names_in(listed):
    return [row.name for row in listed.window.rows]


def test_groups_come_first_then_people_by_name(acme, staff, way):
    listed = member_lists.page(acme, staff)
    assert names_in(listed) == SORTED
    assert listed.n_found == 8


def test_row_tells_what_the_list_shows(acme, staff, new_user):
    off = new_user("Off Duty", userName="off@x.test", active=False)
    group_actions.add_member(acme, staff, off, origin=LATER)
    rows = {row.name: row for row in member_lists.page(acme, staff).window.rows}
    assert rows["Off Duty"] == member_lists.MemberRow(
        "User", off, "Off Duty", "off@x.test", False, None, LATER.at
    )
    nested = rows["Zeta crew"]
    assert (nested.type, nested.user_name, nested.n_members) == ("Group", "", 1)
    assert (nested.is_active, nested.added_at) == (True, NOON)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 7])
def test_pages_follow_each_other_across_groups_and_people(acme, staff, way, count):
    walked, cursor = [], None
    pages: list[member_lists.MemberList] = []
    while not pages or cursor:
        listed = member_lists.page(acme, staff, cursor=cursor, count=count)
        walked += names_in(listed)
        pages.append(listed)
        cursor = listed.window.next
    back = member_lists.page(acme, staff, cursor=pages[-1].window.previous, count=count)
    assert walked == SORTED
    assert names_in(back) == names_in(pages[-2])


def test_members_of_one_page_need_no_cursor(acme, staff, way):
    window = member_lists.page(acme, staff, count=8).window
    assert (len(window.rows), window.previous, window.next) == (8, None, None)


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("mia", ["Mia Sand", "Mia Sand"]),
        ("sand", ["Mia Sand", "Mia Sand", "Sander Vos"]),
        ("SAND mi", ["Mia Sand", "Mia Sand"]),
        ("crew", ["alpha crew", "Zeta crew"]),
        ("u1@x", ["Zoe Lund"]),
        # More than half of all people, but not Bo.
        ("d", ["adam Berg", "Mia Sand", "Mia Sand", "Sander Vos", "Zoe Lund"]),
        ("elsewhere", []),
        ("%", []),
        ("\0", SORTED),
    ],
)
def test_member_is_found_by_name_or_user_name(acme, staff, way, q, expected):
    listed = member_lists.page(acme, staff, q)
    assert names_in(listed) == expected
    assert listed.n_found == len(expected)


def test_all_who_are_found_are_counted(acme, staff, way):
    assert member_lists.page(acme, staff, "mia", count=1).n_found == 2
    assert member_lists.page(acme, staff, "crew", count=1).n_found == 2
    assert member_lists.page(acme, staff, "nobody").n_found == 0


def test_membership_of_unknown_age_has_no_date(app, acme, staff):
    with Session(db.engine) as session, session.begin():
        session.execute(sa.update(Membership).values(added_at=None))
    rows = member_lists.page(acme, staff).window.rows
    assert {row.added_at for row in rows if row.type == "User"} == {None}


def test_single_member_is_looked_up(acme, staff, new_user):
    rows = member_lists.page(acme, staff).window.rows
    assert member_lists.get(acme, staff, rows[0].id) == rows[0]
    assert member_lists.get(acme, staff, rows[-1].id) == rows[-1]
    assert member_lists.get(acme, staff, new_user("New")) is None
    assert member_lists.get(acme, staff, "no-id\0") is None


def test_groups_of_another_organization_are_unknown(acme, globex, staff):
    for_globex = [
        lambda: member_lists.page(globex, staff),
        lambda: member_lists.get(globex, staff, NOBODY),
        lambda: member_candidates.find(globex, staff, "a"),
    ]
    with pytest.raises(NotFound):
        for_globex[0]()
    with pytest.raises(NotFound):
        for_globex[1]()
    with pytest.raises(NotFound):
        for_globex[2]()


@pytest.mark.parametrize("cursor", ["", "x", "WzAsMF0", "\0", "é"])
def test_foreign_cursor_is_refused(acme, staff, cursor):
    with pytest.raises(Invalid):
        member_lists.page(acme, staff, cursor=cursor)


@pytest.mark.parametrize("group_id", ["", "no-id", "\0", NOBODY])
def test_unknown_group_is_not_found(acme, group_id):
    with pytest.raises(NotFound):
        member_lists.page(acme, group_id)


def test_candidates_say_who_is_a_member(acme, staff, new_user):
    new_user("Mia New")
    offered = member_candidates.find(acme, staff, "mia")
    assert [(row.name, row.is_member) for row in offered.rows] == [
        ("Mia New", False),
        ("Mia Sand", True),
        ("Mia Sand", True),
    ]
    assert offered.n_found == 3


def test_candidates_are_groups_too_but_not_the_group_itself(acme, staff):
    group_actions.create(acme, "Staffers", origin=ADA)
    offered = member_candidates.find(acme, staff, "staff")
    assert [(row.type, row.name) for row in offered.rows] == [("Group", "Staffers")]
    assert offered.rows[0].n_members == 0
    assert offered.n_found == 1


def test_candidates_are_few_and_counted_all(acme, staff, new_user):
    for number in range(9):
        new_user(f"Crewman {number}")
    offered = member_candidates.find(acme, staff, "crew")
    kinds = [row.type for row in offered.rows]
    assert kinds == ["User"] * 6 + ["Group"] * 2
    assert offered.n_found == 11


@pytest.mark.parametrize("q", ["", " ", "\0", "nobody at all"])
def test_nobody_is_offered_for_nothing(acme, staff, q):
    offered = member_candidates.find(acme, staff, q)
    assert (offered.rows, offered.n_found) == ((), 0)


def test_people_of_another_organization_are_not_offered(acme, globex, staff, new_user):
    new_user("Quentin", globex)
    assert member_candidates.find(acme, staff, "quentin").rows == ()
