"""One exchange of a journey: the request made ready, the answer held to the rules.

What a single step expects beyond the rules is judged in `expectations.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.journeys.filling import Variables, echo, fill, fill_path, fill_text
from tests.journeys.matching import JSON
from tests.journeys.rules import broken_rules
from tests.journeys.wire import (
    METHODS_WITH_CONTENT_TYPE,
    OKTA_CONTENT_TYPE,
    OKTA_HEADERS,
    Answer,
    Request,
    Wire,
)

SHOWN = 1_500
"""Characters of a body that the report of a failure shows."""


class JourneyFailed(AssertionError):
    """The server did not answer a step as the journey expects."""


@dataclass
class Stage:
    """A journey under way: its connection and what its steps have kept."""

    wire: Wire
    variables: dict[str, JSON]
    secrets: list[str]
    headers: dict[str, str | None] = field(default_factory=dict)

    def exchange(self, template: dict[str, Any]) -> tuple[Request, Answer, JSON]:
        """Send one request; `JourneyFailed` when the answer breaks a rule for all."""
        request = prepare(template, self.variables, self.headers)
        answer = self.wire.send(request)
        try:
            body = answer.document() if answer.text else None
        except ValueError as error:
            raise failure(
                request, answer, [f"the body is not JSON: {error}"]
            ) from error
        faults = broken_rules(answer, body, self.secrets)
        if faults:
            raise failure(request, answer, faults)
        return request, answer, body


def prepare(
    template: dict[str, Any],
    variables: Variables,
    own: Mapping[str, str | None] | None = None,
) -> Request:
    """The request with Okta's headers, the journey's own, and the step's.

    A header that is null is left out; a read has no Content-Type but a step's.
    """
    headers: dict[str, str | None] = {
        **OKTA_HEADERS,
        "Content-Type": OKTA_CONTENT_TYPE,
        **(own or {}),
    }
    if template["method"] not in METHODS_WITH_CONTENT_TYPE:
        del headers["Content-Type"]
    headers |= template.get("headers", {})
    return Request(
        template["method"],
        fill_path(template["path"], variables),
        {
            name: fill_text(value, variables)
            for name, value in headers.items()
            if value is not None
        },
        _body(template, variables),
    )


def failure(request: Request, answer: Answer, faults: list[str]) -> JourneyFailed:
    """What went wrong, with the exchange, but without the token."""
    sent = request.body.decode() if request.body is not None else ""
    lines = [
        *(f"  - {fault}" for fault in faults),
        f"  sent: {request.method} {request.target} {sent[:SHOWN]}",
        f"  came: {answer.status} {answer.text[:SHOWN]}",
    ]
    return JourneyFailed("\n".join(lines))


def _body(template: dict[str, Any], variables: Variables) -> bytes | None:
    if "raw" in template:
        return fill_text(template["raw"], variables).encode()
    if "echo" in template:
        return _json(echo(template["echo"], variables))
    if "body" in template:
        return _json(fill(template["body"], variables))
    return None


def _json(value: JSON) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
