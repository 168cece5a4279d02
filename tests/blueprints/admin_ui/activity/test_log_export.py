"""The activity as a file: the rows of the filter, for all who may read the list."""

from __future__ import annotations

import json

import pytest

from tests.admin_client import AdminClient
from tests.blueprints.admin_ui.activity.test_log import REFUSED, Write, write

__all__ = ["write"]


@pytest.mark.parametrize("who", ["viewer", "helpdesk", "admin", "owner"])
def test_whoever_may_read_the_list_may_have_it(
    request: pytest.FixtureRequest, write: Write, who: str
) -> None:
    write({})
    client: AdminClient = request.getfixturevalue(who)
    answer = client.get("activity/export", format="csv")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert "acme-activity-" in answer.headers["Content-Disposition"]
    assert "/scim/v2/Users/0" in answer.text


def test_the_filter_of_the_list_holds_for_the_file(
    viewer: AdminClient, write: Write
) -> None:
    ids = write({}, REFUSED)
    answer = viewer.get("activity/export", format="jsonl", outcome="failed")
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.mimetype == "application/x-ndjson"
    assert [row["requestId"] for row in rows] == [ids[1]]


def test_a_form_that_is_not_known_is_not_found(viewer: AdminClient) -> None:
    assert viewer.get("activity/export", format="xlsx").status_code == 404


def test_another_organizations_activity_is_not_found(stranger: AdminClient) -> None:
    assert stranger.get("activity/export").status_code == 404
