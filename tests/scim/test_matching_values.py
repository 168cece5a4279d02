"""Values that a condition describes, and values that are the same."""

from __future__ import annotations

import pytest

from scim import filters, matching, schemas
from scim.attributes import JSON, Attribute

EMAILS = schemas.USER.attribute("emails")
ADDRESSES = schemas.USER.attribute("addresses")
CERTIFICATES = schemas.USER.attribute("x509Certificates")
TAGS = Attribute("tags", multi_valued=True)
WORK: JSON = {"value": "bo@x", "type": "work", "primary": True}
ROME: JSON = {"locality": "Rome", "type": "work", "primary": True}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('type eq "work"', {"type": "work"}),
        ('type eq "work" and Primary eq true', {"type": "work", "Primary": True}),
        ('type ne "work"', None),
        ("type pr", None),
        ("type eq null", None),
        ('type eq "work" or type eq "home"', None),
        ('not (type eq "work")', None),
        ('type eq "work" and (a eq 1 or b eq 2)', None),
        ('type eq "work" and TYPE eq "home"', None),
        ('a.b eq "x"', None),
        ('urn:example:x:a eq "x"', None),
    ],
)
def test_only_equalities_describe_a_value(text: str, value: JSON) -> None:
    assert matching.conditions_as_value(filters.parse(text)) == value


@pytest.mark.parametrize(
    ("given", "value", "attribute", "same"),
    [
        ({"value": "BO@X"}, WORK, EMAILS, True),
        ({"value": "bo@x", "type": "Work"}, WORK, EMAILS, True),
        ({"value": "bo@x", "primary": False, "display": "x"}, WORK, EMAILS, True),
        ({"value": "bo@x", "type": "home"}, WORK, EMAILS, False),
        ({"value": "bo@x", "type": "work"}, {"value": "bo@x"}, EMAILS, False),
        ({"type": "work"}, WORK, EMAILS, False),
        ({"locality": "ROME"}, ROME, ADDRESSES, True),
        ({"locality": "Rome", "type": "work"}, ROME, ADDRESSES, True),
        ({"locality": "Rome", "type": "home"}, ROME, ADDRESSES, False),
        ({"type": "work"}, ROME, ADDRESSES, False),
        ({"locality": "Rome", "country": "IT"}, ROME, ADDRESSES, False),
        ({"value": "QUJD"}, {"value": "qujd"}, CERTIFICATES, False),
        ("Blue", "blue", TAGS, True),
        ("Blue", "red", TAGS, False),
    ],
)
def test_value_and_given_type_tell_what_is_the_same(
    given: JSON, value: JSON, attribute: Attribute, same: bool
) -> None:
    assert matching.same_as_any([given], attribute)(value) is same
    assert matching.same_as_any([value, given], attribute)(value) is True
    assert matching.same_as_any([], attribute)(value) is False
