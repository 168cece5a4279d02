"""The activity while somebody watches: what is new, and how much went wrong."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.admin_client import HTMX, AdminClient
from tests.blueprints.admin_ui.activity.test_log import REFUSED, Write, write

__all__ = ["write"]


def test_new_rows_are_counted_while_the_list_is_live(
    viewer: AdminClient, write: Write
) -> None:
    write(REFUSED)
    page = viewer.get("activity", live="1").text
    found = re.search(r'hx-get="([^"]+/activity/new[^"]+)"', page)
    assert found
    write(REFUSED, {})
    address = found[1].replace("&amp;", "&")
    part = viewer.browser.get(address, headers=HTMX).text
    assert "2 new entries" in part
    assert 'hx-trigger="every 3s"' in part


def test_a_list_that_is_not_live_asks_for_nothing(viewer: AdminClient) -> None:
    page = viewer.get("activity").text
    assert 'aria-pressed="false"' in page
    assert 'hx-trigger="every' not in page
    over = viewer.get("activity", live="1", until="2020-01-01T00:00").text
    assert 'hx-trigger="every' not in over


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 30, "\x00"])
def test_a_strange_number_is_no_server_error(viewer: AdminClient, after: str) -> None:
    assert viewer.get("activity/new", htmx=True, after=after).status_code == 404


def test_the_part_that_polls_is_no_page(viewer: AdminClient) -> None:
    answer = viewer.get("activity/new", after="1", method="GET")
    assert (answer.status_code, answer.location) == (
        303,
        "/o/acme/activity?method=GET",
    )


def test_the_navigation_counts_what_went_wrong_in_a_day(
    viewer: AdminClient, write: Write
) -> None:
    assert 'class="pip"' not in viewer.get("users").text
    write(REFUSED, REFUSED, REFUSED | {"at": datetime.now(UTC) - timedelta(days=2)})
    page = viewer.get("users").text
    assert re.search(r'class="pip">.*?2<span', page, re.S)
    write(*[REFUSED] * 120)
    assert "99+" in viewer.get("users").text
