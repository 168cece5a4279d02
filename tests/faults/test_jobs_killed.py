"""Runners of jobs killed at any moment: nothing is lost, nothing is done twice.

Real processes, really killed (SIGKILL), again and again until the job is done.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import ChangeEvent, DeletedResource, Group, Job, User
from models.database import db
from services.background import bulk_actions, jobs
from services.background.bulk_actions import Chosen
from services.background.job_runner import Runner
from services.directory.user_lists import UserQuery
from services.files import csv_files, csv_import
from services.origin import Actor, Origin
from services.undo import undoing
from services.undo.selection import Selection
from tests.directories import rows, totals
from tests.served import ROOT, fill

N_USERS = 1_200
EVERYBODY = Chosen(query=UserQuery())
WITHIN_SECONDS = 90


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def work_until_killed(app, database_url):
    """Starts a runner, kills it after some progress; returns whether it was at work."""
    environment = {
        **os.environ,
        "ROLLCALL_INSTANCE": app.instance_path,
        "ROLLCALL_DATABASE_URL": database_url,
    }

    def run(organization, job_id, steps):
        before = jobs.get(organization, job_id).n_done
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "jobs", "run"], cwd=ROOT, env=environment
        )
        _wait_for(organization, job_id, before + steps * 100)
        process.send_signal(signal.SIGKILL)
        process.wait()
        _let_time_pass()

    return run


def _wait_for(organization, job_id, n_done):
    ends = time.monotonic() + WITHIN_SECONDS
    while time.monotonic() < ends:
        job = jobs.get(organization, job_id)
        if job.n_done >= n_done or not job.is_going:
            return
        time.sleep(0.003)
    raise AssertionError("the runner made no progress")


def _let_time_pass():
    """As if the half minute were over after which a job counts as abandoned."""
    with Session(db.engine) as session:
        session.execute(sa.update(Job).values(heartbeat_at=None))
        session.commit()


def _work_through_kills(work_until_killed, organization, job_id):
    for steps in (1, 2, 1, 3):
        work_until_killed(organization, job_id, steps)
    n_done = jobs.get(organization, job_id).n_done
    Runner().drain()
    return n_done, jobs.get(organization, job_id)


def _events(app, action):
    """How many resources have that event, and how many events there are of it."""
    return rows(
        app,
        sa.select(
            sa.func.count(ChangeEvent.resource_id.distinct()), sa.func.count()
        ).where(ChangeEvent.action == action),
    )[0]


def test_a_bulk_action_survives_being_killed(app, acme, work_until_killed):
    fill(acme, users=N_USERS, groups=2, members_per_group=50)
    job_id = bulk_actions.start(
        acme, "delete", EVERYBODY, origin=Origin.of_command_line()
    )
    n_killed_at, job = _work_through_kills(work_until_killed, acme, job_id)
    assert 0 < n_killed_at < N_USERS
    assert (job.state, job.result["n_changed"], job.result["n_skipped"]) == (
        "done",
        N_USERS,
        0,
    )
    assert _events(app, "deleted") == (N_USERS, N_USERS)
    assert rows(app, sa.select(sa.func.count()).select_from(DeletedResource)) == [
        (N_USERS,)
    ]
    assert totals(app, acme.seq) == (0, 0, 2)


def test_an_import_survives_being_killed(app, acme, work_until_killed):
    people = [[f"p{n}@x.example", "Pat", str(n % 7)] for n in range(N_USERS)]
    people[500][0] = ""
    content = csv_files.write_rows(
        [["userName", "givenName", "department"], *people], is_first=True
    )
    job_id = csv_import.upload(
        "users", acme, "p.csv", content, origin=Origin.of_command_line()
    )
    columns = csv_import.describe(acme, job_id).columns
    csv_import.check(acme, job_id, {one.place: one.key for one in columns})
    Runner().drain()
    csv_import.load(acme, job_id)
    n_killed_at, job = _work_through_kills(work_until_killed, acme, job_id)
    assert 0 < n_killed_at < N_USERS
    assert (job.state, job.result["tally"]["created"]) == ("done", N_USERS - 1)
    assert job.result["tally"]["problems"] == 1
    # The organization's own beginning is told as well.
    assert _events(app, "created") == (N_USERS, N_USERS)
    assert rows(app, sa.select(User.version).distinct()) == [(1,)]
    problems = b"".join(jobs.stream_file(acme, job_id, "problems"))
    assert problems.count(b"no user name") == 1


def test_an_undo_survives_being_killed(app, acme, work_until_killed):
    """Users come back to their group, whose members are told with each of them."""
    fill(acme, users=N_USERS, groups=1, members_per_group=N_USERS)
    okta = Origin(Actor("token", "okta", "Okta"), datetime.now(UTC))
    bulk_actions.start(acme, "delete", EVERYBODY, origin=okta)
    Runner().drain()
    what = Selection(actor="token:okta", since=okta.at)
    shown = undoing.preview(acme, what, datetime.now(UTC))
    job_id = undoing.undo(
        acme, shown.selection, digest=shown.digest, origin=Origin.of_command_line()
    )
    n_killed_at, job = _work_through_kills(work_until_killed, acme, job_id)
    assert 0 < n_killed_at < N_USERS
    assert (job.state, job.result["n_skipped"]) == ("done", 0)
    assert _events(app, "restored") == (N_USERS, N_USERS)
    assert rows(app, sa.select(Group.n_members)) == [(N_USERS,)]
    assert totals(app, acme.seq) == (N_USERS, N_USERS * 4 // 5, 1)
