"""What holds for every page: accessible, within its width, and without complaints."""

from __future__ import annotations

from itertools import chain, product
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.complaints import Complaints
from tests.browser.conftest import Open
from tests.browser.pages import PAGES, Shown, views_without_picture
from tests.browser.sample import Sample

pytestmark = [pytest.mark.served, pytest.mark.browser]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE: dict[str, Any] = {"runOnly": RULES, "resultTypes": ["violations"]}
# What WCAG 1.4.12 asks a page to bear.
SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important; } p { margin-block-end: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""
# What ends by itself has ended: a colour on its way has the contrast of neither.
SETTLED = """() => Promise.allSettled(document.getAnimations()
  .filter(one => one.effect.getComputedTiming().endTime < 10_000)
  .map(one => one.finished))"""
MOVING = "document.getAnimations().filter(one => one.playState === 'running').length"

each_page = pytest.mark.parametrize("shown", PAGES, ids=[one.name for one in PAGES])


def go_to(page: Page, shown: Shown, sample: Sample, complaints: Complaints) -> None:
    if shown.status != 200:
        complaints.expect(shown.status)
    answer = page.goto(shown.path(sample))
    assert answer is not None
    assert answer.status == shown.status, page.locator("main").inner_text()


def set_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})


def violations(page: Page, theme: Any, width: int) -> list[str]:
    """What axe has against the page, in that theme and width."""
    page.emulate_media(color_scheme=theme)
    set_width(page, width)
    page.evaluate(SETTLED)
    found = Axe().run(page, options=AXE).response["violations"]
    return [
        f"{theme} {width} {one['id']}: {node['target']} {node['html'][:160]}"
        for one in found
        for node in one["nodes"]
    ]


def overflow(page: Page, width: int) -> int:
    """How far the page reaches beyond a window of that width, in pixels."""
    set_width(page, width)
    root = page.locator("html")
    return int(root.evaluate("html => html.scrollWidth - html.clientWidth"))


def test_every_page_is_in_the_list() -> None:
    assert views_without_picture() == set()


@each_page
def test_a_page_is_accessible_and_fits(
    open_as: Open, sample: Sample, complaints: Complaints, shown: Shown
) -> None:
    page = open_as(shown.who)
    go_to(page, shown, sample, complaints)
    found = [violations(page, *how) for how in product(("light", "dark"), (1440, 390))]
    assert list(chain.from_iterable(found)) == []
    assert max(overflow(page, width) for width in (1440, 1024, 390, 320)) <= 0
    assert page.locator("h1").count() == 1
    assert page.title().endswith("Rollcall")


@each_page
def test_a_page_bears_wider_text_and_stands_still(
    open_as: Open, sample: Sample, complaints: Complaints, shown: Shown
) -> None:
    page = open_as(shown.who, reduced_motion="reduce")
    go_to(page, shown, sample, complaints)
    assert page.evaluate(MOVING) == 0
    page.evaluate(SPACING)
    assert max(overflow(page, width) for width in (1440, 390, 320)) <= 0
