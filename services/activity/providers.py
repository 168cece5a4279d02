"""Which provider a request seems to come from: a label, by which nothing is decided.

Products name themselves in the `User-Agent`; a few are known by what no other sends.
What nobody has documented or recorded is not here: an unknown client has no label.
"""

from __future__ import annotations

from functools import lru_cache
from typing import AnyStr, Final

_BY_AGENT: Final = (
    # okta.md §2: "Okta SCIM Client 1.0.0"; its test suites "OKTA SCIM Integration".
    ("okta", "Okta"),
    ("azure", "Entra ID"),
    ("entra", "Entra ID"),
    ("microsoft", "Entra ID"),
    ("onelogin", "OneLogin"),
    ("jumpcloud", "JumpCloud"),
    ("pingone", "Ping"),
    ("pingfederate", "Ping"),
    ("pingidentity", "Ping"),
    ("google", "Google Workspace"),
    ("rippling", "Rippling"),
    ("cyberark", "CyberArk"),
    ("authentik", "authentik"),
    ("keycloak", "Keycloak"),
    ("sailpoint", "SailPoint"),
    ("workos", "WorkOS"),
)
"""Names in lower case, anywhere in the header; the first that fits."""

LABELS: Final = tuple(dict.fromkeys(label for _, label in _BY_AGENT))
"""The names that can be recognised, each once."""

_BY_QUERY: Final = (
    # identity-providers.md §2.2 and §2.3: flags on the tenant URL.
    (b"aadoptscim062020", "Entra ID"),
    (b"azureadscimpatch2017", "Entra ID"),
)
_BY_BODY: Final = (
    # identity-providers.md §2.4: the second schema of every group it makes.
    (b"schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM", "Entra ID"),
    # identity-providers.md §3: an old draft's schema, beside the right one.
    (b"urn:scim:schemas:core:1.0", "Google Workspace"),
)
_LOOKED_AT: Final = 2_048
"""Bytes of a body in which its schemas are looked for."""


def recognise(user_agent: str, query: bytes = b"", body: bytes = b"") -> str:
    """The provider's name as people know it, or nothing."""
    found = _by_agent(user_agent)
    if not found and query:
        found = _first(_BY_QUERY, query.lower())
    if not found and body:
        head = body[:_LOOKED_AT]
        found = _first(_BY_BODY, head)
    return found


@lru_cache(maxsize=500)
def _by_agent(user_agent: str) -> str:
    return _first(_BY_AGENT, user_agent.lower())


def _first(marks: tuple[tuple[AnyStr, str], ...], text: AnyStr) -> str:
    return next((label for mark, label in marks if mark in text), "")
