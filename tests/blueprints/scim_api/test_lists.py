"""Pages of a list: bounds, totals, one order, and a cost that does not grow."""

from __future__ import annotations

import pytest

from scim import names
from services.background import bulk_loading
from services.background.bulk_loading import NewGroup
from services.origin import Origin
from tests import listening
from tests.scim_client import load
from tests.served import fill


@pytest.fixture
def people(app, acme):
    """Fills Acme with users and groups; returns the users' ids."""

    def load_people(users, groups=0, members_per_group=0):
        with app.app_context():
            return fill(acme, users, groups, members_per_group)

    return load_people


def load_more(app, acme, documents):
    with app.app_context():
        bulk_loading.load_users(acme, documents, origin=Origin.of_command_line())


@pytest.fixture
def count_statements(app):
    """Counts the statements of one request, the token's look-up among them."""

    def count(request):
        request()
        with app.app_context(), listening.statements() as seen:
            answer = request()
        assert answer.status_code == 200, answer.text
        return len(seen)

    return count


@pytest.mark.parametrize("path", ["/Users", "/Groups"])
def test_empty_list_is_a_list_all_the_same(scim, path):
    answer = scim.get(path)
    assert answer.status_code == 200
    assert load(answer) == {
        "schemas": [names.LIST_RESPONSE],
        "totalResults": 0,
        "startIndex": 1,
        "itemsPerPage": 0,
        "Resources": [],
    }


def test_page_holds_a_thousand_at_most(scim, people):
    people(1_001)
    page = load(scim.get("/Users?count=1001&attributes=userName"))
    assert page["totalResults"] == 1_001
    assert page["itemsPerPage"] == len(page["Resources"]) == names.MAX_COUNT == 1_000


def test_numbers_are_json_numbers(scim):
    scim.new_user("bo")
    text = scim.get("/Users?startIndex=1&count=2").text
    assert '"totalResults":1,"startIndex":1,"itemsPerPage":1,' in text


@pytest.mark.parametrize("path", ["/Users", "/Groups"])
def test_pages_in_any_size_show_one_order(scim, people, path):
    people(23, groups=23, members_per_group=2)
    whole = load(scim.get(path))["Resources"]
    paged = [
        one
        for start in (1, 6, 11, 16, 21)
        for one in load(scim.get(f"{path}?startIndex={start}&count=5"))["Resources"]
    ]
    assert [one["id"] for one in whole] == sorted(one["id"] for one in whole)
    assert paged == whole
    assert len(whole) == 23


def test_lists_name_the_inactive_and_not_the_deleted(scim):
    users = [scim.new_user(name) for name in ("ada", "bo", "cy")]
    scim.patch(f"/Users/{users[0]['id']}", {"op": "add", "value": {"active": False}})
    scim.delete(f"/Users/{users[1]['id']}")
    page = load(scim.get("/Users"))
    assert [one["userName"] for one in page["Resources"]] == ["ada", "cy"]
    assert [one["active"] for one in page["Resources"]] == [False, True]
    assert page["totalResults"] == 2


def test_filtered_total_counts_what_the_filter_means(scim, people):
    people(20)
    page = load(scim.get("/Users?filter=active eq false&count=3"))
    assert page["totalResults"] == 4
    assert page["itemsPerPage"] == 3
    rest = load(scim.get("/Users?filter=active eq false&count=3&startIndex=4"))
    assert (rest["totalResults"], rest["itemsPerPage"]) == (4, 1)


def test_resource_in_a_list_is_the_resource_itself(scim, people):
    ids = people(3, groups=2, members_per_group=2)
    listed = load(scim.get("/Users"))["Resources"]
    groups = load(scim.get("/Groups"))["Resources"]
    assert listed[1] == load(scim.get(f"/Users/{ids[1]}"))
    assert groups[0] == load(scim.get(f"/Groups/{groups[0]['id']}"))
    assert len(groups[0]["members"]) == 2


@pytest.mark.parametrize(
    "query",
    [
        "",
        "&filter=active eq true",
        "&attributes=userName",
        '&filter=emails[type eq "work" and value co "user"]',
    ],
)
def test_page_of_users_costs_the_same_for_5_and_200(
    app, acme, scim, people, count_statements, query
):
    ids = people(5, groups=2, members_per_group=3)
    few = count_statements(lambda: scim.get(f"/Users?count=999{query}"))
    boss = {names.ENTERPRISE_USER: {"manager": {"value": ids[0]}}}
    load_more(app, acme, [{"userName": f"u{n}", **boss} for n in range(195)])
    many = count_statements(lambda: scim.get(f"/Users?count=999{query}"))
    assert many <= few + 1  # whether anybody has a manager is one more statement
    assert many < 10


@pytest.mark.parametrize(
    "query", ["", "&filter=members pr", "&excludedAttributes=members"]
)
def test_page_of_groups_costs_the_same_for_5_and_200_members(
    scim, people, count_statements, query
):
    people(200, groups=5, members_per_group=5)
    few = count_statements(lambda: scim.get(f"/Groups?count=999{query}"))
    ids = [one["id"] for one in load(scim.get("/Users?count=200"))["Resources"]]
    add = {"op": "add", "path": "members", "value": ids}
    groups = load(scim.get("/Groups"))["Resources"]
    answers = [scim.patch(f"/Groups/{group['id']}", add) for group in groups]
    assert [answer.status_code for answer in answers] == [204] * 5
    assert count_statements(lambda: scim.get(f"/Groups?count=999{query}")) == few < 9


def test_page_costs_the_same_for_5_and_200_groups(
    app, acme, scim, people, count_statements
):
    people(10, groups=5, members_per_group=2)
    few = count_statements(lambda: scim.get("/Groups?count=999"))
    with app.app_context():
        new = [NewGroup(f"Other {number}") for number in range(195)]
        bulk_loading.load_groups(acme, new, origin=Origin.of_command_line())
    assert count_statements(lambda: scim.get("/Groups?count=999")) == few


def test_single_group_costs_the_same_for_5_and_200_members(
    scim, people, count_statements
):
    ids = people(200)
    group = scim.new_group("Staff", *ids[:5])
    few = count_statements(lambda: scim.get(f"/Groups/{group['id']}"))
    scim.patch(f"/Groups/{group['id']}", {"op": "add", "value": {"members": ids}})
    many = count_statements(lambda: scim.get(f"/Groups/{group['id']}"))
    assert many <= few + 1  # a second transaction streams the members of large groups
