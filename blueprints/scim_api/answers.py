"""SCIM answers: documents to bytes, with their media type and entity tag.

Groups are written member by member, so that the size of an answer never decides over
memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import chain, groupby, islice

import orjson
from flask import Response, request, stream_with_context

from scim import messages, names
from scim.attributes import Document
from scim.selection import Selection
from services import groups, mapping
from services.listing import Page
from services.mapping import Reference, StoredGroup
from services.preconditions import etag

MEMBERS_AT_A_TIME = 500
"""Members turned into one piece of a streamed answer."""

FEW_MEMBERS = 2_000
"""Up to so many members an answer is sent whole, with its length."""


def media_type() -> str:
    """SCIM's own, unless the client asks for plain JSON only (OneLogin does)."""
    accept = request.headers.get("Accept", "")
    asks_plain = "application/json" in accept and "scim+json" not in accept
    return "application/json" if asks_plain else names.MEDIA_TYPE


def answer(document: Document, status: int = 200) -> Response:
    """A document as it is."""
    return Response(orjson.dumps(document), status, content_type=media_type())


def resource(document: Document, selection: Selection, status: int = 200) -> Response:
    """A resource with its entity tag, and its address when it was just made."""
    response = answer(selection.apply(document), status)
    return _tagged(response, document, status)


def _tagged(response: Response, document: Document, status: int) -> Response:
    meta = document["meta"]
    if isinstance(meta, dict):
        response.headers["ETag"] = str(meta["version"])
        if status == 201:
            response.headers["Location"] = str(meta["location"])
    return response


def not_modified(version: int) -> Response:
    """304: the client holds the current version already (RFC 7644 §3.14)."""
    response = Response(status=304)
    response.headers["ETag"] = etag(version)
    return response


def group(
    found: StoredGroup, base_url: str, selection: Selection, status: int = 200
) -> Response:
    """A group; its members are streamed when there are many."""
    pieces = _group_pieces([found], base_url, selection)
    document = mapping.group_document(found, base_url)
    return _tagged(_pieces([found], pieces, selection, status), document, status)


def group_list(
    page: Page[StoredGroup], base_url: str, selection: Selection
) -> Response:
    """A ListResponse of groups with their members, from one membership query."""
    envelope = messages.list_response([], page.total, page.start_index)
    envelope["itemsPerPage"] = len(page.resources)
    head = orjson.dumps({k: v for k, v in envelope.items() if k != "Resources"})
    pieces = chain(
        [head[:-1] + b',"Resources":['],
        _group_pieces(page.resources, base_url, selection),
        [b"]}"],
    )
    return _pieces(page.resources, pieces, selection, 200)


def _pieces(
    found: Sequence[StoredGroup],
    pieces: Iterator[bytes],
    selection: Selection,
    status: int,
) -> Response:
    n_members = sum(one.n_members for one in found) if selection.wants("members") else 0
    if n_members <= FEW_MEMBERS:
        return Response(b"".join(pieces), status, content_type=media_type())
    # The first pieces are made now: whatever is wrong still has a proper answer.
    begun = list(islice(pieces, 2))
    body = stream_with_context(chain(begun, pieces))
    return Response(body, status, content_type=media_type())


def _group_pieces(
    found: Sequence[StoredGroup], base_url: str, selection: Selection
) -> Iterator[bytes]:
    """The groups as JSON, separated by commas, their members spliced in."""
    unread = [one for one in found if one.members is None and one.n_members]
    wanted = unread if selection.wants("members") else []
    with closing(groups.stream_members(wanted)) as rows:
        by_group = groupby(rows, key=lambda row: row[0])
        following = next(by_group, None)
        for place, one in enumerate(found):
            document = selection.apply(mapping.group_document(one, base_url))
            text = (b"," if place else b"") + orjson.dumps(document)
            if following is None or following[0] != one.seq:
                yield text
                continue
            yield text[:-1] + b',"members":['
            members = (reference for _, reference in following[1])
            yield from _member_pieces(members, base_url, selection)
            yield b"]}"
            following = next(by_group, None)


def _member_pieces(
    members: Iterator[Reference], base_url: str, selection: Selection
) -> Iterator[bytes]:
    separator = b""
    while batch := list(islice(members, MEMBERS_AT_A_TIME)):
        document: Document = {
            "members": [mapping.member(one, base_url) for one in batch]
        }
        if not selection.is_everything:
            document = selection.apply(document)
        yield separator + orjson.dumps(document["members"])[1:-1]
        separator = b","
