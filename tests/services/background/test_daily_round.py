"""The daily round: once a day whoever comes first, and what it drops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import (
    Admin,
    AdminInvitation,
    AdminSession,
    DeletedResource,
    Job,
    ListWalk,
    ProvisioningToken,
    SignInFailure,
)
from models.database import db
from services.access import tokens
from services.access.admins import NewAdmin, create
from services.background import daily_round, jobs
from services.background.job_runner import Runner
from services.background.jobs import NewJob
from services.directory import users
from services.origin import Actor, Origin, new_id
from tests.directories import rows

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ADA = Origin(Actor("admin", "ada", "Ada"), NOON)


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def keep(app):
    """Puts rows into the tables past every service."""

    def put(*made):
        with Session(db.engine) as session:
            session.add_all(made)
            session.commit()

    return put


def run_round(at):
    daily_round.plan(at)
    Runner(lambda: at).drain()


def count(app, table):
    return rows(app, sa.select(sa.func.count()).select_from(table))[0][0]


def days(app):
    found = sa.select(Job.state, Job.created_at).where(Job.kind == daily_round.KIND)
    return rows(app, found.order_by(Job.created_at))


def test_a_round_is_planned_once_a_day(app):
    daily_round.plan(NOON)
    daily_round.plan(NOON + timedelta(hours=11))
    assert days(app) == [("queued", NOON)]
    daily_round.plan(NOON + DAY)
    assert len(days(app)) == 2


def test_a_round_goes_through_all_parts(app):
    run_round(NOON)
    job = rows(app, sa.select(Job.state, Job.n_done, Job.n_total, Job.result))[0]
    assert job[:3] == ("done", len(daily_round.PARTS), len(daily_round.PARTS))
    assert set(job.result) == {name for name, _ in daily_round.PARTS}


def test_a_round_is_no_job_of_an_organization(acme):
    run_round(NOON)
    assert jobs.recent(acme) == []


def test_what_was_deleted_is_purged_when_its_time_is_up(app, acme):
    bo = users.create(acme, {"userName": "bo"}, origin=ADA)
    users.delete(acme, bo.id, origin=ADA)
    run_round(NOON + 29 * DAY)
    assert count(app, DeletedResource) == 1
    run_round(NOON + 31 * DAY)
    assert count(app, DeletedResource) == 0


def test_old_sessions_and_failed_sign_ins_go(app, keep):
    create(NewAdmin("a@x.example", "A", "owner", "correct horse battery"), origin=ADA)
    seq = rows(app, sa.select(Admin.seq))[0][0]
    keep(*(session_of(seq, at) for at in (NOON, NOON + 3 * DAY)))
    keep(failure("old", NOON), failure("new", NOON + 3 * DAY))
    run_round(NOON + 3 * DAY)
    assert rows(app, sa.select(AdminSession.created_at)) == [(NOON + 3 * DAY,)]
    assert rows(app, sa.select(SignInFailure.address)) == [("new",)]


def session_of(admin_seq, at):
    return AdminSession(
        id=new_id(),
        admin_seq=admin_seq,
        digest=new_id().encode(),
        created_at=at,
        authenticated_at=at,
        last_used_at=at,
        address="",
        user_agent="",
    )


def failure(address, at):
    """Of one account, from different addresses."""
    return SignInFailure(account="one", address=address, n_failures=1, last_at=at)


def test_invitations_go_a_month_after_they_ended(app, keep):
    keep(
        invitation("used", accepted_at=NOON),
        invitation("run out", expires_at=NOON),
        invitation("taken back", withdrawn_at=NOON),
        invitation("open"),
    )
    run_round(NOON + 31 * DAY)
    assert rows(app, sa.select(AdminInvitation.email)) == [("open",)]


def invitation(email, **times):
    return AdminInvitation(
        id=new_id(),
        digest=email.encode(),
        email=email,
        email_key=email,
        role="owner",
        invited_by="admin:ada",
        created_at=NOON,
        **{"expires_at": NOON + 100 * DAY, **times},
    )


def test_walks_through_lists_that_ran_out_go(app, acme, keep):
    tokens.create(acme, "Okta", origin=ADA)
    seq = rows(app, sa.select(ProvisioningToken.seq))[0][0]
    keep(walk(acme, seq, 1, NOON), walk(acme, seq, 2, NOON + 2 * DAY))
    run_round(NOON + DAY)
    assert rows(app, sa.select(ListWalk.start_index)) == [(2,)]


def walk(organization, token_seq, start_index, expires_at):
    return ListWalk(
        organization_seq=organization.seq,
        token_seq=token_seq,
        key="k",
        start_index=start_index,
        after_seq=1,
        total=1,
        expires_at=expires_at,
    )


def test_old_jobs_go_and_rounds_with_them(app, acme):
    run_round(NOON)
    jobs.add(acme, NewJob("bulk", {}, state="done"), origin=ADA)
    run_round(NOON + 31 * DAY)
    assert jobs.recent(acme) == []
    assert [at for _, at in days(app)] == [NOON + 31 * DAY]
