"""Filters against an oracle: what the database finds is what Python finds.

The oracle reads the documents that SCIM shows, and knows nothing of tables.
"""

from __future__ import annotations

import operator
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scim import names
from scim.errors import InvalidFilter
from scim.filters import And, Comparison, Not, Or, Present, ValuePath
from services import organizations
from services.directory import groups, users
from services.directory.mapping import group_document, user_document
from services.queries import filterable
from services.queries.listing import Query
from tests.directories import shared_app, shared_scim

__all__ = ["shared_app", "shared_scim"]

TEXTS = [
    "ada",
    "Ada",
    "ADA LUND",
    "straße",
    "STRASSE",
    "a%",
    "a_",
    "",
    "é",
    "e\u0301",
    "z",
]
TYPES = ["work", "Home", "other"]
DEPARTMENT = f"{names.ENTERPRISE_USER}:department"
PLAIN = ["userName", "displayName", "title", "name.givenName", DEPARTMENT]
LISTS = ["emails", "addresses", "groups"]
SUBS = {
    "emails": ["value", "type", "display"],
    "addresses": ["locality", "type", "country"],
    "groups": ["value", "display"],
}
PEOPLE = [
    {"userName": "Ada", "displayName": "Ada Lund", "title": "a%b"},
    {"userName": "bo", "displayName": "Straße", "name": {"givenName": "Ada"}},
    {"userName": "cy", "title": "a_b", "emails": [{"value": "ada", "type": "work"}]},
    {
        "userName": "e\u0301ve",
        "emails": [
            {"value": "ADA Lund", "type": "home", "display": "É"},
            {"value": "z", "type": "work", "display": "strasse", "primary": True},
        ],
        names.ENTERPRISE_USER: {"department": "ada"},
    },
    {
        "userName": "fay",
        "active": False,
        "title": "Zz",
        "addresses": [
            {"type": "work", "locality": "Ada", "country": "z"},
            {"type": "home", "locality": "STRASSE"},
        ],
    },
]

texts = st.sampled_from(TEXTS)
operators = st.sampled_from(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"])
equalities = st.sampled_from(["eq", "ne"])


def comparisons(attributes):
    return st.one_of(
        st.builds(Comparison, attributes, operators, texts),
        st.builds(Comparison, attributes, equalities, st.none()),
        st.builds(Present, attributes),
    )


def combined(leaves):
    def extend(inner):
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(
            st.builds(And, several), st.builds(Or, several), st.builds(Not, inner)
        )

    return st.recursive(leaves, extend, max_leaves=6)


def within(attribute):
    condition = combined(comparisons(st.sampled_from(SUBS[attribute])))
    return st.builds(ValuePath, st.just(attribute), condition)


dotted = st.sampled_from(
    [f"{name}.{sub}" for name in LISTS for sub in SUBS[name]] + ["emails", "groups"]
)
user_filters = combined(
    st.one_of(
        comparisons(st.sampled_from(PLAIN)),
        comparisons(dotted),
        st.sampled_from(LISTS).flatmap(within),
        st.builds(Comparison, st.just("active"), equalities, st.booleans()),
        st.builds(Comparison, st.just("emails.primary"), equalities, st.booleans()),
    )
)
group_filters = combined(
    st.one_of(
        comparisons(st.sampled_from(["displayName", "externalId"])),
        comparisons(st.sampled_from(["members.display", "members.type", "members"])),
        st.builds(
            ValuePath,
            st.just("members"),
            combined(comparisons(st.sampled_from(["display", "type", "value"]))),
        ),
    )
)


def fold(text):
    return unicodedata.normalize("NFC", text).casefold()


TESTS = {
    "eq": operator.eq,
    "co": operator.contains,
    "sw": str.startswith,
    "ew": str.endswith,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


def values_at(document, path):
    """The values that a path means in a document, or in one of its values."""
    urn, _, last = path.rpartition(":")
    found = [document[urn]] if urn in document else [] if urn else [document]
    for key in last.split("."):
        found = [one[key] for one in found if key in one]
        found = [
            part for one in found for part in (one if isinstance(one, list) else [one])
        ]
    return [one.get("value") if isinstance(one, dict) else one for one in found]


def holds(filter_, document):
    match filter_:
        case And(terms):
            return all(holds(term, document) for term in terms)
        case Or(terms):
            return any(holds(term, document) for term in terms)
        case Not(term):
            return not holds(term, document)
        case ValuePath(attribute, condition):
            return any(holds(condition, one) for one in document.get(attribute, ()))
        case Present(attribute) | Comparison(attribute, "ne", None):
            return bool(values_at(document, attribute))
        case Comparison(attribute, "eq", None):
            return not holds(Present(attribute), document)
        case Comparison(attribute, "ne", value):
            return not holds(Comparison(attribute, "eq", value), document)
    return any(agrees(filter_, one) for one in values_at(document, filter_.attribute))


def agrees(comparison, value):
    wanted, test = comparison.value, TESTS[comparison.operator]
    if isinstance(value, bool) or comparison.attribute == "externalId":
        return test(value, wanted)
    return test(fold(value), fold(wanted))


@pytest.fixture(scope="module")
def directory(shared_app, shared_scim):
    """The documents of Acme as SCIM shows them, and Acme."""
    ids = [shared_scim.post("/Users", one).json["id"] for one in PEOPLE]
    inner = shared_scim.new_group("Ada", ids[0], ids[2], externalId="ada")["id"]
    shared_scim.new_group("STRASSE", ids[0], ids[1], inner)
    shared_scim.new_group("z", externalId="Ada")
    with shared_app.app_context():
        acme = organizations.get("acme")
        people = users.page(acme, Query()).resources
        teams = groups.page(acme, Query()).resources
        read = [groups.get(acme, one.id) for one in teams]
    return (
        acme,
        [user_document(one, "") | {"active": one.document["active"]} for one in people],
        [group_document(one, "") for one in read],
    )


@settings(max_examples=80, deadline=None)
@given(filter_=user_filters)
def test_users_found_are_those_the_oracle_finds(shared_app, directory, filter_):
    acme, people, _ = directory
    with shared_app.app_context():
        page = users.page(acme, Query(filter=filter_))
    assert [one.id for one in page.resources] == [
        one["id"] for one in people if holds(filter_, _with_primary(one))
    ]
    assert page.total == len(page.resources)


def _with_primary(document):
    """A value that does not say so is not the primary one (RFC 7643 §2.4)."""
    emails = [{"primary": False, **one} for one in document.get("emails", ())]
    return document | ({"emails": emails} if emails else {})


@settings(max_examples=40, deadline=None)
@given(filter_=group_filters)
def test_groups_found_are_those_the_oracle_finds(shared_app, directory, filter_):
    acme, _, teams = directory
    with shared_app.app_context():
        page = groups.page(acme, Query(filter=filter_))
    assert [one.id for one in page.resources] == [
        one["id"] for one in teams if holds(filter_, one)
    ]


@settings(max_examples=15, deadline=None)
@given(filter_=user_filters)
def test_long_filter_finds_what_the_short_one_finds(shared_app, directory, filter_):
    """Long ones are written as other SQL, which PostgreSQL plans in no time."""
    acme, people, _ = directory
    long = And((filter_,) * (filterable.JOINED_TERMS + 1))
    with shared_app.app_context():
        page = users.page(acme, Query(filter=long))
    assert [one.id for one in page.resources] == [
        one["id"] for one in people if holds(filter_, _with_primary(one))
    ]


@pytest.mark.parametrize(
    "filter_",
    [
        ValuePath("emails", ValuePath("emails", Present("value"))),
        ValuePath("name", ValuePath("name", Present("givenName"))),
        ValuePath("title", Present("value")),
        Comparison("name.none", "eq", "x"),
    ],
)
def test_tree_that_no_text_makes_is_refused(directory, filter_):
    acme, _, _ = directory
    with pytest.raises(InvalidFilter):
        filterable.compile_for_users(filter_, acme)
