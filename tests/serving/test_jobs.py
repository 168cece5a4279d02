"""The server works on jobs by itself, and stops between two steps."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from services.background import bulk_actions, jobs
from services.background.bulk_actions import Chosen
from services.background.job_runner import Runner
from services.background.jobs import StoredJob
from services.directory.user_lists import UserQuery
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.served import Server, fill

pytestmark = pytest.mark.served

WITHIN_SECONDS = 60
N_USERS = 1_000
N_ACTIVE = 800


@pytest.fixture
def server(app: Flask, database_url: str) -> Iterator[Server]:
    made = Server(app, database_url, ROLLCALL_WORKERS="2")
    made.start()
    yield made
    if made.process and made.process.poll() is None:
        made.stop()
    made.close()


@pytest.fixture
def start(app: Flask, acme: OrganizationRef) -> Callable[[], str]:
    def start_it() -> str:
        with app.app_context():
            fill(acme, users=N_USERS, groups=0, members_per_group=0)
            return bulk_actions.start(
                acme,
                "deactivate",
                Chosen(query=UserQuery()),
                origin=Origin.of_command_line(),
            )

    return start_it


def job_of(app: Flask, organization: OrganizationRef, job_id: str) -> StoredJob:
    with app.app_context():
        return jobs.get(organization, job_id)


def wait_until(done: Callable[[], bool]) -> None:
    ends = time.monotonic() + WITHIN_SECONDS
    while not done() and time.monotonic() < ends:
        time.sleep(0.02)


def test_a_job_is_done_without_anybody_asking(
    app: Flask, acme: OrganizationRef, server: Server, start: Callable[[], str]
) -> None:
    job_id = start()
    wait_until(lambda: not job_of(app, acme, job_id).is_going)
    job = job_of(app, acme, job_id)
    assert (job.state, job.result["n_changed"]) == ("done", N_ACTIVE)


def test_a_server_that_stops_leaves_the_job_between_two_steps(
    app: Flask, acme: OrganizationRef, server: Server, start: Callable[[], str]
) -> None:
    job_id = start()
    wait_until(lambda: job_of(app, acme, job_id).n_done > 0)
    said = server.stop()
    job = job_of(app, acme, job_id)
    with app.app_context():
        # Let go of, and not abandoned: another may go on at once.
        Runner().drain()
    assert (job.state, job.n_done % 100) == ("running", 0)
    assert "Traceback" not in said
    assert job_of(app, acme, job_id).state == "done"


def test_a_command_or_a_test_makes_no_runner(app: Flask, acme: OrganizationRef) -> None:
    assert "jobs" not in {thread.name for thread in threading.enumerate()}
