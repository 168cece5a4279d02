"""A SCIM client over Flask's test client: JSON in, JSON out, with a token."""

from __future__ import annotations

from typing import Any

import orjson
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scim import names

Json = dict[str, Any]  # Any: whatever JSON a test sends or expects


class ScimClient:
    """Requests below `/scim/v2` with one token."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self._client = client
        self.token = token

    def request(
        self,
        method: str,
        path: str,
        body: Json | bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> TestResponse:
        data = orjson.dumps(body) if isinstance(body, dict) else body
        return self._client.open(
            f"/scim/v2{path}",
            method=method,
            data=data,
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": names.MEDIA_TYPE,
                **(headers or {}),
            },
        )

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.request("GET", path, headers=_named(headers))

    def post(self, path: str, body: Json) -> TestResponse:
        return self.request("POST", path, body)

    def put(self, path: str, body: Json, **headers: str) -> TestResponse:
        return self.request("PUT", path, body, _named(headers))

    def patch(self, path: str, *operations: Json, **headers: str) -> TestResponse:
        body = {"schemas": [names.PATCH_OP], "Operations": list(operations)}
        return self.request("PATCH", path, body, _named(headers))

    def delete(self, path: str, **headers: str) -> TestResponse:
        return self.request("DELETE", path, headers=_named(headers))

    def new_user(self, user_name: str, **attributes: Any) -> Json:
        answer = self.post("/Users", {"userName": user_name, **attributes})
        assert answer.status_code == 201, answer.text
        return load(answer)

    def new_group(self, name: str, *member_ids: str, **attributes: Any) -> Json:
        members = [{"value": one} for one in member_ids]
        body = {"displayName": name, "members": members, **attributes}
        answer = self.post("/Groups", body)
        assert answer.status_code == 201, answer.text
        return load(answer)


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def load(answer: TestResponse) -> Json:
    """The answer's JSON object."""
    document = orjson.loads(answer.data)
    assert isinstance(document, dict)
    return document
