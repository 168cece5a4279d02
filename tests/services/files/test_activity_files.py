"""The activity as files: all rows, harmless in a spreadsheet, without bodies."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from services.activity import request_writing
from services.activity.log_queries import LogQuery
from services.directory import users
from services.files import activity_files
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.services.activity.test_request_buffer import entry

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
BY_SCIM = LogQuery(kind="scim")


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def write(organization: OrganizationRef, *rows: dict[str, Any]) -> None:
    request_writing.write(
        [
            entry(organization, **{"at": NOON + timedelta(seconds=place), **row})
            for place, row in enumerate(rows)
        ]
    )


def read_csv(organization: OrganizationRef, query: LogQuery) -> list[dict[str, str]]:
    text = b"".join(activity_files.as_csv(organization, query)).decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def read_json(organization: OrganizationRef, query: LogQuery) -> list[Any]:
    content = b"".join(activity_files.as_json_lines(organization, query))
    return [json.loads(line) for line in content.splitlines()]


def test_every_row_is_there_once_the_newest_first(
    acme: OrganizationRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity_files, "ROWS_AT_A_TIME", 3)
    write(acme, *({"path": f"/{place}"} for place in range(10)))
    expected = [f"/{place}" for place in range(9, -1, -1)]
    assert [row["path"] for row in read_csv(acme, BY_SCIM)] == expected
    assert [row["path"] for row in read_json(acme, BY_SCIM)] == expected


def test_a_row_says_what_the_page_says(acme: OrganizationRef) -> None:
    write(acme, {"duration_us": 14_500, "notes": ["a", "b"], "status": 200})
    (as_csv,), (as_json,) = read_csv(acme, BY_SCIM), read_json(acme, BY_SCIM)
    assert as_csv["time"] == as_json["time"] == "2026-11-03T12:00:00.000+00:00"
    assert as_csv["sentence"] == as_json["sentence"] != ""
    assert (as_csv["durationMs"], as_json["durationMs"]) == ("14.5", 14.5)
    assert (as_csv["notes"], as_json["notes"]) == ("a b", ["a", "b"])


def test_a_formula_is_shown_and_never_run(acme: OrganizationRef) -> None:
    write(acme, {"user_agent": '=HYPERLINK("http://x")'})
    (row,) = read_csv(acme, BY_SCIM)
    assert row["userAgent"] == '\'=HYPERLINK("http://x")'


def test_bodies_are_in_neither(acme: OrganizationRef) -> None:
    write(acme, {"request_body": "sent-body", "response_body": "answered-body"})
    files = b"".join(activity_files.as_csv(acme, BY_SCIM))
    files += b"".join(activity_files.as_json_lines(acme, BY_SCIM))
    assert b"sent-body" not in files
    assert b"answered-body" not in files


def test_a_search_goes_on_to_the_end(
    acme: OrganizationRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.activity.request_log.SEARCHED_AT_ONCE", 2)
    write(acme, {"detail": "needle"}, {}, {}, {}, {}, {"detail": "needle"})
    assert len(read_csv(acme, LogQuery(q="needle"))) == 2


def test_another_organizations_rows_are_not_there(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    users.create(globex, {"userName": "gus"}, origin=Origin.of_command_line())
    write(globex, {})
    assert read_csv(acme, BY_SCIM) == []
    assert b"gus" not in b"".join(activity_files.as_csv(acme, LogQuery()))


def test_a_file_without_rows_is_a_file(acme: OrganizationRef) -> None:
    nobody = LogQuery(provider="nobody")
    assert read_json(acme, nobody) == []
    assert b"".join(activity_files.as_csv(acme, nobody)).count(b"\r\n") == 1
