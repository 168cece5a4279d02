"""The first five minutes: from the address that the server prints to Okta's request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser import faults
from tests.browser.complaints import Complaints
from tests.conftest import PASSWORD, make_app, migrate
from tests.served import SETUP_PATH, Server

pytestmark = [pytest.mark.served, pytest.mark.browser]

OKTA = {"User-Agent": "Okta SCIM Client 1.0.0"}


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Server]:
    """A Rollcall that was started just now, by somebody who knows nothing of it."""
    url = f"sqlite:///{tmp_path / 'rollcall.sqlite'}"
    app = make_app(tmp_path, url)
    migrate(app)
    server = Server(app, url)
    server.start()
    yield server
    server.stop()
    server.close()


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def visitor(
    fresh: Server,
    new_context: Callable[..., BrowserContext],
    complaints: Complaints,
    request: pytest.FixtureRequest,
) -> Page:
    context = new_context(java_script_enabled=request.param)
    page = context.new_page()
    complaints.listen(page)
    return page


def set_up(page: Page, server: Server) -> None:
    printed = SETUP_PATH.search(server.printed())
    assert printed, server.printed()
    page.goto(f"{server.url}{printed[1]}")
    page.get_by_label("Organization").fill("Harbour & Co")
    page.get_by_label("Your name").fill("Ines Duarte")
    page.get_by_label("Email").fill("ines@harbour.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Set up Rollcall").click()


def test_set_up_has_no_fault(
    fresh: Server, new_context: Callable[..., BrowserContext], complaints: Complaints
) -> None:
    page = new_context(reduced_motion="reduce").new_page()
    complaints.listen(page)
    complaints.expect(422)
    printed = SETUP_PATH.search(fresh.printed())
    assert printed, fresh.printed()
    page.goto(f"{fresh.url}{printed[1]}")
    asked = faults.find(page)
    page.goto(f"{fresh.url}{printed[1]}")
    page.get_by_role("button", name="Set up Rollcall").click()
    expect(page.locator("main")).to_contain_text("Enter the name of your organization")
    assert (asked, faults.find(page)) == ([], [])


def create_token(page: Page) -> str:
    page.get_by_role("main").get_by_role("link", name="Connect Okta").click()
    expect(page.get_by_label("Name")).to_have_value("Okta production")
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_role("heading", name="Token created")).to_be_visible()
    return page.get_by_role("textbox", name="token", exact=True).inner_text()


def reload_until(page: Page, wanted: Locator) -> None:
    """The log is written a moment after the answer."""
    for _ in range(20):
        page.reload()
        if wanted.is_visible():
            break
        page.wait_for_timeout(250)
    expect(wanted).to_be_visible()


def test_from_the_printed_address_to_oktas_first_request(
    fresh: Server, visitor: Page
) -> None:
    set_up(visitor, fresh)
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Connect")
    secret = create_token(visitor)
    visitor.get_by_role("link", name="Overview").click()
    expect(visitor.get_by_text("Provisioning token created")).to_be_visible()
    answer = httpx.get(
        f"{fresh.base_url}/Users?startIndex=1&count=100",
        headers={**OKTA, "Authorization": f"Bearer {secret}"},
    )
    assert (answer.status_code, answer.json()["totalResults"]) == (200, 0)
    reload_until(visitor, visitor.get_by_role("heading", name="Okta is connected"))


def test_the_page_of_set_up_is_gone_afterwards(
    fresh: Server, visitor: Page, complaints: Complaints
) -> None:
    set_up(visitor, fresh)
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Connect")
    complaints.expect(404)
    answer = visitor.goto(f"{fresh.url}/setup")
    assert answer is not None
    assert answer.status == 404


@pytest.mark.parametrize("visitor", [True], indirect=True)
def test_the_step_ticks_itself_while_one_looks(fresh: Server, visitor: Page) -> None:
    set_up(visitor, fresh)
    secret = create_token(visitor)
    visitor.get_by_role("link", name="Overview").click()
    expect(visitor.get_by_text("Press “Test API Credentials” in Okta")).to_be_visible()
    httpx.get(f"{fresh.base_url}/Users", headers={"Authorization": f"Bearer {secret}"})
    expect(visitor.get_by_text("Okta signed in")).to_be_visible(timeout=12_000)


@pytest.mark.parametrize("visitor", [True], indirect=True)
def test_a_request_without_credentials_is_explained(
    fresh: Server, visitor: Page
) -> None:
    set_up(visitor, fresh)
    create_token(visitor)
    httpx.get(f"{fresh.base_url}/Users", headers=OKTA)
    expect(visitor.locator("#wait")).to_contain_text("No credentials were sent")
