"""Bars of a chart, laid out by the server: an SVG without script and style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from blueprints.admin_ui.formats import number, plural
from services.activity.history import DayCount

WIDTH: Final = 560
HEIGHT: Final = 136

_BAR_WIDTH: Final = 26
_TALLEST: Final = 126
_LEAST: Final = 4
"""Height of a bar for a single change beside thousands, so that it is seen."""


@dataclass(frozen=True)
class Bar:
    """One day: where its bar stands, and what it says."""

    x: float
    y: float
    width: int
    height: float
    is_today: bool
    label: str


@dataclass(frozen=True)
class Chart:
    """The bars, a sentence for those who do not see them, and three dates below."""

    bars: tuple[Bar, ...]
    sentence: str
    dates: tuple[str, str, str]
    n_changes: int


def changes_chart(counts: Sequence[DayCount]) -> Chart:
    """The changes of each day, today last."""
    most = max(one.n_changes for one in counts)
    step = WIDTH / len(counts)
    bars = tuple(
        _bar(one, place * step + (step - _BAR_WIDTH) / 2, most, one is counts[-1])
        for place, one in enumerate(counts)
    )
    first, middle = counts[0].day, counts[len(counts) // 2].day
    total = sum(one.n_changes for one in counts)
    return Chart(bars, _sentence(counts), (_day(first), _day(middle), "Today"), total)


def _bar(count: DayCount, x: float, most: int, is_today: bool) -> Bar:
    height = 0.0
    if count.n_changes:
        height = max(round(count.n_changes / most * _TALLEST, 1), _LEAST)
    label = f"{_day(count.day)}: {plural(count.n_changes, 'change')}"
    top = round(HEIGHT - 1 - height, 1)
    return Bar(round(x, 1), top, _BAR_WIDTH, height, is_today, label)


def _sentence(counts: Sequence[DayCount]) -> str:
    least = min(one.n_changes for one in counts)
    most = max(one.n_changes for one in counts)
    days = f"Changes a day over {len(counts)} days: "
    if most == 0:
        return f"{days}none."
    between = f"between {number(least)} and {number(most)}, "
    return f"{days}{between}{number(counts[-1].n_changes)} so far today."


def _day(day: date) -> str:
    return f"{day:%-d %b}"
