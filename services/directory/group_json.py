"""Groups as JSON, member by member: how large they are never decides over memory.

For SCIM's answers and for exports. Reading the members is somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

import orjson

from scim.attributes import Document
from scim.selection import Selection
from services.directory import mapping, members
from services.directory.mapping import Reference, StoredGroup

MEMBERS_AT_A_TIME: Final = 500
"""Members turned into one piece."""


def pieces(
    found: Sequence[StoredGroup],
    unread: Iterable[tuple[int, Reference]],
    base_url: str,
    selection: Selection,
) -> Iterator[bytes]:
    """The groups, separated by commas.

    `unread` holds the members that the groups do not carry: `(group seq, member)`, in
    the order of the groups.
    """
    comma = b""
    for group, rows in members.by_group(found, unread):
        document = selection.apply(mapping.group_document(group, base_url))
        # The end is held back for what may follow.
        yield comma + orjson.dumps(document)[:-1]
        yield from _member_pieces((one for _, one in rows), base_url, selection)
        yield b"}"
        comma = b","


def _member_pieces(
    references: Iterator[Reference], base_url: str, selection: Selection
) -> Iterator[bytes]:
    """`,"members":[…]`, or nothing when the selection leaves nothing of a member."""
    opening = b',"members":['
    while batch := list(islice(references, MEMBERS_AT_A_TIME)):
        document: Document = {
            "members": [mapping.member(one, base_url) for one in batch]
        }
        if not selection.is_everything:
            document = selection.apply(document)
        if "members" in document:
            yield opening + orjson.dumps(document["members"])[1:-1]
            opening = b","
    if opening == b",":
        yield b"]"
