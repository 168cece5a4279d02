"""Requests that no organization can be named for: owners of the installation only."""

from __future__ import annotations

import pytest
from flask import Flask

from services.activity import request_writing
from services.origin import new_id
from tests.admin_client import HTMX, UNKNOWN_ID, AdminClient
from tests.blueprints.admin_ui.activity.test_log import Write, opened, write
from tests.services.activity.test_request_buffer import entry

__all__ = ["write"]

REFUSED = {"outcome": "refused", "status": 401, "cause": "unknown"}


@pytest.fixture
def nobodys(app: Flask) -> list[str]:
    """Requests of nobody, the newest last; their ids."""
    ids = [new_id() for _ in range(60)]
    with app.app_context():
        request_writing.write([entry(None, id=id_, **REFUSED) for id_ in ids])
    return ids


def test_they_are_listed_the_newest_first(
    instance_owner: AdminClient, nobodys: list[str], write: Write
) -> None:
    ours = write({})
    page = instance_owner.get("/activity").text
    assert opened(page) == nobodys[::-1][:50]
    assert ours[0] not in page
    assert "At most 600 a minute leave a row, and the newest 10,000" in page


def test_older_ones_follow(instance_owner: AdminClient, nobodys: list[str]) -> None:
    page = instance_owner.get("/activity").text
    address = page.split('rel="next"')[0].split('href="')[-1].split('"')[0]
    part = instance_owner.browser.get(address, headers=HTMX).text
    assert opened(part) == nobodys[::-1][50:]
    assert opened(instance_owner.browser.get(address).text) == opened(part)


def test_one_is_opened_beside_the_list(
    instance_owner: AdminClient, nobodys: list[str]
) -> None:
    page = instance_owner.get(f"/activity/{nobodys[-1]}").text
    part = instance_owner.get(f"/activity/{nobodys[-1]}", htmx=True).text
    assert '<tr aria-current="true"' in page
    assert 'id="inspector"' in part
    assert "<html" not in part


def test_an_organizations_request_is_not_among_them(
    instance_owner: AdminClient, write: Write
) -> None:
    (id_,) = write({})
    assert instance_owner.get(f"/activity/{id_}").status_code == 404
    assert instance_owner.get(f"/activity/{UNKNOWN_ID}").status_code == 404


def test_a_strange_cursor_is_no_server_error(
    instance_owner: AdminClient, nobodys: list[str]
) -> None:
    assert instance_owner.get("/activity", cursor="bm8").status_code == 400
    address = f"/activity/{nobodys[0]}"
    assert instance_owner.get(address, cursor="bm8").status_code == 200


def test_only_owners_of_the_installation_see_them(
    owner: AdminClient, anonymous: AdminClient, nobodys: list[str]
) -> None:
    assert owner.get("/activity").status_code == 403
    assert owner.get(f"/activity/{nobodys[0]}").status_code == 403
    assert anonymous.get("/activity").status_code == 303
    assert 'href="/activity"' not in owner.get("/organizations").text


def test_the_organizations_lead_there(instance_owner: AdminClient) -> None:
    assert 'href="/activity"' in instance_owner.get("/organizations").text


def test_none_is_said(instance_owner: AdminClient) -> None:
    assert "No such requests" in instance_owner.get("/activity").text
