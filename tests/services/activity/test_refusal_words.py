"""Who was turned away, and why, in a few words."""

from __future__ import annotations

from typing import Any

import pytest

from services.activity.catalogue import credentials
from tests.services.activity.test_meaning import request, said, told


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"status": 401, "cause": "expired"}, "token expired"),
        ({"status": 401, "cause": "missing"}, "no credentials"),
        ({"status": 401, "cause": "something new"}, "credentials do not hold"),
        ({"status": 403, "cause": "read_only"}, "token may only read"),
        ({"status": 403, "cause": "suspended"}, "provisioning is paused"),
        ({"status": 404, "cause": "unknown_address"}, "no such address"),
        (
            {"status": 404, "cause": "doubled_prefix"},
            "/scim/v2 stands twice in the address",
        ),
        ({"status": 405, "cause": "method"}, "POST is not possible there"),
        ({"status": 413, "cause": "too_large"}, "request too large"),
        ({"status": 429, "cause": "slow_down"}, "too many refused credentials"),
        ({"status": 501, "cause": "bulk"}, "bulk requests are not supported"),
    ],
)
def test_who_is_turned_away_is_told_why(columns: dict[str, Any], reason: str) -> None:
    found = told(request(outcome="refused", **columns))
    assert said(found.short) == f"Refused: {reason}"
    assert said(found.full) == f"Okta was refused: {reason}"


@pytest.mark.parametrize(
    "cause", sorted({cause for entry in credentials.ENTRIES for cause in entry.causes})
)
def test_each_fault_of_credentials_has_words_of_its_own(cause: str) -> None:
    found = said(told(request(outcome="refused", status=401, cause=cause)).short)
    assert found.startswith("Refused: ")
    assert found != "Refused: credentials do not hold"
