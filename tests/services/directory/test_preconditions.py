"""Versions a caller expects (RFC 7644 §3.14, RFC 9110 §13)."""

from __future__ import annotations

import pytest

from services.directory.preconditions import NONE, Precondition, etag
from services.errors import VersionMismatch

ANY = frozenset({"*"})


def test_a_tag_is_weak_and_names_the_version() -> None:
    assert etag(7) == 'W/"7"'


@pytest.mark.parametrize(
    "precondition",
    [
        NONE,
        Precondition(if_match=frozenset({"7"})),
        Precondition(if_match=frozenset({"6", "7"})),
        Precondition(if_match=ANY),
        Precondition(if_none_match=frozenset({"6"})),
        Precondition(if_none_match=frozenset()),
        Precondition(frozenset({"7"}), frozenset({"6"})),
    ],
)
def test_a_met_condition_lets_a_write_through(precondition: Precondition) -> None:
    precondition.check(7)
    precondition.check_write(7)
    assert not precondition.is_current(7)


@pytest.mark.parametrize("tags", [frozenset({"6"}), frozenset({"07"}), frozenset()])
def test_another_version_than_expected_is_refused(tags: frozenset[str]) -> None:
    precondition = Precondition(if_match=tags)
    with pytest.raises(VersionMismatch, match="is now in version 7"):
        precondition.check(7)
    with pytest.raises(VersionMismatch, match="Read it again and repeat"):
        precondition.check_write(7)


@pytest.mark.parametrize("tags", [frozenset({"7"}), frozenset({"1", "7"}), ANY])
def test_an_excluded_version_is_current_for_a_read_and_refused_for_a_write(
    tags: frozenset[str],
) -> None:
    precondition = Precondition(if_none_match=tags)
    precondition.check(7)
    assert precondition.is_current(7)
    with pytest.raises(VersionMismatch, match="which If-None-Match excludes"):
        precondition.check_write(7)


def test_without_conditions_nothing_is_current() -> None:
    assert not NONE.is_current(1)
