"""Searching while typing: the last word wins, the address follows, the focus stays."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.complaints import Complaints
from tests.browser.sample import Sample

pytestmark = [pytest.mark.served, pytest.mark.browser]


@pytest.fixture
def users(owner: Page, sample: Sample) -> Page:
    owner.goto(f"{sample.at}/tokens")
    owner.get_by_role("link", name="Users").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text("Users")
    # The heading is there before the script that hears the keys.
    owner.wait_for_load_state()
    return owner


def names(page: Page) -> list[str]:
    return page.locator("#results tbody .row-link").all_inner_texts()


def slow_for_one_letter(route: Route) -> None:
    """The server takes long for `s` alone, as if it had much to find."""
    if route.request.url.endswith("q=s"):
        time.sleep(0.8)
    route.continue_()


def test_an_answer_that_comes_late_never_wins(users: Page, sample: Sample) -> None:
    users.route("**/users?**", slow_for_one_letter)
    field = users.get_by_role("searchbox", name="Search users")
    with users.expect_request(lambda sent: sent.url.endswith("q=s")):
        field.press_sequentially("s", delay=10)
    field.press_sequentially("an", delay=10)
    expect(users.locator("#results")).to_contain_text("Sanjay Rao")
    users.wait_for_timeout(1_200)
    assert all("san" in one.lower() for one in names(users))
    assert users.url.endswith(f"{sample.at}/users?q=san")
    expect(field).to_be_focused()


def test_back_leaves_the_list_and_not_letter_by_letter(
    users: Page, sample: Sample
) -> None:
    field = users.get_by_role("searchbox", name="Search users")
    field.press_sequentially("san", delay=300)
    users.wait_for_url("**q=san")
    users.go_back()
    users.wait_for_url(f"**{sample.at}/tokens")


def test_chips_count_what_is_found(users: Page) -> None:
    users.get_by_role("searchbox", name="Search users").fill("tomasz")
    chips = users.get_by_role("navigation", name="Status")
    expect(chips.get_by_role("link", name="All")).to_have_text("All 1")
    expect(chips.get_by_role("link", name="Deactivated")).to_have_text("Deactivated 0")
    chips.get_by_role("link", name="Deactivated").click()
    expect(users.locator("#results")).to_contain_text("Nobody")


def test_back_after_a_chip_brings_the_whole_page(users: Page, sample: Sample) -> None:
    users.get_by_role("link", name="Deactivated").click()
    users.wait_for_url("**status=deactivated**")
    users.get_by_role("link", name="Jonas Lindqvist").click()
    expect(users.get_by_role("heading", level=1)).to_have_text("Jonas Lindqvist")
    users.go_back()
    expect(users.get_by_role("heading", level=1)).to_have_text("Users")
    expect(users.get_by_role("link", name="Jonas Lindqvist")).to_be_visible()
    users.go_back()
    expect(users.locator(".sidebar")).to_be_visible()
    expect(users.locator("#results")).to_contain_text("Aiko Tanaka")


def test_the_slash_leads_into_the_search(users: Page) -> None:
    users.keyboard.press("/")
    expect(users.get_by_role("searchbox", name="Search users")).to_be_focused()
    users.keyboard.type("/")
    expect(users.get_by_role("searchbox", name="Search users")).to_have_value("/")


def test_rows_are_walked_opened_and_picked_by_key(users: Page) -> None:
    rows = users.locator("#results tbody .row-link")
    users.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    users.keyboard.press("j")
    users.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    users.keyboard.press("x")
    expect(users.locator("#bulk")).to_contain_text("1 selected")
    users.keyboard.press("Enter")
    users.wait_for_url("**/users/*")


def test_sorting_moves_the_focus_to_the_table(users: Page) -> None:
    users.get_by_role("link", name="Changed").click()
    users.wait_for_url("**sort=**")
    expect(users.locator("#results caption")).to_be_focused()
    assert users.locator("th[aria-sort]").count() == 1


def test_a_server_that_fails_leaves_the_rows(
    users: Page, complaints: Complaints
) -> None:
    complaints.expect(500)
    users.route("**/users?q=x", lambda route: route.fulfill(status=500, body="x"))
    before = names(users)
    users.get_by_role("searchbox", name="Search users").fill("x")
    expect(users.locator("#toasts")).to_contain_text("That did not work. Try again.")
    assert names(users) == before


def test_a_server_that_is_away_is_said(users: Page, complaints: Complaints) -> None:
    complaints.ignore("ERR_CONNECTION_REFUSED")
    complaints.ignore("htmx:sendError")
    users.route("**/users?q=x", lambda route: route.abort("connectionrefused"))
    users.get_by_role("searchbox", name="Search users").fill("x")
    expect(users.locator("#toasts")).to_contain_text("Rollcall cannot be reached.")


def test_many_are_picked_with_shift(users: Page) -> None:
    boxes = users.locator("#results input[data-pick]")
    boxes.nth(1).click()
    boxes.nth(5).click(modifiers=["Shift"])
    expect(users.locator("#bulk")).to_contain_text("5 selected")
    users.get_by_role("button", name="Clear the selection").click()
    expect(users.locator("#bulk")).to_be_hidden()


def test_an_action_on_a_row_leaves_one_where_one_was(
    users: Page, sample: Sample
) -> None:
    users.goto(f"{sample.at}/users?q=an&status=active&sort=-name")
    users.evaluate("window.isTheSamePage = true")
    names_before = names(users)
    last = names_before[-1]
    users.locator(f"summary[aria-label='Actions for {last}']").click()
    users.get_by_role("button", name=f"Deactivate {last}").press("Enter")
    expect(users.locator("#toasts")).to_contain_text(f"{last} was deactivated.")
    expect(users.get_by_role("link", name=names_before[-2])).to_be_focused()
    assert names(users) == names_before[:-1]
    assert users.url.endswith("/users?q=an&status=active&sort=-name")
    assert users.evaluate("window.isTheSamePage")
    users.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(users.locator("#toasts")).to_contain_text(f"{last} was reactivated.")
