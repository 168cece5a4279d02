"""Jobs as rows: made, found in their organization only, cancelled, forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from models import Job, JobFile
from services.background import jobs
from services.background.jobs import NewJob
from services.errors import NotFound
from services.origin import Actor, Origin
from tests.admin_client import UNKNOWN_ID
from tests.directories import rows

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
ADA = Origin(Actor("admin", "ada", "Ada"), NOON)
STATES = ["waiting", "queued", "running", "done", "failed", "cancelled"]


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def job_id(acme):
    return jobs.start(acme, "bulk", {"action": "delete"}, origin=ADA)


def made_at(organization, at, state="done"):
    """A job of that time with one private and one public file."""
    new = NewJob("bulk", {}, state=state, files={"rows": [b"a"], "problems": [b"b"]})
    return jobs.add(organization, new, origin=Origin(ADA.actor, at))


def test_a_new_job_waits_for_a_runner_and_names_its_owner(acme, job_id):
    job = jobs.get(acme, job_id)
    assert (job.state, job.is_going) == ("queued", True)
    assert (job.owner, job.owner_name) == ("admin:ada", "Ada")
    assert (job.kind, job.input["action"]) == ("bulk", "delete")
    assert (job.n_done, job.n_total, job.result) == (0, None, {})


def test_a_job_of_another_organization_is_not_there(globex, job_id):
    with pytest.raises(NotFound):
        jobs.get(globex, job_id)
    with pytest.raises(NotFound):
        jobs.cancel(globex, job_id, origin=ADA)
    with pytest.raises(NotFound):
        list(jobs.stream_file(globex, job_id, "upload"))
    assert jobs.recent(globex) == []


@pytest.mark.parametrize("job_id", ["", "1", UNKNOWN_ID, "x" * 400, "\x00"])
def test_an_unknown_job_is_not_found(acme, job_id):
    with pytest.raises(NotFound):
        jobs.get(acme, job_id)
    with pytest.raises(NotFound):
        jobs.cancel(acme, job_id, origin=ADA)


def test_the_newest_jobs_come_first(acme):
    older = made_at(acme, NOON)
    newer = made_at(acme, NOON + timedelta(minutes=1))
    assert [job.id for job in jobs.recent(acme)] == [newer, older]
    assert [job.id for job in jobs.recent(acme, count=1)] == [newer]


def test_an_upload_comes_back_byte_for_byte_in_chunks(acme):
    content = bytes(range(256)) * 3_000
    job_id = jobs.start(acme, "import", {}, origin=ADA, file=content)
    chunks = list(jobs.stream_file(acme, job_id, "upload"))
    assert b"".join(chunks) == content
    assert {len(chunk) for chunk in chunks[:-1]} == {jobs.CHUNK_BYTES}
    assert jobs.get(acme, job_id).files == {"upload"}


def test_an_empty_upload_is_a_file_all_the_same(acme):
    job_id = jobs.start(acme, "import", {}, origin=ADA, file=b"")
    assert list(jobs.stream_file(acme, job_id, "upload")) == [b""]


def test_a_file_that_a_job_lacks_is_not_found(acme, job_id):
    with pytest.raises(NotFound, match="no such file"):
        next(jobs.stream_file(acme, job_id, "problems"))


def test_cancelling_ends_a_job_that_is_going(acme, job_id):
    jobs.cancel(acme, job_id, origin=ADA)
    job = jobs.get(acme, job_id)
    assert (job.state, job.ended_at) == ("cancelled", NOON)


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_cancelling_changes_nothing_about_a_job_that_has_ended(acme, state):
    job_id = made_at(acme, NOON, state)
    jobs.cancel(acme, job_id, origin=ADA)
    assert (jobs.get(acme, job_id).state, jobs.get(acme, job_id).ended_at) == (
        state,
        None,
    )


def test_jobs_are_forgotten_after_thirty_days_with_their_files(app, acme):
    made_at(acme, NOON)
    kept = made_at(acme, NOON + timedelta(days=1))
    jobs.forget_old(NOON + timedelta(days=30, seconds=1))
    assert [job.id for job in jobs.recent(acme)] == [kept]
    assert rows(app, sa.select(sa.func.count(JobFile.job_seq.distinct()))) == [(1,)]


def test_private_files_are_forgotten_after_seven_days(acme):
    job_id = made_at(acme, NOON)
    jobs.forget_old(NOON + timedelta(days=7))
    before = jobs.get(acme, job_id).files
    jobs.forget_old(NOON + timedelta(days=7, seconds=1))
    assert before == {"rows", "problems"}
    assert jobs.get(acme, job_id).files == {"problems"}


@pytest.mark.parametrize("state", ["queued", "running"])
def test_what_is_going_is_never_forgotten(acme, state):
    job_id = made_at(acme, NOON, state)
    assert jobs.forget_old(NOON + timedelta(days=400)) == 0
    assert jobs.get(acme, job_id).files == {"rows", "problems"}


def test_an_upload_that_nobody_went_on_with_is_given_up(acme):
    job_id = made_at(acme, NOON, "waiting")
    later = NOON + timedelta(days=8)
    jobs.forget_old(later)
    job = jobs.get(acme, job_id)
    assert (job.state, job.ended_at) == ("cancelled", later)
    assert job.files == {"problems"}


def test_forgetting_says_when_nothing_is_left(app, acme):
    made_at(acme, NOON)
    made_at(acme, NOON)
    later = NOON + timedelta(days=31)
    touched = [jobs.forget_old(later, at_most=1) for _ in range(3)]
    assert [bool(number) for number in touched] == [True, True, False]
    assert rows(app, sa.select(sa.func.count()).select_from(Job)) == [(0,)]
