"""Filters over groups, members, managers and times."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from urllib.parse import quote

import pytest

from scim import names
from tests.scim_client import load

INDIA = timezone(timedelta(hours=5, minutes=30))
MANAGER = f"{names.ENTERPRISE_USER}:manager"


@pytest.fixture(scope="module")
def ids(shared_scim):
    ada = shared_scim.new_user("ada", displayName="Ada")["id"]
    manager = {names.ENTERPRISE_USER: {"manager": {"value": ada}}}
    bo = shared_scim.new_user("bo", **manager)["id"]
    staff = shared_scim.new_group("Staff", ada, bo, externalId="S1")["id"]
    outer = shared_scim.new_group("Outer", staff, externalId="s1")["id"]
    empty = shared_scim.new_group("Empty")["id"]
    return {"ada": ada, "bo": bo, "staff": staff, "outer": outer, "empty": empty}


@pytest.fixture(scope="module")
def found(shared_scim, ids):
    def search(path, text):
        text = text.format(**ids)
        page = load(shared_scim.get(f"{path}?filter={quote(text)}"))
        shown = {
            one.get("userName", one.get("displayName")) for one in page["Resources"]
        }
        return " ".join(sorted(shown))

    return search


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ('displayName eq "STAFF"', "Staff"),
        ('displayName ne "staff"', "Empty Outer"),
        ('displayName co "T"', "Empty Outer Staff"),
        ('displayName sw "St"', "Staff"),
        ('displayName ew "TY"', "Empty"),
        ("displayName pr", "Empty Outer Staff"),
        ('displayName gt "empty"', "Outer Staff"),
        ('displayName le "outer"', "Empty Outer"),
        ("displayName eq null", ""),
        (f'{names.CORE_GROUP}:displayName eq "staff"', "Staff"),
        ('externalId eq "S1"', "Staff"),
        ('externalId ne "S1"', "Empty Outer"),
        ("externalId eq null", "Empty"),
        ("not (externalId pr)", "Empty"),
        ('id eq "{staff}"', "Staff"),
        ('id eq "{staff}" and members eq "{bo}"', "Staff"),
        ('id eq "{outer}" and members eq "{bo}"', ""),
        ('members eq "{bo}"', "Staff"),
        ('members.value eq "{staff}"', "Outer"),
        ('members ne "{bo}"', "Empty Outer"),
        ('members[value eq "{ada}"]', "Staff"),
        ('members[value eq "{ada}" and display eq "bo"]', ""),
        ('members.value eq "{ada}" and members.display eq "bo"', "Staff"),
        ('members[value eq "{ada}" and display eq "ADA"]', "Staff"),
        ('members[value eq "{staff}" and type eq "Group"]', "Outer"),
        ('members[value ne "{ada}"]', "Outer Staff"),
        ('not (members[value eq "{ada}"])', "Empty Outer"),
        ('members[display sw "B" or display sw "S"]', "Outer Staff"),
        ('members.type eq "user"', "Staff"),
        ('members.type eq "Group"', "Outer"),
        ('members.type ne "Group"', "Empty Staff"),
        ("members pr", "Outer Staff"),
        ("not (members pr)", "Empty"),
        ("members.display pr", "Outer Staff"),
        ("members eq null", "Empty"),
        ("members.value ne null", "Outer Staff"),
        ('members.display co "a"', "Outer Staff"),
        ('members.display ew "o"', "Staff"),
        ("members[value pr and display pr and type pr]", "Outer Staff"),
        ("members[value eq null]", ""),
        ('meta.resourceType eq "Group"', "Empty Outer Staff"),
        ('meta.resourceType eq "User"', ""),
        ("meta pr and schemas pr", "Empty Outer Staff"),
    ],
)
def test_groups(found, text, groups):
    assert found("/Groups", text) == groups


@pytest.mark.parametrize(
    ("text", "users"),
    [
        (f'{MANAGER} eq "{{ada}}"', "bo"),
        (f'{MANAGER}.value eq "{{ada}}"', "bo"),
        (f'{MANAGER}[value eq "{{ada}}"]', "bo"),
        (f'{MANAGER} ne "{{ada}}"', "ada"),
        (f'id eq "{{bo}}" and {MANAGER} eq "{{ada}}"', "bo"),
        ('groups eq "{staff}"', "ada bo"),
        ('groups.value eq "{staff}" and userName eq "bo"', "bo"),
        ('groups eq "{outer}"', ""),
        ('groups ne "{staff}"', ""),
        ('groups[value eq "{staff}" and display eq "staff"]', "ada bo"),
        ('groups[value eq "{staff}" and display eq "outer"]', ""),
        ('meta.resourceType ne "Group"', "ada bo"),
        ('meta.resourceType sw "Us"', "ada bo"),
        ('meta.resourceType co "se"', "ada bo"),
        ('meta.resourceType ew "r"', "ada bo"),
        ("meta.resourceType pr", "ada bo"),
    ],
)
def test_manager_and_groups_of_users(found, text, users):
    assert found("/Users", text) == users


@pytest.mark.parametrize("path", ["/Users", "/Groups"])
@pytest.mark.parametrize("attribute", ["meta.created", "meta.lastModified"])
@pytest.mark.parametrize(
    ("operator", "offset", "is_found"),
    [
        ("eq", 0, True),
        ("eq", 1, False),
        ("ne", 0, False),
        ("ne", 1, True),
        ("gt", -1, True),
        ("gt", 0, False),
        ("ge", 0, True),
        ("ge", 1, False),
        ("lt", 1, True),
        ("lt", 0, False),
        ("le", 0, True),
        ("le", -1, False),
    ],
)
def test_times_are_compared_to_the_microsecond(
    shared_scim, ids, path, attribute, operator, offset, is_found
):
    one = load(shared_scim.get(path))["Resources"][0]
    at = datetime.fromisoformat(one["meta"][attribute.removeprefix("meta.")])
    shifted = (at + timedelta(microseconds=offset)).astimezone(INDIA).isoformat()
    text = f'id eq "{one["id"]}" and {attribute} {operator} "{shifted}"'
    page = load(shared_scim.get(f"{path}?filter={quote(text)}"))
    assert page["totalResults"] == is_found


@pytest.mark.parametrize(
    ("text", "n_users"),
    [
        ('meta.created gt "1999-12-31T23:59:59Z"', 2),
        ('meta.created gt "1999-12-31T23:59:59"', 2),
        ('meta.created lt "1999-12-31t23:59:59.123456789+05:30"', 0),
        ('meta.created lt "9999-12-31T23:59:59.999999Z"', 2),
        ('meta.created gt "0001-01-01T00:00:00Z"', 2),
        ("meta.created pr", 2),
        ("meta.created eq null", 0),
        ("meta.lastModified ne null", 2),
        ('meta[created gt "1999-12-31T23:59:59Z" and resourceType eq "User"]', 2),
    ],
)
def test_times_are_read_in_every_form(shared_scim, ids, text, n_users):
    page = load(shared_scim.get(f"/Users?filter={quote(text)}"))
    assert page["totalResults"] == n_users
