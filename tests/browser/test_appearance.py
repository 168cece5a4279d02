"""What the eye alone would notice: chosen themes, forced colours, the style guide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import faults
from tests.browser.complaints import Complaints
from tests.browser.conftest import Open
from tests.browser.sample import Sample
from tests.conftest import make_app, migrate
from tests.served import Server

pytestmark = [pytest.mark.served, pytest.mark.browser]

BORDERS = """() => [...document.querySelectorAll('.btn, .input, .card, .chips')]
  .filter(one => one.checkVisibility() && !one.matches('.btn-quiet'))
  .filter(one => getComputedStyle(one).borderTopStyle === 'none').length"""


@pytest.fixture
def developing(tmp_path: Path) -> Iterator[Server]:
    url = f"sqlite:///{tmp_path / 'rollcall.sqlite'}"
    app = make_app(tmp_path, url)
    migrate(app)
    server = Server(app, url, FLASK_DEBUG="1")
    server.start()
    yield server
    server.stop()
    server.close()


def test_every_macro_is_accessible_in_all_its_states(
    developing: Server,
    new_context: Callable[..., BrowserContext],
    complaints: Complaints,
) -> None:
    page = new_context(reduced_motion="reduce").new_page()
    complaints.listen(page)
    page.goto(f"{developing.url}/styleguide")
    assert faults.find_inaccessible(page) == []
    assert max(faults.overflow(page, width) for width in (1440, 390, 320)) <= 0


def test_a_theme_that_was_chosen_wins(open_as: Open, sample: Sample) -> None:
    page = open_as("viewer", theme="light")
    page.goto("/account")
    page.get_by_label("Dark").check()
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    ground = page.locator("body").evaluate("one => getComputedStyle(one).background")
    assert "rgb(15, 20, 19)" in ground
    page.get_by_label("As the system").check()
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "system")


@pytest.mark.parametrize("path", ["/", "/users", "/tokens/new"])
def test_in_forced_colours_everything_keeps_its_border(
    open_as: Open, sample: Sample, path: str
) -> None:
    page = open_as("owner", forced_colors="active")
    page.goto(f"{sample.at}{path}")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    assert page.evaluate(BORDERS) == 0


def test_on_a_phone_one_sees_which_organization_one_is_in(
    open_as: Open, sample: Sample
) -> None:
    page = open_as("owner", width=320, has_touch=True)
    page.goto(f"{sample.at}/users")
    name = page.get_by_role("navigation", name="Top bar").get_by_text("Harbour & Co")
    expect(name).to_be_visible()
    name.evaluate("one => { one.textContent = 'Harbour & Company '.repeat(12) }")
    menu = page.get_by_role("button", name="Menu").bounding_box()
    assert menu
    assert menu["x"] + menu["width"] <= 320
    assert faults.overflow(page, 320) <= 0


@pytest.mark.parametrize("path", ["/", "/users"])
def test_on_a_phone_what_is_touched_is_large(
    open_as: Open, sample: Sample, path: str
) -> None:
    page: Page = open_as("owner", width=390, has_touch=True)
    page.goto(f"{sample.at}{path}")
    heights = page.locator("main .btn:visible:not(.btn-sm)").evaluate_all(
        "found => found.map(one => one.getBoundingClientRect().height)"
    )
    assert heights
    assert min(heights) >= 44
