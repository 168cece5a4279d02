"""The status page as a browser shows it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.complaints import Complaints

pytestmark = [pytest.mark.served, pytest.mark.browser]


def test_status_page_names_the_base_url(page: Page) -> None:
    page.goto("/")
    assert page.get_by_role("heading", level=1).inner_text() == "Rollcall is running"
    assert page.get_by_role("main").get_by_text("/scim/v2").is_visible()


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_status_page_never_scrolls_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/")
    root = page.locator("html")
    assert root.evaluate("html => html.scrollWidth") <= width


def test_status_page_is_styled_in_both_themes(page: Page) -> None:
    page.goto("/")
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    ground = page.locator("body").evaluate("body => getComputedStyle(body).background")
    assert ("rgb(15, 20, 19)" in ground) == is_dark
    assert ("rgb(246, 247, 245)" in ground) != is_dark


def test_unknown_page_has_a_way_out(page: Page, complaints: Complaints) -> None:
    complaints.expect(404)
    answer = page.goto("/nowhere")
    assert answer is not None
    assert answer.status == 404
    page.get_by_role("link", name="Service status").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Rollcall is running"
