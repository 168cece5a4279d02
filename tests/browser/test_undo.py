"""A mass deactivation is undone by one click and a preview."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Page, expect

from scim import names
from services import organizations
from services.directory import user_lists
from services.directory.user_lists import StatusCounts, UserQuery
from tests.browser.complaints import Complaints
from tests.browser.conftest import Open
from tests.served import Server

pytestmark = [pytest.mark.served, pytest.mark.browser]

N_USERS = 500
IN_SECONDS = 60
OFF = {"op": "replace", "value": {"active": False}}


@dataclass
class Harmed:
    """An organization, and the token that deactivated everybody in it."""

    slug: str
    token: str
    server: Server

    @property
    def token_page(self) -> str:
        return f"/o/{self.slug}/tokens/{self.token.split('_')[1]}"

    def counts(self) -> StatusCounts:
        with self.server.app.app_context():
            return user_lists.read(organizations.get(self.slug), UserQuery()).counts


@pytest.fixture(scope="module")
def harmed(served: Server) -> Harmed:
    """As Okta would do it: one request after the other."""
    slug = served.new_organization("Harmed")
    served.load(slug, users=N_USERS * 5 // 4)
    token = served.new_token(slug)
    body = {"schemas": [names.PATCH_OP], "Operations": [OFF]}
    with httpx.Client(
        base_url=f"{served.base_url}/Users",
        headers={"Authorization": f"Bearer {token}"},
    ) as okta:
        query = {"filter": "active eq true", "attributes": "id", "count": "1000"}
        for one in okta.get("", params=query).json()["Resources"]:
            assert okta.patch(f"/{one['id']}", json=body).status_code == 200
    return Harmed(slug, token, served)


@pytest.fixture
def page(open_as: Open) -> Page:
    return open_as("instance owner")


def test_500_deactivations_are_undone_by_a_preview_and_a_click(
    page: Page, harmed: Harmed
) -> None:
    assert harmed.counts().active == 0
    page.goto(harmed.token_page)
    page.get_by_role("link", name="Undo what it changed…").click()
    page.get_by_role("button", name="Show what would be undone").click()
    expect(page.locator("#dialog-title")).to_have_text("Undo 500 changes?")
    kind = page.get_by_text("500 users become active again").first
    kind.click()
    expect(page.get_by_role("link", name="User Number 624", exact=True)).to_be_visible()
    expect(page.locator("#main")).to_contain_text("and 480 more")
    page.get_by_role("button", name="Undo 500 changes").click()
    expect(page.locator("#job")).to_contain_text(
        "500 users and groups got back what stood before.", timeout=IN_SECONDS * 1_000
    )
    assert harmed.counts().active == N_USERS


def test_one_request_is_undone_in_a_dialog(
    page: Page, harmed: Harmed, served: Server
) -> None:
    headers = {"Authorization": f"Bearer {harmed.token}"}
    made = httpx.post(
        f"{served.base_url}/Users", json={"userName": "once"}, headers=headers
    )
    request_id = made.headers["X-Request-Id"]
    page.goto(f"/o/{harmed.slug}/activity/{request_id}")
    page.get_by_role("link", name="Undo what this request changed…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 user is deleted, and kept under Deleted")
    dialog.get_by_role("button", name="Undo 1 change").click()
    expect(page.locator("#toasts")).to_contain_text("1 change was undone.")
    user_id = made.json()["id"]
    gone = httpx.get(f"{served.base_url}/Users/{user_id}", headers=headers)
    assert gone.status_code == 404
    expect(page).to_have_url(f"{served.url}/o/{harmed.slug}/activity/{request_id}")


def test_the_form_says_what_is_missing(
    page: Page, harmed: Harmed, complaints: Complaints
) -> None:
    complaints.expect(422)
    page.goto(f"/o/{harmed.slug}/undo")
    page.get_by_label("From").fill("")
    page.get_by_role("button", name="Show what would be undone").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Enter the time from which changes are undone.")
