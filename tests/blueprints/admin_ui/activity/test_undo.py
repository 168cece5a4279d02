"""Undo on pages: asked with numbers, names and reasons, then done as it was shown."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from blueprints.admin_ui import formats
from models import Job, JobFile, Request, User
from services.background import bulk_actions
from services.background.job_runner import Runner
from services.directory import users
from services.origin import Actor, Origin
from services.undo import undoing
from tests.admin_client import UNKNOWN_ID
from tests.conftest import make_admin
from tests.directories import rows
from tests.scim_client import load
from tests.served import fill

OFF = {"op": "replace", "value": {"active": False}}


@pytest.fixture
def bo(scim):
    return scim.new_user("bo", displayName="Bo Li", title="Clerk")


@pytest.fixture
def promoted(app, scim, bo):
    """The request that gave Bo another title."""
    title = {"op": "replace", "path": "title", "value": "Chief"}
    assert scim.patch(f"/Users/{bo['id']}", title).status_code == 200
    return last_request(app)


def last_request(app):
    newest = sa.select(Request.id).where(Request.outcome == "changed")
    return rows(app, newest.order_by(Request.seq.desc()).limit(1))[0][0]


def title_of(scim, user):
    return load(scim.get(f"/Users/{user['id']}")).get("title")


def fields_of(page):
    """What the question would hand on."""
    form = page.text[page.text.rindex('<form class="form"') :]
    pairs = re.findall(r'name="(\w+)"\s+value="([^"]*)"', form)
    return {name: value for name, value in pairs if name != "csrf_token"}


def test_the_question_tells_what_changes_back(helpdesk, bo, promoted):
    page = helpdesk.get("undo", request=promoted)
    assert page.status_code == 200
    assert "Undo 1 change?" in page.text
    assert "1 user gets earlier values back" in page.text
    assert page.text.index("Chief") < page.text.index("Clerk")
    assert "Okta may push its own state again" in page.text


def test_asking_changes_nothing(helpdesk, scim, bo, promoted):
    helpdesk.get("undo", request=promoted)
    assert title_of(scim, bo) == "Chief"


def test_htmx_gets_the_question_as_a_dialog(helpdesk, bo, promoted):
    part = helpdesk.get("undo", htmx=True, request=promoted).text
    assert 'id="dialog-title"' in part
    assert "<html" not in part
    assert "data-close" in part


def test_a_request_is_undone_as_shown(helpdesk, scim, bo, promoted):
    page = helpdesk.get("undo", request=promoted, next="/o/acme/users")
    answer = helpdesk.post("undo", fields_of(page))
    assert (answer.status_code, answer.location) == (303, "/o/acme/users")
    assert title_of(scim, bo) == "Clerk"
    assert "1 change was undone." in helpdesk.get("users").text


def test_the_undo_is_undone(app, helpdesk, scim, bo, promoted):
    helpdesk.post("undo", fields_of(helpdesk.get("undo", request=promoted)))
    undone = last_request(app)
    helpdesk.post("undo", fields_of(helpdesk.get("undo", request=undone)))
    assert title_of(scim, bo) == "Chief"


def test_what_somebody_changed_again_stays_and_is_said(helpdesk, scim, bo, promoted):
    scim.patch(f"/Users/{bo['id']}", {"op": "remove", "path": "title"})
    page = helpdesk.get("undo", request=promoted).text
    assert "Nothing to undo" in page
    assert "Title was changed again by Okta full" in page
    assert 'type="submit">Undo' not in page


def test_something_that_came_between_is_shown_anew(helpdesk, scim, bo, promoted):
    fields = fields_of(helpdesk.get("undo", request=promoted))
    scim.patch(f"/Users/{bo['id']}", {"op": "remove", "path": "title"})
    answer = helpdesk.post("undo", fields)
    assert answer.status_code == 409
    assert "Something changed since the preview was made." in answer.text
    assert title_of(scim, bo) is None


def test_a_created_user_is_said_to_be_deleted(app, admin, scim, bo):
    page = admin.get("undo", request=last_request(app))
    assert "1 user is deleted, and kept under Deleted" in page.text
    admin.post("undo", fields_of(page))
    assert scim.get(f"/Users/{bo['id']}").status_code == 404
    assert "Bo Li" in admin.get("deleted").text


def test_a_while_of_a_token_is_undone(app, helpdesk, scim, bo, promoted):
    since = datetime.now(UTC)
    scim.patch(f"/Users/{bo['id']}", OFF)
    token = scim.token.split("_")[1]
    page = helpdesk.get("undo", token=token, since=since.isoformat())
    assert "What <bdi>Okta full</bdi> changed from" in page.text
    assert "1 user becomes active again" in page.text
    helpdesk.post("undo", fields_of(page))
    user = load(scim.get(f"/Users/{bo['id']}"))
    assert (user["active"], user["title"]) == (True, "Chief")


def test_members_taken_out_come_back(app, helpdesk, scim, bo):
    staff = scim.new_group("Staff", bo["id"])
    scim.patch(f"/Groups/{staff['id']}", {"op": "remove", "path": "members"})
    page = helpdesk.get("undo", request=last_request(app))
    assert "Members of 1 group: 1 comes back" in page.text
    assert "Bo Li" in page.text
    helpdesk.post("undo", fields_of(page))
    members = load(scim.get(f"/Groups/{staff['id']}"))["members"]
    assert [one["value"] for one in members] == [bo["id"]]


def test_without_a_while_there_is_a_form(helpdesk, scim):
    token = scim.token.split("_")[1]
    page = helpdesk.get("undo", token=token).text
    assert "Undo changes" in page
    assert re.search(rf'selected\s+value="token:{token}"', page)
    assert 'name="since"' in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"since": ""}, "Enter the time from which changes are undone."),
        ({"since": "soon"}, "Enter a date and a time"),
        ({"since": "0001-01-01T00:00+14:00"}, "Enter a date and a time"),
        ({"since": "2026-01-02", "until": "2026-01-01"}, "later than the beginning"),
        ({"since": "2026-01-02", "by": "x\0y"}, "Choose whose changes are undone."),
        ({"request": "x"}, "That is not the id of a request."),
    ],
)
def test_what_cannot_be_meant_is_said_on_the_form(helpdesk, query, sentence):
    page = helpdesk.get("undo", **query)
    assert page.status_code == 422
    assert sentence in page.text


def test_a_while_in_which_nothing_happened_says_so(helpdesk):
    page = helpdesk.get("undo", since="2020-01-01", until="2020-01-02")
    assert "Nothing to undo" in page.text
    assert "No change was made then." in page.text


def test_a_request_that_never_was_is_not_found(helpdesk):
    assert helpdesk.get("undo", request=UNKNOWN_ID).status_code == 404


def test_tokens_are_counted_and_not_undone(admin, helpdesk, scim):
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    page = admin.get("undo", since=since)
    assert "1 change of a provisioning token" in page.text
    assert "only users and groups are" in page.text
    assert helpdesk.get("undo", since=since).status_code == 403


def test_roles_and_other_organizations(
    anonymous, viewer, stranger, helpdesk, scim, bo, promoted
):
    fields = fields_of(helpdesk.get("undo", request=promoted))
    assert anonymous.get("undo").status_code == 303
    assert viewer.get("undo", request=promoted).status_code == 403
    assert viewer.post("undo", fields).status_code == 403
    assert stranger.get("undo", request=promoted).status_code == 404
    assert stranger.post("/o/globex/undo", fields).status_code == 404
    assert title_of(scim, bo) == "Chief"


def test_a_post_without_the_token_does_nothing(helpdesk, scim, bo, promoted):
    fields = fields_of(helpdesk.get("undo", request=promoted))
    assert helpdesk.post("undo", fields, with_token=False).status_code == 422
    assert title_of(scim, bo) == "Chief"


@pytest.fixture
def many(app, acme, do):
    """240 users whom Okta has deactivated."""
    do(fill, acme, users=300, groups=0, members_per_group=0)
    okta = Origin(Actor("token", "abc", "Okta"), datetime.now(UTC))
    ids = [one for (one,) in rows(app, sa.select(User.id).where(User.is_active))]
    do(bulk_actions.run, acme, "deactivate", ids[:120], origin=okta)
    do(bulk_actions.run, acme, "deactivate", ids[120:], origin=okta)
    return okta


def test_a_large_undo_is_a_job_with_its_result(app, admin, do, many):
    page = admin.get("undo", token="abc", since=many.at.isoformat())
    assert "240 users become active again" in page.text
    answer = admin.post("undo", fields_of(page))
    do(Runner().drain)
    shown = admin.get(answer.location).text
    assert "Undo 240 changes" in shown
    assert "240 users and groups got back what stood before." in shown
    assert rows(app, sa.select(sa.func.count()).where(User.is_active)) == [(240,)]


def many_ids(app):
    """Those who were active before: not every fifth."""
    by = sa.select(User.id).where(User.modified_at > User.created_at)
    return [one for (one,) in rows(app, by.order_by(User.seq))]


def test_a_job_leaves_what_somebody_changes_meanwhile(app, admin, acme, do, many):
    page = admin.get("undo", token="abc", since=many.at.isoformat())
    answer = admin.post("undo", fields_of(page))
    do(users.delete, acme, many_ids(app)[0], origin=many)
    do(Runner().drain)
    page = admin.get(answer.location).text
    job_id = answer.location.rpartition("/")[2]
    skipped = admin.get(f"jobs/{job_id}/skipped.csv").text
    assert "1 stayed as it is." in page
    assert "Deleted meanwhile" in skipped
    assert "Download what was skipped" in page


def test_a_large_undo_takes_an_admin(app, helpdesk, admin, many):
    page = admin.get("undo", token="abc", since=many.at.isoformat())
    refused = helpdesk.get("undo", token="abc", since=many.at.isoformat())
    assert refused.status_code == 403
    assert "the role of an admin in this organization" in refused.text
    assert helpdesk.post("undo", fields_of(page)).status_code == 403
    assert rows(app, sa.select(sa.func.count(Job.seq))) == [(0,)]


def test_what_a_job_was_to_do_is_kept_no_longer_than_it_takes(app, admin, do, many):
    page = admin.get("undo", token="abc", since=many.at.isoformat())
    admin.post("undo", fields_of(page))
    todo = sa.select(sa.func.count()).where(JobFile.name == "selection")
    assert rows(app, todo) == [(3,)]
    do(Runner().drain)
    assert rows(app, todo) == [(0,)]


def test_what_a_cancelled_job_was_to_do_is_not_kept(app, admin, many):
    page = admin.get("undo", token="abc", since=many.at.isoformat())
    answer = admin.post("undo", fields_of(page))
    admin.post(f"{answer.location}/cancel")
    assert rows(app, sa.select(Job.state)) == [("cancelled",)]
    assert rows(app, sa.select(JobFile.name)) == []


def test_what_a_failed_job_was_to_do_is_not_kept(app, admin, do, many, monkeypatch):
    page = admin.get("undo", token="abc", since=many.at.isoformat())
    admin.post("undo", fields_of(page))
    monkeypatch.setattr(undoing, "carry_out", None)
    do(Runner().drain)
    assert rows(app, sa.select(Job.state)) == [("failed",)]
    assert rows(app, sa.select(JobFile.name)) == []


def test_only_admins_are_told_who_the_admins_are(helpdesk, admin):
    assert "Ada Helpdesk" in admin.get("undo").text
    page = helpdesk.get("undo").text
    assert "Ada Helpdesk" in page
    assert "Ada Admin" not in page


def test_admins_of_other_organizations_have_no_name_here(app, helpdesk, globex):
    id_ = make_admin(app, "viewer", globex)
    page = helpdesk.get("undo", admin=id_, since="2020-01-01", until="2020-01-02").text
    assert "What <bdi>a former admin</bdi> changed from" in page
    assert "Ada Viewer" not in page


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00", "2201-01-01"]
)
def test_times_that_no_clock_shows_are_refused(helpdesk, monkeypatch, zone, at):
    monkeypatch.setattr(formats, "zone", lambda: ZoneInfo(zone))
    for_since = helpdesk.get("undo", since=at)
    for_until = helpdesk.get("undo", since="2020-01-01", until=at)
    assert (for_since.status_code, for_until.status_code) == (422, 422)
    assert "Enter a date and a time" in for_since.text
    assert "Enter a date and a time" in for_until.text
