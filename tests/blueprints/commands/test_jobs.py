"""`flask jobs run`: the runner alone, until stopped or until nothing is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from services.background import bulk_actions, jobs
from services.background.bulk_actions import Chosen
from services.directory.user_lists import UserQuery
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.served import ROOT, fill

WITHIN_SECONDS = 60
N_USERS = 1_000


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def job_id(app: Flask, acme: OrganizationRef) -> str:
    with app.app_context():
        fill(acme, users=N_USERS, groups=0, members_per_group=0)
        return bulk_actions.start(
            acme,
            "deactivate",
            Chosen(query=UserQuery()),
            origin=Origin.of_command_line(),
        )


def state(app: Flask, organization: OrganizationRef, job_id: str) -> tuple[str, int]:
    with app.app_context():
        job = jobs.get(organization, job_id)
    return job.state, job.n_done


def test_once_works_until_nothing_is_left(
    app: Flask, acme: OrganizationRef, runner: FlaskCliRunner, job_id: str
) -> None:
    done = runner.invoke(args=["jobs", "run", "--once"])
    again = runner.invoke(args=["jobs", "run", "--once"])
    assert (done.exit_code, done.stdout) == (0, "10 steps done.\n")
    assert (again.exit_code, again.stdout) == (0, "0 steps done.\n")
    assert state(app, acme, job_id) == ("done", N_USERS)


def test_it_is_stopped_by_a_signal_and_leaves_the_job_to_others(
    app: Flask, acme: OrganizationRef, database_url: str, job_id: str
) -> None:
    environment = {
        **os.environ,
        "ROLLCALL_INSTANCE": app.instance_path,
        "ROLLCALL_DATABASE_URL": database_url,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "jobs", "run"], cwd=ROOT, env=environment
    )
    ends = time.monotonic() + WITHIN_SECONDS
    while state(app, acme, job_id)[1] == 0 and time.monotonic() < ends:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    stopped_as, n_done = state(app, acme, job_id)
    done = app.test_cli_runner().invoke(args=["jobs", "run", "--once"])
    assert (stopped_as, n_done % 100) == ("running", 0)
    assert done.exit_code == 0
    assert state(app, acme, job_id) == ("done", N_USERS)


def test_it_explains_itself(runner: FlaskCliRunner) -> None:
    listed = runner.invoke(args=["--help"]).stdout
    said = runner.invoke(args=["jobs", "run", "--help"]).stdout
    assert "\n  jobs " in listed
    assert "Work on jobs until stopped." in said
