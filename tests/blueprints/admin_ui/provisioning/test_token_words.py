"""What pages say of a token, and of the address that goes with it."""

from __future__ import annotations

import pytest

from blueprints.admin_ui.provisioning import token_words


@pytest.mark.parametrize(
    "base_url",
    ["https://rollcall.example/scim/v2", "https://8.8.8.8/scim/v2"],
)
def test_a_public_https_address_is_beyond_doubt(base_url: str) -> None:
    assert token_words.doubt_about(base_url) == ""


@pytest.mark.parametrize(
    ("base_url", "said"),
    [
        ("http://rollcall.example/scim/v2", "https addresses only"),
        ("http://localhost:8000/scim/v2", "on your own network alone"),
        ("https://127.0.0.1/scim/v2", "on your own network alone"),
        ("https://10.1.2.3/scim/v2", "on your own network alone"),
        ("https://[::1]:8000/scim/v2", "on your own network alone"),
        ("https://rollcall/scim/v2", "on your own network alone"),
        ("https://rollcall.corp.internal/scim/v2", "on your own network alone"),
    ],
)
def test_an_address_out_of_reach_is_doubted(base_url: str, said: str) -> None:
    assert said in token_words.doubt_about(base_url)
