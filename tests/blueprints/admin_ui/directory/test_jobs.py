"""Pages of jobs: the list, one with its progress, its files, cancelling it."""

from __future__ import annotations

import pytest

from services.background import bulk_actions, jobs
from services.background.bulk_actions import Chosen
from services.background.job_runner import Runner
from services.background.jobs import NewJob
from services.directory.user_lists import UserQuery
from services.origin import Actor, Origin, new_id
from tests.admin_client import UNKNOWN_ID, AdminClient
from tests.conftest import make_admin
from tests.served import fill

EVERYBODY = Chosen(query=UserQuery())
ORIGIN = Origin.of_command_line()


@pytest.fixture
def job_id(acme, do):
    """Deactivates 250 people, of whom 50 are deactivated already."""
    do(fill, acme, users=250, groups=0, members_per_group=0)
    return do(bulk_actions.start, acme, "deactivate", EVERYBODY, origin=ORIGIN)


def test_a_job_that_goes_on_is_polled(viewer, job_id, do):
    do(Runner().step)
    page = viewer.get(f"jobs/{job_id}")
    assert page.status_code == 200
    assert "Deactivate 250 users" in page.text
    assert 'value="100"' in page.text
    assert "100 of 250 users" in page.text
    assert "Cancel job" not in page.text
    assert 'hx-trigger="every 1s"' in page.text
    assert "data-poll" in page.text


def test_polling_gets_the_part_alone_and_leaves_the_actions_be(admin, job_id):
    part = admin.get(f"jobs/{job_id}", htmx=True).text
    assert part.count('id="job"') == 1
    assert "<html" not in part
    assert 'id="job-actions"' not in part


def test_polling_ends_with_the_job_and_its_result(admin, job_id, do):
    do(Runner().drain)
    part = admin.get(f"jobs/{job_id}", htmx=True).text
    assert "every 1s" not in part
    assert "200 users were deactivated." in part
    assert "50 were deactivated already." in part
    assert 'hx-swap-oob="true"' in part
    assert "Cancel job" not in part
    assert "Deactivate 250 users: done." in part


def test_what_became_of_everybody_is_downloaded(helpdesk, job_id, do):
    do(Runner().drain)
    page = helpdesk.get(f"jobs/{job_id}")
    file = helpdesk.get(f"jobs/{job_id}/result.csv")
    assert f"jobs/{job_id}/result.csv" in page.text
    assert file.mimetype == "text/csv"
    assert 'attachment; filename="acme-result-' in file.headers["Content-Disposition"]
    assert file.text.count("deactivated already") == 50
    assert file.text.count("Deactivated") == 200


def test_a_file_is_offered_to_those_who_may_have_it(viewer, admin, job_id, do):
    do(Runner().drain)
    address = f"jobs/{job_id}"
    assert "result.csv" not in viewer.get(address).text
    assert "result.csv" in admin.get(address).text


@pytest.mark.parametrize("name", ["selection", "rows", "upload", "problems"])
def test_no_other_file_is_handed_out(owner, job_id, name, do):
    do(Runner().drain)
    assert owner.get(f"jobs/{job_id}/{name}.csv").status_code == 404


def test_a_job_is_cancelled(admin, acme, job_id, do):
    answer = admin.post(f"jobs/{job_id}/cancel")
    page = admin.get(f"jobs/{job_id}")
    assert (answer.status_code, answer.location) == (303, f"/o/acme/jobs/{job_id}")
    assert do(jobs.get, acme, job_id).state == "cancelled"
    assert "The job was cancelled." in page.text
    assert "Cancelled" in page.text


def test_a_job_that_failed_says_why(viewer, acme, do):
    broken = NewJob("bulk", {"action": "sing", "group_id": ""}, 1)
    job_id = do(jobs.add, acme, broken, origin=ORIGIN)
    do(Runner().drain)
    page = viewer.get(f"jobs/{job_id}")
    assert page.status_code == 200
    assert "The job did not come to its end." in page.text
    assert "incident id" in page.text


def test_jobs_are_listed(viewer, job_id):
    page = viewer.get("jobs")
    assert f"/o/acme/jobs/{job_id}" in page.text
    assert "Waits for its turn" in page.text
    assert "the command line" in page.text


def test_an_import_leads_only_those_to_it_who_may_see_it(viewer, admin, acme, do):
    new = NewJob("import", {"file_name": "p.csv", "phase": "map"}, 1, state="waiting")
    job_id = do(jobs.add, acme, new, origin=ORIGIN)
    assert "Import p.csv" in viewer.get("jobs").text
    assert job_id not in viewer.get("jobs").text
    assert f"/o/acme/jobs/{job_id}" in admin.get("jobs").text


def test_a_job_of_ones_own_is_found_above_the_users(app, acme, admin, viewer, do):
    ada = make_admin(app, "helpdesk", acme)
    started = Origin(Actor("admin", ada, "Ada"), ORIGIN.at)
    do(fill, acme, users=250, groups=0, members_per_group=0)
    job_id = do(bulk_actions.start, acme, "deactivate", EVERYBODY, origin=started)
    do(Runner().step)
    page = AdminClient(app, ada).get("users").text
    assert f'href="/o/acme/jobs/{job_id}"' in page
    assert "100 of 250 users" in page
    assert job_id not in admin.get("users").text
    assert 'href="/o/acme/jobs"' in viewer.get("users").text


def test_a_job_that_ended_is_no_longer_above_the_users(app, acme, do):
    ada = make_admin(app, "helpdesk", acme)
    started = Origin(Actor("admin", ada, "Ada"), ORIGIN.at)
    do(fill, acme, users=250, groups=0, members_per_group=0)
    job_id = do(bulk_actions.start, acme, "deactivate", EVERYBODY, origin=started)
    client = AdminClient(app, ada)
    assert "every 2s" in client.get("jobs", htmx=True).text
    do(Runner().drain)
    part = client.get("jobs", htmx=True).text
    assert 'id="own-jobs"' in part
    assert (job_id in part, "every 2s" in part) == (False, False)


def test_without_jobs_the_list_says_what_would_be_there(viewer):
    assert "No jobs yet" in viewer.get("jobs").text


def test_an_import_has_a_page_of_its_own(admin, acme, do):
    new = NewJob("import", {"file_name": "p.csv", "phase": "map"}, 1, state="waiting")
    job_id = do(jobs.add, acme, new, origin=ORIGIN)
    answer = admin.get(f"jobs/{job_id}")
    assert answer.status_code == 303
    assert answer.location == f"/o/acme/users/import/{job_id}"
    assert "Import p.csv" in admin.get("jobs").text


@pytest.mark.parametrize("address", ["jobs", "jobs/{id}", "jobs/{id}/result.csv"])
def test_another_organization_finds_no_page(stranger, job_id, address, do):
    do(Runner().drain)
    assert stranger.get(address.format(id=job_id)).status_code == 404


def test_another_organizations_job_is_not_found_from_ones_own(app, globex, stranger):
    assert stranger.get(f"/o/globex/jobs/{new_id()}").status_code == 404
    assert stranger.post(f"/o/globex/jobs/{new_id()}/cancel").status_code == 404


def test_a_job_of_acme_is_not_found_under_globex(stranger, job_id):
    assert stranger.get(f"/o/globex/jobs/{job_id}").status_code == 404
    assert stranger.post(f"/o/globex/jobs/{job_id}/cancel").status_code == 404
    assert stranger.get(f"/o/globex/jobs/{job_id}/result.csv").status_code == 404


@pytest.mark.parametrize("address", ["jobs", "jobs/x", "jobs/x/result.csv"])
def test_the_anonymous_are_asked_to_sign_in(anonymous, acme, address):
    answer = anonymous.get(address)
    assert answer.status_code == 303
    assert answer.location.startswith("/login?next=")


def test_helpdesk_and_viewer_cannot_cancel(helpdesk, viewer, acme, job_id, do):
    assert "Cancel job" not in helpdesk.get(f"jobs/{job_id}").text
    assert helpdesk.post(f"jobs/{job_id}/cancel").status_code == 403
    assert viewer.post(f"jobs/{job_id}/cancel").status_code == 403
    assert do(jobs.get, acme, job_id).state == "queued"


def test_a_viewer_gets_no_file_of_a_job(viewer, job_id, do):
    do(Runner().drain)
    assert viewer.get(f"jobs/{job_id}/result.csv").status_code == 403


def test_cancelling_needs_the_csrf_token(admin, acme, job_id, do):
    answer = admin.post(f"jobs/{job_id}/cancel", with_token=False)
    assert answer.status_code == 422
    assert do(jobs.get, acme, job_id).state == "queued"


@pytest.mark.parametrize("job_id", ["x", "%00", "..", UNKNOWN_ID])
def test_an_unknown_job_is_a_page_not_found(owner, job_id):
    assert owner.get(f"jobs/{job_id}").status_code == 404
