"""Large groups are streamed: the same answer, in pieces."""

from __future__ import annotations

import pytest
from sqlalchemy.pool import QueuePool

from blueprints.scim_api import answers
from models.database import db
from scim import names
from services import organizations
from tests.scim_client import load
from tests.served import fill

LARGE = 1_101


@pytest.fixture(scope="module")
def large(shared_app, shared_scim):
    """The id of a group that no result carries, listed among small ones."""
    with shared_app.app_context():
        acme = organizations.get("acme")
        ids = fill(acme, LARGE, groups=3, members_per_group=2)
    return shared_scim.new_group("Large", *ids)["id"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "attributes=members.value",
        "attributes=displayName",
        "excludedAttributes=members",
        "excludedAttributes=members.$ref,meta",
        "excludedAttributes=members.value,members.$ref,members.type,members.display",
    ],
)
def test_streamed_answer_equals_the_unstreamed(shared_scim, large, monkeypatch, query):
    paths = [f"/Groups/{large}?{query}", f"/Groups?{query}"]
    whole = [load(shared_scim.get(path)) for path in paths]
    monkeypatch.setattr(answers, "FEW_MEMBERS", 0)
    streamed = [shared_scim.get(path) for path in paths]
    assert [load(one) for one in streamed] == whole
    assert [one.mimetype for one in streamed] == [names.MEDIA_TYPE] * 2


def test_large_group_is_streamed_with_all_its_members_and_its_tag(
    shared_scim, large, monkeypatch
):
    monkeypatch.setattr(answers, "FEW_MEMBERS", LARGE - 1)
    answer = shared_scim.get(f"/Groups/{large}")
    assert "Content-Length" not in answer.headers
    assert answer.headers["ETag"] == 'W/"1"'
    shown = [one["value"] for one in load(answer)["members"]]
    assert shown == sorted(shown)
    assert len(set(shown)) == LARGE


def test_created_group_of_any_size_shows_its_members(shared_scim, large, monkeypatch):
    members = load(shared_scim.get(f"/Groups/{large}"))["members"]
    monkeypatch.setattr(answers, "FEW_MEMBERS", 100)
    answer = shared_scim.post("/Groups", {"displayName": "Copy", "members": members})
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(load(answer)["id"])
    assert load(answer)["members"] == members


def test_head_of_a_streamed_group_has_no_body(shared_scim, large, monkeypatch):
    monkeypatch.setattr(answers, "FEW_MEMBERS", 0)
    answer = shared_scim.request("HEAD", f"/Groups/{large}")
    assert (answer.status_code, answer.data) == (200, b"")
    assert shared_scim.get("/Groups?count=1").status_code == 200


def test_stream_that_is_left_early_frees_its_connection(
    shared_app, shared_scim, large, monkeypatch
):
    monkeypatch.setattr(answers, "FEW_MEMBERS", 0)
    more_than_connections = shared_app.config["ROLLCALL_THREADS"] + 3
    left = [begin_and_leave(shared_scim, large) for _ in range(more_than_connections)]
    with shared_app.app_context():
        pool = db.engine.pool
    assert [answer.status_code for answer in left] == [200] * more_than_connections
    assert isinstance(pool, QueuePool)
    assert pool.checkedout() == 0


def begin_and_leave(shared_scim, group_id):
    """A streamed group whose client goes away after the first piece."""
    answer = shared_scim.get(f"/Groups/{group_id}")
    assert next(iter(answer.response)).startswith(b'{"schemas"')
    answer.close()
    return answer
