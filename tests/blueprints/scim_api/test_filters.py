"""Filters over users: every operator on every kind of attribute (RFC 7644 §3.4.2.2).

Ada has a value for everything, Bo some of them otherwise, Cy a userName only. The
refused ones are in test_filters_refused.py, letters and signs in test_filters_text.py.
"""

from __future__ import annotations

from urllib.parse import quote

import pytest

from scim import names
from tests.scim_client import load

EXTENSION = names.ENTERPRISE_USER
PICTURE = "https://pictures.example/Ada.png"
ADA = {
    "externalId": "E1",
    "displayName": "Ada Lund",
    "nickName": "Ady",
    "name": {"givenName": "Ada", "familyName": "Lund", "honorificPrefix": "Dr."},
    "title": "Chief Engineer",
    "userType": "Employee",
    "preferredLanguage": "sv-SE",
    "locale": "en-US",
    "timezone": "Europe/Stockholm",
    "profileUrl": "https://people.example/ada",
    "emails": [
        {"value": "ada@acme.example", "type": "work", "primary": True},
        {"value": "lund@home.example", "type": "home", "display": "At home"},
    ],
    "phoneNumbers": [{"value": "+46 8 123", "type": "work", "display": "desk"}],
    "ims": [{"value": "ada", "type": "xmpp"}],
    "addresses": [
        {"type": "work", "locality": "Lund", "country": "SE", "primary": True},
        {"type": "home", "locality": "Malmo", "country": "DK"},
    ],
    "photos": [{"value": PICTURE, "type": "photo"}],
    "roles": [{"value": "Admin", "display": "Runs it", "primary": True}],
    "entitlements": [{"value": "Beta"}],
    "x509Certificates": [{"value": "MIIB"}],
    EXTENSION: {"employeeNumber": "7", "department": "IT", "costCenter": "c-1"},
}
BO = {
    "externalId": "e1",
    "active": False,
    "displayName": "Bo",
    "title": "Engineer",
    "emails": [{"value": "ada@acme.example", "type": "home"}],
    "addresses": [{"type": "work", "country": "DK"}],
    EXTENSION: {"department": "it", "division": "North"},
}


@pytest.fixture(scope="module", autouse=True)
def people(shared_scim):
    ada = shared_scim.new_user("Ada", **ADA)
    manager = {"manager": {"value": ada["id"]}}
    shared_scim.new_user("Bo", **BO | {EXTENSION: BO[EXTENSION] | manager})
    cy = shared_scim.new_user("Cy")
    shared_scim.new_group("Staff", ada["id"], cy["id"])
    shared_scim.new_group("Pilots", ada["id"])


def found(scim, text):
    page = load(scim.get(f"/Users?filter={quote(text)}"))
    assert page.get("totalResults") == len(page["Resources"]), page
    return " ".join(one["userName"] for one in page["Resources"])


def parametrized(*rows):
    return pytest.mark.parametrize(("text", "users"), rows)


@parametrized(
    ('userName eq "ada"', "Ada"),
    ('userName eq "ad"', ""),
    ('UserName EQ "ADA"', "Ada"),
    ('userName ne "ada"', "Bo Cy"),
    ('userName co "D"', "Ada"),
    ('userName co ""', "Ada Bo Cy"),
    ('userName sw "b"', "Bo"),
    ('userName sw ""', "Ada Bo Cy"),
    ('userName ew "Y"', "Cy"),
    ('userName ew ""', "Ada Bo Cy"),
    ('userName ew "long-as-that-none-is"', ""),
    ("userName pr", "Ada Bo Cy"),
    ('userName gt "bo"', "Cy"),
    ('userName ge "bo"', "Bo Cy"),
    ('userName lt "bo"', "Ada"),
    ('userName le "bo"', "Ada Bo"),
    ("userName eq null", ""),
    ("userName ne null", "Ada Bo Cy"),
    (f'{names.CORE_USER}:userName eq "bo"', "Bo"),
    ('externalId eq "E1"', "Ada"),
    ('externalId eq "e1"', "Bo"),
    ('externalId ne "E1"', "Bo Cy"),
    ("externalId pr", "Ada Bo"),
    ("externalId eq null", "Cy"),
    ("externalId ne null", "Ada Bo"),
    ('externalId sw "E"', "Ada"),
    ('externalId gt "E1"', "Bo"),
    ("active eq true", "Ada Cy"),
    ("active eq false", "Bo"),
    ('active eq "False"', "Bo"),
    ("active ne true", "Bo"),
    ("active pr", "Ada Bo Cy"),
    ("active eq null", ""),
    ("active ne null", "Ada Bo Cy"),
    ("not (active eq true)", "Bo"),
    ('id eq "none"', ""),
    ('id ne "none"', "Ada Bo Cy"),
    ("id pr and schemas pr and meta pr", "Ada Bo Cy"),
)
def test_attribute_with_a_column(shared_scim, text, users):
    assert found(shared_scim, text) == users


@parametrized(
    ('displayName eq "bo"', "Bo"),
    ('displayName ne "bo"', "Ada Cy"),
    ('displayName co "A L"', "Ada"),
    ('displayName sw "ada"', "Ada"),
    ('displayName ew "LUND"', "Ada"),
    ("displayName pr", "Ada Bo"),
    ("not (displayName pr)", "Cy"),
    ("displayName eq null", "Cy"),
    ("displayName ne null", "Ada Bo"),
    ('title gt "chief"', "Ada Bo"),
    ('title ge "engineer"', "Bo"),
    ('title lt "engineer"', "Ada"),
    ('title le "engineer"', "Ada Bo"),
    ('nickName eq "ady" and userType eq "employee"', "Ada"),
    ('locale eq "en-us" and timezone ew "stockholm"', "Ada"),
    ('preferredLanguage sw "sv"', "Ada"),
    ('profileUrl eq "https://people.example/ada"', "Ada"),
    ('profileUrl eq "https://people.example/Ada"', ""),
    ('profileUrl ne "https://people.example/ada"', "Bo Cy"),
    ("profileUrl pr", "Ada"),
    ('name.givenName eq "ada"', "Ada"),
    ('name.familyName ne "lund"', "Bo Cy"),
    ('name.honorificPrefix ew "."', "Ada"),
    ("name.middleName pr", ""),
    ("name pr", "Ada"),
    ("not (name pr)", "Bo Cy"),
    ('name[givenName eq "ada" and familyName eq "lund"]', "Ada"),
    ('name[givenName eq "ada" or not (familyName pr)]', "Ada Bo Cy"),
    (f'{EXTENSION}:department eq "IT"', "Ada Bo"),
    (f'{EXTENSION}:department ne "IT"', "Cy"),
    (f'{EXTENSION.upper()}:EmployeeNumber eq "7"', "Ada"),
    (f"{EXTENSION}:division pr", "Bo"),
    (f'{EXTENSION}:costCenter co "-"', "Ada"),
    (f"{EXTENSION}:manager pr", "Bo"),
    (f"not ({EXTENSION}:manager pr)", "Ada Cy"),
    (f"{EXTENSION}:manager.value pr", "Bo"),
    (f'{EXTENSION}:manager eq "none"', ""),
    (f'{EXTENSION}:manager[value ne "none"]', "Ada Bo Cy"),
    (f"{EXTENSION}:manager eq null", "Ada Cy"),
)
def test_attribute_with_one_value(shared_scim, text, users):
    assert found(shared_scim, text) == users


@parametrized(
    ('emails eq "ADA@acme.example"', "Ada Bo"),
    ('emails.value eq "lund@home.example"', "Ada"),
    ('emails ne "ada@acme.example"', "Cy"),
    ('emails co "home"', "Ada"),
    ('emails sw "ada@"', "Ada Bo"),
    ('emails.value ew ".example"', "Ada Bo"),
    ('emails gt "b"', "Ada"),
    ('emails le "b"', "Ada Bo"),
    ("emails pr", "Ada Bo"),
    ("not (emails pr)", "Cy"),
    ("emails eq null", "Cy"),
    ("emails ne null", "Ada Bo"),
    ('emails.type eq "work"', "Ada"),
    ('emails.type ne "work"', "Bo Cy"),
    ("emails.type pr", "Ada Bo"),
    ("emails.primary eq true", "Ada"),
    ('emails.primary eq "True"', "Ada"),
    ("emails.primary eq false", "Ada Bo"),
    ("emails.primary ne true", "Bo Cy"),
    ("emails.primary pr", "Ada"),
    ("emails.primary eq null", "Bo Cy"),
    ('emails.display eq "at HOME"', "Ada"),
    ('emails.display ne "at home"', "Bo Cy"),
    ("emails.display eq null", "Bo Cy"),
    ('phoneNumbers eq "+46 8 123"', "Ada"),
    ('phoneNumbers.display sw "d"', "Ada"),
    ('ims[type eq "xmpp" and value eq "ada"]', "Ada"),
    ('roles eq "admin" and entitlements eq "BETA"', "Ada"),
    ("roles pr", "Ada"),
    ('roles[display eq "runs it" and primary eq true]', "Ada"),
    (f'photos.value eq "{PICTURE}"', "Ada"),
    (f'photos.value eq "{PICTURE.lower()}"', ""),
    (f'photos.value ne "{PICTURE}"', "Bo Cy"),
    ('x509Certificates eq "MIIB"', "Ada"),
    ('x509Certificates eq "miib"', ""),
    ("x509Certificates.value pr", "Ada"),
    ('addresses.country eq "dk"', "Ada Bo"),
    ('addresses.locality ne "lund"', "Bo Cy"),
    ("addresses.locality pr", "Ada"),
    ("addresses pr", "Ada Bo"),
    ("addresses.primary eq true", "Ada"),
    ('addresses.type eq "WORK"', "Ada Bo"),
)
def test_attribute_with_several_values(shared_scim, text, users):
    assert found(shared_scim, text) == users


@parametrized(
    ('emails[type eq "work" and value eq "ada@acme.example"]', "Ada"),
    ('emails[type eq "work" and value co "home"]', ""),
    ('emails.type eq "work" and emails.value co "home"', "Ada"),
    ('emails[type eq "home" and value sw "ada"]', "Bo"),
    ('emails[type eq "work"].value eq "ada@acme.example"', "Ada"),
    ('emails[type eq "work"].value pr', "Ada"),
    ('emails[value ew "home.example" or primary eq true]', "Ada"),
    ('emails[not (type eq "home")]', "Ada"),
    ('not (emails[type eq "home"])', "Cy"),
    ('emails[type ne "home"]', "Ada"),
    ('emails[display ne "at home"]', "Ada Bo"),
    ("emails[not (display pr)]", "Ada Bo"),
    ("emails[display eq null and primary eq true]", "Ada"),
    ('emails[display ne null and type eq "work"]', ""),
    ('emails[display sw "AT" and type eq "home"]', "Ada"),
    ("emails[primary eq false]", "Ada Bo"),
    ("emails[primary ne true]", "Ada Bo"),
    ("emails[primary pr]", "Ada"),
    ("emails[primary eq null]", "Ada Bo"),
    ("emails[primary ne null]", "Ada"),
    ("emails[value pr and type pr]", "Ada Bo"),
    ("emails[value eq null]", ""),
    ("emails[type eq null]", ""),
    ('addresses[type eq "work" and country eq "DK"]', "Bo"),
    ('addresses[type eq "home" and country eq "DK"]', "Ada"),
    ('addresses[country eq "DK" and locality pr]', "Ada"),
    ('addresses[locality eq "lund" and primary eq true]', "Ada"),
    ('addresses[type eq "work" and not (locality pr)]', "Bo"),
    ('addresses[locality gt "lund"]', "Ada"),
    (f'photos[type eq "photo" and value eq "{PICTURE}"]', "Ada"),
)
def test_condition_in_brackets_holds_for_one_and_the_same_value(
    shared_scim, text, users
):
    assert found(shared_scim, text) == users


@parametrized(
    ('groups.display eq "staff"', "Ada Cy"),
    ('groups.display ne "staff"', "Bo"),
    ('groups.display co "il"', "Ada"),
    ("groups pr", "Ada Cy"),
    ("not (groups pr)", "Bo"),
    ("groups eq null", "Bo"),
    ("groups.display pr", "Ada Cy"),
    ('groups eq "none"', ""),
    ('groups ne "none"', "Ada Bo Cy"),
    ('groups[display eq "staff" and display eq "pilots"]', ""),
    ('groups.display eq "staff" and groups.display eq "pilots"', "Ada"),
    ('groups[type eq "direct" and display sw "P"]', "Ada"),
    ('groups[type eq "indirect"]', ""),
)
def test_groups_of_the_user(shared_scim, text, users):
    assert found(shared_scim, text) == users


@parametrized(
    ('userName eq "ada" or userName eq "bo" and active eq true', "Ada"),
    ('(userName eq "ada" or userName eq "bo") and active eq false', "Bo"),
    ('not (userName eq "ada" or title pr)', "Cy"),
    ('not (not (userName eq "ada"))', "Ada"),
    ("title pr AND NOT (active eq false)", "Ada"),
    ('userName eq "cy" OR emails[primary eq true] or title eq null', "Ada Cy"),
)
def test_and_binds_before_or(shared_scim, text, users):
    assert found(shared_scim, text) == users
