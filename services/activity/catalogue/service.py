"""About the address, the protocol, and Rollcall itself."""

from __future__ import annotations

from typing import Final

from services.activity.catalogue.entry import Entry, Step
from services.activity.catalogue.places import Place

_DEVELOPER: Final[tuple[Step, ...]] = (
    "Okta and Entra ID do not need it. If {client} asks for it again and again, look "
    "for a setting that turns it off.",
)
_WRONG_ADDRESS: Final[tuple[Step, ...]] = (Place.SET_BASE_URL, Place.RETRY)

ENTRIES: Final = (
    Entry(
        404,
        ("doubled_prefix",),
        "The base URL has /scim/v2 twice",
        "The base URL was pasted with /scim/v2 into a place that adds it once more, or "
        "it was pasted twice.",
        _WRONG_ADDRESS,
    ),
    Entry(
        404,
        ("base_url",),
        "The base URL itself was asked for",
        "The address is right, and there is nothing to see at it: users are under "
        "/Users, groups under /Groups. Somebody may have opened it in a browser.",
        (
            "Nothing, if somebody only looked. If it comes from {client}, compare the "
            "base URL there with the one under **Connect** here.",
        ),
    ),
    Entry(
        404,
        ("unknown_address",),
        "The address does not exist here",
        "Usually something follows /scim/v2 in the base URL, such as /Users, which "
        "{client} adds by itself.",
        _WRONG_ADDRESS,
    ),
    Entry(
        404,
        ("not_found",),
        "The schema or resource type is not here",
        "Rollcall has users, groups and the enterprise extension; the reply names "
        "their addresses. {client} asked for the description of something else.",
        _DEVELOPER,
    ),
    Entry(
        403,
        ("discovery_filter",),
        "Discovery cannot be filtered",
        "The descriptions of the service are few and are read as a whole.",
        _DEVELOPER,
    ),
    Entry(
        405,
        ("method",),
        "The address does not know this method",
        "A whole list was to be deleted or replaced, or one user to be created under "
        "an id. Usually the base URL is not right.",
        _WRONG_ADDRESS,
    ),
    Entry(
        413,
        ("too_large",),
        "The request is too large",
        "It is larger than this installation takes, as with a group of very many "
        "members that is sent as one. Nothing was changed.",
        (
            "Send less at a time, if {client} has a setting for the size of batches.",
            "Otherwise ask an owner of this installation to raise "
            "ROLLCALL_BODY_LIMIT_BYTES, and the limit of the proxy before it.",
            Place.RETRY,
        ),
    ),
    Entry(
        429,
        ("slow_down",),
        "Too many refused credentials",
        "So many requests with a wrong token came from this address that Rollcall "
        "answers them without looking. A good token is never slowed down by this.",
        (
            "Look at the requests before this one: they say what is wrong with the "
            "token. Mend that.",
            Place.WAIT,
        ),
    ),
    Entry(
        501,
        ("search", "bulk", "me"),
        "This part of SCIM is not supported",
        "A search by POST, several requests in one (Bulk) and /Me are optional, and "
        "Rollcall says in its description that it has them not.",
        _DEVELOPER,
    ),
    Entry(
        500,
        ("unexpected",),
        "Something went wrong inside Rollcall",
        "It is Rollcall's fault, not that of {client}. Nothing was changed.",
        (
            "Hand the incident id to whoever runs this installation: it stands in the "
            "log of the server, with the cause.",
            Place.RETRY,
        ),
    ),
    Entry(
        503,
        ("busy",),
        "Rollcall was busy",
        "The database was away, or busy with something large. Nothing was changed.",
        (
            Place.RETRY,
            "If it happens often, ask whoever runs this installation to look at "
            "/readyz and at the log of the server.",
        ),
    ),
    Entry(
        400,
        ("http",),
        "The request cannot be answered",
        "Something in the way it was sent, below SCIM, is not right: a proxy between "
        "{client} and Rollcall may have damaged it.",
        (
            "Copy the request and the reply under **Activity** for whoever runs the "
            "network between the two.",
        ),
    ),
)
