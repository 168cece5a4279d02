"""Undo beside others: what they changed again is theirs, whatever it is today."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from models import Job
from services.access import tokens
from services.background.job_runner import Runner
from services.deletion import deleted
from services.errors import Invalid
from services.origin import COMMAND_LINE, Actor, Origin
from services.undo import undoing
from services.undo.selection import Selection
from tests.directories import rows
from tests.scim_client import ScimClient, load

ADA = Actor("admin", "ada", "Ada")
OFF = {"op": "replace", "value": {"active": False}}
ON = {"op": "replace", "value": {"active": True}}


@pytest.fixture
def do(app):
    """Calls a service in a context of its own: one kept open would keep `g`."""

    def call(service, *args, **named):
        with app.app_context():
            return service(*args, **named)

    return call


@pytest.fixture
def entra(app, acme, do):
    """Another token's client."""
    origin = Origin(COMMAND_LINE, datetime.now(UTC))
    made = do(tokens.create, acme, "Entra", scope="full", origin=origin)
    return ScimClient(app.test_client(), made.text)


@pytest.fixture
def bo(entra):
    return entra.new_user("bo", displayName="Bo Li")


@pytest.fixture
def staff(entra):
    return entra.new_group("Staff")


@pytest.fixture
def okta(scim):
    """What the first token does from now on."""
    return Selection(actor=f"token:{scim.token.split('_')[1]}", since=datetime.now(UTC))


@pytest.fixture
def ask(do, acme):
    return lambda what: do(undoing.preview, acme, what, datetime.now(UTC))


@pytest.fixture
def undo(do, ask, acme):
    def ask_and_undo(what):
        shown = ask(what)
        given = {"digest": shown.digest, "origin": by_ada()}
        return do(undoing.undo, acme, shown.selection, **given)

    return ask_and_undo


def by_ada():
    return Origin(ADA, datetime.now(UTC))


def reasons(found):
    return [(one.resource.name, one.reason) for one in found.skipped]


def user(one):
    return f"/Users/{one['id']}"


def group(one):
    return f"/Groups/{one['id']}"


def move(op, one):
    if op == "remove":
        return {"op": op, "path": f'members[value eq "{one["id"]}"]'}
    return {"op": op, "path": "members", "value": [{"value": one["id"]}]}


def members(scim, one):
    found = load(scim.get(group(one))).get("members", [])
    return [member["value"] for member in found]


def test_who_was_deactivated_again_by_others_stays_so(scim, entra, bo, okta, undo):
    scim.patch(user(bo), OFF)
    entra.patch(user(bo), ON)
    entra.patch(user(bo), OFF)
    done = undo(okta)
    assert reasons(done) == [("Bo Li", "Status was changed again by Entra")]
    assert done.skipped[0].at is not None
    assert load(scim.get(user(bo)))["active"] is False


def test_who_was_deleted_again_by_others_stays_so(
    acme, scim, entra, bo, okta, do, undo
):
    scim.delete(user(bo))
    do(deleted.restore, acme, bo["id"], origin=by_ada())
    entra.delete(user(bo))
    done = undo(okta)
    assert reasons(done) == [("Bo Li", "Stays: it was deleted again by Entra")]
    assert scim.get(user(bo)).status_code == 404


def test_who_was_made_deleted_and_restored_by_others_stays(acme, scim, okta, do, undo):
    cy = scim.new_user("cy", displayName="Cy Dahl")
    scim.delete(user(cy))
    do(deleted.restore, acme, cy["id"], origin=by_ada())
    done = undo(okta)
    assert reasons(done) == [("Cy Dahl", f"Stays: it was restored by {ADA.name}")]
    assert scim.get(user(cy)).status_code == 200


def test_a_member_taken_out_again_by_others_stays_out(
    scim, entra, bo, staff, okta, undo
):
    entra.patch(group(staff), move("add", bo))
    scim.patch(group(staff), move("remove", bo))
    entra.patch(group(staff), move("add", bo))
    entra.patch(group(staff), move("remove", bo))
    done = undo(okta)
    told = "The membership of Bo Li was changed again by Entra"
    assert reasons(done) == [("Staff", told)]
    assert members(scim, staff) == []


def test_a_member_who_was_away_by_deletion_only_is_taken_out(
    acme, scim, entra, bo, staff, okta, do, undo
):
    scim.patch(group(staff), move("add", bo))
    entra.delete(user(bo))
    do(deleted.restore, acme, bo["id"], origin=by_ada())
    done = undo(okta)
    assert members(scim, staff) == []
    assert reasons(done) == []


def test_a_member_who_would_come_back_with_a_restore_is_named(
    scim, entra, bo, staff, okta, ask
):
    scim.patch(group(staff), move("add", bo))
    entra.delete(user(bo))
    told = "Bo Li is deleted, and becomes a member again when restored"
    assert reasons(ask(okta)) == [("Staff", told)]


def test_what_others_built_on_a_created_one_is_not_deleted(scim, entra, bo, okta, undo):
    cy, made = scim.new_user("cy"), scim.new_group("Made")
    scim.patch(group(made), {"op": "replace", "value": {"externalId": "m"}})
    entra.patch(user(cy), {"op": "add", "path": "title", "value": "Chief"})
    entra.patch(group(made), move("add", bo))
    done = undo(okta)
    told = "Stays: it was changed since by Entra"
    assert sorted(reasons(done)) == [("Made", told), ("cy", told)]
    assert load(scim.get(user(cy)))["title"] == "Chief"
    assert members(scim, made) == [bo["id"]]


def test_a_created_group_that_lost_a_deleted_member_goes(scim, entra, bo, okta, undo):
    made = scim.new_group("Made", bo["id"])
    entra.delete(user(bo))
    done = undo(okta)
    assert (done.n_resources, done.skipped) == (1, ())
    assert scim.get(group(made)).status_code == 404


def test_what_came_and_went_in_between_ends_what_is_undone(scim, entra, bo, okta, undo):
    scim.patch(user(bo), OFF)
    entra.patch(user(bo), ON)
    entra.patch(user(bo), OFF)
    scim.patch(user(bo), ON)
    undo(okta)
    assert load(scim.get(user(bo)))["active"] is False


@pytest.fixture
def job(monkeypatch):
    """Every undo is a job."""
    monkeypatch.setattr("services.undo.planning.AT_ONCE", 0)


def test_a_job_sees_what_came_and_went_meanwhile(
    acme, scim, entra, bo, staff, okta, job, do, undo
):
    scim.patch(user(bo), OFF)
    scim.patch(group(staff), move("add", bo))
    undo(okta)
    for op in ("remove", "add"):
        entra.patch(group(staff), move(op, bo))
    for value in (ON, OFF):
        entra.patch(user(bo), value)
    do(Runner().drain)
    assert load(scim.get(user(bo)))["active"] is False
    assert members(scim, staff) == [bo["id"]]


def test_a_job_does_not_trip_over_what_it_did_itself(
    app, scim, entra, bo, staff, okta, job, do, undo
):
    scim.patch(group(staff), move("add", bo))
    scim.patch(group(staff), {"op": "replace", "value": {"displayName": "Crew"}})
    made = scim.new_group("Made", bo["id"])
    scim.patch(group(made), {"op": "remove", "path": "members"})
    undo(okta)
    do(Runner().drain)
    assert members(scim, staff) == []
    assert load(scim.get(group(staff)))["displayName"] == "Staff"
    assert scim.get(group(made)).status_code == 404
    assert rows(app, sa.select(Job.state)) == [("done",)]


def test_too_much_by_others_is_refused(scim, entra, bo, okta, monkeypatch, ask):
    scim.patch(user(bo), OFF)
    monkeypatch.setattr("services.undo.reading.MOST_EVENTS", 1)
    entra.patch(user(bo), ON)
    assert ask(okta).n_events == 1
    entra.patch(user(bo), OFF)
    with pytest.raises(Invalid, match="changed the same users"):
        ask(okta)


def test_too_many_members_are_refused(scim, bo, staff, okta, monkeypatch, ask):
    scim.patch(group(staff), move("add", bo))
    scim.patch(group(staff), move("remove", bo))
    monkeypatch.setattr("services.undo.reading.MOST_MEMBERS", 1)
    with pytest.raises(Invalid, match="2 members came or left"):
        ask(okta)
