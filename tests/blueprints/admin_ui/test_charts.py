"""The chart of changes: where bars stand, and the sentence for those who see none."""

from __future__ import annotations

from datetime import date, timedelta

from blueprints.admin_ui import charts
from services.activity.history import DayCount

FIRST = date(2026, 11, 10)


def counts(*numbers: int) -> list[DayCount]:
    days = [FIRST + timedelta(days=place) for place in range(len(numbers))]
    return [DayCount(*pair) for pair in zip(days, numbers, strict=True)]


def test_the_highest_bar_fills_the_chart_and_today_stands_out() -> None:
    chart = charts.changes_chart(counts(0, 50, *[0] * 11, 100))
    assert [bar.height for bar in chart.bars[:2]] == [0, 63]
    assert chart.bars[-1].height == 126
    assert [bar.is_today for bar in chart.bars] == [*[False] * 13, True]
    assert chart.bars[1].y + chart.bars[1].height == charts.HEIGHT - 1


def test_bars_stay_inside_the_chart_in_their_order() -> None:
    chart = charts.changes_chart(counts(*range(14)))
    places = [bar.x for bar in chart.bars]
    assert places == sorted(places)
    assert places[0] >= 0
    assert places[-1] + chart.bars[-1].width <= charts.WIDTH


def test_a_single_change_beside_thousands_is_seen() -> None:
    chart = charts.changes_chart(counts(1, *[0] * 12, 100_000))
    assert chart.bars[0].height == 4
    assert chart.bars[1].height == 0


def test_the_chart_says_in_a_sentence_what_it_shows() -> None:
    chart = charts.changes_chart(counts(96, 1_742, *[300] * 11, 318))
    expected = "Changes a day over 14 days: between 96 and 1,742, 318 so far today."
    assert chart.sentence == expected
    assert chart.dates == ("10 Nov", "17 Nov", "Today")
    assert chart.bars[0].label == "10 Nov: 96 changes"
    assert chart.n_changes == 96 + 1_742 + 300 * 11 + 318


def test_fourteen_quiet_days_are_a_chart_too() -> None:
    chart = charts.changes_chart(counts(*[0] * 14))
    assert chart.sentence == "Changes a day over 14 days: none."
    assert {bar.height for bar in chart.bars} == {0}
