"""Pages and walks below HTTP: memory that ends, totals, and a database that is busy."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from models import Counter, ListWalk, ProvisioningToken
from models.database import BUSY_TIMEOUT_SECONDS, db
from scim import filters
from services.access import tokens
from services.directory import groups, users
from services.origin import Origin
from services.queries import listing
from services.queries.listing import Query, Walker
from tests.directories import rows
from tests.served import fill

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def ids(acme):
    return fill(acme, 9, groups=9, members_per_group=1)


@pytest.fixture
def walker(app, acme):
    tokens.create(acme, "Okta", origin=Origin.of_command_line())
    [(seq,)] = rows(app, sa.select(ProvisioningToken.seq))
    return Walker(seq, NOON)


@pytest.fixture
def page(acme, walker):
    """The ids on a page of three, and the total, some time after noon."""

    def read(start, after=timedelta(), **query):
        found = users.page(
            acme, Query(start_index=start, count=3, **query), walker=at(after)
        )
        return [one.id for one in found.resources], found.total

    def at(after):
        return Walker(walker.token_seq, NOON + after)

    return read


def delete(acme, *ids):
    for one in ids:
        users.delete(acme, one, origin=Origin.of_command_line())


def test_walk_is_remembered_for_ten_minutes(acme, ids, page):
    page(1)
    delete(acme, ids[0])
    just_in_time = listing.MEMORY - SECOND
    assert page(4, just_in_time) == (ids[3:6], 9)
    assert page(4, listing.MEMORY) == (ids[4:7], 8)


def test_each_page_keeps_the_walk_alive(acme, ids, page):
    page(1)
    page(4, listing.MEMORY - SECOND)
    delete(acme, ids[0])
    assert page(7, 2 * listing.MEMORY - 2 * SECOND) == (ids[6:], 9)


def test_what_nobody_walks_any_more_is_forgotten(app, ids, page):
    page(1)
    page(4, after=listing.MEMORY)
    kept = rows(app, sa.select(ListWalk.start_index, ListWalk.expires_at))
    assert kept == [(7, NOON + 2 * listing.MEMORY)]


def test_same_page_is_remembered_once(app, ids, page):
    page(1)
    page(1)
    page(4)
    starts = sa.select(ListWalk.start_index).order_by(ListWalk.start_index)
    assert rows(app, starts) == [(4,), (7,)]


@pytest.mark.parametrize(
    ("start", "count"), [(1, 9), (1, 10), (7, 3), (8, 3), (9, 1), (20, 3), (1, 0)]
)
def test_last_page_is_not_remembered(app, acme, ids, walker, start, count):
    users.page(acme, Query(start_index=start, count=count), walker=walker)
    assert rows(app, sa.select(ListWalk.key)) == []


def test_nothing_is_remembered_of_who_does_not_walk(app, acme, ids):
    found = users.page(acme, Query(count=3))
    assert rows(app, sa.select(ListWalk.key)) == []
    assert (found.total, found.start_index, len(found.resources)) == (9, 1, 3)


def test_filter_in_other_words_is_another_walk(acme, ids, page):
    first, second = "active pr", "active  PR"
    page(1, filter=filters.parse(first), text=first)
    delete(acme, ids[0])
    assert page(4, filter=filters.parse(first), text=first) == (ids[3:6], 9)
    assert page(4, filter=filters.parse(second), text=second) == (ids[4:7], 8)


def test_total_of_a_filtered_walk_never_sinks(acme, ids, page):
    query = {"filter": filters.parse("active eq true"), "text": "active eq true"}
    assert page(1, **query)[1] == 8
    delete(acme, *ids[:2])
    assert page(4, **query)[1] == 8
    assert page(5, **query)[1] == 6


def test_groups_are_walked_alike(acme, ids, walker):
    first = groups.page(acme, Query(count=4), walker=walker)
    groups.delete(acme, first.resources[0].id, origin=Origin.of_command_line())
    second = groups.page(acme, Query(start_index=5, count=4), walker=walker)
    names = [one.display_name for one in second.resources]
    assert names == ["Group 0005", "Group 0006", "Group 0007", "Group 0008"]
    assert second.total == 9


def test_list_is_answered_while_somebody_writes(ids, page):
    """On SQLite the walk is then not kept: the next page is found by offset."""
    with db.engine.connect() as connection:
        connection.execution_options(begin="BEGIN IMMEDIATE")
        connection.execute(sa.update(Counter).values(n_users=Counter.n_users))
        begun = time.monotonic()
        assert page(1) == (ids[:3], 9)
        assert time.monotonic() - begun < BUSY_TIMEOUT_SECONDS / 2
    assert page(4) == (ids[3:6], 9)
