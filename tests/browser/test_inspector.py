"""A request opened beside the list: by a click, by its address, on a phone."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.sample import TAKEN, Sample

pytestmark = [pytest.mark.served, pytest.mark.browser]


def address_of(sample: Sample) -> str:
    return f"{sample.at}/activity/{sample.arguments['request_id']}"


@pytest.fixture
def opened(open_as: Open, sample: Sample) -> Page:
    """The refused request, by its address."""
    page = open_as("owner", permissions=["clipboard-read", "clipboard-write"])
    page.goto(address_of(sample))
    return page


def copied(page: Page, button: str) -> str:
    page.get_by_role("button", name=button, exact=True).click()
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_an_address_opens_the_request_with_its_steps(opened: Page) -> None:
    inspector = opened.locator("#inspector")
    expect(inspector.get_by_text("409 Conflict")).to_be_visible()
    expect(inspector.get_by_role("heading", level=2)).to_contain_text("Maria Santos")
    expect(inspector.locator("ol > li").first).to_be_visible()
    expect(inspector.get_by_role("link", name="Open existing user")).to_be_visible()
    expect(opened.locator("#results")).to_be_visible()


def test_the_password_is_nowhere(opened: Page) -> None:
    expect(opened.get_by_role("region", name="Request body")).to_contain_text("hidden")
    assert str(TAKEN["password"]) not in opened.content()
    expect(opened.locator("#inspector .r")).to_have_css("font-style", "italic")


def test_what_is_copied_is_what_was_sent(opened: Page) -> None:
    sent = json.loads(copied(opened, "Copy the request"))
    assert sent == TAKEN | {"password": "hidden"}
    assert copied(opened, "Copy the link to this request") == opened.url
    expect(opened.locator("#toasts")).to_contain_text("Copied")


def test_raw_and_command_unfold_without_a_script(open_as: Open, sample: Sample) -> None:
    page = open_as("owner", java_script_enabled=False)
    page.goto(address_of(sample))
    page.get_by_text("Raw request", exact=True).first.click()
    raw = page.get_by_role("region", name="Raw request")
    assert json.loads(raw.inner_text()) == TAKEN | {"password": "hidden"}
    page.get_by_text("As a curl command").click()
    command = page.get_by_role("region", name="Send it again")
    expect(command).to_contain_text("curl --globoff")


def test_a_click_opens_it_and_leads_the_focus_there(
    owner: Page, sample: Sample
) -> None:
    wanted = sample.arguments["request_id"]
    owner.goto(f"{sample.at}/activity?outcome=failed&request={wanted}")
    owner.locator(f"#open-{wanted}").click()
    expect(owner.locator("#inspector-title")).to_be_focused()
    assert f"/activity/{sample.arguments['request_id']}" in owner.url
    owner.reload()
    expect(owner.locator("#inspector").get_by_text("409 Conflict")).to_be_visible()


def test_an_earlier_try_is_a_click_away(opened: Page, sample: Sample) -> None:
    opened.locator("dt:text('Earlier tries') + dd a").first.click()
    expect(opened.locator("#inspector").get_by_text("409 Conflict")).to_be_visible()
    assert not opened.url.endswith(sample.arguments["request_id"])


def test_on_a_phone_the_request_stands_alone(open_as: Open, sample: Sample) -> None:
    page = open_as("owner", width=390)
    page.goto(address_of(sample))
    expect(page.locator("#inspector-title")).to_be_visible()
    expect(page.locator("#results")).to_be_hidden()
    page.get_by_role("link", name="Activity").last.click()
    expect(page.locator("#results")).to_be_visible()
