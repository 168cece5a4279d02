"""Rows of the request log: made up for pure functions, or read after a request."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from services.activity import request_log
from services.activity.request_log import LoggedExchange, LoggedRequest
from services.organizations import OrganizationRef
from services.origin import new_id

_ROW: dict[str, Any] = {  # Any: values of columns
    "seq": 1,
    "id": new_id(),
    "kind": "scim",
    "token_public_id": None,
    "actor": "",
    "actor_name": "",
    "at": datetime(2026, 11, 3, tzinfo=UTC),
    "method": "GET",
    "path": "/scim/v2/Users",
    "status": 200,
    "scim_type": None,
    "cause": None,
    "detail": None,
    "duration_us": 900,
    "address": "203.0.113.7",
    "user_agent": "Okta SCIM Client 1.0.0",
    "provider": "Okta",
    "outcome": "read",
    "resource_type": None,
    "resource_id": None,
    "facts": {},
    "notes": [],
    "request_bytes": 0,
    "response_bytes": 0,
}


def exchange(request_body: str | None = None, **columns: Any) -> LoggedExchange:
    """A row that never was, with that body."""
    return LoggedExchange(LoggedRequest(**_ROW | columns), request_body, None)


def exchange_of(
    app: Flask, organization: OrganizationRef, answer: TestResponse
) -> LoggedExchange:
    """The row that a request left."""
    app.extensions["request_log"].flush()
    with app.app_context():
        return request_log.get(organization, answer.headers["X-Request-Id"])
