"""Pictures of every page in both themes, into `docs/pictures/`: `make pictures`.

Starts a Rollcall of its own with the sample directory. Names of pages as arguments make
those alone. Colours are reduced to 256 in the browser, which nobody sees and which
makes a third of the bytes.
"""

from __future__ import annotations

import base64
import struct
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import program
from tests.browser import sample as samples
from tests.browser.pages import PAGES, Shown
from tests.conftest import make_app, migrate
from tests.served import ROOT, SETUP_PATH, Server

FOLDER: Final = ROOT / "docs/pictures"
WIDE, PHONE = 1440, 390
FORCED: Final = "forced"
"""A theme of nobody's choice: the system's own few colours."""

HIGHEST: Final = 1_500
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
REDUCE: Final = (Path(__file__).parent / "reduce.js").read_text()


SETUP: Final = "setup"
"""The page that is there only until an installation is set up."""


@contextmanager
def installation() -> Iterator[Server]:
    """A served Rollcall that nobody has set up yet."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'rollcall.sqlite'}"
        app = make_app(folder, url)
        migrate(app)
        server = Server(app, url)
        server.start()
        try:
            yield server
        finally:
            server.stop()
            server.close()


def pages_of(names: list[str]) -> list[tuple[Shown, str, int]]:
    """What is to be pictured: page, theme, width.

    The main pages on a phone too, light, and with colours that the system forces.
    """
    chosen = [one for one in PAGES if not names or one.name in names]
    wide = [(one, theme, WIDE) for one in chosen for theme in ("light", "dark")]
    main = [one for one in chosen if one.is_main]
    others = (("light", PHONE), (FORCED, WIDE))
    return wide + [(one, theme, width) for one in main for theme, width in others]


def picture(page: Page) -> bytes:
    """A PNG of the page that is open, from its top."""
    page.wait_for_load_state("networkidle")
    # Where a form was sent from, which may lie far below.
    page.evaluate("scrollTo(0, 0)")
    height = int(page.evaluate("document.documentElement.scrollHeight"))
    width = page.viewport_size["width"] if page.viewport_size else WIDE
    # What lies behind a dialog is dimmed as far as the window reaches.
    highest = 900 if page.locator("dialog[open]").count() else HIGHEST
    box = {"x": 0, "y": 0, "width": width, "height": min(height, highest)}
    return page.screenshot(full_page=True, clip=box, animations="disabled")  # type: ignore[arg-type]  # a FloatRect


def reduce(page: Page, png: bytes) -> bytes:
    """The same picture with at most 256 colours."""
    found = page.evaluate(REDUCE, base64.b64encode(png).decode())
    palette = base64.b64decode(found["palette"])
    rows = base64.b64decode(found["rows"])
    size = struct.pack(">IIBBBBB", found["width"], found["height"], 8, 3, 0, 0, 0)
    parts = [(b"IHDR", size), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9))]
    return SIGNATURE + b"".join(_chunk(*part) for part in [*parts, (b"IEND", b"")])


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


@contextmanager
def _window(
    browser: Browser, server: Server, theme: str, width: int
) -> Iterator[BrowserContext]:
    context = browser.new_context(
        base_url=server.url,
        color_scheme="dark" if theme == "dark" else "light",
        forced_colors="active" if theme == FORCED else "none",
        viewport={"width": width, "height": 900},
        reduced_motion="reduce",
    )
    yield context
    context.close()


def _write(page: Page, desk: Page, name: str) -> None:
    (FOLDER / f"{name}.png").write_bytes(reduce(desk, picture(page)))


def write_setup(browser: Browser, server: Server, desk: Page) -> None:
    """The pictures of the first page of all, at the address that the server printed."""
    printed = SETUP_PATH.search(server.printed())
    assert printed, server.printed()
    for theme in ("light", "dark"):
        with _window(browser, server, theme, WIDE) as context:
            page = context.new_page()
            page.goto(printed[1])
            _write(page, desk, f"{SETUP}-{theme}-{WIDE}")


def write(browser: Browser, server: Server, desk: Page, names: list[str]) -> None:
    """Every picture of the sample that was asked for, one file each."""
    sample = samples.make(server)
    for shown, theme, width in pages_of(names):
        with _window(browser, server, theme, width) as context:
            if shown.who is not None:
                value = sample.cookie(shown.who, begun=datetime.now(UTC) - shown.ago)
                context.add_cookies(
                    [{"name": "rollcall", "value": value, "url": server.url}]
                )
            page = context.new_page()
            page.goto(shown.path(sample))
            if shown.act is not None:
                shown.act(page)
            _write(page, desk, f"{shown.name}-{theme}-{width}")


def main(names: list[str]) -> None:
    """Make the pictures of the pages with these names, or of all."""
    with installation() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program.find(), args=["--no-sandbox"]
        )
        desk = browser.new_page()
        if not names or SETUP in names:
            write_setup(browser, server, desk)
        if names != [SETUP]:
            write(browser, server, desk, names)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
