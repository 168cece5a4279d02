"""What holds for every page: accessible, within its width, and without complaints."""

from __future__ import annotations

import pytest

from tests.browser import faults
from tests.browser.complaints import Complaints
from tests.browser.conftest import Open
from tests.browser.pages import PAGES, Shown, views_without_picture
from tests.browser.sample import Sample

pytestmark = [pytest.mark.served, pytest.mark.browser]

NAMES = [one.name for one in PAGES]
# Broken on purpose: each is a fault of another kind.
BROKEN = {
    "<main><h1>a</h1><img src=''></main>": "image-alt",
    "<main><h1>a</h1><p style='color: #bbb'>pale</p></main>": "color-contrast",
    "<main><h1>a</h1><hr style='width: 500px'></main>": "wider than 390 pixels",
    "<main><h1>a\u200b</h1></main>": "U+200B is not seen",
    "<main><h1>a</h1><p style='white-space: nowrap; width: 0'>"
    + "b " * 90: "with wider",
}


def test_every_page_is_in_the_list() -> None:
    assert views_without_picture() == set()
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("shown", PAGES, ids=NAMES)
def test_a_page_has_no_fault(
    open_as: Open, sample: Sample, complaints: Complaints, shown: Shown
) -> None:
    page = open_as(shown.who, ago=shown.ago, reduced_motion="reduce")
    if shown.status != 200:
        complaints.expect(shown.status)
    answer = page.goto(shown.path(sample))
    assert answer is not None
    assert answer.status == shown.status, page.locator("main").inner_text()
    if shown.act is not None:
        complaints.expect(shown.then)
        shown.act(page)
    assert page.title().endswith("Rollcall")
    assert faults.find(page) == []


@pytest.mark.parametrize(("body", "fault"), BROKEN.items())
def test_a_fault_would_be_found(open_as: Open, body: str, fault: str) -> None:
    page = open_as(None)
    page.set_content(f"<!DOCTYPE html><html lang=en><title>x</title>{body}")
    assert [one for one in faults.find(page) if fault in one]
