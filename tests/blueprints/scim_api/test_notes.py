"""No silent success: whatever is read kindly, or left out, says so on its row.

One line of the table for each rule, and for each function of `scim/quirks.py` and
`scim/remarks.py` that takes notes at least one line.
"""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from flask import Flask

from scim import quirks, remarks
from scim.names import PATCH_OP
from tests.blueprints.scim_api.leniencies import (
    MANAGER,
    RULES,
    USER,
    Sent,
    patch,
    post,
    put,
)
from tests.directories import logged
from tests.scim_client import Json, ScimClient


@pytest.fixture
def ids(scim: ScimClient) -> dict[str, str]:
    bo = scim.new_user("bo")["id"]
    return {"bo": bo, "crew": scim.new_group("Crew", bo)["id"]}


def send(scim: ScimClient, ids: dict[str, str], sent: Sent, **headers: str) -> None:
    method, path, body = filled(list(sent), ids)
    if isinstance(body, list):
        body = {"schemas": [PATCH_OP], "Operations": body}
    scim.request(method, path, body, headers)


def filled(value: Any, ids: dict[str, str]) -> Any:  # Any: JSON
    """With ids in the place of `{bo}` and `{crew}`."""
    if isinstance(value, dict):
        return {key: filled(part, ids) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part, ids) for part in value]
    if isinstance(value, str):
        return value.replace("{bo}", ids["bo"]).replace("{crew}", ids["crew"])
    return value


def notes(app: Flask) -> list[str]:
    """Of the newest request, once its row is complete."""
    return list(logged(app)[-1].notes)


@pytest.mark.parametrize(
    ("sent", "note"), [rule[1:] for rule in RULES], ids=[rule[2][:40] for rule in RULES]
)
def test_each_leniency_is_noted(
    app: Flask, scim: ScimClient, ids: dict[str, str], sent: Sent, note: str
) -> None:
    send(scim, ids, sent)
    found = notes(app)
    assert any(one.startswith(note) or note in one for one in found), found
    assert len(found) == 1


@pytest.mark.parametrize(
    ("headers", "note"),
    [
        (
            {"Authorization": "{token}"},
            "Read a token that came without the word Bearer.",
        ),
        (
            {"Content-Type": "text/plain"},
            'Read the body as JSON, though it was said to be "text/plain".',
        ),
    ],
)
def test_a_leniency_about_headers_is_noted(
    app: Flask, scim: ScimClient, headers: dict[str, str], note: str
) -> None:
    sent = {key: text.format(token=scim.token) for key, text in headers.items()}
    scim.request("POST", "/Users", USER, sent)
    assert notes(app) == [note]


def test_a_put_that_says_nothing_of_active_reactivates_nobody(
    app: Flask, scim: ScimClient, ids: dict[str, str]
) -> None:
    send(scim, ids, patch(path="active", value=False))
    send(scim, ids, put(title="x"))
    assert notes(app) == ["active was left out, so the person stays deactivated."]


def test_what_changed_nothing_is_noted_too(
    app: Flask, scim: ScimClient, ids: dict[str, str]
) -> None:
    send(scim, ids, patch(value={"nickNam": "Bo"}))
    row = logged(app)[-1]
    assert row.outcome == "already"
    assert row.notes == ['"nickNam" is not an attribute of User and was ignored.']


def test_what_was_refused_is_noted_too(
    app: Flask, scim: ScimClient, ids: dict[str, str]
) -> None:
    send(scim, ids, post(userName="bo", active="True"))
    row = logged(app)[-1]
    assert (row.outcome, row.status) == ("refused", 409)
    assert row.notes == ['Read the text "True" as true for active.']


def test_what_is_echoed_is_not_worth_a_note(
    app: Flask, scim: ScimClient, ids: dict[str, str]
) -> None:
    for path in (f"/Users/{ids['bo']}", f"/Groups/{ids['crew']}"):
        read: Json = scim.get(path).json or {}
        scim.request("PUT", path, read)
        assert notes(app) == []
        scim.patch(path, {"op": "replace", "value": {**read, "externalId": "1"}})
        assert notes(app) == []


def test_a_time_that_was_cut_is_the_same_time(
    app: Flask, scim: ScimClient, ids: dict[str, str]
) -> None:
    read: Json = scim.get(f"/Users/{ids['bo']}").json or {}
    meta = {"created": read["meta"]["created"][:19] + "Z", "lastModified": "2001"}
    scim.request("PUT", f"/Users/{ids['bo']}", read | {"meta": meta})
    assert notes(app) == []
    meta = {"created": "2001-01-01T00:00:00Z"}
    scim.request("PUT", f"/Users/{ids['bo']}", read | {"meta": meta})
    assert notes(app) == [
        "meta.created is read-only: another value for it was ignored."
    ]


def test_a_manager_is_noted_when_new_and_not_again(
    app: Flask, scim: ScimClient, ids: dict[str, str]
) -> None:
    send(scim, ids, patch(path=MANAGER, value={"value": "boss"}))
    send(scim, ids, patch(path="title", value="x"))
    assert notes(app) == []


def test_no_rule_is_missing_from_the_table() -> None:
    taking_notes = {
        name
        for module in (quirks, remarks)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if "notes" in inspect.signature(function).parameters
    }
    elsewhere = {"note", "note_bare_token", "note_media_type", "note_still_inactive"}
    assert taking_notes - elsewhere == {rule[0] for rule in RULES} - {""}
