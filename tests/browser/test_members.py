"""Members of a group: found, added several in a row and removed, by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.complaints import Complaints
from tests.browser.sample import Sample

pytestmark = [pytest.mark.served, pytest.mark.browser]


@pytest.fixture
def group(owner: Page, sample: Sample) -> Page:
    owner.goto(f"{sample.at}/groups/{sample.group_ids['Customer Success']}")
    return owner


def look_for(page: Page, typed: str, name: str) -> None:
    """Type, and wait for what is offered for all of it, not for the half."""
    page.keyboard.type(typed)
    found = page.get_by_role("option", name=name).locator("mark").first
    expect(found).to_have_text(re.compile(f"^{typed}$", re.IGNORECASE))


def add(page: Page, typed: str, name: str) -> None:
    """Type, choose with the arrows, take with Enter: the focus stays in the field."""
    field = page.get_by_role("combobox", name="Add a member")
    page.keyboard.press("ControlOrMeta+a")
    look_for(page, typed, name)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name=name)).to_have_attribute(
        "aria-selected", "true"
    )
    page.keyboard.press("Enter")
    expect(row_of(page, name)).to_contain_text("Just added")
    expect(page.get_by_role("option", name=name)).to_contain_text("Already a member")
    expect(field).to_be_focused()


def row_of(page: Page, name: str) -> Locator:
    return page.locator("#members tbody tr").filter(has_text=name)


def test_three_are_added_in_a_row_by_keyboard(group: Page) -> None:
    group.get_by_role("combobox", name="Add a member").focus()
    add(group, "viktor", "Viktor Horváth")
    add(group, "elif", "Elif Yılmaz")
    add(group, "yusuf", "Yusuf Demir")
    expect(group.locator("#members .badge:visible")).to_have_count(3)
    group.keyboard.press("Escape")
    expect(group.get_by_role("listbox")).to_be_hidden()


def choose(page: Page, typed: str, name: str) -> None:
    """Type, choose and take with Enter, whatever the server is doing."""
    look_for(page, typed, name)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def hold_first(page: Page, address: str) -> list[Route]:
    """The first request there waits until it is let go; later ones pass."""
    held: list[Route] = []
    page.route(address, lambda route: held.append(route), times=1)
    return held


def test_whoever_is_chosen_quickly_is_added_too(group: Page) -> None:
    held = hold_first(group, "**/members/add")
    group.get_by_role("combobox", name="Add a member").focus()
    choose(group, "leila", "Leila Karimi")
    choose(group, "anjali", "Anjali Desai")
    choose(group, "petra", "Petra Nováková")
    held[0].continue_()
    expect(group.locator("#members .badge:visible")).to_have_count(3)
    expect(row_of(group, "Leila Karimi")).to_contain_text("Just added")
    expect(row_of(group, "Anjali Desai")).to_contain_text("Just added")
    expect(row_of(group, "Petra Nováková")).to_contain_text("Just added")


def test_several_removed_quickly_are_removed_once(owner: Page, sample: Sample) -> None:
    owner.goto(f"{sample.at}/groups/{sample.group_ids['Operations']}")
    names = owner.locator("#members .row-link").all_inner_texts()
    held = hold_first(owner, "**/members/remove")
    buttons = owner.locator("#members").get_by_role("button", name="from this group")
    buttons.nth(0).click()
    buttons.nth(0).click()
    buttons.nth(1).click()
    buttons.nth(2).click()
    held[0].continue_()
    expect(owner.locator("#members .row-link")).to_have_count(len(names) - 3)
    expect(owner.get_by_role("link", name=names[3])).to_be_focused()
    expect(owner.locator("#toasts .toast")).to_have_count(3)


def test_who_is_a_member_cannot_be_chosen(group: Page) -> None:
    field = group.get_by_role("combobox", name="Add a member")
    field.fill("grace")
    option = group.get_by_role("option", name="Grace Mbeki")
    expect(option).to_have_attribute("aria-disabled", "true")
    group.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "false")
    expect(field).to_have_attribute("aria-expanded", "true")


def test_removing_is_undone_from_the_notice(group: Page) -> None:
    name = "Aroha Ngata"
    group.get_by_role("button", name=f"Remove {name} from this group").click()
    expect(row_of(group, name)).to_have_count(0)
    group.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(row_of(group, name)).to_have_count(1)


def test_after_removing_the_focus_is_on_the_next_row(group: Page) -> None:
    names = group.locator("#members .row-link").all_inner_texts()
    following = names[names.index("Rafael Moreno de la Fuente") + 1]
    remove = "Remove Rafael Moreno de la Fuente from this group"
    group.get_by_role("button", name=remove).press("Enter")
    expect(row_of(group, "Rafael Moreno")).to_have_count(0)
    expect(group.get_by_role("link", name=following)).to_be_focused()


def test_the_next_page_takes_the_focus_along(owner: Page, sample: Sample) -> None:
    owner.goto(f"{sample.at}/groups/{sample.group_ids['All employees']}")
    owner.get_by_role("link", name="Next").press("Enter")
    owner.wait_for_url("**cursor=**")
    expect(owner.locator("#members caption")).to_be_focused()


def test_after_the_last_member_the_focus_is_still_in_the_list(
    owner: Page, sample: Sample
) -> None:
    owner.goto(f"{sample.at}/groups/{sample.group_ids['Contractors']}")
    remove = owner.locator("#members").get_by_role("button", name="from this group")
    remove.last.press("Enter")
    expect(owner.get_by_role("link", name="Dmitri Volkov")).to_be_focused()
    remove.last.press("Enter")
    expect(owner.get_by_role("heading", name="No members yet")).to_be_focused()


def test_a_member_is_found_without_leaving_the_page(
    group: Page, complaints: Complaints
) -> None:
    group.get_by_role("searchbox", name="Find a member").fill("nobody at all")
    expect(group.locator("#members")).to_contain_text("No member matches")
    expect(group.get_by_role("heading", level=1)).to_have_text("Customer Success")
