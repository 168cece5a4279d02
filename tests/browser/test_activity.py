"""The activity in a browser: what is read stays there, and every state is linked."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from itertools import count

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from services.activity import request_log
from services.activity.log_queries import LogQuery
from services.activity.told import FOLDED_FROM
from tests.browser.conftest import Open
from tests.browser.sample import Sample
from tests.served import Server

pytestmark = [pytest.mark.served, pytest.mark.browser]

NUMBERS = count()
Send = Callable[..., None]


def wait_for_row(served: Server, sample: Sample, request_id: str) -> None:
    """The row is handed over when the answer has gone, which may be a moment later."""
    query = LogQuery(request_id=request_id)
    ends = time.monotonic() + 5
    while time.monotonic() < ends:
        served.app.extensions["request_log"].flush()
        with served.app.app_context():
            if request_log.count_up_to(sample.organization, query, 1):
                return
        time.sleep(0.02)


@pytest.fixture
def send(served: Server, sample: Sample) -> Send:
    """A look-up that is on record at once; refused, so that it folds with no other."""

    def call(path: str = "") -> None:
        path = path or f"Users/nobody-{next(NUMBERS)}"
        headers = {"Authorization": f"Bearer {sample.okta_token}"}
        answer = httpx.get(f"{served.base_url}/{path}", headers=headers)
        wait_for_row(served, sample, answer.headers["X-Request-Id"])

    return call


@pytest.fixture
def activity(owner: Page, sample: Sample, send: Send) -> Page:
    for _ in range(3):
        send()
    owner.goto(f"{sample.at}/activity")
    return owner


def rows(page: Page) -> Locator:
    return page.locator("#log tbody tr")


def links(page: Page) -> Locator:
    return page.locator("#log tbody tr > td > a.row-link")


def test_a_row_opens_beside_the_list_with_an_address_of_its_own(
    activity: Page, sample: Sample
) -> None:
    row = rows(activity).first
    row.locator("a.row-link").click()
    expect(activity.locator("article#inspector")).to_be_visible()
    expect(row).to_have_attribute("aria-current", "true")
    activity.wait_for_url(re.compile(rf"{sample.at}/activity/[0-9a-f-]{{36}}$"))
    activity.reload()
    expect(activity.locator("article#inspector")).to_be_visible()
    expect(rows(activity).first).to_have_attribute("aria-current", "true")


@pytest.mark.parametrize("way", ["key", "cross"])
def test_a_request_is_closed_and_its_row_has_the_focus(
    activity: Page, way: str
) -> None:
    first = links(activity).first
    first.click()
    expect(activity.locator("article#inspector h2").first).to_be_focused()
    ways = {
        "key": lambda: activity.keyboard.press("Escape"),
        "cross": activity.get_by_role("link", name="Close the request").click,
    }
    ways[way]()
    expect(activity.locator("article#inspector")).to_have_count(0)
    expect(first).to_be_focused()
    activity.wait_for_url("**/activity")


def test_rows_are_walked_and_opened_by_key(activity: Page) -> None:
    activity.keyboard.press("j")
    expect(links(activity).nth(0)).to_be_focused()
    activity.keyboard.press("j")
    activity.keyboard.press("Enter")
    expect(rows(activity).nth(1)).to_have_attribute("aria-current", "true")
    activity.keyboard.press("j")
    expect(links(activity).nth(2)).to_be_focused()
    activity.keyboard.press("k")
    expect(links(activity).nth(1)).to_be_focused()


def test_g_and_a_lead_to_the_activity(owner: Page, sample: Sample) -> None:
    owner.goto(f"{sample.at}/users")
    owner.keyboard.press("g")
    owner.keyboard.press("a")
    owner.wait_for_url("**/activity")


def test_with_a_row_open_no_row_moves(activity: Page, send: Send) -> None:
    activity.get_by_role("button", name="Live").click()
    activity.wait_for_url("**live=1")
    links(activity).first.click()
    expect(activity.locator("article#inspector")).to_be_visible()
    before = rows(activity).first.inner_text()
    box = rows(activity).first.bounding_box()
    asked: list[str] = []
    activity.on("request", lambda sent: asked.append(sent.url))
    send()
    activity.wait_for_timeout(4_000)
    assert rows(activity).first.inner_text() == before
    assert rows(activity).first.bounding_box() == box
    assert [url for url in asked if "/activity/new" in url] == []


def test_at_the_top_new_rows_come_by_themselves(activity: Page, send: Send) -> None:
    activity.get_by_role("button", name="Live").click()
    activity.wait_for_url("**live=1")
    newest = links(activity).first.get_attribute("href")
    send()
    expect(links(activity).first).not_to_have_attribute("href", newest or "")
    expect(activity.get_by_role("button", name="Live")).to_have_attribute(
        "aria-pressed", "true"
    )


@pytest.mark.parametrize("place", ["row", "search", "outcome"])
def test_what_comes_by_itself_leaves_the_focus_where_it_is(
    activity: Page, send: Send, place: str
) -> None:
    activity.get_by_role("button", name="Live").click()
    activity.wait_for_url("**live=1")
    newest = links(activity).first.get_attribute("href")
    places = {
        "row": "#" + (links(activity).nth(1).get_attribute("id") or ""),
        "search": "#q",
        "outcome": "#outcomes a >> nth=1",
    }
    activity.locator(places[place]).focus()
    send()
    expect(links(activity).first).not_to_have_attribute("href", newest or "")
    activity.wait_for_timeout(300)
    expect(activity.locator(places[place])).to_be_focused()


def test_the_fold_of_a_row_takes_over_its_focus(activity: Page, send: Send) -> None:
    for _ in range(FOLDED_FROM - 1):
        send("Users?count=1")
    activity.reload()
    activity.get_by_role("button", name="Live").click()
    activity.wait_for_url("**live=1")
    links(activity).first.focus()
    send("Users?count=1")
    expect(rows(activity).first.locator(".fold > summary")).to_be_focused()


def test_the_fields_of_the_filter_are_as_wide_as_each_other(activity: Page) -> None:
    activity.locator("#more summary").click()
    fields = activity.locator("#more :is(.input, .select)").all()
    assert len(fields) == 7
    assert len({(field.bounding_box() or {}).get("width") for field in fields}) == 1


def test_further_down_a_bar_counts_what_is_new_until_it_is_pressed(
    activity: Page, send: Send
) -> None:
    activity.set_viewport_size({"width": 1440, "height": 400})
    activity.get_by_role("button", name="Live").click()
    activity.wait_for_url("**live=1")
    activity.mouse.wheel(0, 300)
    newest = links(activity).first.get_attribute("href")
    send()
    bar = activity.get_by_role("link", name="1 new entry")
    expect(bar).to_be_visible()
    expect(links(activity).first).to_have_attribute("href", newest or "")
    bar.click()
    expect(links(activity).first).not_to_have_attribute("href", newest or "")


def test_the_bar_is_pressed_also_beside_an_open_row(activity: Page, send: Send) -> None:
    activity.set_viewport_size({"width": 1440, "height": 400})
    activity.get_by_role("button", name="Live").click()
    activity.wait_for_url("**live=1")
    activity.mouse.wheel(0, 300)
    newest = links(activity).first.get_attribute("href")
    send()
    bar = activity.get_by_role("link", name="1 new entry")
    expect(bar).to_be_visible()
    links(activity).nth(1).click()
    expect(activity.locator("article#inspector")).to_be_visible()
    bar.click()
    expect(links(activity).first).not_to_have_attribute("href", newest or "")
    expect(activity.locator("article#inspector")).to_be_visible()


def test_a_list_that_is_chosen_stands_in_the_address(
    activity: Page, sample: Sample
) -> None:
    outcomes = activity.get_by_role("navigation", name="Outcome")
    outcomes.get_by_role("link", name="Failed").click()
    activity.wait_for_url(f"**{sample.at}/activity?outcome=failed")
    expect(activity.locator(".code-ok")).to_have_count(0)
    activity.get_by_role("searchbox", name="Search activity").fill("zzzz")
    expect(activity.locator("#results")).to_contain_text(
        "No entries with these filters in the last 24 hours."
    )
    activity.wait_for_url("**q=zzzz**")


def test_on_a_phone_only_the_request_is_there(
    open_as: Open, sample: Sample, send: Send
) -> None:
    send()
    page = open_as("owner", width=390)
    page.goto(f"{sample.at}/activity")
    links(page).first.click()
    expect(page.locator("article#inspector")).to_be_visible()
    expect(page.locator("#results")).to_be_hidden()
    page.get_by_role("link", name="Activity", exact=True).locator(
        "visible=true"
    ).click()
    expect(page.locator("#results")).to_be_visible()


def test_without_script_all_of_it_works(
    open_as: Open, sample: Sample, send: Send
) -> None:
    send()
    page = open_as("owner", java_script_enabled=False)
    page.goto(f"{sample.at}/activity")
    expect(page.get_by_role("button", name="Live")).to_have_count(0)
    page.locator("#more summary").click()
    page.get_by_label("Method").select_option("GET")
    page.get_by_role("button", name="Show activity").click()
    page.wait_for_url("**method=GET**")
    links(page).first.click()
    expect(page.locator("article#inspector")).to_be_visible()
    page.get_by_role("link", name="Close the request").click()
    expect(page.locator("article#inspector")).to_have_count(0)
    assert "method=GET" in page.url
