"""Two organizations in two tabs, and what one may not see of the other."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.complaints import Complaints
from tests.browser.conftest import Open
from tests.browser.sample import Sample

pytestmark = [pytest.mark.served, pytest.mark.browser]


@pytest.fixture
def tabs(owner: Page, sample: Sample, complaints: Complaints) -> tuple[Page, Page]:
    """Both of the owner's organizations, in one browser."""
    other = owner.context.new_page()
    complaints.listen(other)
    owner.goto(f"{sample.at}/users")
    other.goto(f"/o/{sample.other.slug}/users")
    return owner, other


def test_each_tab_stays_where_it_is(tabs: tuple[Page, Page], sample: Sample) -> None:
    one, other = tabs
    one.get_by_role("searchbox", name="Search users").fill("na")
    expect(one.locator("#results")).to_contain_text("Aiko Tanaka")
    expect(one.locator("#results")).not_to_contain_text("Northwind")
    other.get_by_role("link", name="Add user").first.click()
    other.get_by_label("User name").fill("only.here@northwind.example")
    other.get_by_role("button", name="Add user").click()
    expect(other.locator("#toasts")).to_contain_text("only.here")
    one.reload()
    one.goto(f"{sample.at}/users?q=only.here")
    expect(one.locator("#results")).to_contain_text("Nobody")
    expect(one.locator("#toasts .toast")).to_have_count(0)


def test_the_title_says_where_one_is(tabs: tuple[Page, Page]) -> None:
    assert [tab.title() for tab in tabs] == [
        "Users · Harbour & Co · Rollcall",
        "Users · Northwind Clinics · Rollcall",
    ]


def test_an_id_of_the_other_organization_is_not_found(
    tabs: tuple[Page, Page], sample: Sample, complaints: Complaints
) -> None:
    complaints.expect(404)
    _, other = tabs
    for path in ("users", "groups"):
        ids = sample.user_ids if path == "users" else sample.group_ids
        known = ids["Aiko Tanaka" if path == "users" else "Engineering"]
        answer = other.goto(f"/o/{sample.other.slug}/{path}/{known}")
        assert answer is not None
        assert answer.status == 404
        assert "Aiko" not in other.content()


def test_a_viewer_finds_nothing_that_changes_something(
    open_as: Open, sample: Sample
) -> None:
    page = open_as("viewer")
    found: list[str] = []
    for path in ("/", "/users", "/groups", "/deleted", "/tokens"):
        page.goto(f"{sample.at}{path}")
        found += page.locator("main form[method=post]").all_inner_texts()
        found += page.locator("main a.btn-primary, main .btn-danger").all_inner_texts()
    assert found == []


@pytest.mark.parametrize("path", ["users", "groups"])
def test_hostile_names_are_text(owner: Page, sample: Sample, path: str) -> None:
    seen: list[str] = []
    owner.on("dialog", lambda dialog: seen.append(dialog.message))
    owner.goto(f"{sample.at}/{path}?q=%3Cscript")
    owner.goto(f"{sample.at}/users?q=hostile")
    text = owner.locator("#results").inner_text()
    assert "<script>alert(document.cookie)</script>" in text
    assert '"><img src=x onerror=alert(1)>' in text
    assert "{{ 7 * 7 }}" in text
    assert "⟦U+202E⟧" in text
    assert seen == []
