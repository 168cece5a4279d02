"""Filters: what is read, what is refused, and in which words."""

from __future__ import annotations

import pytest

from scim import filters, names
from scim.errors import InvalidFilter
from scim.filters import And, Comparison, Filter, Not, Or, Present, ValuePath

_WORK = Comparison("type", "eq", "work")
_MANAGER = f"{names.ENTERPRISE_USER}:manager"


def _refusal(text: str) -> str:
    with pytest.raises(InvalidFilter) as caught:
        filters.parse(text)
    return caught.value.detail


@pytest.mark.parametrize(
    "attribute",
    [
        "userName",
        "name.familyName",
        "members.$ref",
        "cost-center_2",
        f"{_MANAGER}.value",
        f"{names.ENTERPRISE_USER.upper()}:department",
        "urn:example:custom_schema:1.0:User:shoe-size",
    ],
)
def test_attribute_name_is_kept_as_written(attribute: str) -> None:
    assert filters.parse(f"{attribute} pr") == Present(attribute)


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ('"bo@example.com"', "bo@example.com"),
        ('""', ""),
        ('"(not a [bracket])"', "(not a [bracket])"),
        ('"true"', "true"),
        (r'"\"\\\/\b\f\n\r\t"', '"\\/\b\f\n\r\t'),
        (r'"\u00e9\ud83d\ude00"', "é😀"),
        ("true", True),
        ("False", False),
        ("NULL", None),
        ("0", 0),
        ("-12", -12),
        ("1.0", 1.0),
        ("25E-1", 2.5),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
    ],
)
def test_value_is_read_as_json_with_its_type(literal: str, value: object) -> None:
    tree = filters.parse(f"title eq {literal}")

    assert isinstance(tree, Comparison)
    assert tree.value == value
    assert type(tree.value) is type(value)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a pr AND b pr And c pr", And((Present("a"), Present("b"), Present("c")))),
        ("(a pr and b pr) and c pr", And((Present("a"), Present("b"), Present("c")))),
        ("a pr OR (b pr or c pr)", Or((Present("a"), Present("b"), Present("c")))),
        ("NOT(a pr)", Not(Present("a"))),
        ("not (not (a pr))", Not(Not(Present("a")))),
        ("((a pr))", Present("a")),
        ('\t a eq"x"\r\n', Comparison("a", "eq", "x")),
        ("notes pr and order pr", And((Present("notes"), Present("order")))),
    ],
)
def test_terms_are_joined_without_needless_nodes(text: str, tree: Filter) -> None:
    assert filters.parse(text) == tree


def test_chain_of_thousands_of_terms_is_read_without_recursion() -> None:
    tree = filters.parse(" or ".join(["a pr"] * 1_000))
    conditions = filters.parse(f"a[{' and '.join(['b pr'] * 900)}]")

    assert isinstance(tree, Or)
    assert len(tree.terms) == 1_000
    assert isinstance(conditions, ValuePath)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        (
            'emails[type eq "work"].value eq "x"',
            And((_WORK, Comparison("value", "eq", "x"))),
        ),
        ('emails[type eq "work"].value pr', And((_WORK, Present("value")))),
        (
            'emails[type eq "work" and primary eq true].value sw "x"',
            And(
                (
                    _WORK,
                    Comparison("primary", "eq", True),
                    Comparison("value", "sw", "x"),
                )
            ),
        ),
        (
            'emails[type eq "work" or primary pr].value pr',
            And((Or((_WORK, Present("primary"))), Present("value"))),
        ),
    ],
)
def test_comparison_behind_the_brackets_joins_the_condition(
    text: str, condition: Filter
) -> None:
    assert filters.parse(text) == ValuePath("emails", condition)
    assert filters.parse(f"{text} and a pr") == And(
        (ValuePath("emails", condition), Present("a"))
    )


@pytest.mark.parametrize(
    ("text", "where", "expected"),
    [
        ("", "filter is empty", 'userName eq "bo@example.com"'),
        (" \t ", "filter is empty", 'userName eq "bo@example.com"'),
        ("userName", "at its end", "an operator"),
        ("userName eq", "at its end", "a value"),
        ("a pr and", "at its end", "an attribute"),
        ("(a pr", "at its end", 'the closing ")"'),
        ("a[b pr", "at its end", 'the closing "]"'),
        ("userName = 1", 'character 10, near "="', "Use pr, eq, ne, co"),
        ("a pr b pr", 'character 6, near "b"', "the end of the filter"),
        ("a pr)", 'character 5, near ")"', "the end of the filter"),
        ("a pr or or b pr", 'character 9, near "or"', "an attribute"),
        ("not a pr", 'character 5, near "a"', '"(" after "not"'),
        ("OR pr", 'character 1, near "OR"', "an attribute"),
        ('"a" pr', 'character 1, near "a"', "an attribute"),
        ("2nd pr", 'character 1, near "2nd"', "an attribute"),
        ("a.b.c pr", 'near "a.b.c"', "name.familyName"),
        ("a eq (1)", 'character 6, near "("', "written in double quotes."),
        ("a[b[c pr]]", 'character 4, near "["', "cannot stand inside"),
        ("a.b[c pr]", 'character 4, near "["', "follow an attribute"),
        ("a[b pr].2 pr", 'near ".2"', "a sub-attribute such as .value"),
        ("a[b pr].c", "at its end", "an operator"),
        ("a[] pr", 'character 3, near "]"', "an attribute"),
        ("a[b pr)", 'near ")"', 'the closing "]"'),
        ('a eq "x', "begins at character 6", "closing double quote"),
        (r'a eq "A\user"', "text at character 6", r"Write \\ for a backslash"),
        ('a eq "x\ny"', "text at character 6", "control character"),
        (r'a eq "\u0000"', "text at character 6", "NUL"),
        (r'a eq "\ud800"', "text at character 6", "half of a surrogate pair"),
        ('a eq "\udfff"', "text at character 6", "half of a surrogate pair"),
        ("a eq 9223372036854775808", "character 6", "at most 64 bits"),
        ("a eq -9223372036854775809", "character 6", "at most 64 bits"),
        (f"a eq {'9' * 5_000}", "character 6", "at most 64 bits"),
        ("a eq 1e999", "character 6", "at most 64 bits"),
    ],
)
def test_fault_is_refused_with_its_place_and_what_was_expected(
    text: str, where: str, expected: str
) -> None:
    detail = _refusal(text)

    assert where in detail
    assert expected in detail
    assert len(detail) < 400
    assert detail.endswith(".")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("jyoung", '"jyoung"'),
        ("'jyoung'", '"jyoung"'),
        ("\u201cjyoung\u201d", '"jyoung"'),
        ("bo@example.com", '"bo@example.com"'),
        ("NaN", '"NaN"'),
        ("-Infinity", '"-Infinity"'),
        ("007", '"007"'),
        ("+1", '"+1"'),
        ("\uff11", '"\uff11"'),
        ("\x1b[2J", r'"\x1b"'),
    ],
)
def test_unquoted_text_is_refused_with_the_quotes_it_needs(
    value: str, shown: str
) -> None:
    detail = _refusal(f"externalId eq {value}")

    assert f"Text is written in double quotes, such as {shown}." in detail


def test_longest_filter_is_read_and_a_longer_one_refused() -> None:
    longest = f'a eq "{"x" * (names.MAX_FILTER_LENGTH - 7)}"'

    assert len(longest) == names.MAX_FILTER_LENGTH
    assert isinstance(filters.parse(longest), Comparison)
    assert "8,193 characters; at most 8,192" in _refusal(f"{longest} ")


@pytest.mark.parametrize(
    ("opening", "closing"), [("(", ")"), ("not (", ")"), ("a pr and (b pr or (", "))")]
)
def test_deepest_nesting_is_read_and_a_deeper_one_refused(
    opening: str, closing: str
) -> None:
    times = names.MAX_DEPTH // opening.count("(")
    deepest = f"{opening * times}c pr{closing * times}"

    assert filters.parse(filters.to_text(filters.parse(deepest)))
    assert "more than 32 brackets inside one another" in _refusal(f"({deepest})")


def test_brackets_side_by_side_or_in_text_are_not_nesting() -> None:
    tree = filters.parse(" and ".join(["(a[b pr])"] * 100))
    text = filters.parse(f'a eq "{"(" * 100}"')

    assert isinstance(tree, And)
    assert text == Comparison("a", "eq", "(" * 100)


def test_thousands_of_unclosed_brackets_are_refused_before_reading() -> None:
    assert "at character 33" in _refusal("(" * 8_000)
    assert "at character 33" in _refusal("[" * 8_000)


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (Comparison("a", "eq", 'é"\n'), r'a eq "é\"\n"'),
        (Comparison("a", "ne", None), "a ne null"),
        (Comparison("a", "eq", True), "a eq true"),
        (Comparison("a", "gt", 1.5), "a gt 1.5"),
        (ValuePath("a", And((_WORK, Present("b")))), 'a[type eq "work" and b pr]'),
        (Not(Or((Present("a"), Present("b")))), "not (a pr or b pr)"),
        (
            And((Or((Present("a"), Present("b"))), Not(Present("c")))),
            "(a pr or b pr) and not (c pr)",
        ),
        (
            Or((And((Present("a"), Present("b"))), Present("c"))),
            "a pr and b pr or c pr",
        ),
    ],
)
def test_tree_is_written_with_no_more_brackets_than_needed(
    tree: Filter, text: str
) -> None:
    assert filters.to_text(tree) == text
    assert filters.parse(text) == tree


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("bo", '"bo"'),
        ("", '""'),
        ("x" * 60, f'"{"x" * 60}"'),
        ("x" * 61, f'"{"x" * 59}…"'),
        ("a\x00\ud800\u202e", r'"a\x00\ud800\u202e"'),
        ("\x01" * 60, '"' + r"\x01" * 14 + r"\x0" + '…"'),
    ],
)
def test_text_of_the_client_is_shown_cut_and_escaped(text: str, shown: str) -> None:
    assert filters.quoted(text) == shown
