"""Refusals explained: what went wrong, and what to do about it, in whose words.

One entry for each combination of endpoint, status, scimType and cause that Rollcall
answers with under `/scim/v2`. `docs/reference/errors.md` says the same; a test holds
the two together, and asks for each entry over SCIM. Whether a fix can be pressed is
found out in `services/activity/fixes.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from services.activity.catalogue import (
    bodies,
    credentials,
    places,
    resources,
    service,
    values,
)
from services.activity.catalogue.entry import Entry, Explanation
from services.activity.catalogue.places import Place
from services.activity.request_log import LoggedRequest

__all__ = ["ENTRIES", "Explanation", "explain", "find", "key_of", "resolve"]

ENTRIES: Final = (
    *credentials.ENTRIES,
    *resources.ENTRIES,
    *values.ENTRIES,
    *bodies.ENTRIES,
    *service.ENTRIES,
)

_Key: TypeAlias = tuple[int, str | None, str, str]
_BY_KEY: Final[Mapping[_Key, Entry]] = {
    (one.status, one.scim_type, cause, one.endpoint): one
    for one in ENTRIES
    for cause in one.causes
}
_PREFIX: Final = "/scim/v2/"
_SUPPORT: Final = (
    "Look at the request and the reply below: the reply names what is wrong.",
    "Copy this for support: the request id, the reply, and the time.",
)


def explain(request: LoggedRequest) -> Explanation | None:
    """What is known of a refusal or failure; None for what went well.

    A refusal that the catalogue does not know is explained by its own `detail`.
    """
    if request.kind != "scim" or request.status is None or request.status < 400:
        return None
    entry = find(request)
    if entry is not None:
        return resolve(entry, request.provider)
    return Explanation(
        "unknown",
        "Rollcall refused this request",
        request.detail or "It was answered without a reason.",
        _SUPPORT,
    )


def find(request: LoggedRequest) -> Entry | None:
    """The entry that is meant by a row; that of its endpoint before a general one."""
    for endpoint in _endpoints(request.method, request.path):
        key = (request.status or 0, request.scim_type, request.cause or "", endpoint)
        if key in _BY_KEY:
            return _BY_KEY[key]
    return None


def key_of(request: LoggedRequest) -> str:
    """The key of the entry that is meant by a row, or nothing."""
    entry = find(request)
    return entry.key if entry else ""


def resolve(entry: Entry, provider: str) -> Explanation:
    """An entry in the words of a provider: those that are known, else general ones."""
    client = provider or places.GENERAL
    steps = [_worded(step, client) for step in _spelt(entry, provider)]
    return Explanation(
        entry.key,
        _worded(entry.title, client),
        _worded(entry.meaning, client),
        (*steps,),
    )


def _spelt(entry: Entry, provider: str) -> Iterator[str]:
    for step in entry.steps:
        if isinstance(step, Place):
            yield from places.steps_at(step, provider)
        else:
            yield step


def _worded(text: str, client: str) -> str:
    found = text.replace("{client}", client)
    return found[0].upper() + found[1:]


def _endpoints(method: str, path: str) -> Iterator[str]:
    """How entries may name where a request was sent to, the closest first."""
    resource = path.partition("?")[0].removeprefix(_PREFIX).partition("/")[0]
    yield f"{method} {resource}"
    yield resource
    yield ""
