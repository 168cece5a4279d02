"""Filters that are refused: by name, with the nearest that is known, never with []."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from scim import names
from services.queries.filtering import MAX_TERMS
from tests.refusals import detail_of
from tests.scim_client import load

EXTENSION = names.ENTERPRISE_USER


@pytest.fixture(scope="module", autouse=True)
def bo(shared_scim):
    shared_scim.new_group("Staff", shared_scim.new_user("bo")["id"])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('nickname2 eq "x"', "nickName"),
        ("userNam pr", "userName"),
        ('zzz eq "x"', "/scim/v2/Schemas"),
        ('password eq "x"', "password"),
        ('name.first eq "x"', "name"),
        ('emails.shoe eq "x"', "emails"),
        (f'{EXTENSION}:shoe eq "x"', '"shoe"'),
        (f"{EXTENSION}:departmen pr", f'"{EXTENSION}:department"'),
        ('urn:other:userName eq "x"', "urn:other:userName"),
        ('members eq "x"', "members"),
        ('emails[shoe eq "x"]', "display"),
        ('name[shoe eq "x"]', "name.shoe"),
        ('userName[value eq "x"]', "userName"),
        ('emails.value[value eq "x"]', "Brackets"),
        ('name eq "x"', "name.formatted"),
        ("addresses co 'x'", "double quotes"),
        ('addresses eq "x"', "addresses.formatted"),
        ('meta eq "x"', "meta.resourceType"),
        ('meta.location eq "x"', "meta.location"),
        ('meta.version eq "x"', "meta.version"),
        ('schemas eq "x"', "schemas"),
        (f'{EXTENSION}:manager.displayName eq "x"', "manager.displayName"),
        (f"{EXTENSION}:manager.$ref pr", "manager.$ref"),
        ('groups.$ref eq "x"', "$ref"),
        ('groups[$ref eq "x"]', "$ref"),
        ("userName eq 5", "userName"),
        ("userName eq true", "userName"),
        ("userName gt null", "null"),
        ("active eq 1", "active"),
        ('active eq "yes"', "active"),
        ("active gt true", "active"),
        ('active co "t"', "active"),
        ('meta.created eq "yesterday"', "yesterday"),
        ('meta.created co "2020"', "created"),
        ("meta.created gt 5", "created"),
        ('meta.created eq "2020-02-30T00:00:00Z"', "2020-02-30"),
        ("emails.primary gt true", "primary"),
        ('profileUrl co "x"', "profileUrl"),
        ('profileUrl gt "x"', "profileUrl"),
        ('photos.value sw "x"', "value"),
        ('photos[value ew "x"]', "value"),
        ('x509Certificates.value gt "x"', "value"),
        ("userName", "operator"),
        ("userName eq", "value"),
        ("userName eq bo", '"bo"'),
        ("", "empty"),
        ("   ", "empty"),
        ('(userName eq "x"', '")"'),
        ('userName eq "x") and', "end"),
        ('userName is "x"', "pr, eq"),
        ('userName eq "x', "closing double quote"),
        ('not userName eq "x"', "not"),
    ],
)
def test_fault_of_a_filter_is_named(shared_scim, text, word):
    answer = shared_scim.get(f"/Users?filter={quote(text)}")
    assert word in detail_of(answer, 400, "invalidFilter")


@pytest.mark.parametrize(
    "text",
    [
        'userName eq "x"',
        'members.$ref eq "x"',
        'members[$ref eq "x"]',
        'meta.location eq "x"',
        'schemas eq "x"',
        "members[type eq 5]",
        'displayName[value eq "x"]',
    ],
)
def test_fault_of_a_filter_over_groups_is_named(shared_scim, text):
    detail_of(shared_scim.get(f"/Groups?filter={quote(text)}"), 400, "invalidFilter")


def terms(n, of='a eq "1"', joint="or"):
    return f" {joint} ".join([of] * n)


@pytest.mark.parametrize("joint", ["or", "and"])
@pytest.mark.parametrize(
    ("term", "path"),
    [
        ("id pr", "/Users"),
        ("title pr", "/Users"),
        ("members pr", "/Groups"),
        ("groups pr", "/Users"),
    ],
)
def test_two_hundred_comparisons_are_made(shared_scim, joint, term, path):
    filter_ = terms(MAX_TERMS, term, joint)
    answer = shared_scim.get(f"{path}?filter={quote(filter_)}")
    assert answer.status_code == 200
    assert load(answer)["totalResults"] == (term != "title pr")


@pytest.mark.parametrize(
    "text",
    [
        terms(MAX_TERMS + 1, "id pr"),
        terms(MAX_TERMS + 1, "id pr", "and"),
        f"emails[{terms(MAX_TERMS + 1, 'type pr')}]",
        f"not (name[{terms(MAX_TERMS + 1, 'givenName pr')}])",
        f"emails[{terms(120, 'type pr')}] and emails[{terms(120, 'type pr')}]",
    ],
)
def test_more_than_two_hundred_comparisons_are_refused(shared_scim, text):
    answer = shared_scim.get(f"/Users?filter={quote(text)}")
    assert str(MAX_TERMS) in detail_of(answer, 400, "invalidFilter")


def test_nested_as_deep_as_may_be_is_answered(shared_scim):
    inner = "not (" * 15 + "title pr" + ")" * 15
    deep = "(" * 16 + inner + ")" * 16
    answer = shared_scim.get(f"/Users?filter={quote(deep)}")
    assert load(answer)["totalResults"] == 1


@pytest.mark.parametrize("depth", [33, 2_000])
def test_nested_too_deep_is_refused(shared_scim, depth):
    deep = "(" * depth + "title pr" + ")" * depth
    detail_of(shared_scim.get(f"/Users?filter={quote(deep)}"), 400, "invalidFilter")


def test_too_long_filter_is_refused(shared_scim):
    text = f'userName eq "{"x" * names.MAX_FILTER_LENGTH}"'
    answer = shared_scim.get(f"/Users?filter={text}")
    assert "8,192" in detail_of(answer, 400, "invalidFilter")
