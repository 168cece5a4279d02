"""Remarks on what a request leaves out, or asks for in vain, without a habit behind it.

Nothing is read more kindly here (`scim/quirks.py` does that, and a recording shows from
whom): the RFCs leave it to the server, or Rollcall decided it. It is said all the same,
so that no success is silent.
"""

from __future__ import annotations

from collections.abc import Sequence

from scim.filters import quoted
from scim.quirks import Notes, note


def note_media_type(media_type: str, notes: Notes) -> None:
    """Remark that a body was read as JSON though it was not said to be (§3.1)."""
    said = f"said to be {quoted(media_type)}" if media_type else "not said to be any"
    note(notes, f"Read the body as JSON, though it was {said}.")


def note_sorting(notes: Notes) -> None:
    """Remark that nothing is sorted here, which discovery says (RFC 7644 §3.4.2.3)."""
    note(notes, "sortBy was ignored: lists are in the order of creation.")


def note_count(asked: int, most: int, notes: Notes) -> None:
    """Remark that a page holds fewer resources than were asked for."""
    if asked > most:
        note(notes, f"A page holds at most {most:,} resources; {asked:,} were wanted.")


def note_unselectable(unknown: Sequence[str], notes: Notes) -> None:
    """Remark on names in `attributes` that select nothing (RFC 7644 §3.9)."""
    for name in unknown:
        note(notes, f"{quoted(name)} is not an attribute here, and selects nothing.")


def note_still_inactive(notes: Notes) -> None:
    """Remark that a PUT without `active` left somebody deactivated, as decided."""
    note(notes, "active was left out, so the person stays deactivated.")


def note_unknown_manager(manager_id: str, notes: Notes) -> None:
    """Remark that a manager was kept who is no user here, or none yet."""
    note(notes, f"The manager {quoted(manager_id)} is not known here, and was kept.")


def note_missing_schemas(kind: str, notes: Notes) -> None:
    """Remark that `schemas` was left out, and what the body was taken for.

    RFC 7643 §3 requires it; Okta and Entra send it.
    """
    note(notes, f"schemas was missing: the body was read as that of a {kind}.")
