"""What holds for every answer of the server, whatever the step was about.

Kept out of the journeys so that none of them can forget it: the media type, the shape
of errors (okta.md §6, product.md §5) and lists (okta.md §0 no. 6), and that no secret
comes back.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.journeys.matching import JSON, mismatches
from tests.journeys.wire import Answer

MEDIA_TYPE = "application/scim+json"
LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
LONGEST_DETAIL = 400


def broken_rules(answer: Answer, body: JSON, secrets: list[str]) -> list[str]:
    """Which of the rules this answer breaks; `body` is its JSON, None without one."""
    return [
        *_about_body(answer),
        *_about_secrets(answer.text, secrets),
        *(_about_error(answer.status, body) if answer.status >= 400 else ()),
        *(_about_list(body) if is_list(body) else ()),
        *(_about_resource(answer, body) if isinstance(body, dict) else ()),
    ]


def is_list(body: JSON) -> bool:
    """Whether the body is a ListResponse, or means to be one."""
    return isinstance(body, dict) and (
        "totalResults" in body or body.get("schemas") == [LIST_RESPONSE]
    )


def _about_body(answer: Answer) -> Iterator[str]:
    if answer.status == 204:
        if answer.text:
            yield "204 came with a body"
        return
    media_type = answer.headers.get("content-type", "none").partition(";")[0]
    if media_type.strip() != MEDIA_TYPE:
        yield f"the media type is {media_type}"


def _about_secrets(text: str, secrets: list[str]) -> Iterator[str]:
    if any(secret in text for secret in secrets):
        yield "a token came back in the answer"


def _about_error(status: int, body: JSON) -> Iterator[str]:
    yield from mismatches(
        {"schemas": [ERROR], "status": str(status), "detail": {"$type": "text"}}, body
    )
    detail = body.get("detail") if isinstance(body, dict) else None
    if not isinstance(detail, str):
        return
    if not detail.strip().endswith(".") or "\n" in detail:
        yield f"detail is not a plain sentence: {detail!r}"
    if len(detail) >= LONGEST_DETAIL:
        yield f"detail has {len(detail)} characters"


def _about_list(body: JSON) -> Iterator[str]:
    number: JSON = {"$type": "number"}
    yield from mismatches(
        {
            "schemas": [LIST_RESPONSE],
            "totalResults": number,
            "startIndex": number,
            "itemsPerPage": number,
            "Resources": {"$type": "list"},
        },
        body,
    )
    if not isinstance(body, dict):
        return
    resources, claimed = body.get("Resources"), body.get("itemsPerPage")
    if isinstance(resources, list) and claimed != len(resources):
        yield f"itemsPerPage is {claimed}, but {len(resources)} came"


def _about_resource(answer: Answer, body: dict[str, JSON]) -> Iterator[str]:
    """A User or Group; discovery documents have a `meta` but no `id` of this kind."""
    meta = body.get("meta")
    kind = meta.get("resourceType") if isinstance(meta, dict) else None
    if not isinstance(meta, dict) or kind not in ("User", "Group"):
        return
    if "password" in body:
        yield "a password came back"
    identifier = body.get("id")
    if not isinstance(identifier, str) or not identifier or "bulkId" in identifier:
        yield f"the id is {identifier!r}"
    location = meta.get("location")
    if not isinstance(location, str) or not location.endswith(f"/{identifier}"):
        yield f"meta.location is {location!r}"
    if answer.status == 201 and answer.headers.get("location") != location:
        yield f"Location is {answer.headers.get('location')!r}, not {location!r}"
