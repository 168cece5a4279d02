"""A token's secret: shown once, copied with a click, and found nowhere afterwards."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Open
from tests.browser.sample import Sample
from tests.served import Server

pytestmark = [pytest.mark.served, pytest.mark.browser]

STORED = """async () => JSON.stringify([
  {...localStorage}, {...sessionStorage}, document.cookie,
  (await indexedDB.databases()).length, (await caches.keys()).length,
])"""

PRESS_TWICE = "button => { button.click(); setTimeout(() => button.click(), 200); }"


@pytest.fixture
def created(open_as: Open, sample: Sample, request: pytest.FixtureRequest) -> Page:
    """The page that shows a secret."""
    page = open_as("owner", permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{sample.at}/tokens/new")
    page.get_by_label("Name").fill(f"Token of {request.node.name[:60]}")
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Token created")
    return page


def secret_on(page: Page) -> str:
    return page.get_by_role("textbox", name="token", exact=True).inner_text()


def test_a_secret_is_nowhere_afterwards(
    created: Page, sample: Sample, served: Server
) -> None:
    secret = secret_on(created).split("_")[2]
    assert len(secret) > 30
    assert secret not in created.url
    assert secret not in created.evaluate(STORED)
    created.get_by_role("link", name="See the token").click()
    assert secret not in created.content()
    created.goto(f"{sample.at}/tokens")
    assert secret not in created.content()
    assert secret not in created.evaluate(STORED)
    assert secret not in served.printed()


def test_sending_the_form_again_shows_no_second_secret(created: Page) -> None:
    secret = secret_on(created)
    created.once("dialog", lambda dialog: dialog.accept())
    created.reload()
    expect(created.get_by_text("The secret was shown once")).to_be_visible()
    assert secret not in created.content()


def test_a_secret_is_copied_with_a_click(created: Page) -> None:
    secret = secret_on(created)
    created.get_by_role("button", name="Copy token", exact=True).click()
    expect(created.locator("#toasts")).to_contain_text("Copied")
    assert created.evaluate("navigator.clipboard.readText()") == secret
    created.get_by_text("With the word Bearer before it").click()
    created.get_by_role("button", name="Copy token with Bearer").click()
    assert created.evaluate("navigator.clipboard.readText()") == f"Bearer {secret}"


def test_revoking_asks_in_a_dialog_and_returns_the_focus(
    owner: Page, sample: Sample
) -> None:
    owner.goto(f"{sample.at}/tokens/{sample.token_ids['Entra test']}")
    opener = owner.get_by_role("link", name="Revoke…")
    opener.click()
    expect(owner.get_by_role("dialog")).to_be_visible()
    expect(owner.get_by_role("dialog").get_by_role("heading")).to_be_focused()
    owner.keyboard.press("Escape")
    expect(owner.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    owner.get_by_role("dialog").get_by_role("link", name="Cancel").click()
    expect(opener).to_be_focused()


def test_a_button_pressed_twice_makes_one_token(
    open_as: Open, sample: Sample, served: Server
) -> None:
    page = open_as("owner")
    page.goto(f"{sample.at}/tokens/new")
    page.get_by_label("Name").fill("Pressed twice")
    sent: list[Route] = []
    page.route("**/tokens/new", lambda route: sent.append(route))
    page.get_by_role("button", name="Create token").evaluate(PRESS_TWICE)
    page.wait_for_timeout(600)
    sent[-1].continue_()
    expect(page.get_by_role("heading", level=1)).to_have_text("Token created")
    page.wait_for_timeout(300)
    assert len(sent) == 1
    page.unroute("**/tokens/new")
    page.goto(f"{sample.at}/tokens")
    expect(page.get_by_role("link", name="Pressed twice")).to_have_count(1)
