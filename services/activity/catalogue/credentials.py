"""Refused before anything was done: credentials, and what they may do."""

from __future__ import annotations

from typing import Final

from services.activity.catalogue.entry import Entry, Step
from services.activity.catalogue.places import Place

_COMPARE: Final = (
    "Open **Tokens** here: its list shows the beginning and the last four characters "
    "of each token. Compare them with what is pasted at {client}."
)
_NOT_AT_HAND: Final = (
    "If the token is not at hand any more, press **Rotate…** on its page: that makes a "
    "new secret. It is shown once."
)
_NEW: Final = "Make a new token under **Tokens → Create token**. It is shown once."


def _pasted_wrongly(*first: Step) -> tuple[Step, ...]:
    """Mended by pasting the same token once more."""
    return (*first, Place.PASTE_TOKEN, _NOT_AT_HAND, Place.RETRY)


def _refused(
    cause: str, title: str, meaning: str, steps: tuple[Step, ...], status: int = 401
) -> Entry:
    return Entry(status, (cause,), title, meaning, steps)


ENTRIES: Final = (
    _refused(
        "missing",
        "No credentials were sent",
        "The request came without an Authorization header, so Rollcall cannot tell "
        "whose it is. Usually no token was pasted yet, or another kind of sign-in was "
        "chosen.",
        (Place.CHOOSE_BEARER, Place.PASTE_TOKEN, Place.RETRY),
    ),
    _refused(
        "scheme",
        "Another kind of credentials was sent",
        "The Authorization header holds a user name and password, or something else "
        "that is no bearer token. Rollcall takes provisioning tokens only.",
        (Place.CHOOSE_BEARER, Place.PASTE_TOKEN, Place.RETRY),
    ),
    _refused(
        "blank",
        "The token came empty or with marks that no header can carry",
        "The field for the token is empty, or holds curly quotes or an invisible "
        "blank. Such marks come along when a token is copied from a document or chat.",
        _pasted_wrongly(),
    ),
    _refused(
        "empty",
        "The word Bearer came without a token",
        "{client} put the word Bearer before a field that is empty.",
        _pasted_wrongly(),
    ),
    _refused(
        "bearer_twice",
        "The word Bearer was sent twice",
        "The word was pasted together with the token, and {client} adds it once more.",
        _pasted_wrongly(
            "Take the word Bearer out of the field, and the blank after it."
        ),
    ),
    _refused(
        "quoted",
        "The token was sent with quotation marks",
        "Quotation marks were pasted together with the token.",
        _pasted_wrongly("Take the quotation marks away."),
    ),
    _refused(
        "two_tokens",
        "Two tokens were sent at once",
        "The field holds two tokens, perhaps because a new one was pasted beside the "
        "old one.",
        _pasted_wrongly("Empty the field before you paste."),
    ),
    _refused(
        "blanks",
        "The token was sent with blanks in it",
        "A blank or a line break stands before or inside the token, as when it is "
        "copied from a text that was wrapped.",
        _pasted_wrongly(),
    ),
    _refused(
        "unprefixed",
        "The beginning of the token is missing",
        "The rest of the token is right, but its first four characters, rcl_, were not "
        "copied.",
        _pasted_wrongly(_COMPARE),
    ),
    _refused(
        "foreign",
        "What was sent is not a token of Rollcall",
        "Tokens of Rollcall begin with rcl_. Another product's token, a password or "
        "the name of the token was pasted.",
        (_NEW, Place.PASTE_TOKEN, Place.RETRY),
    ),
    _refused(
        "cut",
        "The token is cut off",
        "The end of the token is missing: it was not copied as a whole, or the field "
        "is too short for it.",
        _pasted_wrongly(_COMPARE),
    ),
    _refused(
        "padded",
        "The token is too long",
        "Something else was pasted together with the token.",
        _pasted_wrongly("Empty the field before you paste.", _COMPARE),
    ),
    _refused(
        "altered",
        "The token is altered",
        "A character of the token is not what it was: it was typed by hand, or changed "
        "on the way.",
        _pasted_wrongly(_COMPARE),
    ),
    _refused(
        "unknown",
        "The token is not known here",
        "The token is whole, but this installation has none like it. It belongs to "
        "another installation, or is newer than the backup that was restored here.",
        (
            "Compare the base URL at {client} with the one under **Connect** here.",
            "If it is the right one: " + _NEW[0].lower() + _NEW[1:],
            Place.PASTE_TOKEN,
            Place.RETRY,
        ),
    ),
    _refused(
        "expired",
        "The token has expired",
        "Its time is over, and {client} cannot sign in until it has another one. An "
        "expired token does not come back.",
        (_NEW, Place.PASTE_TOKEN, Place.RETRY),
    ),
    _refused(
        "revoked",
        "The token was revoked",
        "Somebody ended this token, or its time after a rotation is over. A revoked "
        "token does not come back. The token's page says who did it.",
        (
            "Open the token under **Tokens** to see why. If it was rotated, paste the "
            "new secret instead.",
            "Otherwise: " + _NEW[0].lower() + _NEW[1:],
            Place.PASTE_TOKEN,
            Place.RETRY,
        ),
    ),
    _refused(
        "address",
        "The token may not be used from this address",
        "The token is good, but bound to addresses, and the request came from another "
        "one. {client} may have got new addresses, or a proxy stands before Rollcall.",
        (
            "Open the token under **Tokens**, press **Edit**, and add the address to "
            "the allowed ones.",
            "If you do not know the address, somebody else may have the token: press "
            "**Rotate…** on its page.",
            Place.RETRY,
        ),
        403,
    ),
    _refused(
        "read_only",
        "This token may only read",
        "The token was made to read users and groups, and {client} wants to change "
        "them. Nothing was changed.",
        (
            "Under **Tokens → Create token**, make one that may **Read and change "
            "users and groups**.",
            Place.PASTE_TOKEN,
            Place.RETRY,
        ),
        403,
    ),
    _refused(
        "suspended",
        "Provisioning for this organization is paused",
        "An owner of this Rollcall installation has suspended the organization. The "
        "token stays good; nothing is read or changed meanwhile.",
        (
            "Ask an owner of this installation to press **Resume** under "
            "**Organizations**.",
            Place.RETRY,
        ),
        403,
    ),
)
