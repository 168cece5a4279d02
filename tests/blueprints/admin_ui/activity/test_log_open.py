"""One request of the activity opened: beside the list, alone, and for whom."""

from __future__ import annotations

import re

import pytest

from tests.admin_client import UNKNOWN_ID, AdminClient
from tests.blueprints.admin_ui.activity.test_log import REFUSED, Write, write

__all__ = ["write"]


def test_a_fold_that_holds_the_open_request_stands_open(
    viewer: AdminClient, write: Write
) -> None:
    ids = write(*[{"token_public_id": "a", "path": "/scim/v2/Users"}] * 4)
    page = viewer.get(f"activity/{ids[2]}").text
    assert re.search(r'<details class="fold"\s+open', page)
    assert '<li aria-current="true"' in page


def test_a_foreign_cursor_is_no_server_error(viewer: AdminClient, write: Write) -> None:
    (id_,) = write({})
    answer = viewer.get("activity", method="GET", cursor="bm8")
    assert answer.status_code == 400
    assert re.search(
        r'href="/o/acme/activity\?method=GET"[^>]*>Go to the first', answer.text
    )
    assert viewer.get(f"activity/{id_}", cursor="bm8").status_code == 200


@pytest.mark.parametrize("who", ["viewer", "helpdesk", "admin", "owner"])
def test_every_role_opens_a_request_beside_the_list(
    request: pytest.FixtureRequest, write: Write, who: str
) -> None:
    client: AdminClient = request.getfixturevalue(who)
    (id_,) = write(REFUSED)
    page = client.get(f"activity/{id_}").text
    assert '<tr aria-current="true"' in page
    assert 'class="card inspector' in page
    assert 'id="log"' in page


def test_opening_a_row_answers_the_request_alone(
    viewer: AdminClient, write: Write
) -> None:
    (id_,) = write(REFUSED)
    part = viewer.get(f"activity/{id_}", htmx=True).text
    assert 'id="inspector"' in part
    assert "<html" not in part
    assert 'id="log"' not in part


def test_closing_it_answers_an_empty_place(viewer: AdminClient) -> None:
    headers = {"HX-Request": "true", "HX-Target": "inspector"}
    part = viewer.browser.get("/o/acme/activity", headers=headers).text
    assert '<div id="inspector"></div>' in part
    assert 'id="results"' not in part


def test_what_nobody_knows_and_what_is_anothers_is_not_found(
    viewer: AdminClient, stranger: AdminClient, write: Write
) -> None:
    (id_,) = write({})
    assert viewer.get(f"activity/{UNKNOWN_ID}").status_code == 404
    assert viewer.get("activity/nothing").status_code == 404
    assert stranger.get("activity").status_code == 404
    assert stranger.get(f"/o/globex/activity/{id_}").status_code == 404


@pytest.mark.parametrize(
    "path", ["activity", "activity/new", "activity/export", f"activity/{UNKNOWN_ID}"]
)
def test_who_has_not_signed_in_is_asked(anonymous: AdminClient, path: str) -> None:
    answer = anonymous.get(path)
    assert answer.status_code == 303
    assert answer.location.startswith("/login?next=")
