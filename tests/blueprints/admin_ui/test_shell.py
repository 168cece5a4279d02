"""The frame around every page: who is signed in, and where they may go."""

from __future__ import annotations

import re

import pytest

from services import organizations
from services.origin import Origin
from tests.admin_client import AdminClient


def entries(page: str) -> list[str]:
    """The navigation's entries, by their words."""
    nav = re.search(r'<nav class="nav" aria-label="Main">.*?</nav>', page, re.DOTALL)
    assert nav
    return re.findall(r"</svg>\s*([^<]+?)\s*</a>", nav[0])


def test_an_owner_finds_everything_of_the_organization(owner: AdminClient) -> None:
    found = entries(owner.get("").text)
    assert found[0] == "Overview"
    assert {"Tokens", "Settings", "Admins", "Organizations"} <= set(found)
    assert "All admins" not in found


def test_an_owner_of_the_installation_finds_that_too(
    instance_owner: AdminClient,
) -> None:
    page = instance_owner.get("").text
    assert "All admins" in entries(page)
    assert "Instance owner" in page


def test_a_viewer_finds_no_entry_that_is_closed(viewer: AdminClient) -> None:
    page = viewer.get("").text
    assert not {"Settings", "Admins", "All admins"} & set(entries(page))
    assert "<small>Viewer</small>" in page


@pytest.mark.parametrize("who", ["owner", "admin", "helpdesk", "viewer"])
@pytest.mark.usefixtures("acme")
def test_every_entry_opens(who: str, request: pytest.FixtureRequest) -> None:
    client: AdminClient = request.getfixturevalue(who)
    page = client.get("").text
    links = re.findall(r'<a href="(/[^"]*)"[^>]*>\s*<svg', page)
    assert len(links) >= 3
    assert {client.browser.get(link).status_code for link in links} == {200}


def test_the_current_entry_says_so(owner: AdminClient) -> None:
    page = owner.get("tokens").text
    current = re.findall(r'<a href="([^"]+)"[^>]*aria-current="page"', page)
    assert current == ["/o/acme/tokens"]


def test_help_is_at_the_foot_of_every_page(owner: AdminClient) -> None:
    for address in ("/account", "/organizations", "/nowhere"):
        page = owner.get(address).text
        foot = page.split('class="sidebar-foot"')[1]
        assert 'href="/help"' in foot
    for address in ("", "tokens", "nowhere"):
        page = owner.get(address).text
        foot = page.split('class="sidebar-foot"')[1]
        assert 'href="/help?organization=acme"' in foot


def test_the_title_names_page_organization_and_product(owner: AdminClient) -> None:
    page = owner.get("tokens").text
    assert "<title>Tokens · Acme · Rollcall</title>" in page
    assert "· Acme" not in owner.get("/account").text


def test_a_suspended_organization_says_so_on_every_page(owner: AdminClient) -> None:
    assert "Provisioning is paused" not in owner.get("").text
    with owner.app.app_context():
        organizations.suspend("acme", origin=Origin.of_command_line())
    assert "Provisioning is paused" in owner.get("").text
    assert "Provisioning is paused" in owner.get("tokens").text


def test_a_page_knows_when_its_session_ends(owner: AdminClient) -> None:
    found = re.search(r'name="session-seconds" content="(\d+)"', owner.get("").text)
    assert found
    assert 1_700 < int(found[1]) <= 1_800


def test_nobody_has_no_frame(anonymous: AdminClient) -> None:
    page = anonymous.get("/login").text
    assert 'class="sidebar"' not in page
    assert "session-seconds" not in page


@pytest.mark.parametrize("address", ["users", "groups", "deleted", "activity"])
def test_a_list_shows_that_it_loads(owner: AdminClient, address: str) -> None:
    page = owner.get(address).text
    section = re.search(r'<section id="results"[^>]*>', page)
    asking = re.findall(r'<[^>]*hx-target="#results"[^>]*>', page)
    assert section
    assert re.search(r'class="[^"]*\bdims\b', section[0])
    assert asking
    assert [tag for tag in asking if 'hx-indicator="#results"' not in tag] == []
