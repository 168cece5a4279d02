"""PATCH paths: what is read, what is refused, and in which words."""

from __future__ import annotations

import pytest

from scim import filters, names
from scim.errors import InvalidPath
from scim.filters import Comparison, Not, Or, Path, Present

_WORK = Comparison("type", "eq", "work")
_MANAGER = f"{names.ENTERPRISE_USER}:manager"


def _path_refusal(text: str) -> str:
    with pytest.raises(InvalidPath) as caught:
        filters.parse_path(text)
    return caught.value.detail


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("  members  ", Path("members")),
        ('emails[type eq "work"].value', Path("emails", _WORK, "value")),
        ('emails[type eq "work"].Formatted', Path("emails", _WORK, "Formatted")),
        (
            'members[value eq "x"].$ref',
            Path("members", Comparison("value", "eq", "x"), "$ref"),
        ),
        (f"{_MANAGER}.value", Path(f"{_MANAGER}.value")),
        (names.ENTERPRISE_USER, Path(names.ENTERPRISE_USER)),
        ("urn:example:x:.y:members", Path("urn:example:x:.y:members")),
        (f"{_MANAGER}[value pr]", Path(_MANAGER, Present("value"))),
        ("a[not (b pr) or c pr]", Path("a", Or((Not(Present("b")), Present("c"))))),
    ],
)
def test_path_is_read_into_attribute_condition_and_sub(text: str, path: Path) -> None:
    assert filters.parse_path(text) == path


@pytest.mark.parametrize(
    ("text", "where", "expected"),
    [
        ("", "path is empty", 'emails[type eq "work"].value'),
        ("members extra", 'character 9, near "extra"', "the end of the path"),
        ('emails.type eq "work"', 'near "eq"', "A condition stands in brackets"),
        (".value", 'near ".value"', "an attribute"),
        ("and", 'near "and"', "an attribute"),
        ("a[b pr]c", 'near "c"', "the end of the path"),
        ("a[b pr].c.d", 'near ".c.d"', "a sub-attribute"),
        ("a[b eq work]", 'character 8, near "work"', 'such as "work"'),
        ("a[b[c pr]]", 'near "["', "cannot stand inside"),
        ("members[]", 'near "]"', "an attribute"),
        ('a[b eq "x]', "begins at character 8 of the path", "closing double quote"),
    ],
)
def test_fault_in_a_path_is_an_invalid_path(
    text: str, where: str, expected: str
) -> None:
    detail = _path_refusal(text)

    assert where in detail
    assert expected in detail


def test_path_as_long_as_a_filter_may_be_is_read_and_a_longer_one_refused() -> None:
    assert filters.parse_path("a" * names.MAX_FILTER_LENGTH).sub is None
    assert "path has 8,193 characters" in _path_refusal("a" * 8_193)


def test_path_with_too_many_brackets_is_refused() -> None:
    assert "The path has more than 32 brackets" in _path_refusal("a[" + "(" * 32)
