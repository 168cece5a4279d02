"""The timeline of an organization, and who came and went with one change."""

from __future__ import annotations

import pytest
from flask import Flask

from scim.patch import Operation
from services.activity import history
from services.background import bulk_loading
from services.directory import groups, users
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.admin_client import HTMX, AdminClient

ORIGIN = Origin.of_command_line()


@pytest.fixture
def staff(app: Flask, acme: OrganizationRef) -> str:
    """A group of 25 people."""
    documents = [{"userName": f"u{number:02}"} for number in range(25)]
    with app.app_context():
        ids = bulk_loading.load_users(
            *(acme, documents),  # type: ignore[arg-type]  # texts are JSON
            origin=Origin.of_command_line(),
        )
        document = {"displayName": "Staff"}
        return groups.create(
            *(acme, document, ids),  # type: ignore[arg-type]  # texts are JSON
            origin=Origin.of_command_line(),
        ).id


def number_of(app: Flask, organization: OrganizationRef, resource_id: str) -> int:
    with app.app_context():
        return history.of_resource(organization, resource_id).rows[0].number


def test_changes_are_told_before_and_after(
    app: Flask, acme: OrganizationRef, viewer: AdminClient
) -> None:
    with app.app_context():
        user = users.create(acme, {"userName": "bo", "title": "Dr"}, origin=ORIGIN)
        renamed = [Operation("replace", None, {"title": "<i>Prof</i>"})]
        users.patch(acme, user.id, renamed, origin=Origin.of_command_line())
    page = viewer.get("changes").text
    assert "changed: title" in page
    assert "<bdi>Dr</bdi>" in page
    assert "<bdi>&lt;i&gt;Prof&lt;/i&gt;</bdi>" in page
    assert "1 value, before and after" in page


def test_the_timeline_is_paged_and_each_page_has_an_address(
    app: Flask, acme: OrganizationRef, viewer: AdminClient
) -> None:
    for number in range(51):
        with app.app_context():
            document = {"userName": f"u{number}"}
            users.create(acme, document, origin=Origin.of_command_line())  # type: ignore[arg-type]  # JSON
    first = viewer.get("changes").text
    address = first.split('rel="next"')[0].split('href="')[-1].split('"')[0]
    second = viewer.browser.get(address.replace("&amp;", "&"), headers=HTMX).text
    assert "Changes 1 to 50, the newest first" in first
    assert "Changes 51 to 52, the newest first" in second
    assert "<html" not in second
    assert 'id="timeline"' in second


def test_a_foreign_cursor_is_no_server_error(viewer: AdminClient) -> None:
    assert 400 <= viewer.get("changes", cursor="bm8").status_code < 500
    assert 400 <= viewer.get("changes", cursor="\x00").status_code < 500


@pytest.mark.parametrize("htmx", [False, True])
def test_the_first_members_of_a_change_are_named(
    app: Flask, acme: OrganizationRef, viewer: AdminClient, staff: str, *, htmx: bool
) -> None:
    number = number_of(app, acme, staff)
    page = viewer.get(f"changes/{number}/members", htmx=htmx).text
    assert "<bdi>u00</bdi>" in page
    assert "<bdi>u19</bdi>" in page
    assert "<bdi>u20</bdi>" not in page
    assert "and 5 more" in page
    assert ("<html" in page) is not htmx


def test_the_timeline_leads_to_the_members(
    app: Flask, acme: OrganizationRef, viewer: AdminClient, staff: str
) -> None:
    page = viewer.get("changes").text
    number = number_of(app, acme, staff)
    assert "25 people" in page
    assert f'href="/o/acme/changes/{number}/members"' in page


@pytest.mark.parametrize("number", ["0", "999", "9" * 30, "-1", "x"])
def test_a_change_that_is_not_there_is_not_found(
    viewer: AdminClient, number: str
) -> None:
    assert viewer.get(f"changes/{number}/members").status_code == 404


def test_another_organizations_change_is_not_there(
    app: Flask, acme: OrganizationRef, stranger: AdminClient, staff: str
) -> None:
    number = number_of(app, acme, staff)
    theirs = stranger.get(f"/o/globex/changes/{number}/members")
    assert theirs.status_code == 404
    assert stranger.get(f"changes/{number}/members").status_code == 404
