"""The activity of one user or group, on their own pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from services.activity import log_retention
from services.directory import users
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.admin_client import AdminClient
from tests.directories import logged
from tests.scim_client import ScimClient


def test_each_row_opens_its_request_and_shows_what_changed(
    app: Flask, scim: ScimClient, viewer: AdminClient
) -> None:
    user = scim.new_user("bo", title="Dr")
    path = f"/Users/{user['id']}"
    scim.patch(path, {"op": "replace", "value": {"title": "<i>Prof</i>"}})
    request_id = logged(app)[-1].id
    page = viewer.get(f"users/{user['id']}/activity").text
    assert f'href="/o/acme/activity/{request_id}"' in page
    assert "<bdi>Dr</bdi>" in page
    assert "<bdi>&lt;i&gt;Prof&lt;/i&gt;</bdi>" in page


def test_what_was_refused_is_in_the_story(
    app: Flask, scim: ScimClient, viewer: AdminClient
) -> None:
    group = scim.post("/Groups", {"displayName": "Crew"}).get_json()
    path = f"/Groups/{group['id']}"
    scim.patch(path, {"op": "replace", "path": "nonsense", "value": "x"})
    logged(app)
    page = viewer.get(f"groups/{group['id']}/activity").text
    assert '<span class="badge badge-bad">400</span>' in page
    assert "glyph-bad" in page


def test_members_unfold_by_name(
    app: Flask, scim: ScimClient, viewer: AdminClient
) -> None:
    members = [{"value": scim.new_user(f"u{n}")["id"]} for n in range(5)]
    group = scim.post("/Groups", {"displayName": "Crew"}).get_json()
    path = f"/Groups/{group['id']}"
    scim.patch(path, {"op": "add", "path": "members", "value": members})
    page = viewer.get(f"groups/{group['id']}/activity").text
    assert "5 members that came<" in page
    assert page.count('<li class="plus">') == 5


@pytest.fixture
def aged(app: Flask, acme: OrganizationRef) -> str:
    """Somebody whose creation is older than the log, and who was deactivated since."""
    by_hand = Origin.of_command_line()
    old = Origin(by_hand.actor, datetime.now(UTC) - timedelta(days=90))
    with app.app_context():
        user = users.create(acme, {"userName": "bo", "title": "Dr"}, origin=old)
        users.set_active(acme, user.id, False, origin=by_hand)
        log_retention.purge_expired(datetime.now(UTC))
    return user.id


def test_changes_from_before_the_log_are_behind_the_last_page(
    viewer: AdminClient, aged: str
) -> None:
    address = f"/o/acme/users/{aged}/activity"
    page = viewer.get(address).text
    before = viewer.get(address, part="before-log", htmx=True).text
    assert "bo was deactivated" in page.replace("</bdi><bdi>", "")
    assert f'href="{address}?part=before-log"' in page
    assert " was created" in before
    assert "<bdi>Dr</bdi>" in before
    assert f'href="{address}"' in before
    assert "<html" not in before


def test_a_deleted_user_keeps_the_story(
    app: Flask, scim: ScimClient, viewer: AdminClient
) -> None:
    user = scim.new_user("bo")
    scim.delete(f"/Users/{user['id']}")
    logged(app)
    page = viewer.get(f"deleted/{user['id']}").text
    assert page.count('href="/o/acme/activity/') == 2
    assert " was deleted" in page


@pytest.mark.parametrize("part", ["", "before-log"])
@pytest.mark.parametrize("cursor", ["bm8", "\x00", "9" * 400])
def test_a_foreign_cursor_is_no_server_error(
    viewer: AdminClient, aged: str, part: str, cursor: str
) -> None:
    address = f"users/{aged}/activity"
    assert 400 <= viewer.get(address, part=part, cursor=cursor).status_code < 500
