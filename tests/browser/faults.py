"""What a page may not have, in a browser: looked for in both themes, at all widths.

The page is one that wants less motion, so that nothing is on its way while it is looked
at: a colour that changes has the contrast of neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

Theme = Literal["light", "dark"]

_TAGS: Final = [
    *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"),
    "best-practice",
]
_BY_COLOUR: Final = ["color-contrast", "link-in-text-block"]
"""The rules that a theme can break; all others are about what both themes share."""

_RUN: Final = """async (options) => (await axe.run(options)).violations.flatMap(
  ({ id, nodes }) => nodes.map(
    ({ target, html }) => `${id}: ${target} ${html.slice(0, 160)}`))"""
_MOVING: Final = """document.getAnimations()
  .filter(one => one.playState === 'running').length"""
# What WCAG 1.4.12 asks a page to bear.
_SPACING: Final = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important; } p { margin-block-end: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""
# Of the names that were made up to hide; all pages show them by their numbers.
_UNSEEN: Final = set("\u200b\u202c\u202e\u034f")


def find(page: Page) -> list[str]:
    """Everything there is against a page that is open, a sentence each."""
    page.evaluate(AXE_SCRIPT)
    return list(
        chain(_unfit(page), _inaccessible(page), _hidden(page), _strained(page))
    )


def find_inaccessible(page: Page) -> list[str]:
    """What axe has against it: WCAG 2.2 AA and good practice, in both themes."""
    page.evaluate(AXE_SCRIPT)
    return list(_inaccessible(page))


def overflow(page: Page, width: int) -> int:
    """How far the page reaches beyond a window of that width, in pixels."""
    _set_width(page, width)
    root = page.locator("html")
    return int(root.evaluate("html => html.scrollWidth - html.clientWidth"))


def _set_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})


def _unfit(page: Page, how: str = "") -> Iterator[str]:
    for width in (1440, 1024, 390, 320):
        if overflow(page, width) > 0:
            yield f"wider than {width} pixels{how}"


def _inaccessible(page: Page) -> Iterator[str]:
    for width in (1440, 390):
        _set_width(page, width)
        yield from _ask_axe(page, "light", runOnly=_TAGS)
        yield from _ask_axe(
            page, "dark", runOnly={"type": "rule", "values": _BY_COLOUR}
        )


def _ask_axe(page: Page, theme: Theme, **options: Any) -> Iterator[str]:
    # Any: options of axe
    page.emulate_media(color_scheme=theme)
    for one in page.evaluate(_RUN, {**options, "resultTypes": ["violations"]}):
        yield f"{theme}: {one}"


def _hidden(page: Page) -> Iterator[str]:
    shown = page.title() + page.locator("body").inner_text()
    yield from (f"U+{ord(one):04X} is not seen" for one in _UNSEEN & set(shown))


def _strained(page: Page) -> Iterator[str]:
    if page.evaluate(_MOVING):
        yield "moves, though less motion is wanted"
    page.evaluate(_SPACING)
    yield from _unfit(page, " with wider text")
