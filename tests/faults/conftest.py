"""What the tests of faults share."""

from __future__ import annotations

import pytest

from tests.directories import shared_app, shared_scim
from tests.scim_client import load

__all__ = ["shared_app", "shared_scim"]


@pytest.fixture(scope="module")
def paths(shared_scim):
    """The addresses of a user and of a group that holds the user."""
    user = shared_scim.new_user("bo", emails=[{"value": "bo@x", "type": "work"}])
    group = shared_scim.new_group("Staff", user["id"])
    return {"user": f"/Users/{user['id']}", "group": f"/Groups/{group['id']}"}


@pytest.fixture
def unchanged(shared_scim, paths):
    """Proves that the test left the directory as it was."""
    before = snapshot(shared_scim)
    yield
    assert snapshot(shared_scim) == before


def snapshot(scim):
    """All users and groups, versions and times among them."""
    answers = scim.get("/Users?count=1000"), scim.get("/Groups?count=1000")
    return [load(answer) for answer in answers]
