"""Which provider a request seems to come from: a label alone."""

from __future__ import annotations

import pytest

from services.activity import providers

URN = b'{"schemas":["http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2'
DRAFT = b'{"schemas":["urn:scim:schemas:core:1.0"]'


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Okta SCIM Client 1.0.0", "Okta"),
        ("OKTA SCIM Integration", "Okta"),
        ("OneLogin", "OneLogin"),
        ("JumpCloud-SCIM/2.0", "JumpCloud"),
        ("PingFederate/12", "Ping"),
        ("goauthentik.io/2026.1", "authentik"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_a_product_that_names_itself_is_recognised(agent: str, name: str) -> None:
    assert providers.recognise(agent) == name


@pytest.mark.parametrize(
    ("query", "body", "name"),
    [
        (b"aadOptscim062020", b"", "Entra ID"),
        (b"AzureAdScimPatch2017&count=1", b"", "Entra ID"),
        (b"", URN, "Entra ID"),
        (b"", DRAFT, "Google Workspace"),
        (b"count=1", b"{}", ""),
        (b"", b" " * 3_000 + URN, ""),
    ],
)
def test_a_product_is_recognised_by_what_no_other_sends(
    query: bytes, body: bytes, name: str
) -> None:
    assert providers.recognise("", query, body) == name
    assert providers.recognise("Okta SCIM Client 1.0.0", query, body) == "Okta"
