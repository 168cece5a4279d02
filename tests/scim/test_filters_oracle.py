"""The same texts read by Rollcall and by scim2-models, which must agree.

Known and left out of the comparison: scim2-models accepts NUL and numbers over 64 bits,
and form feeds as blanks. It counts depth differently, and reads `attr op value` as a
path (erratum 7122 of RFC 7644), which no provisioning client is known to send. Its
attributes may be called `and` and `or`.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scim2_models import Path as TheirPath
from scim2_models import ScimFilter
from scim2_models.exceptions import InvalidFilterException, InvalidPathException
from scim2_models.path import expressions

from scim import filters, names
from scim.errors import InvalidFilter, InvalidPath
from scim.filters import And, Comparison, Filter, Not, Or, Path, Present, ValuePath

WORDS = st.sampled_from(
    [
        *("userName", "emails", "name.familyName", "members.$ref", "not", "eq"),
        *(f"{names.CORE_USER}:title", f"{names.ENTERPRISE_USER}:manager.value"),
        *("and", "or", "AND", "pr", "eq", "Co", "gt", "true", "FALSE", "null"),
        *('"x"', '"a\\"b"', '"\\u00e9"', '""', "1", "-0", "1.5e3", "01", "jyoung"),
        *("(", ")", "(", ")", "emails[", "]", "].value", "not (", "title pr"),
        *('userName eq "x"', 'type eq "work"', "and active eq true", "or b lt 5"),
    ]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=9).map(" ".join)
PARTS = st.lists(
    st.sampled_from(
        [
            *("members", "emails", "name.familyName", "[", "]", "].value", ".value"),
            *('type eq "work"', " and ", "primary eq true", "[value pr]", "not ("),
            *(")", f"{names.ENTERPRISE_USER}:", "manager", "x.y.z", "$ref", "9"),
            *(
                "[type eq work]",
                "[type eq 'work']",
                "[]",
                " ",
                "urn:example:x:",
                ".$ref",
            ),
        ]
    ),
    min_size=1,
    max_size=6,
)
# A URN whose part begins with a dot is one to us alone.
PATHS = PARTS.map("".join).filter(lambda text: ":." not in text)


EXPRESSIONS = st.sampled_from(
    [
        "title pr",
        'userName eq "bo"',
        "active NE False",
        "a gt 1.5e3",
        f'{names.ENTERPRISE_USER}:manager.value sw "\\u00e9\\n"',
        'emails[type eq "work" and not (value co "x") or primary eq true]',
        'emails[type eq "work"].value ew "y"',
    ]
)
SENTENCES = st.recursive(
    EXPRESSIONS,
    lambda smaller: (
        st.lists(smaller, min_size=2, max_size=4).map(" and ".join)
        | st.lists(smaller, min_size=2, max_size=4).map(" OR ".join)
        | smaller.map("({})".format)
        | smaller.map("Not ({})".format)
    ),
    max_leaves=10,
)


def _joined(kind: type[And] | type[Or], terms: tuple[Filter, ...]) -> Filter:
    inner = [term.terms if isinstance(term, kind) else (term,) for term in terms]
    return kind(tuple(term for group in inner for term in group))


class _Reserved(Exception):
    """Their tree has an attribute called by a keyword."""


def _name(path: expressions.AttrPath) -> str:
    if str(path).lower() in ("and", "or"):
        raise _Reserved
    return str(path)


def _ours(node: object) -> Filter:
    """Their tree in our words."""
    match node:
        case expressions.Comparison(path, operator, value):
            return Comparison(_name(path), operator.value, value)
        case expressions.Present(path):
            return Present(_name(path))
        case expressions.Not(inner):
            return Not(_ours(inner))
        case expressions.ValuePath(path, condition):
            return ValuePath(_name(path), _ours(condition))
        case expressions.LogicalExpr(operator, terms):
            kind = And if operator.value == "and" else Or
            return _joined(kind, tuple(_ours(term) for term in terms))
    raise AssertionError(node)


def _our_path(node: object) -> Path | None:
    """Their path in our words; None for `attr op value`, which is no path here."""
    match node:
        case expressions.AttrPath():
            return Path(_name(node))
        case expressions.ValuePath(path, condition, sub):
            return Path(_name(path), _ours(condition), sub)
        case _:
            return None


def _their_filter(text: str) -> Filter | None:
    try:
        return _ours(ScimFilter(text).ast)
    except (InvalidFilterException, _Reserved):
        return None


def _their_path(text: str) -> Path | None:
    try:
        return _our_path(TheirPath(text).ast)
    except (InvalidPathException, _Reserved):
        return None


def _read_filter(text: str) -> Filter | None:
    try:
        return filters.parse(text)
    except InvalidFilter:
        return None


def _read_path(text: str) -> Path | None:
    try:
        return filters.parse_path(text)
    except InvalidPath:
        return None


@given(text=TEXTS)
@settings(max_examples=300)
def test_words_in_any_order_are_read_as_the_oracle_reads_them(text: str) -> None:
    assert repr(_read_filter(text)) == repr(_their_filter(text))


@given(text=SENTENCES)
@settings(max_examples=150)
def test_filter_is_read_as_the_oracle_reads_it(text: str) -> None:
    tree = filters.parse(text)

    assert repr(tree) == repr(_their_filter(text))
    assert str(ScimFilter(filters.to_text(tree)))


@given(text=PATHS)
@settings(max_examples=200)
def test_path_is_read_as_the_oracle_reads_it(text: str) -> None:
    assert repr(_read_path(text)) == repr(_their_path(text))


@pytest.mark.parametrize(
    "text",
    [
        'emails[type eq "work"].value eq "x"',
        'emails[type eq "work"].value pr and active eq true',
        'emails[type eq "work" or primary eq true].value co "x" or a pr',
        "a pr and(b pr or c pr)and not(d pr)",
        "a.b[c pr]",
        "a[b[c pr]]",
        "a[b pr].c",
        "never pr and prime eq 1",
    ],
)
def test_corner_of_the_grammar_is_read_as_the_oracle_reads_it(text: str) -> None:
    assert repr(_read_filter(text)) == repr(_their_filter(text))
