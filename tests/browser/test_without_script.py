"""The whole work without a line of JavaScript: plain links and plain forms."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.complaints import Complaints
from tests.browser.conftest import Open
from tests.browser.sample import PASSWORD, Sample

pytestmark = [pytest.mark.served, pytest.mark.browser]


@pytest.fixture
def plain(open_as: Open, sample: Sample) -> Page:
    """Signed in by typing a password, in a browser that runs no scripts."""
    page = open_as(None, java_script_enabled=False)
    page.goto(f"{sample.at}/users")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_label("Email").fill("bart.hendriks@harbour.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Users")
    return page


def rows(page: Page) -> Locator:
    return page.locator("tbody tr .row-link")


def test_a_secret_is_shown_once(plain: Page, sample: Sample) -> None:
    plain.get_by_role("link", name="Tokens").click()
    plain.get_by_role("link", name="Create token").click()
    plain.get_by_label("Name").fill("Made without script")
    plain.get_by_role("button", name="Create token").click()
    secret = plain.get_by_role("textbox", name="token", exact=True).inner_text()
    plain.get_by_role("link", name="See the token").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Made without script")
    assert secret.startswith("rcl_")
    assert secret not in plain.content()


def test_users_are_found_and_paged(plain: Page, sample: Sample) -> None:
    first = rows(plain).all_inner_texts()
    plain.get_by_role("link", name="Next").click()
    expect(rows(plain)).not_to_have_text(first)
    plain.get_by_role("link", name="Previous").click()
    expect(rows(plain)).to_have_text(first)
    plain.get_by_role("searchbox", name="Search users").fill("tomasz")
    plain.keyboard.press("Enter")
    expect(rows(plain)).to_have_text(["Tomasz Wójcik"])
    plain.get_by_role("link", name="Deactivated").click()
    expect(rows(plain)).to_have_count(0)


def test_a_user_is_made_after_a_mistake(
    plain: Page, sample: Sample, complaints: Complaints
) -> None:
    complaints.expect(422)
    plain.get_by_role("link", name="Add user").first.click()
    plain.get_by_label("Given name").fill("Rosa")
    plain.get_by_role("button", name="Add user").click()
    expect(plain.get_by_role("alert")).to_be_visible()
    expect(plain.get_by_label("Given name")).to_have_value("Rosa")
    plain.get_by_label("User name").fill("rosa.plain@harbour.example")
    plain.get_by_label("Family name").fill("Plain")
    plain.get_by_role("button", name="Add user").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Rosa Plain")
    expect(plain.get_by_role("status")).to_contain_text("Rosa Plain")


def test_a_user_is_deactivated_deleted_and_restored(
    plain: Page, sample: Sample
) -> None:
    plain.goto(f"{sample.at}/users/{sample.user_ids['Katarzyna Wiśniewska']}")
    plain.get_by_role("button", name="Deactivate").click()
    expect(plain.get_by_role("button", name="Reactivate")).to_be_visible()
    plain.locator("details[data-menu] > summary").click()
    plain.get_by_role("button", name="Delete Katarzyna Wiśniewska").click()
    plain.goto(f"{sample.at}/deleted?q=katarzyna")
    plain.get_by_role("button", name="Restore").click()
    plain.goto(f"{sample.at}/users?q=katarzyna")
    expect(rows(plain)).to_have_text(["Katarzyna Wiśniewska"])


def test_a_member_is_added_and_removed(plain: Page, sample: Sample) -> None:
    plain.goto(f"{sample.at}/groups/{sample.group_ids['Legal']}")
    plain.get_by_role("combobox", name="Add a member").fill("hiroshi")
    plain.get_by_role("button", name="Search").click()
    plain.get_by_role("button", name="Add").click()
    plain.goto(f"{sample.at}/groups/{sample.group_ids['Legal']}?q=hiroshi")
    expect(rows(plain)).to_have_text(["Hiroshi Sato"])
    plain.get_by_role("button", name="Remove Hiroshi Sato from this group").click()
    plain.goto(f"{sample.at}/groups/{sample.group_ids['Legal']}?q=hiroshi")
    expect(rows(plain)).to_have_count(0)


def test_groups_are_selected_deleted_and_restored(plain: Page, sample: Sample) -> None:
    plain.goto(f"{sample.at}/groups?q=legal")
    plain.get_by_label("Select Legal").check()
    plain.get_by_role("button", name="Delete…").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Delete groups")
    plain.get_by_role("button", name="Delete 1 group").click()
    expect(rows(plain)).to_have_count(0)
    plain.goto(f"{sample.at}/deleted?type=group&q=legal")
    plain.get_by_role("button", name="Restore").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Legal")


def test_one_signs_out(plain: Page, sample: Sample) -> None:
    plain.get_by_role("button", name="Sign out").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Sign in")
    plain.goto(f"{sample.at}/users")
    expect(plain.get_by_role("heading", level=1)).to_have_text("Sign in")
