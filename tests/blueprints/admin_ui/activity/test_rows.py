"""What an admin changes in the browser stands in the request log."""

from __future__ import annotations

from flask import Flask

from services import organizations
from services.activity import request_log
from services.activity.log_queries import LogQuery
from tests.admin_client import AdminClient


def test_a_change_by_an_admin_leaves_a_row(app: Flask, admin: AdminClient) -> None:
    answer = admin.post("groups/new?token=x", {"displayName": "Crew", "name": "Crew"})
    with app.app_context():
        acme = organizations.get("acme")
        (row,) = request_log.page(acme, LogQuery(kind="admin", method="POST")).rows
    assert answer.status_code == 303
    assert (row.method, row.path) == ("POST", "/o/acme/groups/new")
    assert (row.actor_name, row.outcome) == ("Ada Admin", "changed")
    assert (row.address, row.status) == ("127.0.0.1", None)
    assert row.resource_type == "Group"


def test_reading_pages_leaves_none(app: Flask, admin: AdminClient) -> None:
    admin.get("groups")
    with app.app_context():
        acme = organizations.get("acme")
        assert request_log.page(acme, LogQuery(method="GET")).rows == ()


def test_a_page_of_an_error_tells_the_requests_id(admin: AdminClient) -> None:
    first, second = (admin.get("nowhere") for _ in range(2))
    assert first.status_code == 404
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
