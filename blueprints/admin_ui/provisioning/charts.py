"""Bars of a chart, laid out by the server: an SVG without script and style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from blueprints.admin_ui.formats import number, plural
from services.connection.traffic import DayTraffic

WIDTH: Final = 560
HEIGHT: Final = 136

_BAR_WIDTH: Final = 26
_TALLEST: Final = 122
_LEAST: Final = 4
"""Height of a single change, or failure, beside thousands, so that it is seen."""


@dataclass(frozen=True)
class Bar:
    """One day: where its bar stands, what failed at its foot, and what it says.

    `y` and `height` are those of the changes, which stand on `bad_height`.
    """

    x: float
    y: float
    width: int
    height: float
    bad_y: float
    bad_height: float
    is_today: bool
    label: str


@dataclass(frozen=True)
class Chart:
    """The bars, a sentence for those who do not see them, and three dates below."""

    bars: tuple[Bar, ...]
    sentence: str
    dates: tuple[str, str, str]
    n_changes: int
    n_changing: int
    n_failed: int


def traffic_chart(days: Sequence[DayTraffic]) -> Chart:
    """The changes of each day and the requests that failed, today last."""
    most = max(one.n_changes + one.n_failed for one in days)
    step = WIDTH / len(days)
    bars = tuple(
        _bar(one, place * step + (step - _BAR_WIDTH) / 2, most, one is days[-1])
        for place, one in enumerate(days)
    )
    first, middle = days[0].day, days[len(days) // 2].day
    return Chart(
        bars,
        _sentence(days),
        (_day(first), _day(middle), "Today"),
        sum(one.n_changes for one in days),
        sum(one.n_changing for one in days),
        sum(one.n_failed for one in days),
    )


def _bar(one: DayTraffic, x: float, most: int, is_today: bool) -> Bar:
    height, bad_height = _height(one.n_changes, most), _height(one.n_failed, most)
    bad_y = round(HEIGHT - 1 - bad_height, 1)
    return Bar(
        round(x, 1),
        round(bad_y - height, 1),
        _BAR_WIDTH,
        height,
        bad_y,
        bad_height,
        is_today,
        f"{_day(one.day)}: {plural(one.n_changes, 'change')}, {one.n_failed:,} failed",
    )


def _height(count: int, most: int) -> float:
    return max(round(count / most * _TALLEST, 1), _LEAST) if count else 0.0


def _sentence(days: Sequence[DayTraffic]) -> str:
    least = min(one.n_changes for one in days)
    most = max(one.n_changes for one in days)
    n_failed = sum(one.n_failed for one in days)
    failed = f"{plural(n_failed, 'request')} failed" if n_failed else "nothing failed"
    start = f"Changes a day over {len(days)} days: "
    if most == 0:
        return f"{start}none; {failed}."
    between = f"between {number(least)} and {number(most)}, "
    return f"{start}{between}{number(days[-1].n_changes)} so far today; {failed}."


def _day(day: date) -> str:
    return f"{day:%-d %b}"
