"""Everything by keyboard: where it goes, that one sees where it is, and comes back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.complaints import Complaints
from tests.browser.conftest import Open
from tests.browser.sample import Sample

pytestmark = [pytest.mark.served, pytest.mark.browser]

FOCUSED = """() => {
  const at = document.activeElement;
  const box = at.getBoundingClientRect();
  const style = getComputedStyle(at);
  const ring = style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const hit = document.elementFromPoint(x, y);
  return {
    name: (at.getAttribute('aria-label') || at.textContent || at.id).trim(),
    isSeen: hit === at || at.contains(hit) || (hit && hit.contains(at)),
    ring, isPage: at === document.body,
  };
}"""


def stops(page: Page, n_most: int) -> list[dict[str, object]]:
    """Where Tab leads, one stop after another, until the page's end."""
    found: list[dict[str, object]] = []
    while len(found) < n_most:
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop["isPage"]:
            break
        found.append(stop)
    return found


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/tokens", "/settings", "/admins", "/users", "/groups", "/activity"),
        *("/users/new", "/groups/new", "/connect/okta"),
    ],
)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_stop_is_seen(
    open_as: Open, sample: Sample, path: str, theme: str
) -> None:
    page = open_as("owner", theme=theme)
    page.goto(f"{sample.at}{path}")
    found = stops(page, 60)
    assert found[0]["name"] == "Skip to content"
    assert len(found) > 8
    assert [one for one in found if float(str(one["ring"])) < 2] == []
    assert [one for one in found if not one["isSeen"]] == []


def test_the_skip_link_leads_into_the_page(owner: Page, sample: Sample) -> None:
    owner.goto(f"{sample.at}/tokens")
    owner.keyboard.press("Tab")
    owner.keyboard.press("Enter")
    owner.keyboard.press("Tab")
    expect(owner.get_by_role("link", name="Create token")).to_be_focused()


@pytest.mark.parametrize(
    ("key", "path"), [("o", "/"), ("t", "/tokens"), ("u", "/users"), ("r", "/groups")]
)
def test_g_and_a_letter_lead_to_a_page(
    owner: Page, sample: Sample, key: str, path: str
) -> None:
    owner.goto("/o/" + sample.organization.slug + "/settings")
    owner.keyboard.press("g")
    owner.keyboard.press(key)
    owner.wait_for_url(f"**{sample.at}{path}")


def test_a_question_mark_leads_to_the_keys(owner: Page, sample: Sample) -> None:
    owner.goto(f"{sample.at}/tokens")
    owner.keyboard.press("?")
    owner.wait_for_url(f"**/help?organization={sample.organization.slug}")
    owner.keyboard.press("g")
    owner.keyboard.press("t")
    owner.wait_for_url(f"**{sample.at}/tokens")


def test_letters_in_a_field_are_letters(owner: Page, sample: Sample) -> None:
    owner.goto(f"{sample.at}/tokens/new")
    owner.get_by_label("Name").focus()
    owner.keyboard.type("gt?/x")
    expect(owner.get_by_label("Name")).to_have_value("gt?/x")
    assert owner.url.endswith("/tokens/new")


def test_a_menu_opens_moves_and_closes(owner: Page, sample: Sample) -> None:
    owner.goto(f"{sample.at}/tokens")
    summary = owner.locator("details[data-menu] > summary").first
    summary.focus()
    owner.keyboard.press("Enter")
    entries = owner.locator("details[data-menu][open] .menu-list").locator("a, button")
    owner.keyboard.press("ArrowDown")
    expect(entries.first).to_be_focused()
    owner.keyboard.press("ArrowDown")
    expect(entries.nth(1)).to_be_focused()
    owner.keyboard.press("Escape")
    expect(summary).to_be_focused()
    expect(owner.locator("details[data-menu][open]")).to_have_count(0)


def test_a_drawer_opens_and_closes_on_a_phone(open_as: Open, sample: Sample) -> None:
    page = open_as("owner", width=390)
    page.goto(f"{sample.at}/tokens")
    link = page.get_by_role("link", name="Settings")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    link.click()
    page.wait_for_url("**/settings")


def test_a_form_that_is_refused_leads_to_its_mistake(
    owner: Page, sample: Sample, complaints: Complaints
) -> None:
    complaints.expect(422)
    owner.goto(f"{sample.at}/tokens/new")
    owner.get_by_label("Allowed addresses").fill("203.0.113.0/24")
    owner.get_by_role("button", name="Create token").click()
    summary = owner.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link").first.focus()
    owner.keyboard.press("Enter")
    expect(owner.get_by_label("Name")).to_be_focused()
    expect(owner.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    expect(owner.get_by_label("Allowed addresses")).to_have_value("203.0.113.0/24")
