"""Settings of an organization: name, retention, base URL."""

from __future__ import annotations

import pytest
from flask import Flask

from services import organizations
from services.access.roles import Role
from services.activity import log_retention
from services.activity.log_retention import LogRules
from services.background import jobs
from services.background.job_runner import Runner
from services.organizations import OrganizationRef
from tests.admin_client import AdminClient
from tests.conftest import make_admin


def stored(app: Flask) -> tuple[str, int]:
    with app.app_context():
        found = organizations.describe("acme")
    return found.name, found.retention_days


def test_an_owner_renames_and_sets_the_retention(
    app: Flask, owner: AdminClient
) -> None:
    page = owner.get("settings").text
    assert "https://rollcall.example/scim/v2" in page
    named = owner.post("settings/name", {"name": "Acme & Sons"})
    kept = owner.post("settings/retention", {"retention_days": "90"})
    assert (named.status_code, kept.status_code) == (303, 303)
    assert kept.location == "/o/acme/settings"
    assert stored(app) == ("Acme & Sons", 90)
    assert "are kept for 90 days" in owner.get("settings").text


def test_an_admin_sets_the_retention_but_not_the_name(
    app: Flask, admin: AdminClient
) -> None:
    page = admin.get("settings").text
    assert "Rename organization" not in page
    assert admin.post("settings/name", {"name": "Other"}).status_code == 403
    assert admin.post("settings/retention", {"retention_days": "7"}).status_code == 303
    assert stored(app) == ("Acme", 7)


@pytest.mark.parametrize("role", ["helpdesk", "viewer"])
def test_lesser_roles_do_not_come_here(
    app: Flask, acme: OrganizationRef, role: Role
) -> None:
    client = AdminClient(app, make_admin(app, role, acme))
    answer = client.get("settings")
    assert answer.status_code == 403
    assert "the role of an admin" in answer.text
    assert client.post("settings/retention", {"retention_days": "1"}).status_code == 403
    assert stored(app) == ("Acme", 30)


def test_another_organization_is_not_found(app: Flask, stranger: AdminClient) -> None:
    assert stranger.get("settings").status_code == 404
    assert stranger.post("settings/name", {"name": "Other"}).status_code == 404
    assert stored(app) == ("Acme", 30)


def test_nobody_is_asked_to_sign_in(anonymous: AdminClient) -> None:
    assert anonymous.get("settings").status_code == 303
    answer = anonymous.post("settings/name", {"name": "X"}, with_token=False)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "days", ["", "0", "366", "-5", "1.5", "x", "9" * 400, "9" * 5000, "\x00"]
)
def test_a_retention_that_is_none_comes_back(
    app: Flask, owner: AdminClient, days: str
) -> None:
    answer = owner.post("settings/retention", {"retention_days": days})
    assert answer.status_code == 422
    assert answer.text.count("Enter a number of days from 1 to 365") == 2
    assert "Not a valid" not in answer.text
    assert stored(app) == ("Acme", 30)


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "A\x00"])
def test_a_name_that_is_none_comes_back(
    app: Flask, owner: AdminClient, name: str
) -> None:
    answer = owner.post("settings/name", {"name": name})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert stored(app) == ("Acme", 30)


def test_an_action_without_a_token_does_nothing(app: Flask, owner: AdminClient) -> None:
    named = owner.post("settings/name", {"name": "X"}, with_token=False)
    kept = owner.post("settings/retention", {"retention_days": "1"}, with_token=False)
    assert (named.status_code, kept.status_code) == (422, 422)
    assert stored(app) == ("Acme", 30)


def rules(app: Flask) -> LogRules:
    with app.app_context():
        return log_retention.get_rules(organizations.get("acme"))


def test_an_admin_chooses_how_long_requests_are_kept(
    app: Flask, admin: AdminClient
) -> None:
    fields = {"log_retention_days": "3650", "log_keeps_bodies": "bodies"}
    answer = admin.post("settings/log", fields)
    assert answer.status_code == 303
    assert rules(app) == LogRules(3650, keeps_bodies=True)
    assert "Requests are kept for 3,650 days." in admin.get("settings").text


def test_meaning_only_drops_the_bodies_that_are_kept(
    app: Flask, admin: AdminClient
) -> None:
    fields = {"log_retention_days": "1", "log_keeps_bodies": "meaning"}
    admin.post("settings/log", fields)
    settings = admin.get("settings").text
    page = admin.get("jobs").text
    assert rules(app) == LogRules(1, keeps_bodies=False)
    assert "The bodies that were kept are being dropped." in settings
    assert page.count("Drop the bodies of requests") == 1
    admin.post("settings/log", fields)
    assert admin.get("jobs").text.count("Drop the bodies of requests") == 1


def test_the_end_of_that_job_is_told(app: Flask, admin: AdminClient) -> None:
    fields = {"log_retention_days": "30", "log_keeps_bodies": "meaning"}
    admin.post("settings/log", fields)
    with app.app_context():
        job_id = jobs.recent(organizations.get("acme"))[0].id
        Runner().drain()
    page = admin.get(f"jobs/{job_id}").text
    assert "Drop the bodies of requests" in page
    assert "requests have no bodies any more." in page
    assert "Only those who were meant" not in page


@pytest.mark.parametrize(
    ("days", "kept", "said"),
    [
        ("0", "bodies", "Enter a number of days from 1 to 3,650"),
        ("3651", "meaning", "Enter a number of days from 1 to 3,650"),
        ("9" * 5000, "bodies", "Enter a number of days from 1 to 3,650"),
        ("\x00", "bodies", "Enter a number of days from 1 to 3,650"),
        ("30", "", "Choose what is kept"),
        ("30", "everything", "Choose what is kept"),
        ("30", "\x00", "Choose what is kept"),
    ],
)
def test_rules_that_are_none_come_back(
    app: Flask, admin: AdminClient, days: str, kept: str, said: str
) -> None:
    fields = {"log_retention_days": days, "log_keeps_bodies": kept}
    answer = admin.post("settings/log", fields)
    assert answer.status_code == 422
    assert answer.text.count(said) == 2
    assert rules(app) == LogRules(30, keeps_bodies=True)


def test_others_do_not_choose(
    app: Flask, helpdesk: AdminClient, stranger: AdminClient, owner: AdminClient
) -> None:
    fields = {"log_retention_days": "1", "log_keeps_bodies": "meaning"}
    assert helpdesk.post("settings/log", fields).status_code == 403
    assert stranger.post("settings/log", fields).status_code == 404
    assert owner.post("settings/log", fields, with_token=False).status_code == 422
    assert rules(app) == LogRules(30, keeps_bodies=True)
