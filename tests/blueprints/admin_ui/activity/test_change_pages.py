"""All changes of a large request, and all who came and went with one change."""

from __future__ import annotations

import pytest
from flask import Flask

from services.activity import history
from services.background import bulk_loading
from services.directory import groups
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.admin_client import HTMX, UNKNOWN_ID, AdminClient


@pytest.fixture
def loaded(app: Flask, acme: OrganizationRef) -> Origin:
    """One request that created 60 people."""
    origin = Origin.of_command_line()
    documents = [{"userName": f"<b>u{number:02}"} for number in range(60)]
    with app.app_context():
        bulk_loading.load_users(
            *(acme, documents),  # type: ignore[arg-type]  # texts are JSON
            origin=origin,
        )
    return origin


@pytest.fixture
def number(app: Flask, acme: OrganizationRef, loaded: Origin) -> int:
    """A change that put 120 people into a group; half of them were made for it."""
    documents = [{"userName": f"v{number:02}"} for number in range(120)]
    with app.app_context():
        ids = bulk_loading.load_users(
            *(acme, documents),  # type: ignore[arg-type]  # texts are JSON
            origin=Origin.of_command_line(),
        )
        made = groups.create(
            *(acme, {"displayName": "Staff"}, ids),  # type: ignore[arg-type]  # as above
            origin=Origin.of_command_line(),
        )
        return history.of_resource(acme, made.id).rows[0].number


def test_the_inspector_leads_to_all_changes(
    viewer: AdminClient, loaded: Origin
) -> None:
    page = viewer.get(f"activity/{loaded.request_id}", htmx=True).text
    address = f"/o/acme/activity/{loaded.request_id}/changes"
    assert f'<a href="{address}">All 60 changes</a>' in page
    assert page.count('<table class="diff">') == 10


def test_all_changes_are_paged(viewer: AdminClient, loaded: Origin) -> None:
    address = f"activity/{loaded.request_id}/changes"
    first = viewer.get(address).text
    following = first.split('rel="next"')[0].split('href="')[-1].split('"')[0]
    second = viewer.browser.get(following.replace("&amp;", "&"), headers=HTMX).text
    assert "60 changes" in first
    assert "Changes 1 to 50, the newest first" in first
    assert "Changes 51 to 60, the newest first" in second
    assert "&lt;b&gt;u00" in second
    assert "<html" not in second


def test_all_members_are_paged_by_name(viewer: AdminClient, number: int) -> None:
    address = f"activity/changes/{number}/members"
    first = viewer.get(address).text
    second = viewer.get(address, htmx=True, cursor="100").text
    assert "Members 1 to 100 of 120" in first
    assert "<bdi>v00</bdi>" in first
    assert "Members 101 to 120 of 120" in second
    assert second.count("<bdi>v") == 20
    assert 'href="/o/acme/activity/changes/' in second
    assert "<html" not in second


def test_a_dialog_shows_the_first_and_leads_to_all(
    viewer: AdminClient, number: int
) -> None:
    headers = HTMX | {"HX-Target": "dialog"}
    address = f"/o/acme/activity/changes/{number}/members"
    part = viewer.browser.get(address, headers=headers).text
    assert 'class="dialog"' in part
    assert "See all 120" in part
    assert part.count("<bdi>v") == 100


@pytest.mark.parametrize("number", ["0", "999", "9" * 30, "-1", "x", "٣"])
def test_a_change_that_is_not_there_is_not_found(
    viewer: AdminClient, number: str
) -> None:
    assert viewer.get(f"activity/changes/{number}/members").status_code == 404


@pytest.mark.parametrize("cursor", ["x", "-1", "7", "9" * 400, "\x00"])
def test_a_foreign_cursor_is_no_server_error(
    viewer: AdminClient, number: int, loaded: Origin, cursor: str
) -> None:
    members = viewer.get(f"activity/changes/{number}/members", cursor=cursor)
    changes = viewer.get(f"activity/{loaded.request_id}/changes", cursor=cursor)
    assert 400 <= members.status_code < 500
    assert 400 <= changes.status_code < 500


def test_changes_of_a_request_that_is_not_there_are_not_found(
    viewer: AdminClient,
) -> None:
    assert viewer.get(f"activity/{UNKNOWN_ID}/changes").status_code == 404
    assert viewer.get("activity/%00/changes").status_code == 404


def test_others_are_kept_out(
    anonymous: AdminClient, stranger: AdminClient, number: int, loaded: Origin
) -> None:
    addresses = [
        f"activity/{loaded.request_id}/changes",
        f"activity/changes/{number}/members",
    ]
    assert {anonymous.get(one).status_code for one in addresses} == {303}
    assert {stranger.get(one).status_code for one in addresses} == {404}
    theirs = f"/o/globex/activity/{loaded.request_id}/changes"
    assert stranger.get(theirs).status_code == 404
