"""How many rows there are, counted no further than somebody wants to know."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from services.activity import request_log, request_writing
from services.activity.log_queries import PROBLEM, LogQuery
from services.organizations import OrganizationRef
from tests.services.activity.test_request_buffer import entry


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.mark.parametrize(("most", "expected"), [(1, 1), (3, 3), (10, 4)])
def test_rows_are_counted_up_to_a_number(
    acme: OrganizationRef, globex: OrganizationRef, most: int, expected: int
) -> None:
    request_writing.write([entry(acme) for _ in range(4)] + [entry(globex), entry()])
    by_scim = LogQuery(kind="scim")
    assert request_log.count_up_to(acme, by_scim, most) == expected


def test_only_rows_that_match_are_counted(acme: OrganizationRef) -> None:
    outcomes = ("read", "refused", "failed")
    request_writing.write([entry(acme, outcome=one) for one in outcomes])
    assert request_log.count_up_to(acme, LogQuery(outcome=PROBLEM), 10) == 2
