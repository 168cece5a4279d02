"""A session that ends while somebody works: said in time, and nothing typed is lost."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from services.access import sessions
from services.origin import Origin
from tests.browser.complaints import Complaints
from tests.browser.conftest import Open
from tests.browser.sample import PASSWORD, Sample

pytestmark = [pytest.mark.served, pytest.mark.browser]


def sign_out_everywhere(sample: Sample, who: str) -> None:
    with sample.app.app_context():
        sessions.end_all(sample.admin_ids[who], origin=Origin.of_command_line())


def test_a_form_is_still_there_after_signing_in_again(
    open_as: Open, sample: Sample, complaints: Complaints
) -> None:
    complaints.expect(401, 422)
    page = open_as("helpdesk")
    page.goto(f"{sample.at}/groups/new")
    page.get_by_label("Name").fill("Made after a break")
    sign_out_everywhere(sample, "helpdesk")
    page.get_by_role("button", name="Create group").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("Sign in again")
    dialog.get_by_label("Email").fill("noor.haddad@harbour.example")
    dialog.get_by_label("Password", exact=True).fill("not the password at all")
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Email or password is wrong.")
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Name")).to_have_value("Made after a break")
    page.get_by_role("button", name="Create group").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Made after a break")


def sign_in_again(page: Page, email: str) -> None:
    dialog = page.locator("#sign-in")
    expect(dialog.get_by_role("heading")).to_have_text("Sign in again")
    dialog.get_by_label("Email").fill(email)
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_be_hidden()


def test_searching_within_a_form_does_not_lose_the_form(
    open_as: Open, sample: Sample, complaints: Complaints
) -> None:
    complaints.expect(401)
    page = open_as("helpdesk")
    page.goto(f"{sample.at}/users/new")
    page.get_by_label("User name").fill("half.done@harbour.example")
    # The name is looked up when one goes on: that belongs to the time before.
    with page.expect_response("**/users/validate"):
        page.get_by_text("More attributes").click()
    sign_out_everywhere(sample, "helpdesk")
    page.get_by_label("Find a manager").fill("aiko")
    sign_in_again(page, "noor.haddad@harbour.example")
    expect(page.get_by_label("User name")).to_have_value("half.done@harbour.example")
    expect(page.get_by_label("Find a manager")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(" t")
    expect(page.get_by_role("radio", name="Aiko Tanaka")).to_be_visible()


def test_a_second_answer_does_not_clear_what_is_typed_to_sign_in(
    open_as: Open, sample: Sample, complaints: Complaints
) -> None:
    complaints.expect(401)
    page = open_as("helpdesk")
    page.goto(f"{sample.at}/users/new")
    held: list[Route] = []
    page.route("**/users/validate", lambda route: held.append(route))
    page.get_by_label("User name").fill("half.done@harbour.example")
    with page.expect_request("**/users/validate"):
        page.get_by_text("More attributes").click()
    sign_out_everywhere(sample, "helpdesk")
    page.get_by_label("Find a manager").fill("aiko")
    dialog = page.locator("#sign-in")
    dialog.get_by_label("Email").fill("noor.haddad@harbour.example")
    with page.expect_response("**/users/validate") as late:
        held[0].continue_()
    assert late.value.status == 401
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("User name")).to_have_value("half.done@harbour.example")


def test_a_form_in_a_dialog_is_still_there_too(
    open_as: Open, sample: Sample, complaints: Complaints
) -> None:
    complaints.expect(401)
    page = open_as("helpdesk")
    page.goto(f"{sample.at}/groups/{sample.group_ids['Engineering']}")
    page.get_by_role("link", name="Rename…").click()
    dialog = page.locator("#dialog")
    dialog.get_by_label("Name").fill("Engineering, all of it")
    sign_out_everywhere(sample, "helpdesk")
    dialog.get_by_role("button", name="Rename").click()
    sign_in_again(page, "noor.haddad@harbour.example")
    expect(dialog.get_by_label("Name")).to_have_value("Engineering, all of it")
    dialog.get_by_label("Name").fill("Engineering")
    dialog.get_by_role("button", name="Rename").click()
    expect(dialog).to_be_hidden()


def test_a_card_that_asks_by_itself_leads_nobody_away(
    open_as: Open, sample: Sample, complaints: Complaints
) -> None:
    complaints.expect(401)
    page = open_as("viewer")
    page.clock.install(time=datetime.now(UTC))
    page.goto(f"{sample.at}/")
    sign_out_everywhere(sample, "viewer")
    with page.expect_response("**/health"):
        page.clock.fast_forward(16_000)
    expect(page.locator("#health .stale")).to_have_text("Your session has ended.")
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_without_script_it_is_kept_too(
    open_as: Open, sample: Sample, complaints: Complaints
) -> None:
    complaints.expect(401)
    page = open_as("admin", java_script_enabled=False)
    page.goto(f"{sample.at}/groups/new")
    page.get_by_label("Name").fill("Kept without script")
    sign_out_everywhere(sample, "admin")
    page.get_by_role("button", name="Create group").click()
    page.get_by_label("Email").fill("bart.hendriks@harbour.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kept without script")


def test_one_is_warned_and_can_stay(open_as: Open, sample: Sample) -> None:
    page = open_as("owner")
    page.clock.install()
    page.goto(f"{sample.at}/settings")
    page.clock.fast_forward((28 * 60 + 2) * 1000)
    notice = page.locator("#toasts")
    expect(notice).to_contain_text("You will be signed out in 2 minutes.")
    with page.expect_response("**/session/extend") as extended:
        notice.get_by_role("button", name="Stay signed in").click()
    assert extended.value.status == 204
    expect(notice).not_to_contain_text("You will be signed out")


def let_in(page: Page, sample: Sample, url: str, minutes: int, used: int) -> None:
    """The owner, in a session that began and was used last so many minutes ago."""
    now = datetime.now(UTC)
    begun, last = now - timedelta(minutes=minutes), now - timedelta(minutes=used)
    cookie = sample.cookie("owner", begun=begun, used=last)
    page.context.add_cookies([{"name": "rollcall", "value": cookie, "url": url}])


def test_who_opens_a_page_late_has_the_whole_time_again(
    open_as: Open, sample: Sample, base_url: str
) -> None:
    page = open_as(None)
    let_in(page, sample, base_url, minutes=29, used=29)
    page.goto(f"{sample.at}/settings")
    page.wait_for_timeout(1_500)
    expect(page.locator("#toasts .toast")).to_have_count(0)


def test_the_end_of_twelve_hours_is_told_once_and_cannot_be_put_off(
    open_as: Open, sample: Sample, base_url: str
) -> None:
    page = open_as(None)
    let_in(page, sample, base_url, minutes=12 * 60 - 1, used=5)
    page.goto(f"{sample.at}/settings")
    notice = page.locator("[data-toast=session]")
    expect(notice).to_contain_text(re.compile(r"signed out in [45]\d seconds: you"))
    expect(notice.get_by_role("button", name="Stay signed in")).to_have_count(0)
    notice.get_by_role("button", name="Dismiss").click()
    page.evaluate("htmx.ajax('GET', location.href, {swap: 'none'})")
    page.wait_for_timeout(1_500)
    expect(notice).to_have_count(0)


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(
    open_as: Open, sample: Sample
) -> None:
    page = open_as("owner")
    page.clock.install(time=datetime.now(UTC))
    page.goto(f"{sample.at}/")
    with page.expect_request("**/health") as asked:
        page.clock.fast_forward(16_000)
    assert asked.value.headers["x-polled"] == "1"


def answer_health(page: Page, **answer: object) -> None:
    """What the card of the connection gets when it asks, and let it ask."""
    page.unroute("**/health")
    page.route("**/health", lambda route: route.fulfill(**answer))
    with page.expect_response("**/health"):
        page.clock.fast_forward(16_000)


def test_a_card_that_cannot_update_says_so_in_its_place_and_once(
    open_as: Open, sample: Sample, complaints: Complaints
) -> None:
    complaints.expect(503)
    page = open_as("owner")
    page.clock.install(time=datetime.now(UTC))
    page.goto(f"{sample.at}/")
    answer_health(page, status=503, body="Busy.", content_type="text/plain")
    answer_health(page, status=503, body="Busy.", content_type="text/plain")
    mark = page.locator("#health").get_by_role("status")
    expect(mark).to_have_text("Could not update. Trying again…")
    expect(page.locator("#toasts .toast")).to_have_count(0)
    answer_health(page, status=204)
    expect(mark).to_have_count(0)


def test_what_one_may_not_do_is_said_in_a_notice(
    open_as: Open, sample: Sample, complaints: Complaints
) -> None:
    complaints.expect(403)
    page: Page = open_as("viewer")
    page.goto(f"{sample.at}/users")
    page.evaluate("at => htmx.ajax('POST', at, '#results')", f"{sample.at}/groups/new")
    expect(page.locator("#toasts")).to_contain_text("You need the role of a helpdesk")
    expect(page.locator("#results")).to_contain_text("Aiko Tanaka")
