"""A browser without a window: signed in as somebody, with a CSRF token at hand."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from services.access import sessions

HTMX = {"HX-Request": "true"}

UNKNOWN_ID = "0190f2d4-1c6e-7a3b-8f5d-2b9c4e6a7d10"
"""Well formed, and nobody's; the same in every process that collects tests."""


class AdminClient:
    """Asks for pages of one organization as one admin; posts with a good CSRF token.

    Addresses that begin with a slash are meant as they are, others lie in the
    organization: `users` is `/o/acme/users`.
    """

    def __init__(self, app: Flask, admin_id: str | None, slug: str = "acme") -> None:
        self.app = app
        self.slug = slug
        # Without `with`: a context kept open leaks `g` between requests.
        self.browser = app.test_client()
        self.csrf_token = ""
        if admin_id is not None:
            self.sign_in(admin_id)

    def sign_in(self, admin_id: str, at: datetime | None = None) -> str:
        """A session begun through the service, since hashing passwords is slow."""
        with self.app.app_context():
            secret = sessions.start(
                admin_id,
                at=at or datetime.now(UTC),
                address="127.0.0.1",
                user_agent="Test browser",
            )
        with self.browser.session_transaction() as cookie:
            cookie["_user_id"] = secret
        return secret

    def get(self, address: str, *, htmx: bool = False, **query: Any) -> TestResponse:
        headers = HTMX if htmx else {}
        return self.browser.get(
            self._path(address), query_string=query, headers=headers
        )

    def post(
        self,
        address: str,
        fields: dict[str, Any] | None = None,
        *,
        htmx: bool = False,
        with_token: bool = True,
        **options: Any,
    ) -> TestResponse:
        fields = dict(fields or {})
        if with_token:
            fields["csrf_token"] = self.csrf_token or self._ask_for_token()
        headers = HTMX if htmx else {}
        path = self._path(address)
        return self.browser.post(path, data=fields, headers=headers, **options)

    def _ask_for_token(self) -> str:
        page = self.browser.get("/account").text
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found, page[:500]
        self.csrf_token = found[1]
        return self.csrf_token

    def _path(self, address: str) -> str:
        if address.startswith("/"):
            return address
        return f"/o/{self.slug}/{address}"
