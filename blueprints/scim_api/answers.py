"""SCIM answers: documents to bytes, with their media type and entity tag.

Groups with many members are written while they are read, so that the size of an answer
never decides over memory.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from itertools import chain, islice

import orjson
from flask import Response, request

from scim import messages, names
from scim.attributes import Document
from scim.selection import Selection
from services.directory import group_json, groups, mapping
from services.directory.mapping import Reference, StoredGroup, StoredUser
from services.directory.preconditions import etag
from services.queries.listing import Page

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


def user(
    found: StoredUser, base_url: str, selection: Selection, status: int = 200
) -> Response:
    """A user with its entity tag, and its address when it was just made."""
    document = mapping.user_document(found, base_url)
    return _tagged(answer(selection.apply(document), status), found, base_url)


def _tagged(
    response: Response, found: StoredUser | StoredGroup, base_url: str
) -> Response:
    response.headers["ETag"] = etag(found.version)
    if response.status_code == 201:
        kind = "User" if isinstance(found, StoredUser) else "Group"
        response.headers["Location"] = mapping.location(base_url, kind, found.id)
    return response


def not_modified(version: int) -> Response:
    """304: the client holds the current version already (RFC 7644 §3.14)."""
    return _bodiless(304, version)


def no_content(version: int | None = None) -> Response:
    """204: done; the version is what a PATCH made, a DELETE leaves none."""
    return _bodiless(204, version)


def _bodiless(status: int, version: int | None) -> Response:
    response = Response(status=status)
    # Nothing is sent, and certainly no HTML, which is Flask's word for nothing.
    del response.headers["Content-Type"]
    if version is not None:
        response.headers["ETag"] = etag(version)
    return response


def group(
    found: StoredGroup, base_url: str, selection: Selection, status: int = 200
) -> Response:
    """A group; its members are streamed when there are many."""
    pieces = _group_pieces([found], base_url, selection)
    return _tagged(_pieces([found], pieces, selection, status), found, base_url)


def group_list(
    page: Page[StoredGroup], base_url: str, selection: Selection
) -> Response:
    """A ListResponse of groups with their members, from one membership query."""
    envelope = messages.list_response([], page.total, page.start_index)
    envelope["itemsPerPage"] = len(page.resources)
    head = orjson.dumps({k: v for k, v in envelope.items() if k != "Resources"})
    pieces = _list_pieces(head, _group_pieces(page.resources, base_url, selection))
    return _pieces(page.resources, pieces, selection, 200)


def _list_pieces(head: bytes, inner: Generator[bytes]) -> Generator[bytes]:
    with closing(inner):
        yield head[:-1] + b',"Resources":['
        yield from inner
        yield b"]}"


def _pieces(
    found: Sequence[StoredGroup],
    pieces: Generator[bytes],
    selection: Selection,
    status: int,
) -> Response:
    n_members = sum(one.n_members for one in found) if selection.wants("members") else 0
    if n_members <= FEW_MEMBERS:
        return Response(b"".join(pieces), status, content_type=media_type())
    # The first pieces are made now: what is wrong still has a proper answer. The rest
    # needs no context of Flask's, which would outlive a client that goes away.
    begun = list(islice(pieces, 2))
    response = Response(chain(begun, pieces), status, content_type=media_type())
    response.call_on_close(pieces.close)
    return response


def _group_pieces(
    found: Sequence[StoredGroup], base_url: str, selection: Selection
) -> Generator[bytes]:
    with closing(_unread_members(found, selection)) as unread:
        yield from group_json.pieces(found, unread, base_url, selection)


def _unread_members(
    found: Sequence[StoredGroup], selection: Selection
) -> Generator[tuple[int, Reference]]:
    """The members that no result carries; no statement when there are none."""
    unread = [one for one in found if one.members is None and one.n_members]
    if unread and selection.wants("members"):
        yield from groups.stream_members(unread)
