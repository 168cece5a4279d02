"""Connect, live: a wrong token is explained, a good one is noticed, the list ticks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from services.access import tokens
from services.origin import Origin
from tests.browser.conftest import Open
from tests.browser.sample import Sample
from tests.served import ROOT, Server

pytestmark = [pytest.mark.served, pytest.mark.browser]

SOON_MILLISECONDS = 3_000


@pytest.fixture
def token(sample: Sample, request: pytest.FixtureRequest) -> Iterator[tokens.NewToken]:
    """A token that nothing has come with."""
    origin = Origin.of_command_line()
    with sample.app.app_context():
        new = tokens.create(
            sample.organization, f"Token of {request.node.name[:60]}", origin=origin
        )
    yield new
    with sample.app.app_context():
        tokens.revoke(sample.organization, new.public_id, origin=origin)


def send(served: Server, text: str, path: str = "/Users?startIndex=1&count=2") -> int:
    headers = {
        "Authorization": f"Bearer {text}",
        "User-Agent": "Okta SCIM Client 1.0.0",
    }
    request = Request(served.base_url + path, headers=headers)  # noqa: S310 - ours
    try:
        with urlopen(request, timeout=15) as answer:  # noqa: S310 - ours
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def test_a_wrong_token_is_explained_then_a_good_one_noticed(
    owner: Page, sample: Sample, served: Server, token: tokens.NewToken
) -> None:
    asked: list[str] = []
    owner.on("request", lambda request: asked.append(request.url))
    owner.goto(f"{sample.at}/connect/okta?token={token.public_id}")
    panel = owner.locator("#wait")
    expect(panel).to_contain_text("Waiting for Okta’s first request…")
    assert send(served, token.text[:-3]) == 401
    expect(panel).to_contain_text(
        "is cut off: 61 characters came", timeout=SOON_MILLISECONDS
    )
    expect(panel.locator("ol li").first).to_be_visible()
    assert send(served, token.text) == 200
    expect(panel).to_contain_text("Okta signed in", timeout=SOON_MILLISECONDS)
    expect(owner.locator("#checklist")).to_contain_text("2 of 9 seen")
    polls = [url for url in asked if "/connect/status" in url]
    assert polls
    owner.wait_for_timeout(6_000)
    assert [url for url in asked if "/connect/status" in url] == polls


def test_only_a_change_is_announced(
    owner: Page, sample: Sample, served: Server, token: tokens.NewToken
) -> None:
    owner.goto(f"{sample.at}/connect/okta?token={token.public_id}")
    owner.evaluate(
        """() => {
          window.changes = 0;
          new MutationObserver(() => { window.changes += 1; }).observe(
            document.querySelector("[role=status]:has(#wait)"),
            {childList: true, subtree: true, characterData: true});
        }"""
    )
    with owner.expect_response("**/connect/status?*") as answer:
        pass
    assert answer.value.status == 204
    assert owner.evaluate("window.changes") == 0
    send(served, "rcl_" + token.public_id + "_x")
    expect(owner.locator("#wait")).to_contain_text("is cut off")
    assert owner.evaluate("window.changes") >= 1


def test_a_token_made_in_the_guide_is_waited_for_at_once(
    open_as: Open, sample: Sample, served: Server
) -> None:
    page = open_as("owner")
    page.goto(f"{sample.at}/connect/okta?token=new&app=bearer")
    page.get_by_label("Name").fill("Okta preview")
    page.get_by_role("button", name="Create token").click()
    secret = page.get_by_role("textbox", name="token", exact=True).inner_text()
    expect(page.get_by_role("textbox", name="SCIM 2.0 Base Url")).to_be_visible()
    assert secret not in page.url
    assert send(served, secret) == 200
    expect(page.locator("#wait")).to_contain_text("Okta signed in")
    expect(page.locator("#this-connection")).to_contain_text("Connected")
    page.get_by_role("link", name="Header auth app").click()
    expect(page.locator("#fields")).to_contain_text("API Token")
    expect(page.get_by_role("link", name="Header auth app")).to_be_focused()
    expect(page.get_by_role("textbox", name="token", exact=True)).to_have_text(secret)
    page.reload()
    expect(page.locator("#fields")).to_contain_text("API Token")
    assert secret not in page.content()


def test_the_checklist_is_completed_by_what_okta_sends(
    owner: Page, sample: Sample, served: Server, token: tokens.NewToken
) -> None:
    owner.goto(f"{sample.at}/connect/okta?token={token.public_id}")
    played = subprocess.run(
        [
            *(sys.executable, "-m", "flask", "simulate", "okta", "--clean"),
            *("--base", served.base_url, "--token", token.text),
            *("--users", "12", "--groups", "3"),
        ],
        cwd=ROOT,
        env=os.environ | {"ROLLCALL_INSTANCE": sample.app.instance_path},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert played.returncode == 0, played.stderr.decode()
    checklist = owner.locator("#checklist")
    expect(checklist).to_contain_text("9 of 9 seen")
    expect(checklist).to_contain_text("Okta is connected.")
    expect(checklist.get_by_role("link")).to_have_count(9)


def test_every_kind_of_app_is_seen_on_a_phone(open_as: Open, sample: Sample) -> None:
    page = open_as("owner", width=390)
    page.goto(f"{sample.at}/connect/okta?token=new")
    kinds = page.get_by_role("navigation", name="Kind of Okta app")
    last = kinds.get_by_role("link").last.bounding_box()
    assert last is not None
    assert last["x"] + last["width"] <= 390
    assert kinds.evaluate("nav => nav.scrollWidth - nav.clientWidth") == 0


def test_a_long_status_stays_within_its_card(open_as: Open, sample: Sample) -> None:
    page = open_as("owner")
    page.goto(f"{sample.at}/connect/okta?token=new")
    status = page.locator("#this-connection .status")
    status.evaluate("one => one.append(' of the last requests'.repeat(9))")
    inside = """one => one.getBoundingClientRect().right
        <= one.closest(".card-body").getBoundingClientRect().right"""
    assert status.evaluate(inside)
