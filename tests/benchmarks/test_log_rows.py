"""The logs that benchmarks read are logs as the application writes and reads them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from benchmarks.log_rows import GROUP_ID, LARGE_ID, seed_group, seed_large, seed_log
from services.activity import request_log, told
from services.activity.log_queries import LogQuery
from services.organizations import OrganizationRef

N_ROWS = 300


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_a_seeded_log_is_read_to_its_end(app: Flask, acme: OrganizationRef) -> None:
    seed_log(app, acme.slug, N_ROWS, n_resources=20)
    rows = request_log.page(acme, LogQuery(), count=N_ROWS + 50).rows
    seeded = [one for one in rows if one.provider or one.status == 401]
    assert len(seeded) == N_ROWS
    changed = next(one for one in seeded if one.outcome == "changed")
    assert told.get(acme, changed.id).told.events
    about = next(one.resource_id for one in seeded if one.outcome == "already")
    assert about
    found = request_log.page(acme, LogQuery(resource_id=about), count=N_ROWS).rows
    wanted = [one.id for one in seeded if one.resource_id == about]
    assert [one.id for one in found] == wanted


def test_a_seeded_group_is_in_all_its_rows(app: Flask, acme: OrganizationRef) -> None:
    seed_group(app, acme.slug, N_ROWS)
    found = request_log.page(acme, LogQuery(resource_id=GROUP_ID), count=N_ROWS).rows
    assert {one.path for one in found} == {f"/scim/v2/Groups/{GROUP_ID}"}
    assert len(found) == N_ROWS


def test_a_seeded_import_is_the_newest_with_its_changes(
    app: Flask, acme: OrganizationRef
) -> None:
    seed_large(app, acme.slug, N_ROWS)
    newest = told.page(acme, LogQuery()).rows[0]
    assert (newest.request.id, newest.n_events) == (LARGE_ID, N_ROWS)
