"""Pages by where they end: nobody is lost, and no cursor but our own is believed."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import orjson
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.database import KeyText, UtcDateTime, db
from services.errors import Invalid
from services.queries import keyset
from services.queries.keyset import Key, Order
from tests.directories import shared_app

__all__ = ["shared_app"]

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
PEOPLE = sa.Table(
    "keyset_people",
    sa.MetaData(),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", KeyText),
    sa.Column("at", UtcDateTime),
    sa.Column("is_late", sa.Boolean),
)
BY_NAME = (Key(PEOPLE.c.name, "text"), Key(PEOPLE.c.seq, "number"))
BY_TIME = (Key(PEOPLE.c.at, "time"), Key(PEOPLE.c.seq, "number"))
ALL = sa.select(PEOPLE.c.seq)
IN_TURN = [ALL.where(~PEOPLE.c.is_late), ALL.where(PEOPLE.c.is_late)]


class List:
    """People in a table, read in pages of three while they come and go."""

    def __init__(self, engine, order, runs=(ALL,)):
        self.engine, self.order, self.runs = engine, order, list(runs)
        PEOPLE.drop(engine, checkfirst=True)
        PEOPLE.create(engine)

    def add(self, *seqs):
        rows = [
            {
                "seq": seq,
                "name": "aeé\U0001f600"[seq % 4],
                "at": NOON + timedelta(microseconds=seq % 5),
                "is_late": seq % 3 == 0,
            }
            for seq in seqs
        ]
        if rows:
            with self.engine.begin() as connection:
                connection.execute(sa.insert(PEOPLE), rows)

    def remove(self, *seqs):
        with self.engine.begin() as connection:
            connection.execute(sa.delete(PEOPLE).where(PEOPLE.c.seq.in_(seqs)))

    def page(self, cursor=None, count=3):
        with self.engine.begin() as connection:
            return keyset.read_runs(connection, self.runs, self.order, cursor, count)

    def seqs(self, cursor=None, count=3):
        return [row.seq for row in self.page(cursor, count).rows]

    def walk(self, direction, page, changes):
        """Everybody seen from the page on; a change happens before each next page."""
        seen = {row.seq for row in page.rows}
        changes = iter(changes)
        while cursor := getattr(page, direction):
            self.change(*next(changes, ([], [])))
            page = self.page(cursor)
            seen |= {row.seq for row in page.rows}
        return seen, page

    def change(self, coming, going):
        self.remove(*coming, *going)
        self.add(*coming)


@pytest.fixture(scope="module")
def engine(shared_app):
    with shared_app.app_context():
        yield db.engine
        PEOPLE.drop(db.engine, checkfirst=True)


@pytest.fixture(params=[False, True], ids=["up", "down"])
def is_descending(request):
    return request.param


@pytest.fixture
def by_name(engine, is_descending):
    return List(engine, Order(BY_NAME, is_descending))


STAYING, MOVING = range(0, 40, 2), range(1, 40, 2)
some = st.lists(st.sampled_from(MOVING), unique=True, max_size=4)
changes = st.lists(st.tuples(some, some), max_size=12)
orders = st.builds(Order, st.sampled_from([BY_NAME, BY_TIME]), st.booleans())
lists = st.sampled_from([(ALL,), tuple(IN_TURN)])


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(order=orders, runs=lists, there=some, on=changes, back=changes)
def test_walking_there_and_back_meets_everybody_who_stays(
    engine, order, runs, there, on, back
):
    people = List(engine, order, runs)
    people.add(*STAYING, *there)
    forwards, last = people.walk("next", people.page(), on)
    backwards, first = people.walk("previous", last, back)
    assert set(STAYING) <= forwards
    assert set(STAYING) <= backwards
    assert first == people.page()


def test_pages_follow_each_other_without_gap_or_repetition(by_name):
    by_name.add(*range(1, 9))
    everybody = by_name.seqs(count=100)
    first = by_name.page()
    second = by_name.page(first.next)
    third = by_name.page(second.next)
    seqs = [row.seq for page in (first, second, third) for row in page.rows]
    assert seqs == everybody
    assert (first.previous, third.next) == (None, None)
    assert [(page.first, page.last) for page in (first, second, third)] == [
        (1, 3),
        (4, 6),
        (7, 8),
    ]


def test_going_back_shows_the_page_that_was_left(by_name):
    by_name.add(*range(1, 9))
    first = by_name.page()
    second = by_name.page(first.next)
    third = by_name.page(second.next)
    assert by_name.page(third.previous) == second
    assert by_name.page(by_name.page(third.previous).previous) == first


def test_page_that_ends_with_the_list_has_no_next(by_name):
    by_name.add(1, 2, 3)
    page = by_name.page()
    assert len(page.rows) == 3
    assert (page.previous, page.next) == (None, None)


def test_empty_list_is_an_empty_page(by_name):
    page = by_name.page()
    assert page.rows == ()
    assert (page.first, page.last, page.previous, page.next) == (1, 0, None, None)


def test_who_comes_where_nobody_is_left_sees_the_last_page(by_name):
    by_name.add(*range(1, 9))
    kept = by_name.seqs(count=6)
    cursor = by_name.page(by_name.page().next).next
    by_name.remove(*set(range(1, 9)) - set(kept))
    page = by_name.page(cursor)
    assert [row.seq for row in page.rows] == kept[3:]
    assert (page.first, page.next) == (4, None)
    assert by_name.seqs(page.previous) == kept[:3]


def test_going_back_to_a_page_grown_short_shows_the_first_page(by_name):
    by_name.add(*range(1, 9))
    everybody = by_name.seqs(count=100)
    second = by_name.page(by_name.page().next)
    by_name.remove(everybody[0])
    page = by_name.page(second.previous)
    assert page == by_name.page()
    assert [row.seq for row in page.rows] == everybody[1:4]


def test_runs_stand_one_after_the_other(engine, is_descending):
    people = List(engine, Order(BY_NAME, is_descending), IN_TURN)
    people.add(*range(1, 9))
    seqs = people.seqs(count=100)
    assert {seq % 3 == 0 for seq in seqs[:6]} == {False}
    assert [seq % 3 for seq in seqs[6:]] == [0, 0]


def test_run_that_a_page_does_not_reach_is_not_asked(engine, is_descending):
    broken: sa.Select[int] = sa.select(sa.literal_column("no_such_column"))
    people = List(engine, Order(BY_NAME, is_descending), [ALL, broken])
    people.add(*range(1, 9))
    assert len(people.page().rows) == 3


def encoded(*parts):
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "garbled!",
        "é",
        "\udcff",
        "A" * 10_000,
        base64.urlsafe_b64encode(b"{}").decode(),
        base64.urlsafe_b64encode(b'[0,0,0,"\\ud800",1]').decode(),
        encoded(0, 0, 0, "a"),
        encoded(0, 0, 0, "a", 1, 2),
        encoded(2, 0, 0, "a", 1),
        encoded(False, 0, 0, "a", 1),
        encoded(0, -1, 0, "a", 1),
        encoded(0, 1.5, 0, "a", 1),
        encoded(0, 2**63, 0, "a", 1),
        encoded(0, 0, 1, "a", 1),
        encoded(0, 0, -1, "a", 1),
        encoded(0, 0, 0, 1, 1),
        encoded(0, 0, 0, "a\0", 1),
        encoded(0, 0, 0, "a", "b"),
        encoded(0, 0, 0, "a", True),
        encoded(0, 0, 0, "a", 2**63),
        encoded(0, 0, 0, None, 1),
    ],
)
def test_cursor_of_somebody_elses_making_is_refused(by_name, cursor):
    with pytest.raises(Invalid) as refused:
        by_name.page(cursor)
    assert refused.value.attribute == "cursor"
    assert "Begin at the first page" in refused.value.detail


def test_cursor_of_another_order_is_refused(engine):
    people = List(engine, Order(BY_TIME))
    people.add(*range(1, 9))
    cursor = people.page().next
    people.order = Order(BY_NAME)
    with pytest.raises(Invalid):
        people.page(cursor)


def test_instant_beyond_all_calendars_is_refused(engine):
    people = List(engine, Order(BY_TIME))
    with pytest.raises(Invalid):
        people.page(encoded(0, 0, 0, 2**61, 1))
