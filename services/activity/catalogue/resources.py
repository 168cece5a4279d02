"""About one user or group: gone, in the way, changed meanwhile, not a member yet."""

from __future__ import annotations

from typing import Final

from services.activity.catalogue.entry import Entry
from services.activity.catalogue.places import Place

_UNIQUENESS: Final = "uniqueness"
_VALUE: Final = "invalidValue"

_OTHER_PERSON: Final = (
    "If it is somebody else, change the user name of one of the two: here with "
    "**Edit** on the user's page, or at {client}."
)
_LINK: Final = (
    "If it is the same person, press **Link existing user…** here. That gives the user "
    "the external ID which {client} sent; who has it already needs no linking"
)

ENTRIES: Final = (
    Entry(
        404,
        ("not_found",),
        "The user is not here any more",
        "{client} asked for a user by an id that Rollcall has not. The user was "
        "deleted here, or belongs to another organization.",
        (
            "If the person was deleted by mistake, open **Deleted** here and press "
            "**Restore**: the user comes back with the same id, groups included.",
            Place.RETRY,
            Place.ASSIGN_AGAIN,
        ),
        endpoint="Users",
    ),
    Entry(
        404,
        ("not_found",),
        "The group is not here any more",
        "{client} asked for a group by an id that Rollcall has not. The group was "
        "deleted here, or belongs to another organization.",
        (
            "If the group was deleted by mistake, open **Deleted** here and press "
            "**Restore**: the group comes back with the same id and its members.",
            Place.PUSH_AGAIN,
            Place.PUSH_AS_NEW,
        ),
        endpoint="Groups",
    ),
    Entry(
        409,
        ("taken",),
        "The user name is already taken",
        "{client} asked for a new user, and a user of that name is here already, "
        "whatever the external ID. Nothing was changed.",
        (f"{_LINK}.", _OTHER_PERSON, Place.RETRY),
        _UNIQUENESS,
        "POST Users",
    ),
    Entry(
        409,
        ("taken_deactivated",),
        "A deactivated user has the user name",
        "{client} asked for a new user, and somebody who was deactivated here has that "
        "user name. The name stays with them until they are deleted. Nothing was "
        "changed.",
        (f"{_LINK}. It can reactivate the user too.", _OTHER_PERSON, Place.RETRY),
        _UNIQUENESS,
        "POST Users",
    ),
    Entry(
        409,
        ("taken", "taken_deactivated"),
        "The new user name belongs to somebody else",
        "{client} gave a user another user name, and another user here has it "
        "already, perhaps a deactivated one. Nothing was changed.",
        (
            "If both are the same person, delete the one that is not wanted; that sets "
            "its user name free.",
            _OTHER_PERSON,
            Place.RETRY,
        ),
        _UNIQUENESS,
        "Users",
    ),
    Entry(
        409,
        ("taken",),
        "A group with this name exists",
        "Names of groups are unique in an organization, in whatever letter case, and "
        "there is a group of that name. Nothing was changed.",
        (
            Place.LINK_GROUP,
            "If it is another group, rename one of the two: here with **Rename…** on "
            "the group's page, or at {client}.",
            Place.PUSH_AGAIN,
        ),
        _UNIQUENESS,
        "Groups",
    ),
    Entry(
        412,
        ("version",),
        "It was changed meanwhile",
        "{client} named the version it had read (If-Match or If-None-Match), and the "
        "resource is in another one by now. Nothing was overwritten.",
        ("Nothing: {client} reads it again, and repeats the change.",),
    ),
    Entry(
        400,
        ("unknown_members",),
        "The members of this group are not here yet",
        "{client} named members by ids, and none of them is a user or group here. "
        "They are not assigned to the application yet, or were deleted here.",
        (
            Place.ASSIGN,
            "If they were deleted here by mistake, open **Deleted** and press "
            "**Restore**.",
            Place.PUSH_AGAIN,
        ),
        _VALUE,
    ),
    Entry(
        400,
        ("member_without_value",),
        "A member came without an id",
        "Each entry of members has to name a user or group by its id, as value.",
        (Place.CORRECT_MAPPING, Place.PUSH_AGAIN),
        _VALUE,
    ),
    Entry(
        400,
        ("circle",),
        "The group would be inside itself",
        "A group cannot be its own member, neither directly nor through other groups.",
        (
            "Take the group that is named out of the members, or undo the nesting of "
            "the other one.",
            Place.PUSH_AGAIN,
        ),
        _VALUE,
    ),
    Entry(
        400,
        ("membership",),
        "A membership cannot be changed",
        "Members are added and removed. What is said of a single membership, such as "
        "its display name, cannot be changed.",
        (Place.CORRECT_MAPPING, Place.PUSH_AGAIN),
        "mutability",
    ),
)
