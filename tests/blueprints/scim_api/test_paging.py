"""What `startIndex` and `count` may be, and what a page then is (RFC 7644 §3.4.2.4)."""

from __future__ import annotations

import pytest

from services import organizations
from tests.refusals import detail_of
from tests.scim_client import load
from tests.served import fill


@pytest.fixture(scope="module", autouse=True)
def people(shared_app, shared_scim):
    with shared_app.app_context():
        fill(organizations.get("acme"), 105, groups=0, members_per_group=0)


@pytest.mark.parametrize(
    ("query", "start_index", "n_resources"),
    [
        ("", 1, 100),
        ("?count=", 1, 100),
        ("?count=100", 1, 100),
        ("?count=0", 1, 0),
        ("?count=-1", 1, 0),
        ("?count=7", 1, 7),
        ("?count=+7", 1, 7),
        ("?count=%2B7&startIndex=3", 3, 7),
        ("?count=1000", 1, 105),
        ("?count=1001", 1, 105),
        (f"?count={10**40}", 1, 105),
        ("?startIndex=0", 1, 100),
        ("?startIndex=-5", 1, 100),
        ("?startIndex=105", 105, 1),
        ("?startIndex=106", 106, 0),
        ("?startIndex=2&count=2", 2, 2),
        (f"?startIndex={2**63 - 1}&count=1000", 2**63 - 1, 0),
        (f"?startIndex={10**40}", 2**63 - 1, 0),
        ("?startIndex=1&count=100&sortBy=userName&cursor=x&unknown=1", 1, 100),
    ],
)
def test_bounds_of_a_page(shared_scim, query, start_index, n_resources):
    page = load(shared_scim.get(f"/Users{query}"))
    assert page["totalResults"] == 105
    assert page["startIndex"] == start_index
    assert page["itemsPerPage"] == len(page["Resources"]) == n_resources


@pytest.mark.parametrize("value", ["abc", "1.5", "1e2", "0x10", "١", "1,2", "--1"])
@pytest.mark.parametrize("name", ["count", "startIndex"])
def test_number_that_is_none_is_refused_by_name(shared_scim, name, value):
    detail = detail_of(shared_scim.get(f"/Users?{name}={value}"), 400, "invalidValue")
    assert detail.startswith(f'{name} is "{value}"')
    detail_of(shared_scim.get(f"/Groups?{name}={value}"), 400, "invalidValue")
