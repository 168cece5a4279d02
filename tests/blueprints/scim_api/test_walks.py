"""Walks through the pages of a list while people come and go: nobody is lost.

An import that misses a person deactivates the person, so this is what paging is for.
"""

from __future__ import annotations

import pytest

from tests.conftest import make_token
from tests.scim_client import ScimClient, load
from tests.served import fill

SIZE = 10


@pytest.fixture
def ids(app, acme):
    with app.app_context():
        return fill(acme, 30, groups=0, members_per_group=0)


@pytest.fixture
def second(app, acme, scim):
    """A second token of Acme."""
    return ScimClient(app.test_client(), make_token(app, acme, "read"))


def page(scim, start, query=""):
    return load(scim.get(f"/Users?startIndex={start}&count={SIZE}{query}"))


def names_on(page):
    return [one["id"] for one in page["Resources"]]


def delete(scim, ids):
    answers = [scim.delete(f"/Users/{one}").status_code for one in ids]
    assert answers == [204] * len(ids)


def test_deleting_what_was_seen_loses_nobody(scim, ids):
    first = page(scim, 1)
    delete(scim, ids[:10])
    second = page(scim, 11)
    delete(scim, ids[10:15])
    third = page(scim, 21)
    assert names_on(first) == ids[:10]
    assert names_on(second) == ids[10:20]
    assert names_on(third) == ids[20:]


def test_deleting_what_was_not_seen_loses_nobody_else(scim, ids):
    seen = names_on(page(scim, 1))
    delete(scim, ids[10:13])
    seen += names_on(page(scim, 11))
    delete(scim, ids[25:27])
    seen += names_on(page(scim, 21))
    assert seen == [*ids[:10], *ids[13:25], *ids[27:]]


def test_who_comes_during_the_walk_is_at_its_end(scim, ids):
    seen = names_on(page(scim, 1))
    delete(scim, ids[:3])
    newcomers = [scim.new_user(f"new{n}")["id"] for n in range(4)]
    seen += names_on(page(scim, 11)) + names_on(page(scim, 21))
    last = page(scim, 31)
    assert seen == ids
    assert names_on(last) == newcomers
    assert last["totalResults"] == 31


def test_total_never_sinks_during_a_walk(scim, ids):
    totals = [page(scim, 1)["totalResults"]]
    delete(scim, ids[:10])
    totals.append(page(scim, 11)["totalResults"])
    delete(scim, ids[10:20])
    totals.append(page(scim, 21)["totalResults"])
    assert totals == [30, 30, 30]
    assert page(scim, 1)["totalResults"] == 10


def test_total_rises_with_who_comes(scim, ids):
    page(scim, 1)
    scim.new_user("new")
    assert page(scim, 11)["totalResults"] == 31


def test_page_may_be_asked_for_again(scim, ids):
    page(scim, 1)
    delete(scim, ids[:5])
    assert names_on(page(scim, 11)) == names_on(page(scim, 11)) == ids[10:20]


def test_jump_is_found_by_offset(scim, ids):
    page(scim, 1)
    delete(scim, ids[:5])
    assert names_on(page(scim, 16)) == ids[20:]
    assert names_on(page(scim, 12)) == ids[16:26]
    assert page(scim, 12)["totalResults"] == 25


def test_walk_with_another_count_is_another_walk(scim, ids):
    page(scim, 1)
    delete(scim, ids[:5])
    answer = load(scim.get("/Users?startIndex=11&count=5"))
    assert names_on(answer) == ids[15:20]


def test_walk_of_another_filter_is_another_walk(scim, ids):
    page(scim, 1)
    delete(scim, ids[:5])
    filtered = page(scim, 11, '&filter=userName sw "user"')
    assert names_on(filtered) == ids[15:25]
    assert names_on(page(scim, 11)) == ids[10:20]


def test_filtered_walk_loses_nobody(scim, ids):
    query = "&filter=active eq true"  # every fifth is not
    active = [one for number, one in enumerate(ids, start=1) if number % 5]
    seen = names_on(page(scim, 1, query))
    delete(scim, seen[:5])
    rest = page(scim, 11, query)
    assert seen + names_on(rest) == active[:20]
    assert rest["totalResults"] == len(active) == 24


def test_walk_of_another_token_is_its_own(scim, second, ids):
    page(scim, 1)
    delete(scim, ids[:5])
    assert names_on(page(second, 1)) == ids[5:15]
    assert names_on(page(second, 11)) == ids[15:25]
    assert names_on(page(scim, 11)) == ids[10:20]


def test_two_walks_of_one_token_lose_nobody(scim, ids):
    page(scim, 1)
    delete(scim, ids[:5])
    page(scim, 1)
    again = page(scim, 11)
    assert names_on(again) == ids[10:20]
    assert again["totalResults"] == 30


def test_walk_through_groups_loses_none(scim):
    ids = [scim.new_group(f"Group {n}")["id"] for n in range(12)]
    seen = names_on(load(scim.get("/Groups?count=5")))
    scim.delete(f"/Groups/{ids[0]}")
    page_2 = load(scim.get("/Groups?count=5&startIndex=6"))
    seen += names_on(page_2)
    seen += names_on(load(scim.get("/Groups?count=5&startIndex=11")))
    assert seen == ids
    assert page_2["totalResults"] == 12


def test_walk_through_users_is_none_through_groups(scim, ids):
    groups = [scim.new_group(f"Group {n:02}")["id"] for n in range(15)]
    delete(scim, ids[:2])
    page(scim, 1)
    assert names_on(load(scim.get("/Groups?count=10&startIndex=11"))) == groups[10:]
