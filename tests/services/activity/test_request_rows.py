"""The statements that write the request log: begun rows completed, others written."""

from __future__ import annotations

import pytest
from flask import Flask

from models import Request
from models.database import Base
from services.activity import request_writing
from services.activity.request_rows import FILLED
from services.organizations import OrganizationRef
from tests.directories import logged
from tests.scim_client import ScimClient
from tests.services.activity.test_request_buffer import entry

N_ROWS = 47
"""More than fit into one statement, and a rest."""


def test_a_row_is_kept_in_the_order_of_its_columns() -> None:
    columns = Base.metadata.tables[Request.__tablename__].columns
    assert [one.name for one in columns] == ["seq", *FILLED]


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


@pytest.mark.parametrize("n_rows", [1, 31, 32, 33, 63, 100])
def test_any_number_of_rows_is_written_each_once(
    app: Flask, acme: OrganizationRef, n_rows: int
) -> None:
    paths = [f"/scim/v2/{number}" for number in range(n_rows)]
    with app.app_context():
        request_writing.write([entry(acme, path=one) for one in paths])
    assert [row.path for row in logged(app) if row.kind == "scim"] == paths
