"""A value that cannot be kept, and a path of a PATCH that leads nowhere."""

from __future__ import annotations

from typing import Final

from services.activity.catalogue.entry import Entry, Step
from services.activity.catalogue.places import Place

_MAPPED: Final[tuple[Step, ...]] = (Place.CORRECT_MAPPING, Place.RETRY)
_SHORTER: Final[tuple[Step, ...]] = (
    Place.CORRECT_PERSON,
    Place.CORRECT_MAPPING,
    Place.RETRY,
)
_DEVELOPER: Final[tuple[Step, ...]] = (
    "{client} builds this part of the request itself. Copy the request and the reply "
    "under **Activity**, and hand them to whoever maintains it.",
)


def _value(
    cause: str, title: str, meaning: str, steps: tuple[Step, ...] = _MAPPED
) -> Entry:
    return Entry(400, (cause,), title, meaning, steps, "invalidValue")


ENTRIES: Final = (
    _value(
        "wrong_type",
        "A value is of the wrong kind",
        "An attribute holds text where a list belongs, a list where one value belongs, "
        "or the like. Nothing was changed.",
    ),
    _value(
        "required",
        "A required value is missing",
        "Every user needs a user name, and every group a name. The attribute that "
        "{client} takes it from is empty.",
        (Place.CORRECT_PERSON, Place.CORRECT_MAPPING, Place.RETRY),
    ),
    _value(
        "too_long",
        "A value is too long",
        "Texts and lists have a published limit; what was sent is beyond it. Nothing "
        "is cut silently.",
        _SHORTER,
    ),
    _value(
        "unstorable",
        "A value holds characters that cannot be stored",
        "The text holds NUL or half of a character, as when it was cut inside an emoji "
        "or copied from a damaged file.",
        _SHORTER,
    ),
    _value(
        "two_primaries",
        "Two values are marked as primary",
        "Of several e-mail addresses, telephone numbers and the like, one at most may "
        "be primary.",
    ),
    _value(
        "password",
        "The password is not text",
        "Rollcall keeps no passwords: it would have thrown this one away. It was "
        "refused because it is not even text.",
        (
            "Switch the synchronization of passwords off at {client} (in Okta, **Sync "
            "Password** under **Provisioning → To App**), or take password out of the "
            "attribute mapping.",
            Place.RETRY,
        ),
    ),
    _value(
        "schemas",
        "The request does not say that it is a user or a group",
        "The list schemas is there, but does not name the type of the resource.",
        _DEVELOPER,
    ),
    _value(
        "no_value",
        "An operation has no value",
        "Part of a PATCH wants to add or replace something, and does not say what.",
        _DEVELOPER,
    ),
    _value(
        "not_a_number",
        "A number in the address is none",
        "Lists are read page by page by startIndex and count, which have to be whole "
        "numbers.",
        _DEVELOPER,
    ),
    Entry(
        400,
        ("unknown_attribute",),
        "An attribute is not known here",
        "A change names an attribute that Rollcall has not, so it is refused rather "
        "than lost. The nearest name that is known stands in the reply.",
        _MAPPED,
        "invalidPath",
    ),
    Entry(
        400,
        ("unreadable", "not_comparable", "too_large"),
        "The path of a change cannot be read",
        "A path names the attribute to change, such as name.familyName, or one value "
        'of several, such as emails[type eq "work"].value.',
        _MAPPED,
        "invalidPath",
    ),
    Entry(
        400,
        ("read_only_attribute",),
        "An attribute is read-only",
        "Rollcall sets this attribute itself, such as id, meta or the groups of a "
        "user.",
        _MAPPED,
        "mutability",
    ),
    Entry(
        400,
        ("required", "whole_schema"),
        "An attribute cannot be removed",
        "A user name and a group's name can be replaced and never removed, and the "
        "attributes of an extension go one at a time.",
        _MAPPED,
        "mutability",
    ),
    Entry(
        400,
        ("nothing_selected", "no_path"),
        "There is nothing that this change selects",
        "A change is about one value of several, such as the work e-mail address, and "
        "the user has none like it; or a removal does not say what to remove.",
        (
            "Look at the user here. If the value is missing, let {client} send all "
            "values of the person once.",
            Place.CORRECT_MAPPING,
            Place.RETRY,
        ),
        "noTarget",
    ),
)
