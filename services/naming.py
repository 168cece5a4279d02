"""Names that people type: tidied, or refused in words.

Those that a provisioning client sends are checked with its document.
"""

from __future__ import annotations

from typing import Final

from scim import documents
from scim.attributes import ResourceType
from scim.errors import InvalidValue
from scim.quirks import Notes
from scim.schemas import GROUP_TYPE, USER_TYPE
from services.errors import Invalid

_MAX_NAME_LENGTH: Final = 100


def check(name: str, attribute: str = "name") -> str:
    """The name of an organization, an admin or a token, without blanks around it.

    Raises `Invalid` for one that cannot be shown.
    """
    name = name.strip()
    if not name or len(name) > _MAX_NAME_LENGTH or not name.isprintable():
        raise Invalid(attribute, f"Give a name of 1 to {_MAX_NAME_LENGTH} characters.")
    return name


def clean_user_name(name: str, notes: Notes) -> str:
    """A user name as it is stored; raises `Invalid` ("userName")."""
    if not name.strip():
        raise Invalid("userName", "Enter a user name.")
    return _clean("userName", name, USER_TYPE, notes)


def clean_group_name(name: str, notes: Notes) -> str:
    """A group's name as it is stored; raises `Invalid` ("displayName")."""
    if not name.strip():
        raise Invalid("displayName", "Enter a name for the group.")
    return _clean("displayName", name, GROUP_TYPE, notes)


def _clean(attribute: str, name: str, type_: ResourceType, notes: Notes) -> str:
    try:
        cleaned = documents.clean({attribute: name.strip()}, type_, notes)
    except InvalidValue as error:
        raise Invalid(attribute, error.detail) from error
    return str(cleaned[attribute])
