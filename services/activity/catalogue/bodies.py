"""A body or a filter that cannot be read: for whoever maintains the client, mostly."""

from __future__ import annotations

from typing import Final

from services.activity.catalogue.entry import Entry, Step
from services.activity.catalogue.places import Place

_DEVELOPER: Final[tuple[Step, ...]] = (
    "{client} builds this part of the request itself. Copy the request and the reply "
    "under **Activity**, and hand them to whoever maintains it.",
)
_FILTER: Final[tuple[Step, ...]] = (
    "If a filter can be set at {client}, such as the attribute by which people are "
    "matched, choose userName or externalId.",
    *_DEVELOPER,
)


def _filter(causes: tuple[str, ...], title: str, meaning: str) -> Entry:
    return Entry(400, causes, title, meaning, _FILTER, "invalidFilter")


def _syntax(
    causes: tuple[str, ...],
    title: str,
    meaning: str,
    steps: tuple[Step, ...] = _DEVELOPER,
) -> Entry:
    return Entry(400, causes, title, meaning, steps, "invalidSyntax")


ENTRIES: Final = (
    _filter(
        ("unknown_attribute",),
        "A look-up names an attribute that is not known here",
        "{client} looks for people or groups by an attribute that Rollcall has not. It "
        "is refused, since an empty answer would make duplicates.",
    ),
    _filter(
        ("not_comparable",),
        "A look-up compares what cannot be compared",
        "The attribute is known, but not with this operator or this kind of value.",
    ),
    _filter(
        ("unreadable",),
        "A look-up cannot be read",
        "The filter is not written as SCIM writes filters, such as userName eq "
        '"bo@example.com".',
    ),
    _filter(
        ("too_large",),
        "A look-up is too large",
        "The filter is longer, or has more comparisons or brackets, than one request "
        "may ask for.",
    ),
    _syntax(
        ("no_body",),
        "The request came empty",
        "A user, a group or a change was announced, and no body came with it.",
    ),
    _syntax(
        ("not_json",),
        "The request is not JSON",
        "What came could not be read: it was cut on the way, or is something else than "
        "JSON.",
    ),
    _syntax(
        ("no_object",),
        "The request is no JSON object",
        "What came is JSON, but a list, a text or a number, and not one user, group or "
        "change.",
    ),
    _syntax(
        ("repeated",),
        "The same key came twice",
        "An attribute stands twice in one object, perhaps in different letter case, so "
        "that nobody can tell which value is meant.",
        (Place.CORRECT_MAPPING, Place.RETRY),
    ),
    _syntax(
        ("unstorable",),
        "The request holds characters or numbers that cannot be stored",
        "A text holds NUL or half of a character, or a number has more digits than any "
        "database keeps.",
        (Place.CORRECT_PERSON, Place.CORRECT_MAPPING, Place.RETRY),
    ),
    _syntax(
        ("schemas", "operations"),
        "The change is not a PATCH of SCIM",
        "A PATCH holds a list of operations, each with op, path and value.",
    ),
    Entry(
        400,
        ("operations", "comparisons"),
        "Too much was asked for at once",
        "One request may hold so many operations and comparisons; this one holds more. "
        "Nothing was changed.",
        (
            "If {client} has a setting for the size of batches, make it smaller. A "
            "push of 1,000 members at a time is taken.",
            Place.RETRY,
        ),
        "tooMany",
    ),
)
