"""Each habit that is tolerated names a recording of a client that has it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from scim import quirks

ROOT = Path(__file__).resolve().parent.parent.parent
RECORDING = re.compile(r"tests/journeys/[\w./-]*[\w/]")
NO_HABITS = {"note", "kind_of", "plain_name", "is_password"}
"""Words for remarks, and a question that belongs to `forget_password`."""

HABITS = [
    function
    for name, function in inspect.getmembers(quirks, inspect.isfunction)
    if function.__module__ == quirks.__name__
    and not name.startswith("_")
    and name not in NO_HABITS
]


def recordings(habit: Callable[..., object]) -> list[str]:
    return RECORDING.findall(habit.__doc__ or "")


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.__name__)
def test_habit_names_its_recordings(habit: Callable[..., object]) -> None:
    named = recordings(habit)

    assert named != []
    assert [path for path in named if not (ROOT / path).is_file()] == []


def test_exceptions_to_the_rule_still_exist() -> None:
    assert {name for name in NO_HABITS if not hasattr(quirks, name)} == set()
