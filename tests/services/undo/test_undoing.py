"""Undo of users, groups and members: what comes back, what stays and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from models import ChangeEvent
from services.access import tokens
from services.deletion import deleted
from services.directory import group_actions, groups, users
from services.errors import Invalid, NotFound
from services.origin import Actor, Origin, new_id
from services.undo import undoing
from services.undo.selection import Selection
from services.undo.undoing import NotAsShown
from tests.directories import last_event, last_notes, rows
from tests.scim_client import load

ADA = Actor("admin", "ada", "Ada")


@pytest.fixture
def do(app):
    """Calls a service in a context of its own: one kept open would keep `g`."""

    def call(service, *args, **named):
        with app.app_context():
            return service(*args, **named)

    return call


@pytest.fixture
def ask(do, acme):
    return lambda selection, organization=acme: do(
        undoing.preview, organization, selection, datetime.now(UTC)
    )


@pytest.fixture
def undo(do, ask, acme):
    def ask_and_undo(selection):
        shown = ask(selection)
        chosen, digest = shown.selection, shown.digest
        return do(undoing.undo, acme, chosen, digest=digest, origin=by_ada())

    return ask_and_undo


@pytest.fixture
def bo(scim):
    return scim.new_user("bo", displayName="Bo Li", title="Clerk")


@pytest.fixture
def cy(scim):
    return scim.new_user("cy", displayName="Cy Ro")


@pytest.fixture
def since(bo, cy):
    """After Bo and Cy were made, before anything else."""
    return Selection(since=datetime.now(UTC))


def by_ada():
    return Origin(ADA, datetime.now(UTC))


def set_value(scim, path, **values):
    answer = scim.patch(path, {"op": "replace", "value": values})
    assert answer.status_code == 200, answer.text


def user(scim, one):
    return load(scim.get(f"/Users/{one['id']}"))


def reasons(preview):
    return [(one.resource.name, one.reason) for one in preview.skipped]


def test_a_deleted_user_comes_back_with_the_same_id_and_groups(scim, bo, since, undo):
    staff = scim.new_group("Staff", bo["id"])
    selection = Selection(since=datetime.now(UTC))
    scim.delete(f"/Users/{bo['id']}")
    done = undo(selection)
    assert done.n_resources == 1
    assert user(scim, bo)["groups"][0]["value"] == staff["id"]
    assert user(scim, bo)["title"] == "Clerk"


def test_a_member_added_and_then_deleted_comes_back_without_the_group(
    scim, bo, cy, undo
):
    staff = scim.new_group("Staff", cy["id"])
    selection = Selection(since=datetime.now(UTC))
    add = {"op": "add", "path": "members", "value": [{"value": bo["id"]}]}
    scim.patch(f"/Groups/{staff['id']}", add)
    scim.delete(f"/Users/{bo['id']}")
    undo(selection)
    members = load(scim.get(f"/Groups/{staff['id']}"))["members"]
    assert [one["value"] for one in members] == [cy["id"]]
    assert "groups" not in user(scim, bo)


def test_names_that_went_from_hand_to_hand_go_back(scim, bo, cy, since, undo):
    set_value(scim, f"/Users/{bo['id']}", userName="aside")
    set_value(scim, f"/Users/{cy['id']}", userName="bo")
    set_value(scim, f"/Users/{bo['id']}", userName="cy")
    undo(since)
    assert (user(scim, bo)["userName"], user(scim, cy)["userName"]) == ("bo", "cy")
    assert load(scim.get('/Users?filter=userName eq "bo"'))["totalResults"] == 1


def test_who_was_made_anew_makes_room_for_who_was_deleted(scim, bo, since, undo):
    scim.delete(f"/Users/{bo['id']}")
    again = scim.new_user("bo")
    undo(since)
    assert user(scim, bo)["userName"] == "bo"
    assert scim.get(f"/Users/{again['id']}").status_code == 404


def test_a_name_that_somebody_else_has_is_left_to_them(
    acme, scim, bo, since, do, ask, undo
):
    set_value(scim, f"/Users/{bo['id']}", userName="bo.li", title="Chief")
    do(users.create, acme, {"userName": "BO", "displayName": "Eve"}, origin=by_ada())
    okta = Selection(actor=f"token:{scim.token.split('_')[1]}", since=since.since)
    shown = ask(okta)
    assert reasons(shown) == [
        ("Bo Li", "The user name stays: the user name “bo” is used by Eve now")
    ]
    undo(okta)
    assert (user(scim, bo)["userName"], user(scim, bo)["title"]) == ("bo.li", "Clerk")


def test_who_cannot_have_the_name_back_stays_deleted(acme, scim, bo, since, do, ask):
    scim.delete(f"/Users/{bo['id']}")
    okta = Selection(actor=f"token:{scim.token.split('_')[1]}", since=since.since)
    do(users.create, acme, {"userName": "bo", "displayName": "Eve"}, origin=by_ada())
    shown = ask(okta)
    assert (shown.n_resources, shown.n_skipped) == (0, 1)
    assert "Stays deleted" in shown.skipped[0].reason


def test_what_was_changed_again_names_who_did_it(acme, scim, bo, since, do, ask, undo):
    set_value(scim, f"/Users/{bo['id']}", title="Chief", nickName="B")
    okta = Selection(actor=f"token:{scim.token.split('_')[1]}", since=since.since)
    king = {"userName": "bo", "nickName": "B", "title": "King"}
    do(users.replace, acme, bo["id"], king, origin=by_ada())
    shown = ask(okta)
    assert reasons(shown) == [("bo", "Title was changed again by Ada")]
    assert shown.skipped[0].at is not None
    undo(okta)
    assert user(scim, bo)["title"] == "King"
    assert "nickName" not in user(scim, bo)


def test_what_is_gone_is_said(app, acme, scim, bo, cy, since, do, ask):
    staff = scim.new_group("Staff", bo["id"], cy["id"])
    selection = Selection(since=datetime.now(UTC))
    scim.patch(f"/Groups/{staff['id']}", {"op": "remove", "path": "members"})
    emptied = Selection(last_event(app).request_id)
    set_value(scim, f"/Users/{cy['id']}", title="Chief")
    scim.delete(f"/Users/{bo['id']}")
    scim.delete(f"/Users/{cy['id']}")
    do(deleted.purge, acme, cy["id"], origin=by_ada())
    assert reasons(ask(emptied)) == [
        ("Staff", "Bo Li is deleted, and cannot come back as a member"),
        ("Staff", "1 member is known here no more"),
    ]
    assert ("Cy Ro", "Purged: nothing is left that could come back") in reasons(
        ask(selection)
    )


def test_who_was_deleted_since_stays_deleted(app, scim, bo, since, ask):
    set_value(scim, f"/Users/{bo['id']}", title="Chief")
    promoted = Selection(last_event(app).request_id)
    scim.delete(f"/Users/{bo['id']}")
    assert reasons(ask(promoted)) == [
        ("Bo Li", "Deleted since. Restore first, then undo this")
    ]


def test_a_group_that_would_come_to_be_inside_itself_is_left_out(
    app, acme, scim, bo, do, undo
):
    inner = scim.new_group("Inner")
    outer = scim.new_group("Outer", inner["id"])
    scim.patch(f"/Groups/{outer['id']}", {"op": "remove", "path": "members"})
    emptied = Selection(last_event(app).request_id)
    do(group_actions.add_member, acme, inner["id"], outer["id"], origin=by_ada())
    done = undo(emptied)
    assert [one.reason for one in done.skipped] == [
        "Inner cannot come back: this group is inside of it by now"
    ]
    assert (done.n_resources, done.n_members) == (0, 0)
    assert "members" not in load(scim.get(f"/Groups/{outer['id']}"))


def test_the_undo_is_one_request_with_its_events_and_a_note(app, scim, bo, since, undo):
    set_value(scim, f"/Users/{bo['id']}", title="Chief")
    undo(since)
    (event,) = rows(app, sa.select(ChangeEvent).where(ChangeEvent.actor == ADA.key))[0]
    assert event.changes == {"title": ["Chief", "Clerk"]}
    assert last_notes(app)[0].startswith("This undid what everybody changed from")


def test_nothing_is_undone_when_something_came_between(acme, scim, bo, since, do, ask):
    set_value(scim, f"/Users/{bo['id']}", title="Chief")
    shown = ask(since)
    set_value(scim, f"/Users/{bo['id']}", title="King")
    chosen = shown.selection
    with pytest.raises(NotAsShown):
        do(undoing.undo, acme, chosen, digest=shown.digest, origin=by_ada())
    assert user(scim, bo)["title"] == "King"


def test_tokens_are_counted_and_left(acme, scim, bo, do, ask):
    selection = Selection(since=datetime.now(UTC))
    made = do(tokens.create, acme, "Another", scope="full", origin=by_ada())
    shown = ask(selection)
    assert (shown.others, shown.n_resources) == ({"Token": 1}, 0)
    assert made.public_id


def test_nothing_of_another_organization_is_seen(app, globex, scim, bo, since, ask):
    set_value(scim, f"/Users/{bo['id']}", title="Chief")
    request_id = last_event(app).request_id
    with pytest.raises(NotFound):
        ask(Selection(request_id), globex)
    assert ask(since, globex).n_events == 0


def test_what_comes_after_now_is_not_meant(acme, scim, bo, since, do):
    now = datetime.now(UTC)
    set_value(scim, f"/Users/{bo['id']}", title="Chief")
    later = Selection(since=since.since, until=now + timedelta(days=1))
    shown = do(undoing.preview, acme, later, now)
    assert (shown.n_events, shown.selection.until) == (0, now)


def test_too_many_changes_at_once_are_refused(scim, bo, since, monkeypatch, ask):
    monkeypatch.setattr("services.undo.reading.MOST_EVENTS", 1)
    set_value(scim, f"/Users/{bo['id']}", title="Chief")
    set_value(scim, f"/Users/{bo['id']}", title="King")
    with pytest.raises(Invalid, match="at most 1 can be undone"):
        ask(since)


def test_a_request_nobody_made_is_not_found(ask):
    with pytest.raises(NotFound):
        ask(Selection(new_id()))


def test_a_group_that_was_made_goes_and_its_members_stay(
    acme, scim, bo, since, do, undo
):
    group = do(groups.create, acme, {"displayName": "New"}, [bo["id"]], origin=by_ada())
    undo(since)
    assert scim.get(f"/Groups/{group.id}").status_code == 404
    assert "groups" not in user(scim, bo)
