"""Groups selected in their list and deleted: by mouse, by keyboard, in place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from scim.attributes import Document
from services.directory import groups
from services.origin import Origin
from tests.browser.sample import Sample

pytestmark = [pytest.mark.served, pytest.mark.browser]


VOICES = ("alto", "bass", "soprano", "tenor")


@pytest.fixture
def make_choir(sample: Sample) -> Callable[[str], None]:
    """Makes four groups whose names begin the same, for one test alone."""

    def make(name: str) -> None:
        with sample.app.app_context():
            for voice in VOICES:
                document: Document = {"displayName": f"{name} {voice}"}
                origin = Origin.of_command_line()
                groups.create(sample.organization, document, [], origin=origin)

    return make


def rows(page: Page) -> Locator:
    return page.locator("tbody tr .row-link")


def test_a_selection_is_deleted_and_the_list_stays_as_it_was(
    owner: Page, sample: Sample, make_choir: Callable[[str], None]
) -> None:
    make_choir("Choir")
    owner.goto(f"{sample.at}/groups?q=choir&sort=-name")
    owner.get_by_label("Select Choir tenor").click()
    owner.get_by_label("Select Choir bass").click(modifiers=["Shift"])
    expect(owner.locator("#bulk")).to_contain_text("3 selected")
    owner.get_by_role("button", name="Delete…").click()
    dialog = owner.get_by_role("dialog")
    expect(dialog).to_contain_text("Choir bass, Choir soprano, Choir tenor")
    dialog.get_by_role("button", name="Delete 3 groups").click()
    expect(owner.get_by_role("status")).to_contain_text("3 groups were deleted.")
    expect(rows(owner)).to_have_text(["Choir alto"])
    assert owner.url.endswith("/groups?q=choir&sort=-name")


def test_keys_select_and_escape_leaves_everything_as_it_is(
    owner: Page, sample: Sample, make_choir: Callable[[str], None]
) -> None:
    make_choir("Chamber")
    owner.goto(f"{sample.at}/groups?q=chamber")
    owner.keyboard.press("j")
    owner.keyboard.press("x")
    expect(owner.locator("#bulk")).to_contain_text("1 selected")
    owner.get_by_role("button", name="Delete…").press("Enter")
    dialog = owner.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Delete 1 group")).to_be_visible()
    owner.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(rows(owner).first).to_have_text("Chamber alto")
    owner.get_by_role("button", name="Clear the selection").press("Enter")
    expect(owner.locator("#bulk")).to_be_hidden()


def test_a_file_is_chosen_tried_and_loaded(owner: Page, sample: Sample) -> None:
    owner.goto(f"{sample.at}/groups")
    owner.get_by_role("link", name="Import CSV").click()
    lines = (
        b"Team,Login\nDawn watch,aiko.tanaka@harbour.example\nDawn watch,al@x.example\n"
    )
    file: FilePayload = {"name": "w.csv", "mimeType": "text/csv", "buffer": lines}
    owner.get_by_label("CSV file").set_input_files(file)
    owner.get_by_role("button", name="Upload file").click()
    expect(owner.get_by_label("Login")).to_have_value("member")
    owner.get_by_role("button", name="Try the import").click()
    expect(owner.locator("#problems")).to_contain_text('"al@x.example" is no user here')
    owner.get_by_role("button", name="Load 1 group").click()
    expect(owner.locator("#job")).to_contain_text("1 group was loaded")
    owner.goto(f"{sample.at}/groups?q=dawn")
    expect(owner.get_by_role("row", name="Dawn watch")).to_contain_text("1")
