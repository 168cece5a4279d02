"""The columns of a file of users: guessed by their headings, shown, and put in."""

from __future__ import annotations

from copy import deepcopy

import pytest

from scim import documents, names
from scim.attributes import Document
from scim.schemas import USER_TYPE
from services.errors import Invalid
from services.files import user_columns
from services.files.user_columns import BY_KEY, COLUMNS

OKTA = (
    "login,firstName,lastName,middleName,honorificPrefix,honorificSuffix,email,title,"
    "displayName,nickName,profileUrl,secondEmail,mobilePhone,primaryPhone,"
    "streetAddress,city,state,zipCode,countryCode,preferredLanguage,locale,timezone,"
    "userType,employeeNumber,costCenter,organization,division,department,managerId"
)
ENTRA = (
    "userPrincipalName,displayName,surname,mail,givenName,id,userType,jobTitle,"
    "department,accountEnabled,usageLocation,streetAddress,state,country,"
    "officeLocation,city,postalCode,telephoneNumber,mobilePhone,"
    "alternateEmailAddress,companyName"
)
BO: Document = {
    "userName": "bo@example.com",
    "active": True,
    "name": {"givenName": "Bo", "familyName": "Ek", "formatted": "Bo Ek"},
    "emails": [
        {"value": "bo@home.example", "type": "home"},
        {"value": "bo@example.com", "type": "work", "primary": True},
        {"value": "b@other.example", "type": "other"},
    ],
    "phoneNumbers": [
        {"value": "+46 1", "type": "mobile"},
        {"value": "+46 2", "type": "work"},
        {"value": "+46 3", "type": "home"},
    ],
    "addresses": [
        {"locality": "Oslo", "type": "home"},
        {"locality": "Bergen", "type": "work", "country": "NO"},
    ],
    names.ENTERPRISE_USER: {"department": "Sales", "manager": {"value": "m1"}},
}


def guessed(*headings):
    return [user_columns.guess(headings).get(place) for place in range(len(headings))]


def put(key, text, document=None):
    """The document after the cell, as it would be stored."""
    document = deepcopy(BO if document is None else document)
    BY_KEY[key].put(document, text)
    return documents.clean(document, USER_TYPE, [])


def test_every_column_is_known_by_its_own_heading_and_label():
    keys = [column.key for column in COLUMNS]
    assert guessed(*keys) == keys
    assert guessed(*(column.label for column in COLUMNS)) == keys


def test_every_heading_of_an_okta_export_is_known():
    assert None not in guessed(*OKTA.split(","))
    assert guessed("login", "primaryPhone", "state", "countryCode", "managerId") == [
        "userName",
        "workPhone",
        "region",
        "country",
        "manager",
    ]


def test_an_entra_export_is_known_but_for_what_is_not_kept():
    found = dict(zip(ENTRA.split(","), guessed(*ENTRA.split(",")), strict=True))
    unknown = {heading for heading, key in found.items() if key is None}
    assert unknown == {"id", "usageLocation", "officeLocation"}
    assert found["userPrincipalName"] == "userName"
    assert found["accountEnabled"] == "active"


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("Name [displayName] Required", "displayName"),
        ("User name [userPrincipalName] Required", "userName"),
        ("First Name [Required]", "givenName"),
        ("Email Address [Required]", "email"),
        ("Manager Email", "manager"),
        ("E-Mail", "email"),
        ("user.firstName", "givenName"),
        ("name.familyName", "familyName"),
        ("emails.value", "email"),
        (f"{names.ENTERPRISE_USER}:department", "department"),
        ("DEPARTMENT", "department"),
        ("Nachname", "familyName"),
    ],
)
def test_headings_of_templates_and_of_scim_are_known(heading, key):
    assert guessed(heading) == [key]


@pytest.mark.parametrize(
    "heading",
    [
        "Block sign in (Yes/No) [accountEnabled] Required",
        "Initial password [passwordProfile] Required",
        "id",
        "User ID",
        "groups",
        "lastModified",
        "problem",
        "favourite colour",
        "",
    ],
)
def test_unsure_and_unwanted_headings_are_left_out(heading):
    assert guessed(heading) == [None]


def test_a_column_is_guessed_once():
    assert guessed("email", "mail", "userName", "login") == [
        "email",
        None,
        "userName",
        None,
    ]


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("active", "true"),
        ("givenName", "Bo"),
        ("formattedName", "Bo Ek"),
        ("email", "bo@example.com"),
        ("otherEmails", "bo@home.example; b@other.example"),
        ("workPhone", "+46 2"),
        ("mobilePhone", "+46 1"),
        ("otherPhones", "+46 3"),
        ("locality", "Bergen"),
        ("country", "NO"),
        ("department", "Sales"),
        ("manager", "m1"),
        ("title", ""),
    ],
)
def test_columns_show_what_a_user_has(key, shown):
    assert BY_KEY[key].show(BO) == shown


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.key)
def test_putting_in_what_is_shown_is_shown_again(column):
    written = put(column.key, column.show(BO))
    shown = {one.key: one.show(written) for one in COLUMNS}
    assert shown == {one.key: one.show(BO) for one in COLUMNS}


@pytest.mark.parametrize(
    "column",
    [one for one in COLUMNS if one.key not in ("active", "userName", "otherEmails")],
    ids=lambda column: column.key,
)
def test_what_is_put_in_is_shown_and_can_be_cleared(column):
    written = put(column.key, "new", {"userName": "bo"})
    assert column.show(written) == "new"
    assert put(column.key, "", written) == {"userName": "bo"}


def test_another_main_email_keeps_its_type_and_the_others():
    emails = put("email", "new@example.com")["emails"]
    assert [one["value"] for one in emails] == [
        "bo@home.example",
        "new@example.com",
        "b@other.example",
    ]
    assert emails[1] == {"value": "new@example.com", "type": "work", "primary": True}


def test_a_list_keeps_what_stays_with_its_type():
    emails = put("otherEmails", "bo@home.example;n@x.example")["emails"]
    assert emails == [
        {"value": "bo@example.com", "type": "work", "primary": True},
        {"value": "bo@home.example", "type": "home"},
        {"value": "n@x.example", "type": "other"},
    ]


def test_a_cleared_phone_goes_without_a_trace():
    phones = put("workPhone", "")["phoneNumbers"]
    assert [one["type"] for one in phones] == ["mobile", "home"]


def test_one_address_is_changed_and_the_other_stays():
    addresses = put("locality", "Voss")["addresses"]
    assert addresses == [
        {"locality": "Oslo", "type": "home"},
        {"locality": "Voss", "type": "work", "country": "NO"},
    ]


@pytest.mark.parametrize("word", ["true", "Yes", "1", "ACTIVE", "Enabled"])
def test_words_for_active(word):
    assert put("active", word)["active"] is True


@pytest.mark.parametrize("word", ["false", "No", "0", "SUSPENDED", "Deprovisioned"])
def test_words_for_deactivated(word):
    assert put("active", word)["active"] is False


def test_another_word_for_active_is_a_problem():
    with pytest.raises(Invalid, match="neither yes nor no"):
        put("active", "maybe")


def test_active_cannot_be_cleared():
    assert put("active", "")["active"] is True
