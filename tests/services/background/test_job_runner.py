"""The runner: whose turn it is, who may go on, what becomes of a job that fails."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import ChangeEvent, Job, User
from models.database import db
from services.background import bulk_actions, bulk_changes, job_runner, jobs
from services.background.bulk_actions import Chosen
from services.background.job_runner import ABANDONED_AFTER, Runner
from services.background.jobs import NewJob
from services.directory.user_lists import UserQuery
from services.origin import Actor, Origin
from tests.directories import n_events, rows
from tests.served import fill

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
ADA = Origin(Actor("admin", "ada", "Ada"), NOON)
EVERYBODY = Chosen(query=UserQuery())
N_USERS = 250
N_STEPS = 3


class Clock:
    """Goes on by a second with each look."""

    def __init__(self):
        self.at = NOON

    def __call__(self):
        self.at += timedelta(seconds=1)
        return self.at


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def runner(clock):
    return Runner(clock)


@pytest.fixture
def people(acme):
    return fill(acme, users=N_USERS, groups=0, members_per_group=0)


def deletion(organization):
    return bulk_actions.start(organization, "delete", EVERYBODY, origin=ADA)


def n_users(app):
    return rows(app, sa.select(sa.func.count()).select_from(User))[0][0]


class Away:
    """Takes a table away, as if the database were not migrated, and brings it back."""

    def __init__(self):
        self._rename("jobs", "jobs_away")

    def end(self):
        self._rename("jobs_away", "jobs")

    def _rename(self, table, name):
        with Session(db.engine) as session:
            session.execute(sa.text(f"ALTER TABLE {table} RENAME TO {name}"))
            session.commit()


@pytest.fixture
def take_away(app):
    taken = []

    def take():
        taken.append(Away())
        return taken[0]

    yield take
    if "jobs_away" in sa.inspect(db.engine).get_table_names():
        taken[0].end()


def progress(organization, *job_ids):
    return [jobs.get(organization, job_id).n_done for job_id in job_ids]


def test_a_job_is_worked_on_step_by_step_to_its_end(app, acme, people, runner):
    job_id = deletion(acme)
    seen = [(runner.step(), jobs.get(acme, job_id).n_done) for _ in range(N_STEPS + 1)]
    job = jobs.get(acme, job_id)
    assert seen == [(True, 100), (True, 200), (True, 250), (False, 250)]
    assert (job.state, job.n_total) == ("done", N_USERS)
    assert (job.started_at, job.ended_at) == (
        NOON + timedelta(seconds=1),
        NOON + timedelta(seconds=3),
    )
    assert n_users(app) == 0


def test_changes_of_a_job_name_its_owner_and_the_job(app, acme, people, runner):
    job_id = deletion(acme)
    n_before = n_events(app)
    runner.drain()
    told = rows(
        app,
        sa.select(ChangeEvent.actor, ChangeEvent.actor_name, ChangeEvent.request_id)
        .where(ChangeEvent.action == "deleted")
        .distinct(),
    )
    assert told == [("admin:ada", "Ada", job_id)]
    assert n_events(app) == n_before + N_USERS


def test_several_jobs_take_turns(acme, globex, people, runner):
    fill(globex, users=N_USERS, groups=0, members_per_group=0)
    first, second = deletion(acme), deletion(globex)
    runner.step()
    runner.step()
    assert progress(acme, first) + progress(globex, second) == [100, 100]
    runner.step()
    runner.step()
    assert progress(acme, first) + progress(globex, second) == [200, 200]


def test_another_runner_leaves_a_job_alone_that_is_worked_on(acme, people, clock):
    job_id = deletion(acme)
    Runner(clock).step()
    assert Runner(clock).step() is False
    assert progress(acme, job_id) == [100]


def test_a_job_abandoned_for_half_a_minute_is_taken_up(acme, people, clock):
    job_id = deletion(acme)
    Runner(clock).step()
    clock.at += ABANDONED_AFTER
    assert Runner(clock).step() is True
    assert progress(acme, job_id) == [200]


def test_a_runner_that_stops_lets_others_go_on_at_once(acme, people, runner, clock):
    job_id = deletion(acme)
    runner.step()
    runner.release()
    assert Runner(clock).step() is True
    assert progress(acme, job_id) == [200]


def test_a_cancelled_job_stops_and_keeps_what_is_done(app, acme, people, runner):
    job_id = deletion(acme)
    runner.step()
    jobs.cancel(acme, job_id, origin=ADA)
    assert runner.step() is False
    job = jobs.get(acme, job_id)
    assert (job.state, job.n_done, n_users(app)) == ("cancelled", 100, 150)


def test_a_failing_job_fails_with_an_incident_and_changes_nothing(
    app, acme, people, runner, capsys
):
    broken = NewJob(
        "bulk", {"action": "sing", "group_id": ""}, 1, files={"selection": [b"x" * 16]}
    )
    job_id = jobs.add(acme, broken, origin=ADA)
    assert runner.drain() == 1
    job = jobs.get(acme, job_id)
    assert (job.state, job.is_going) == ("failed", False)
    assert job.problem.startswith("Something went wrong inside Rollcall.")
    assert job.problem.endswith(f"the incident id {job.result['incident']}.")
    assert job.result["incident"] in capsys.readouterr().err
    assert n_users(app) == N_USERS


def test_a_failing_job_does_not_keep_others_from_being_done(acme, people, runner):
    broken = NewJob("bulk", {"action": "sing", "group_id": ""}, 1)
    jobs.add(acme, broken, origin=ADA)
    job_id = deletion(acme)
    runner.drain()
    assert jobs.get(acme, job_id).state == "done"


class _Killed(BaseException):
    """What no runner lives through."""


@pytest.fixture
def deadly():
    """Ends whoever writes a change event, as a process that is killed ends."""

    def die(_connection, _cursor, statement, *_rest):
        if "INTO change_events" in statement:
            raise _Killed

    def begin():
        sa.event.listen(sa.Engine, "before_cursor_execute", die)

    yield begin
    sa.event.remove(sa.Engine, "before_cursor_execute", die)


def killed(clock, times):
    for _ in range(times):
        with pytest.raises(_Killed):
            Runner(clock).step()


def test_a_job_that_ends_its_process_each_time_fails_after_a_few(
    acme, people, clock, deadly
):
    job_id = deletion(acme)
    deadly()
    killed(clock, job_runner.MOST_BEGINNINGS)
    assert jobs.get(acme, job_id).state == "queued"
    Runner(clock).step()
    job = jobs.get(acme, job_id)
    assert job.state == "failed"
    assert "each time the server stopped" in job.problem


def test_a_step_that_gets_done_forgets_how_often_a_job_was_taken_up(
    acme, people, clock
):
    job_id = deletion(acme)
    for _ in range(N_STEPS - 1):
        Runner(clock).step()
        clock.at += ABANDONED_AFTER
    assert "beginnings" not in jobs.get(acme, job_id).result
    assert Runner(clock).step()


def test_a_refusal_is_told_in_its_own_words(acme, people, runner):
    lost = {"action": "add_to_group", "group_id": "gone", "group_name": "Gone"}
    new = NewJob("bulk", lost, 250, files={"selection": bulk_changes.pack(people)})
    job_id = jobs.add(acme, new, origin=ADA)
    runner.drain()
    job = jobs.get(acme, job_id)
    assert (job.state, job.result["incident"]) == ("failed", None)
    assert job.problem.startswith("The group was deleted meanwhile.")


def test_a_job_of_a_kind_that_is_not_known_yet_is_left_to_others(acme, runner):
    job_id = jobs.start(acme, "invented", {}, origin=ADA)
    assert runner.step() is False
    assert jobs.get(acme, job_id).state == "queued"


def test_a_job_that_waits_for_an_admin_is_left_alone(acme, runner):
    job_id = jobs.add(acme, NewJob("import", {}, state="waiting"), origin=ADA)
    assert runner.step() is False
    assert jobs.get(acme, job_id).state == "waiting"


def test_two_runners_at_once_do_nothing_twice(app, acme, people, clock):
    job_id = deletion(acme)
    n_before = n_events(app)
    start = threading.Barrier(2)

    def work():
        with app.app_context():
            start.wait()
            # Each believes the job to be abandoned, at every step.
            runner = Runner(lambda: datetime.now(UTC) + timedelta(days=1))
            while jobs.get(acme, job_id).is_going:
                runner.step()

    threads = [threading.Thread(target=work) for _ in range(2)]
    _join(threads)
    job = jobs.get(acme, job_id)
    assert (job.state, job.result["n_changed"], job.result["n_gone"]) == (
        "done",
        N_USERS,
        0,
    )
    assert n_events(app) == n_before + N_USERS


def _join(threads):
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_runner_works_until_it_is_told_to_stop(app, acme, people, clock):
    job_id = deletion(acme)
    waits = []

    def wait(seconds):
        waits.append(seconds)
        return not jobs.get(acme, job_id).is_going

    Runner(clock).run(wait)
    assert jobs.get(acme, job_id).state == "done"
    assert min(waits) > 0
    assert rows(app, sa.select(Job.kind).order_by(Job.kind)) == [("bulk",), ("daily",)]


def test_a_runner_without_work_waits_half_a_second(clock):
    waits = []

    def wait(seconds):
        waits.append(seconds)
        return len(waits) == 20

    Runner(clock).run(wait)
    assert waits[-1] == job_runner.IDLE_SECONDS


def test_a_database_that_is_away_is_waited_for_with_growing_patience(clock, take_away):
    waits = []

    def wait(seconds):
        waits.append(seconds)
        return len(waits) == 12

    take_away()
    Runner(clock).run(wait)
    assert waits[0] < waits[1] < waits[-1] == job_runner.LONGEST_PATIENCE_SECONDS


def test_a_runner_goes_on_once_the_database_is_back(acme, people, clock, take_away):
    job_id = deletion(acme)
    away = take_away()

    def wait(seconds):
        if seconds == 2.0:
            away.end()
        return seconds < 0.5

    Runner(clock).run(wait)
    assert jobs.get(acme, job_id).n_done == 100
