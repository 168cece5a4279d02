"""The Authorization header as it comes over a socket."""

from __future__ import annotations

import http.client
import json

import pytest

from tests.served import Server

pytestmark = pytest.mark.served


@pytest.mark.parametrize(
    "wrapping", ["Bearer “{}”", "Bearer \u00a0{}", "Bearer {}\u200b", "\ufeff{}"]
)
def test_characters_that_are_not_plain_text_are_told_apart_from_nothing(
    journey_server: Server, wrapping: str
) -> None:
    token = journey_server.new_token(journey_server.new_organization())
    connection = http.client.HTTPConnection("127.0.0.1", journey_server.port)
    connection.putrequest("GET", "/scim/v2/Users")
    connection.putheader("Authorization", wrapping.format(token).encode())
    connection.endheaders()
    answer = connection.getresponse()
    detail = json.loads(answer.read())["detail"]
    connection.close()
    assert answer.status == 401
    assert "curly quotes" in detail or "quotation marks" in detail
    assert token not in detail
