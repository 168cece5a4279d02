"""The schemas Rollcall keeps: User, Enterprise User and Group (RFC 7643 §4, §8.7.1).

Data, not code. An attribute stands here only if it is stored and answered, so
`password` does not: it is accepted and forgotten (`scim/quirks.py`).
"""

from __future__ import annotations

from typing import Final

from scim import names
from scim.attributes import Attribute, ResourceType, Schema

_ID = Attribute(
    "id",
    case_exact=True,
    mutability="readOnly",
    returned="always",
    uniqueness="server",
    description="Identifier given by Rollcall; never changes, never used twice.",
)
_EXTERNAL_ID = Attribute(
    "externalId",
    case_exact=True,
    description="Identifier given by the provisioning client.",
)
_SCHEMAS = Attribute(
    "schemas",
    "reference",
    multi_valued=True,
    case_exact=True,
    mutability="readOnly",
    returned="always",
    description="URNs of the schemas whose attributes the resource holds.",
)
_META = Attribute(
    "meta",
    "complex",
    mutability="readOnly",
    description="What the server says about the resource.",
    sub_attributes=(
        Attribute("resourceType", case_exact=True, mutability="readOnly"),
        Attribute("created", "dateTime", mutability="readOnly"),
        Attribute("lastModified", "dateTime", mutability="readOnly"),
        Attribute("location", "reference", case_exact=True, mutability="readOnly"),
        Attribute("version", case_exact=True, mutability="readOnly"),
    ),
)
COMMON: Final = (_SCHEMAS, _ID, _EXTERNAL_ID, _META)
"""Attributes of every resource (RFC 7643 §3.1); they belong to no schema."""

_DISPLAY = Attribute("display", description="A name of the value for people.")
_PRIMARY = Attribute(
    "primary",
    "boolean",
    description="Whether this is the preferred value; at most one is.",
)


def _plural(
    name: str,
    description: str,
    *types: str,
    value: Attribute | None = None,
) -> Attribute:
    """A multi-valued attribute with the usual sub-attributes (RFC 7643 §2.4)."""
    return Attribute(
        name,
        "complex",
        description,
        multi_valued=True,
        sub_attributes=(
            value or Attribute("value", description="The value itself."),
            _DISPLAY,
            Attribute(
                "type", description="What it is used for.", canonical_values=types
            ),
            _PRIMARY,
        ),
    )


USER: Final = Schema(
    names.CORE_USER,
    "User",
    "User Account",
    (
        Attribute(
            "userName",
            required=True,
            uniqueness="server",
            description="Name the person signs in with; unique in the organization "
            "without regard to case.",
        ),
        Attribute(
            "name",
            "complex",
            "The parts of the person's name.",
            sub_attributes=(
                Attribute("formatted", description="Full name, ready to show."),
                Attribute("familyName", description="Family name."),
                Attribute("givenName", description="Given name."),
                Attribute("middleName", description="Middle names."),
                Attribute("honorificPrefix", description="Title, such as Dr."),
                Attribute("honorificSuffix", description="Suffix, such as III."),
            ),
        ),
        Attribute("displayName", description="Name shown to others."),
        Attribute("nickName", description="Casual name."),
        Attribute(
            "profileUrl",
            "reference",
            "Page about the person.",
            case_exact=True,
            reference_types=("external",),
        ),
        Attribute("title", description="Job title."),
        Attribute("userType", description="Relation to the organization."),
        Attribute("preferredLanguage", description="Language, such as en-US."),
        Attribute("locale", description="Locale for dates and numbers."),
        Attribute("timezone", description="Time zone, such as Europe/Berlin."),
        Attribute(
            "active",
            "boolean",
            "Whether the person may use the application.",
        ),
        _plural("emails", "E-mail addresses.", "work", "home", "other"),
        _plural(
            "phoneNumbers",
            "Telephone numbers, kept as sent.",
            *("work", "home", "mobile", "fax", "pager", "other"),
        ),
        _plural(
            "ims",
            "Instant messaging addresses.",
            *("aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"),
        ),
        _plural(
            "photos",
            "Addresses of pictures.",
            "photo",
            "thumbnail",
            value=Attribute(
                "value",
                "reference",
                "Address of the picture.",
                case_exact=True,
                reference_types=("external",),
            ),
        ),
        Attribute(
            "addresses",
            "complex",
            "Postal addresses.",
            multi_valued=True,
            sub_attributes=(
                Attribute("formatted", description="Full address, ready to print."),
                Attribute("streetAddress", description="Street and number."),
                Attribute("locality", description="City."),
                Attribute("region", description="State or region."),
                Attribute("postalCode", description="Postal code."),
                Attribute("country", description="Country."),
                Attribute(
                    "type",
                    description="What it is used for.",
                    canonical_values=("work", "home", "other"),
                ),
                _PRIMARY,
            ),
        ),
        Attribute(
            "groups",
            "complex",
            "Groups that name the person as a member. Changed through the group.",
            multi_valued=True,
            mutability="readOnly",
            sub_attributes=(
                Attribute(
                    "value",
                    case_exact=True,
                    mutability="readOnly",
                    description="The group's id.",
                ),
                Attribute(
                    "$ref",
                    "reference",
                    "The group's address.",
                    case_exact=True,
                    mutability="readOnly",
                    reference_types=("Group",),
                ),
                Attribute(
                    "display",
                    mutability="readOnly",
                    description="The group's displayName.",
                ),
                Attribute(
                    "type",
                    mutability="readOnly",
                    canonical_values=("direct",),
                    description="How the person came to be a member.",
                ),
            ),
        ),
        _plural("entitlements", "Things the person is entitled to."),
        _plural("roles", "Roles of the person."),
        _plural(
            "x509Certificates",
            "Certificates of the person.",
            value=Attribute(
                "value", "binary", "DER certificate in base64.", case_exact=True
            ),
        ),
    ),
)

ENTERPRISE: Final = Schema(
    names.ENTERPRISE_USER,
    "EnterpriseUser",
    "Enterprise User",
    (
        Attribute("employeeNumber", description="Number within the organization."),
        Attribute("costCenter", description="Name of a cost centre."),
        Attribute("organization", description="Name of an organization."),
        Attribute("division", description="Name of a division."),
        Attribute("department", description="Name of a department."),
        Attribute(
            "manager",
            "complex",
            "The person's manager.",
            sub_attributes=(
                Attribute(
                    "value", case_exact=True, description="The manager's user id."
                ),
                Attribute(
                    "$ref",
                    "reference",
                    "The manager's address, when the manager is a user here.",
                    case_exact=True,
                    mutability="readOnly",
                    reference_types=("User",),
                ),
                Attribute(
                    "displayName",
                    mutability="readOnly",
                    description="The manager's name, when the manager is a user here.",
                ),
            ),
        ),
    ),
)

GROUP: Final = Schema(
    names.CORE_GROUP,
    "Group",
    "Group",
    (
        Attribute(
            "displayName",
            required=True,
            uniqueness="server",
            description="Name of the group; unique in the organization without regard "
            "to case.",
        ),
        Attribute(
            "members",
            "complex",
            "The members of the group: users and groups.",
            multi_valued=True,
            sub_attributes=(
                Attribute(
                    "value",
                    case_exact=True,
                    mutability="immutable",
                    description="The member's id.",
                ),
                Attribute(
                    "$ref",
                    "reference",
                    "The member's address.",
                    case_exact=True,
                    mutability="immutable",
                    reference_types=("User", "Group"),
                ),
                Attribute(
                    "type",
                    mutability="immutable",
                    canonical_values=("User", "Group"),
                    description="What the member is.",
                ),
                Attribute(
                    "display",
                    mutability="readOnly",
                    description="The member's name.",
                ),
            ),
        ),
    ),
)

USER_TYPE: Final = ResourceType(
    "User", "/Users", "People of the organization", USER, (ENTERPRISE,), COMMON
)
GROUP_TYPE: Final = ResourceType(
    "Group", "/Groups", "Groups of people", GROUP, (), COMMON
)
RESOURCE_TYPES: Final = (USER_TYPE, GROUP_TYPE)
SCHEMAS: Final = (USER, GROUP, ENTERPRISE)
