"""Filters and paths under random text and random trees."""

from __future__ import annotations

import contextlib
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from scim import filters, names
from scim.errors import InvalidFilter, InvalidPath
from scim.filters import And, Comparison, Filter, Not, Or, Path, Present, ValuePath

NAMES = st.sampled_from(
    ["userName", "name.familyName", "members.$ref", "x-y_z", f"{names.CORE_USER}:title"]
)
SIMPLE_NAMES = st.sampled_from(["emails", "$ref", "orders", f"{names.CORE_USER}:ims"])
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
SCALARS = (
    TEXT
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.none()
)
COMPARISONS = st.builds(
    Comparison, NAMES, st.sampled_from(get_args(filters.Operator)), SCALARS
)


def _flat(kind: type[And] | type[Or], terms: list[Filter]) -> Filter:
    inner = [term.terms if isinstance(term, kind) else (term,) for term in terms]
    return kind(tuple(term for group in inner for term in group))


def _larger(smaller: SearchStrategy[Filter]) -> SearchStrategy[Filter]:
    several = st.lists(smaller, min_size=2, max_size=4)
    return (
        several.map(lambda terms: _flat(And, terms))
        | several.map(lambda terms: _flat(Or, terms))
        | st.builds(Not, smaller)
    )


CONDITIONS = st.recursive(COMPARISONS | st.builds(Present, NAMES), _larger)
TREES = st.recursive(
    COMPARISONS | st.builds(ValuePath, SIMPLE_NAMES, CONDITIONS), _larger, max_leaves=10
)
PIECES = st.sampled_from(
    [
        *("userName", "emails", "and", "or", "not", "pr", "eq", "GT", "true", "null"),
        *("(", ")", "[", "]", ".value", ".", '"', '"x"', "\\", '"\\ud800"', "-1e9"),
        *("1e999", "9" * 25, "urn:", ":", "$ref", "\0", "\ud800", " ", "\t", "é"),
    ]
)
NONSENSE = st.text(st.characters(), max_size=80) | st.lists(PIECES, max_size=25).map(
    "".join
)
NEARLY = st.lists(PIECES, max_size=25).map(" ".join)


@given(tree=TREES)
@settings(max_examples=80)
def test_tree_written_and_read_is_the_same_tree(tree: Filter) -> None:
    again = filters.parse(filters.to_text(tree))

    assert again == tree
    assert repr(again) == repr(tree)  # 1, 1.0 and True are equal, but not the same


@given(attribute=NAMES, condition=st.none() | CONDITIONS, blanks=st.text(" \t\r\n"))
@settings(max_examples=50)
def test_path_written_and_read_is_the_same_path(
    attribute: str, condition: Filter | None, blanks: str
) -> None:
    name = attribute.partition(".")[0] if ":" not in attribute else attribute
    bracketed = f"{name}[{filters.to_text(condition)}].sub" if condition else name

    path = filters.parse_path(f"{blanks}{bracketed}{blanks}")

    assert path == Path(name, condition, "sub" if condition else None)


@given(text=NONSENSE | NEARLY)
@settings(max_examples=300)
def test_random_text_is_read_or_refused_as_a_filter(text: str) -> None:
    with contextlib.suppress(InvalidFilter):
        tree = filters.parse(text)
        assert filters.parse(filters.to_text(tree)) == tree


@given(text=NONSENSE | NEARLY)
@settings(max_examples=200)
def test_random_text_is_read_or_refused_as_a_path(text: str) -> None:
    with contextlib.suppress(InvalidPath):
        path = filters.parse_path(text)
        assert path.attribute in text


@given(text=st.text(st.characters(), max_size=200))
@settings(max_examples=100)
def test_shown_text_is_short_printable_and_valid_utf_8(text: str) -> None:
    shown = filters.quoted(text)

    assert len(shown) <= 62
    assert shown.isprintable()
    assert shown.encode("utf-8")
