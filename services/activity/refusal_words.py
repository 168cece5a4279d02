"""Refusals and failures in words: who was turned away, and what could not be done.

Why, in a few words; the whole cause and what to do about it is told in `catalogue`.
"""

from __future__ import annotations

from typing import Final

from services.activity import read_words
from services.activity.request_log import LoggedRequest
from services.activity.sentences import Part, Sentences, done, joined
from services.activity.subjects import Subject


def tell(request: LoggedRequest, subject: Subject, who: str) -> Sentences:
    """Who was turned away and why, or what could not be done."""
    if reason := _reason(request):
        refused = Part(f"Refused: {reason}")
        return Sentences((refused,), (Part(f"{who} was refused: {reason}"),))
    if request.method in _READING:
        return _not_read(request, subject, who)
    verb = _VERBS.get(request.method, "answered")
    return _could_not(request, verb, subject, who)


def _not_read(request: LoggedRequest, subject: Subject, who: str) -> Sentences:
    kind = read_words.kind_of(request)
    if kind.verb == "discover":
        wanted = Subject(Part(""), read_words.discovered(request))
        return _could_not(request, "read", wanted, who)
    if kind.verb != "read":
        verb = "listed" if kind.verb == "list" else "searched"
        return _could_not(request, verb, Subject(Part(""), kind.noun), who)
    if request.status == _NOT_FOUND and not subject.part.text:
        return done(who, "asked for", Part(subject.lead))
    return _could_not(request, "read", subject, who)


def _could_not(
    request: LoggedRequest, verb: str, subject: Subject, who: str
) -> Sentences:
    why = Part(_why(request, subject))
    # Of a change, the name alone says much; of "users could not be listed", nothing.
    is_told = (
        subject.is_deleted or request.outcome == "failed" or request.method in _READING
    )
    short = (*subject.at_start, Part(f" could not be {verb}"))
    lead = Part(f"{who} could not {_INFINITIVES[verb]} ")
    return Sentences(
        joined(*short, why if is_told else Part("")),
        joined(lead, *subject.parts, why),
    )


def _reason(request: LoggedRequest) -> str:
    """Why a request was turned away before anybody asked what it is about."""
    if request.outcome == "failed":
        return ""
    if request.cause == "method":
        return f"{request.method} is not possible there"
    reason = _REASONS.get(request.cause or "")
    return reason or _STATUSES.get(request.status or 0, "")


def _why(request: LoggedRequest, subject: Subject) -> str:
    if request.outcome == "failed":
        is_busy = request.cause == "busy"
        return f": {'Rollcall was busy' if is_busy else 'an error in Rollcall'}"
    if request.status == _NOT_FOUND:
        return _where(subject, request.method)
    if request.status == _CONFLICT:
        name = "user name" if request.resource_type == "User" else "name"
        return f": the {name} is taken"
    if request.status == _PRECONDITION:
        return ": it was changed meanwhile"
    return f": {said}" if (said := _SCIM_TYPES.get(request.scim_type or "")) else ""


def _where(subject: Subject, method: str) -> str:
    """Why a resource was not found, unless what it is called says so."""
    if subject.is_deleted:
        return ": deleted already" if method == "DELETE" else ": deleted"
    return ": not here" if subject.part.text else ""


_READING: Final = ("GET", "HEAD")
_NOT_FOUND: Final = 404
_CONFLICT: Final = 409
_PRECONDITION: Final = 412
_VERBS: Final = {
    "DELETE": "deleted",
    "PATCH": "changed",
    "POST": "created",
    "PUT": "changed",
}
_INFINITIVES: Final = {
    "answered": "get an answer for",
    "changed": "change",
    "created": "create",
    "deleted": "delete",
    "listed": "list",
    "read": "read",
    "searched": "search",
}
_REASONS: Final = {
    "address": "address not allowed",
    "altered": "token altered",
    "base_url": "nothing after the base URL",
    "bearer_twice": "the word Bearer twice",
    "blank": "empty credentials",
    "blanks": "blanks in the token",
    "bulk": "bulk requests are not supported",
    "cut": "token cut off",
    "discovery_filter": "discovery cannot be filtered",
    "doubled_prefix": "/scim/v2 stands twice in the address",
    "empty": "no token after the word Bearer",
    "expired": "token expired",
    "foreign": "not a token of Rollcall",
    "me": "/Me is not supported",
    "missing": "no credentials",
    "padded": "token too long",
    "quoted": "token in quotation marks",
    "read_only": "token may only read",
    "revoked": "token revoked",
    "scheme": "another kind of credentials",
    "search": "search by POST is not supported",
    "slow_down": "too many refused credentials",
    "suspended": "provisioning is paused",
    "too_large": "request too large",
    "two_tokens": "two tokens at once",
    "unknown": "unknown token",
    "unknown_address": "no such address",
    "unprefixed": "the beginning of the token is missing",
}
_STATUSES: Final = {
    401: "credentials do not hold",
    403: "not allowed",
    405: "not possible there",
    413: "request too large",
    429: "too many requests",
    501: "not supported",
}
_SCIM_TYPES: Final = {
    "invalidFilter": "the filter is not understood",
    "invalidPath": "a path is not understood",
    "invalidSyntax": "the body is not understood",
    "invalidValue": "a value is not accepted",
    "mutability": "an attribute is read-only",
    "noTarget": "there is nothing at a path",
    "tooMany": "it asks for too much",
}
