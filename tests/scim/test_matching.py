"""Conditions on one value of a multi-valued attribute."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scim import filters, matching, schemas
from scim.attributes import JSON, Attribute
from scim.errors import InvalidFilter

EMAILS = schemas.USER.find("emails") or Attribute("")
DEVICES = Attribute(
    "devices",
    "complex",
    multi_valued=True,
    sub_attributes=(
        *(Attribute("value", case_exact=True), Attribute("label")),
        *(Attribute("ports", "integer"), Attribute("weight", "decimal")),
        *(Attribute("seen", "dateTime"), Attribute("locked", "boolean")),
        Attribute("key", "binary", case_exact=True),
        Attribute("site", "reference", case_exact=True),
        Attribute("owner", "complex", sub_attributes=(Attribute("id"),)),
    ),
)
TAGS = Attribute("tags", multi_valued=True)
EMAIL: JSON = {"value": "Ana@Example.com", "type": "work", "primary": True}
DEVICE: JSON = {
    "value": "Mb-1",
    "label": "Straße",
    "ports": 4,
    "weight": 1.5,
    "seen": "2026-05-13T06:42:34+02:00",
    "key": "QUJD",
    "site": "https://a/B",
    "locked": False,
}


def _matches(text: str, value: JSON, attribute: Attribute = EMAILS) -> bool:
    return matching.predicate(filters.parse(text), attribute)(value)


def _refusal(text: str, attribute: Attribute = EMAILS) -> str:
    with pytest.raises(InvalidFilter) as caught:
        _matches(text, None, attribute)
    return caught.value.detail


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('type eq "work"', True),
        ('TYPE eq "WORK"', True),
        ('type eq "home"', False),
        ('type ne "home"', True),
        ('type ne "Work"', False),
        ('value co "@example"', True),
        ('value sw "ana"', True),
        ('value sw "na"', False),
        ('value ew ".COM"', True),
        ('value ew ".org"', False),
        ('type gt "wora"', True),
        ('type ge "work"', True),
        ('type lt "WORL"', True),
        ('type le "worj"', False),
        ("primary eq true", True),
        ('primary eq "True"', True),
        ('primary ne "FALSE"', True),
        ("type pr", True),
        ("display pr", False),
        ('type eq "work" and value co "x"', True),
        ('type eq "work" and value co "z"', False),
        ('type eq "home" or value co "x"', True),
        ('type eq "home" or value co "z"', False),
        ('not (type eq "work")', False),
        ('not (type eq "home" or display pr)', True),
    ],
)
def test_condition_is_met_by_an_email_or_not(condition: str, expected: bool) -> None:
    assert _matches(condition, EMAIL) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('value eq "Mb-1"', True),
        ('value eq "mb-1"', False),
        ('value lt "a"', True),
        ('label eq "STRASSE"', True),
        ('site eq "https://a/b"', False),
        ('key sw "QU"', True),
        ('key sw "qu"', False),
        ("ports eq 4", True),
        ("ports eq 4.0", True),
        ("ports gt 4", False),
        ("ports le 4", True),
        ("weight ge 1", True),
        ("weight lt 1.25", False),
        ('seen eq "2026-05-13T04:42:34Z"', True),
        ('seen gt "2026-05-13T04:42:33.999Z"', True),
        ('seen lt "2026-05-13T05:00:00"', True),
        ("locked eq false", True),
        ("locked pr", True),
    ],
)
def test_each_kind_is_compared_in_its_own_way(condition: str, expected: bool) -> None:
    assert _matches(condition, DEVICE, DEVICES) is expected


@pytest.mark.parametrize("value", [{}, None, "text", {"type": None}])
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('type eq "work"', False),
        ('type ne "work"', True),
        ('type lt "work"', False),
        ('type co ""', False),
        ("type pr", False),
        ("type eq null", True),
        ("type ne null", False),
        ("primary eq false", True),
        ("primary ne false", False),
        ("primary ne true", True),
        ("primary eq null", True),
        ("primary pr", False),
    ],
)
def test_what_is_absent_is_met_by_ne_and_primary_is_false(
    condition: str, expected: bool, value: JSON
) -> None:
    assert _matches(condition, value) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [("locked eq false", False), ("locked ne false", True), ("locked ne true", True)],
)
def test_other_booleans_that_are_absent_are_not_false(
    condition: str, expected: bool
) -> None:
    assert _matches(condition, {}, DEVICES) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("x", True), (0, True), (False, True), ("", False), ([], False), ({}, False)],
)
def test_null_means_absent_and_empty_is_absent(value: JSON, expected: bool) -> None:
    assert _matches("type ne null", {"type": value}) is expected
    assert _matches("type eq null", {"type": value}) is not expected
    assert _matches("type pr", {"type": value}) is expected


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        ('label eq "4"', {"label": 4}),
        ("ports eq 1", {"ports": True}),
        ("ports eq 4", {"ports": "4"}),
        ("locked eq true", {"locked": 1}),
        ("locked eq true", {"locked": "yes"}),
        ('seen le "2026-05-13T04:42:34Z"', {"seen": "yesterday"}),
    ],
)
def test_stored_value_of_another_kind_is_not_met_and_not_blamed(
    condition: str, value: JSON
) -> None:
    assert _matches(condition, value, DEVICES) is False


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('value eq "BLUE"', True),
        ('VALUE ne "red"', True),
        ('value sw "r"', False),
        ("value pr", True),
    ],
)
def test_plain_value_is_called_value(condition: str, expected: bool) -> None:
    assert _matches(condition, "Blue", TAGS) is expected


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ('tpye eq "work"', 'emails has no sub-attribute "tpye". Use type.'),
        ("PRIMERY pr", "Use primary."),
        ("zzz pr", "Use value or display or type or primary."),
        ('type eq "work" or emails.type pr', '"emails.type"'),
        ('type eq "home" and nope eq "x"', '"nope"'),
        ("not (nope pr)", '"nope"'),
        ("type eq 5", "type holds text and cannot be compared with 5. Write text in"),
        ("type sw true", "compared with true. Write text in double quotes."),
        ('primary eq "yes"', 'with "yes". Write true or false.'),
        ("primary eq 1", "primary holds true or false"),
        ("primary gt true", "cannot be compared with gt. Use eq or ne."),
        ('primary co "tr"', "cannot be compared with co. Use eq or ne."),
        ("type gt null", "null cannot be compared with gt. Use eq or ne."),
    ],
)
def test_faulty_condition_is_refused_whatever_the_value_is(
    condition: str, words: str
) -> None:
    assert words in _refusal(condition)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ('ports eq "4"', 'ports holds a number and cannot be compared with "4".'),
        ("ports eq true", "Write a number without quotes."),
        ("weight co 1", "cannot be compared with co. Use eq, ne, gt, ge, lt or le."),
        ('key gt "QQ"', "key holds base64 text and cannot be compared with gt."),
        ("seen eq 2026", 'Write it like "2026-05-13T04:42:34Z".'),
        ('seen gt "soon"', '"soon" is not a date and time.'),
        ('seen sw "2026"', "cannot be compared with sw."),
        ('owner eq "x"', "Compare one of these: id."),
    ],
)
def test_value_of_another_kind_is_refused_by_name(condition: str, words: str) -> None:
    assert words in _refusal(condition, DEVICES)


def test_plain_attribute_has_no_other_name_than_value() -> None:
    assert _refusal("type pr", TAGS).endswith("Use value.")


def test_brackets_inside_the_brackets_are_refused() -> None:
    nested = filters.ValuePath("type", filters.Present("value"))

    with pytest.raises(InvalidFilter, match="brackets of emails"):
        matching.predicate(nested, EMAILS)


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("2011-05-13T04:42:34Z", 0),
        ("2011-05-13t04:42:34z", 0),
        ("2011-05-13T04:42:34", 0),
        ("2011-05-13T01:42:34-03:00", 0),
        ("2011-05-13T04:42:34.5Z", 500_000),
        ("2011-05-13T04:42:34.123456789Z", 123_456),
    ],
)
def test_instant_is_read_in_utc(text: str, microsecond: int) -> None:
    moment = matching.parse_instant(text)

    assert moment == datetime(2011, 5, 13, 4, 42, 34, microsecond, UTC)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2011-05-13", "2011-05-13 04:42:34Z", "20110513T044234Z"),
        *("2011-02-30T00:00:00Z", "2011-05-13T25:00:00Z", "2011-05-13T04:42:61Z"),
        *("0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"),
        *("2011-05-13T04:42:34+99:00", "2011-W19-5T00:00:00Z"),
        "2011-05-1\uff13T04:42:34Z",
    ],
)
def test_what_is_not_an_instant_is_refused(text: str) -> None:
    with pytest.raises(InvalidFilter, match="is not a date and time"):
        matching.parse_instant(text)


@given(text=st.text(max_size=12))
@settings(max_examples=100)
def test_folding_ignores_composition_and_folds_once_for_all(text: str) -> None:
    folded = matching.fold(text)

    assert matching.fold(folded) == folded
    assert matching.fold(unicodedata.normalize("NFD", text)) == folded
