"""The columns of a CSV file of groups, found by the headings that people give them.

An export writes these and more (`services/files/group_exports.py`); what else it writes
is never read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.files.csv_headings import Headings

NAME: Final = "displayName"
EXTERNAL_ID: Final = "externalId"
MEMBER: Final = "member"
MEMBER_TYPE: Final = "memberType"


@dataclass(frozen=True)
class Column:
    """One column: its key, what people call it, other headings for it."""

    key: str
    label: str
    aliases: tuple[str, ...] = ()


COLUMNS: Final = (
    Column(
        NAME,
        "Group name",
        ("group", "name", "display name", "group display name", "team", "gruppe"),
    ),
    Column(EXTERNAL_ID, "External ID", ("group external id", "okta group id")),
    Column(
        MEMBER,
        "Members",
        (
            *("member", "user", "users", "user name", "member user name", "login"),
            *("user principal name", "upn", "member upn", "mitglied", "mitglieder"),
        ),
    ),
    Column(MEMBER_TYPE, "Member type"),
)

LABELS: Final[Mapping[str, str]] = {column.key: column.label for column in COLUMNS}

HEADINGS: Final = Headings(
    [
        *((one.key, (one.key, one.label, *one.aliases)) for one in COLUMNS),
        # As SCIM names them.
        (MEMBER_TYPE, ("members.type",)),
    ],
    {"id", "object id", "group id", "member id", "members.value", "problem"}
    | {"member name", "member active", "since", "created", "last modified"},
)
