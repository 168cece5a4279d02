"""The statements that write the request log: begun rows completed, others written."""

from __future__ import annotations

from flask import Flask

from tests.directories import logged
from tests.scim_client import ScimClient

N_ROWS = 47
"""More than fit into one statement, and a rest."""


def test_each_begun_row_is_completed_with_its_own_answer(
    app: Flask, scim: ScimClient
) -> None:
    wanted = [f"user{number}" for number in range(N_ROWS)]
    answers = [scim.post("/Users", {"userName": one}) for one in wanted]
    found = {row.id: row for row in logged(app)}
    rows = [found[one.headers["X-Request-Id"]] for one in answers]
    assert [row.response_body for row in rows] == [one.text for one in answers]
    assert {(row.outcome, row.status, row.method) for row in rows} == {
        ("changed", 201, "POST")
    }
    assert [row.resource_id for row in rows] == [one.json["id"] for one in answers]
