"""The chart of changes: where bars stand, and the sentence for those who see none."""

from __future__ import annotations

from datetime import date, timedelta

from blueprints.admin_ui.provisioning import charts
from services.connection.traffic import DayTraffic

FIRST = date(2026, 11, 10)


def days(*numbers: int, failed: int = 0) -> list[DayTraffic]:
    """So many changes on each day, and so many failures on the first."""
    return [
        DayTraffic(FIRST + timedelta(days=place), n, 0 if place else failed)
        for place, n in enumerate(numbers)
    ]


def test_the_highest_bar_fills_the_chart_and_today_stands_out() -> None:
    chart = charts.traffic_chart(days(0, 50, *[0] * 11, 100))
    assert [bar.height for bar in chart.bars[:2]] == [0, 61]
    assert chart.bars[-1].height == 122
    assert [bar.is_today for bar in chart.bars] == [*[False] * 13, True]
    assert chart.bars[1].y + chart.bars[1].height == charts.HEIGHT - 1


def test_bars_stay_inside_the_chart_in_their_order() -> None:
    chart = charts.traffic_chart(days(*range(14)))
    places = [bar.x for bar in chart.bars]
    assert places == sorted(places)
    assert places[0] >= 0
    assert places[-1] + chart.bars[-1].width <= charts.WIDTH


def test_a_single_change_beside_thousands_is_seen() -> None:
    chart = charts.traffic_chart(days(1, *[0] * 12, 100_000))
    assert chart.bars[0].height == 4
    assert chart.bars[1].height == 0


def test_the_chart_says_in_a_sentence_what_it_shows() -> None:
    chart = charts.traffic_chart(days(96, 1_742, *[300] * 11, 318))
    expected = (
        "Changes a day over 14 days: between 96 and 1,742, 318 so far today; nothing "
        "failed."
    )
    assert chart.sentence == expected
    assert chart.dates == ("10 Nov", "17 Nov", "Today")
    assert chart.bars[0].label == "10 Nov: 96 changes, 0 failed"
    assert chart.n_changes == 96 + 1_742 + 300 * 11 + 318


def test_fourteen_quiet_days_are_a_chart_too() -> None:
    chart = charts.traffic_chart(days(*[0] * 14))
    assert chart.sentence == "Changes a day over 14 days: none; nothing failed."
    assert {bar.height for bar in chart.bars} == {0}


def test_what_failed_stands_at_the_foot_and_is_always_seen() -> None:
    chart = charts.traffic_chart(days(100_000, *[0] * 13, failed=1))
    bar = chart.bars[0]
    assert bar.bad_height == 4
    assert bar.bad_y + bar.bad_height == charts.HEIGHT - 1
    assert bar.y + bar.height == bar.bad_y
    assert bar.y >= 0
    assert chart.sentence.endswith("0 so far today; 1 request failed.")


def test_a_day_on_which_all_failed_has_a_bar_too() -> None:
    chart = charts.traffic_chart(days(0, *[0] * 13, failed=7))
    assert (chart.bars[0].height, chart.bars[0].bad_height) == (0, 122)
    assert chart.bars[0].label == "10 Nov: 0 changes, 7 failed"
    assert chart.n_failed == 7
