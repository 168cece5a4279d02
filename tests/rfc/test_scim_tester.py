"""The public conformance checker `scim2-tester` against the running server.

It covers discovery, create, read, list, put, delete, selection and PATCH of every
published attribute. Filters it does not look at: those have tests of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import httpx
import pytest
from scim2_client import BaseSyncSCIMClient
from scim2_tester import CheckResult, Status, check_server

from tests.served import Server

pytestmark = pytest.mark.served

Finding: TypeAlias = tuple[str, str, str, str]
"""Status, name of the check, type of resource, attribute that it is about."""

EXCUSED: dict[Finding, str] = {
    ("ERROR", "check_remove_attribute", "User", "active"): (
        "RFC 7643 §4.1.1 leaves the meaning of active to the service provider: here a "
        "person is active or is not, and only true or false changes that."
    ),
    ("ERROR", "check_add_attribute", "Group", "members"): (
        "The checker wants back exactly what it sent, but display is read-only and "
        "filled in by the server (RFC 7643 §2.4 and §7)."
    ),
    ("ERROR", "check_replace_attribute", "Group", "members"): (
        "As for add: the answer shows the name of the member in display."
    ),
    ("SKIPPED", "search_with_attributes", "User", ""): (
        "Skipped by the checker itself: a search by POST is answered with 501 "
        "(RFC 7644 §3.12)."
    ),
    ("SKIPPED", "search_with_attributes", "Group", ""): "As for User.",
}


class CheckerClient(BaseSyncSCIMClient):
    """scim2-client over httpx: its own engines want an HTTP library we have not."""

    def __init__(self, http: httpx.Client) -> None:
        super().__init__()
        self._http = http

    def _stays_under_base_url(self, endpoint: str) -> bool:
        return True  # The only server that could be spoken to is ours.

    def _parse_json(self, response: Any) -> Any:
        return response.json()

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        return self._http.request(method, url, **options)


@pytest.fixture(scope="module")
def results(journey_server: Server) -> Iterator[list[CheckResult]]:
    token = journey_server.new_token(journey_server.new_organization())
    with httpx.Client(
        base_url=journey_server.base_url,
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    ) as http:
        yield check_server(CheckerClient(http))


def findings(results: list[CheckResult]) -> dict[Finding, str | None]:
    """Whatever is not a plain success, deviations and skipped checks included."""
    return {
        _finding(result): result.reason
        for result in results
        if result.status is not Status.SUCCESS
    }


def _finding(result: CheckResult) -> Finding:
    about = result.data.get("urn", "") if isinstance(result.data, dict) else ""
    kind = result.resource_type or ""
    return result.status.name, result.title or "", kind, about


def test_nothing_is_found_but_the_excused(results: list[CheckResult]) -> None:
    found = findings(results)

    assert {key: found[key] for key in found.keys() - EXCUSED.keys()} == {}


def test_every_excuse_is_still_needed(results: list[CheckResult]) -> None:
    assert EXCUSED.keys() - findings(results).keys() == set()


def test_the_checker_reached_every_resource_and_verb(
    results: list[CheckResult],
) -> None:
    passed = {
        (result.title, result.resource_type)
        for result in results
        if result.status is Status.SUCCESS
    }

    assert {kind for _, kind in passed} == {None, "User", "Group"}
    assert {title for title, kind in passed if kind == "Group"} == {
        "object_creation",
        "object_query",
        "object_query_without_id",
        "object_query_with_attributes",
        "object_list_with_attributes",
        "object_replacement",
        "object_deletion",
        "check_add_attribute",
        "check_remove_attribute",
        "check_replace_attribute",
    }
