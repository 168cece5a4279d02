"""What this service does not have is said to be missing, not to be a wrong address."""

from __future__ import annotations

import pytest

from scim.names import ERROR
from tests.scim_client import ScimClient, load


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/.search"),
        ("POST", "/Users/.search"),
        ("POST", "/Groups/.search"),
        ("POST", "/Bulk"),
        ("GET", "/Me"),
        ("PATCH", "/Me"),
    ],
)
def test_what_is_not_supported_is_501(scim: ScimClient, method: str, path: str) -> None:
    answer = scim.request(method, path, {})

    document = load(answer)
    assert answer.status_code == 501
    assert (document["schemas"], document["status"]) == ([ERROR], "501")
    assert "not supported here" in document["detail"]
