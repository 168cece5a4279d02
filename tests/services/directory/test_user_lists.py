"""The list of users as admins read it: filtered, sorted, counted, paged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.database import read_connection
from scim import names
from services.access import tokens
from services.directory import groups, user_lists, user_search, users
from services.directory.user_lists import StatusCounts, UserQuery
from services.errors import Invalid
from services.origin import Actor, Origin

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
ADA = Actor("admin", "ada", "Ada")
NOBODY = "01990000-0000-7000-8000-000000000000"


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def new_user(acme):
    """Makes a user; each is a minute younger than the one before."""
    minutes = iter(range(1_000))

    def create(user_name, display_name=None, *, actor=ADA, organization=acme, **more):
        document = {"userName": user_name, "displayName": display_name, **more}
        document = {key: value for key, value in document.items() if value is not None}
        origin = Origin(actor, NOON + timedelta(minutes=next(minutes)))
        return users.create(organization, document, origin=origin).id

    return create


@pytest.fixture
def okta(acme):
    """A provisioning token, as one who acts."""
    origin = Origin(ADA, NOON)
    new = tokens.create(acme, "Okta production", scope="full", origin=origin)
    return Actor("token", new.public_id, "Okta production")


@pytest.fixture
def found(acme):
    def user_names(**query):
        page = user_lists.read(acme, UserQuery(**query)).window
        return [row.user_name for row in page.rows]

    return user_names


@pytest.fixture(params=["sorted", "joined", "walked"])
def way(request, monkeypatch):
    """Each way to a page: sort all who match, or walk an index until it is full.

    Members of a group are known by their numbers, joined, or looked up on the walk.
    """
    if request.param != "sorted":
        monkeypatch.setattr(user_search, "FEW", -1)
    if request.param == "walked":
        monkeypatch.setattr(user_lists, "FEW", -1)
        monkeypatch.setattr(user_search, "LARGE", 0)


def set_active(acme, user_id, is_active, at=NOON + timedelta(days=1)):
    users.set_active(acme, user_id, is_active, origin=Origin(ADA, at))


def test_row_tells_what_the_list_shows(acme, new_user):
    enterprise = {"department": "Sales"}
    id_ = new_user("bo@acme.example", "Bo", **{names.ENTERPRISE_USER: enterprise})
    groups.create(acme, {"displayName": "Staff"}, [id_], origin=Origin(ADA, NOON))
    [row] = user_lists.read(acme, UserQuery()).window.rows
    assert (row.id, row.name, row.user_name) == (id_, "Bo", "bo@acme.example")
    assert (row.is_active, row.department, row.n_groups) == (True, "Sales", 1)
    assert (row.source, row.modified_at) == ("admin:ada", NOON)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", ["c", "b", "a"]),
        ("-name", ["a", "b", "c"]),
        ("user_name", ["a", "b", "c"]),
        ("-user_name", ["c", "b", "a"]),
        ("created", ["b", "a", "c"]),
        ("-created", ["c", "a", "b"]),
        ("changed", ["a", "c", "b"]),
        ("-changed", ["b", "c", "a"]),
    ],
)
def test_list_is_sorted(acme, new_user, found, sort, expected):
    oldest = new_user("b", "Bea")
    new_user("a", "Zoe")
    new_user("c", "anna")
    set_active(acme, oldest, False)
    assert found(sort=sort) == expected


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("status", "expected"),
    [("all", ["a", "b", "c"]), ("active", ["a", "c"]), ("deactivated", ["b"])],
)
def test_status_is_filtered_by(new_user, found, status, expected):
    new_user("a")
    new_user("b", active=False)
    new_user("c")
    assert found(status=status) == expected


@pytest.mark.usefixtures("way")
def test_source_is_who_provisions_the_user(new_user, found, okta):
    new_user("by.hand")
    new_user("pushed", actor=okta)
    assert found(source=okta.key) == ["pushed"]
    assert found(source="admin") == ["by.hand"]
    assert found(source="token:other") == []


@pytest.mark.usefixtures("way")
def test_group_filters_its_direct_members(acme, new_user, found):
    bo, _ = new_user("bo"), new_user("cy")
    origin = Origin(ADA, NOON)
    staff = groups.create(acme, {"displayName": "Staff"}, [bo], origin=origin)
    assert found(group_id=staff.id) == ["bo"]
    assert found(group_id=NOBODY) == []
    assert found(group_id="garbled") == []


@pytest.mark.usefixtures("way")
def test_group_of_another_organization_has_no_members_here(
    acme, globex, new_user, found
):
    new_user("bo")
    theirs = new_user("gus", organization=globex)
    origin = Origin(ADA, NOON)
    group = groups.create(globex, {"displayName": "Theirs"}, [theirs], origin=origin)
    assert found(group_id=group.id) == []
    assert found(q="gus") == []
    assert user_lists.read(acme, UserQuery(q="gus")).counts.all == 0


@pytest.mark.usefixtures("way")
def test_changed_since_counts_its_first_moment(new_user, found):
    new_user("first")
    new_user("second")
    assert found(changed_since=NOON + timedelta(minutes=1)) == ["second"]
    assert found(changed_since=NOON + timedelta(minutes=2)) == []


@pytest.mark.usefixtures("way")
def test_filters_are_met_together(new_user, found, okta):
    new_user("bo.active", actor=okta)
    new_user("bo.gone", actor=okta, active=False)
    new_user("bo.local", active=False)
    assert found(q="bo", status="deactivated", source=okta.key) == ["bo.gone"]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, StatusCounts(4, 3, 1)),
        ({"status": "deactivated"}, StatusCounts(4, 3, 1)),
        ({"q": "bo"}, StatusCounts(3, 2, 1)),
        ({"q": "bo", "status": "active"}, StatusCounts(3, 2, 1)),
        ({"source": "admin"}, StatusCounts(2, 1, 1)),
        ({"source": "admin", "q": "gone"}, StatusCounts(1, 0, 1)),
        ({"q": "nobody"}, StatusCounts(0, 0, 0)),
    ],
)
def test_counts_are_of_every_status(acme, new_user, okta, query, expected):
    new_user("bo.active")
    new_user("bo.gone", active=False)
    new_user("bo.pushed", actor=okta)
    new_user("cy", actor=okta)
    counts = user_lists.read(acme, UserQuery(**query)).counts
    assert counts == expected
    assert (counts.of("all"), counts.of("active"), counts.of("deactivated")) == (
        expected.all,
        expected.active,
        expected.deactivated,
    )


@pytest.mark.usefixtures("way")
def test_people_of_a_group_are_counted_without_its_groups(acme, new_user):
    ids = [new_user("bo"), new_user("cy", active=False), new_user("di")]
    origin = Origin(ADA, NOON)
    inner = groups.create(acme, {"displayName": "Inner"}, ids[:1], origin=origin).id
    outer = groups.create(acme, {"displayName": "A"}, [*ids, inner], origin=origin).id
    for query, n in (
        (UserQuery(group_id=outer), 3),
        (UserQuery("b", group_id=outer), 1),
    ):
        assert user_lists.read(acme, query).counts.all == n
    counts = user_lists.read(acme, UserQuery(group_id=outer)).counts
    assert counts == StatusCounts(3, 2, 1)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("sort", user_lists.SORTS)
def test_found_users_are_paged_in_every_order(acme, new_user, sort):
    expected = {new_user(f"bo{n}", f"Bo {n % 3}") for n in range(4)}
    expected |= {new_user(f"jumbo{n}", f"Jumbo {n % 3}") for n in range(4)}
    query = UserQuery(q="bo", sort=sort)
    first = user_lists.read(acme, query, count=3).window
    second = user_lists.read(acme, query, cursor=first.next, count=3).window
    third = user_lists.read(acme, query, cursor=second.next, count=3).window
    rows = [*first.rows, *second.rows, *third.rows]
    assert [row.user_name[:2] for row in rows] == ["bo"] * 4 + ["ju"] * 4
    assert {row.id for row in rows} == expected
    assert user_lists.read(acme, query, cursor=third.previous, count=3).window == second


@pytest.mark.parametrize(
    "query", [UserQuery(source="admin"), UserQuery("acme"), UserQuery("me.ex")]
)
def test_cursor_holds_whichever_way_a_page_is_come_by(
    acme, new_user, monkeypatch, query
):
    new_user("acme.cy@acme.example")
    new_user("acme.bo@acme.example")
    first = user_lists.read(acme, query, count=1).window
    by_sorting = user_lists.read(acme, query, cursor=first.next, count=1).window
    monkeypatch.setattr(user_lists, "FEW", -1)
    assert user_lists.read(acme, query, cursor=first.next, count=1).window == by_sorting
    assert [row.user_name for row in by_sorting.rows] == ["acme.cy@acme.example"]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("q", ["acme", "me.ex"])
@pytest.mark.parametrize("sort", ["name", "-name", "-changed"])
def test_whom_most_are_like_is_paged_as_whom_few_are(acme, new_user, q, sort):
    expected = [new_user(f"acme{n}@acme.example", f"N{n}") for n in range(5)]
    query = UserQuery(q=q, sort=sort)
    new_user("other")
    first = user_lists.read(acme, query, count=3)
    second = user_lists.read(acme, query, cursor=first.window.next, count=3)
    ids = [row.id for row in (*first.window.rows, *second.window.rows)]
    assert ids == (expected if sort == "name" else expected[::-1])
    assert (first.counts.all, second.window.previous is not None) == (5, True)


def test_cursor_of_another_order_is_refused(acme, new_user):
    new_user("bo")
    new_user("cy")
    cursor = user_lists.read(acme, UserQuery(sort="changed"), count=1).window.next
    with pytest.raises(Invalid):
        user_lists.read(acme, UserQuery(sort="name"), cursor=cursor)


@pytest.mark.parametrize(
    "query",
    [
        UserQuery(),
        UserQuery(status="active"),
        UserQuery(q="bo"),
        UserQuery(q="bo", status="deactivated", source="admin"),
        UserQuery(group_id=NOBODY),
        UserQuery(changed_since=NOON + timedelta(minutes=1)),
    ],
)
def test_bulk_work_meets_whom_the_list_shows(acme, new_user, okta, query):
    new_user("bo.active", actor=okta)
    new_user("bo.gone", active=False)
    new_user("cy")
    listed = [row.id for row in user_lists.read(acme, query).window.rows]
    with read_connection() as connection:
        matching = user_lists.matching_ids(connection, acme, query)
    assert {id_ for _, id_ in matching} == set(listed)


def test_bulk_work_goes_on_after_where_it_was(acme, new_user):
    ids = [new_user(f"user{n}") for n in range(5)]
    with read_connection() as connection:
        first = user_lists.matching_ids(connection, acme, UserQuery(), count=2)
        rest = user_lists.matching_ids(
            connection, acme, UserQuery(), after_seq=first[-1][0]
        )
    assert [id_ for _, id_ in first + rest] == ids
