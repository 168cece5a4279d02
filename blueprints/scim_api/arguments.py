"""What a request asks for beside its body: paging, filter, selection, conditions.

Unknown parameters are ignored. RFC 7644 §3.4.2.2 (filter), §3.4.2.4 (paging), §3.9
(selection), §3.14 (conditions).
"""

from __future__ import annotations

import re

from flask import g, request
from werkzeug.exceptions import RequestEntityTooLarge

from scim import filters, names, remarks
from scim.attributes import ResourceType
from scim.errors import InvalidValue
from scim.selection import Selection
from services.directory.preconditions import Precondition
from services.origin import shorten
from services.queries.listing import Query

_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_JSON = ("application/json", names.MEDIA_TYPE)
_LARGEST = 2**63 - 1


def body() -> bytes:
    """The whole body; 413 when it is larger than allowed, however it is sent.

    A body without Content-Length is cut at the limit without a word, so what follows
    the limit is asked for.
    """
    data = g.body = request.get_data()
    if data and request.mimetype not in _JSON:
        remarks.note_media_type(request.mimetype, g.origin.notes)
    limit = request.max_content_length
    if limit is not None and len(data) >= limit and request.stream.read(1):
        raise RequestEntityTooLarge
    return data


def selection(resource_type: ResourceType) -> Selection:
    """`attributes` and `excludedAttributes`."""
    only = request.args.get("attributes")
    without = request.args.get("excludedAttributes")
    if only or without:
        listed = f"{only or ''},{without or ''}"
        unknown = Selection.unknown(listed, resource_type)
        remarks.note_unselectable(unknown, g.origin.notes)
    return Selection.parse(only, without, resource_type)


def query() -> Query:
    """`filter`, `startIndex` and `count`, brought within their bounds."""
    text = request.args.get("filter")
    parsed = filters.parse(text) if text is not None else None
    count = _whole_number("count", names.DEFAULT_COUNT)
    remarks.note_count(count, names.MAX_COUNT, g.origin.notes)
    if "sortBy" in request.args:
        remarks.note_sorting(g.origin.notes)
    return Query(
        filter=parsed,
        start_index=max(1, _whole_number("startIndex", 1)),
        count=min(max(0, count), names.MAX_COUNT),
        text=text or "",
    )


def _whole_number(name: str, default: int) -> int:
    text = request.args.get(name, "").strip()
    if not text:
        return default
    if not re.fullmatch(r"[+-]?[0-9]{1,4000}", text):
        raise InvalidValue(
            "not_a_number",
            f'{name} is "{shorten(text)}", which is not a whole number. Send a number '
            "such as 1 or 100.",
        )
    return max(-_LARGEST, min(int(text), _LARGEST))


def precondition() -> Precondition:
    """`If-Match` and `If-None-Match`, as opaque tags without their weakness."""
    return Precondition(_tags("If-Match"), _tags("If-None-Match"))


def _tags(header: str) -> frozenset[str] | None:
    text = request.headers.get(header)
    if text is None:
        return None
    if text.strip() == "*":
        return frozenset("*")
    # A star in quotes is a tag like any other, and none of ours.
    return frozenset(_TAG.findall(text)) - {"*"}
