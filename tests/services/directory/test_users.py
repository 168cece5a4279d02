"""What the users service leaves in the tables: versions, events, counters, provenance.

What is seen over HTTP is in tests/blueprints/scim_api/test_users*.py.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from models import ChangeEvent, DeletedResource, User, UserValue
from scim import names
from scim.attributes import Document
from scim.errors import InvalidPath
from scim.patch import Operation
from services.directory import groups, users
from services.directory.preconditions import Precondition
from services.errors import AlreadyTaken, NotFound, VersionMismatch
from services.origin import Actor, Origin
from tests.directories import last_event, n_events, rows, totals

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
OKTA = Origin(Actor("token", "okta", "Okta"), NOON)
ENTRA = Origin(Actor("token", "entra", "Entra"), LATER)
ADA = Origin(Actor("admin", "ada", "Ada"), LATER)
BO: Document = {
    "userName": "bo",
    "name": {"givenName": "Bo", "familyName": "Ek"},
    "emails": [{"value": "bo@example.com", "type": "work"}],
}
DEACTIVATE = Operation("replace", "active", False)


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def bo(acme):
    return users.create(acme, BO, origin=OKTA)


def title(text):
    return Operation("replace", "title", text)


def test_creation_is_told_with_every_attribute(app, bo):
    event = last_event(app)
    assert (event.action, event.resource_type) == ("created", "User")
    assert (event.resource_id, event.resource_name) == (bo.id, "Bo Ek")
    assert (event.actor, event.actor_name, event.at) == ("token:okta", "Okta", NOON)
    assert event.changes == {
        "userName": [None, "bo"],
        "name.givenName": [None, "Bo"],
        "name.familyName": [None, "Ek"],
        "emails": [None, BO["emails"]],
        "active": [None, True],
    }


def test_change_is_told_before_and_after_and_nothing_else(app, acme, bo):
    document: Document = BO | {"title": "Chief", "name": {"givenName": "Bob"}}
    changed = users.replace(acme, bo.id, document, origin=ENTRA)
    assert last_event(app).action == "updated"
    assert last_event(app).changes == {
        "title": [None, "Chief"],
        "name.givenName": ["Bo", "Bob"],
        "name.familyName": ["Ek", None],
    }
    assert (changed.version, changed.modified_at) == (2, LATER)
    assert changed.created_at == NOON


def test_deletion_is_told_with_what_is_gone(app, acme, bo):
    groups.create(acme, {"displayName": "Staff"}, [bo.id], origin=OKTA)
    staff = users.get(acme, bo.id).groups[0].id
    users.delete(acme, bo.id, origin=ENTRA)
    told = sa.select(ChangeEvent).where(ChangeEvent.action == "deleted")
    [(event,)] = rows(app, told)
    assert event.changes["userName"] == ["bo", None]
    assert event.changes["emails"] == [BO["emails"], None]
    assert event.changes["groups"] == [[staff], None]


@pytest.mark.parametrize(
    "change",
    [
        lambda acme, id_: users.replace(acme, id_, BO, origin=ENTRA),
        lambda acme, id_: users.replace(acme, id_, BO | {"active": True}, origin=ENTRA),
        lambda acme, id_: users.patch(
            acme, id_, [Operation("replace", "userName", "bo")], origin=ENTRA
        ),
        lambda acme, id_: users.patch(
            acme, id_, [title("x"), Operation("remove", "title", None)], origin=ENTRA
        ),
        lambda acme, id_: users.patch(acme, id_, [], origin=ENTRA),
    ],
)
def test_what_changes_nothing_leaves_no_trace(app, acme, bo, change):
    before = n_events(app)
    unchanged = change(acme, bo.id)
    assert unchanged == bo
    assert n_events(app) == before
    assert rows(app, sa.select(User.source)) == [("token:okta",)]


def test_each_attribute_remembers_who_set_it_last(app, acme, bo):
    users.patch(acme, bo.id, [title("Chief")], origin=ENTRA)
    users.patch(acme, bo.id, [DEACTIVATE], origin=ADA)
    [(provenance,)] = rows(app, sa.select(User.provenance))
    assert provenance == {
        "userName": "token:okta",
        "name.givenName": "token:okta",
        "name.familyName": "token:okta",
        "emails": "token:okta",
        "active": "admin:ada",
        "title": "token:entra",
    }


def test_source_is_the_last_provisioning_client_and_no_admin(app, acme, bo):
    users.patch(acme, bo.id, [title("Chief")], origin=ENTRA)
    users.patch(acme, bo.id, [title("Boss")], origin=ADA)
    assert rows(app, sa.select(User.source)) == [("token:entra",)]


def test_counters_follow_every_change(app, acme, bo):
    second = users.create(acme, {"userName": "cy", "active": False}, origin=OKTA)
    assert totals(app, acme.seq) == (2, 1, 0)
    users.patch(acme, bo.id, [DEACTIVATE], origin=OKTA)
    users.patch(acme, bo.id, [DEACTIVATE], origin=OKTA)
    assert totals(app, acme.seq) == (2, 0, 0)
    users.replace(acme, second.id, {"userName": "cy", "active": True}, origin=OKTA)
    assert totals(app, acme.seq) == (2, 1, 0)
    users.delete(acme, bo.id, origin=OKTA)
    assert totals(app, acme.seq) == (1, 1, 0)
    users.delete(acme, second.id, origin=OKTA)
    assert totals(app, acme.seq) == (0, 0, 0)


def test_refused_write_moves_nothing(app, acme, bo):
    before = n_events(app)
    with pytest.raises(AlreadyTaken):
        users.create(acme, {"userName": "BO"}, origin=ENTRA)
    with pytest.raises(InvalidPath):
        users.patch(
            acme, bo.id, [title("x"), Operation("remove", "shoe", None)], origin=ENTRA
        )
    assert users.get(acme, bo.id) == bo
    assert (n_events(app), totals(app, acme.seq)) == (before, (1, 1, 0))


def test_every_write_knows_the_version_it_expects(acme, bo):
    stale = Precondition(if_match=frozenset({"7"}))
    with pytest.raises(VersionMismatch):
        users.replace(acme, bo.id, BO, precondition=stale, origin=ENTRA)
    with pytest.raises(VersionMismatch):
        users.patch(acme, bo.id, [DEACTIVATE], precondition=stale, origin=ENTRA)
    with pytest.raises(VersionMismatch):
        users.delete(acme, bo.id, precondition=stale, origin=ENTRA)
    assert users.get(acme, bo.id) == bo


def test_deleted_user_is_kept_to_be_restored(app, acme, bo):
    changed = users.patch(acme, bo.id, [title("Chief")], origin=ENTRA)
    users.delete(acme, bo.id, origin=ADA)
    [(kept,)] = rows(app, sa.select(DeletedResource))
    assert (kept.id, kept.resource_type, kept.name) == (bo.id, "User", "Bo Ek")
    assert (kept.version, kept.document) == (2, changed.document)
    assert (kept.created_at, kept.modified_at) == (NOON, LATER)
    assert (kept.deleted_at, kept.deleted_by) == (LATER, "admin:ada")
    assert (kept.source, kept.provenance["title"]) == ("token:entra", "token:entra")


def test_deleted_user_leaves_no_row_behind(app, acme, bo):
    users.delete(acme, bo.id, origin=ENTRA)
    with pytest.raises(NotFound):
        users.get(acme, bo.id)
    assert rows(app, sa.select(User.seq)) == []
    assert rows(app, sa.select(UserValue.attribute)) == []


def test_values_are_rewritten_when_they_change_and_only_then(app, acme, bo):
    kept = sa.select(UserValue.attribute, UserValue.value_key).order_by(
        UserValue.attribute
    )
    before = rows(app, kept)
    users.patch(acme, bo.id, [DEACTIVATE], origin=ENTRA)
    assert rows(app, kept) == before
    users.replace(acme, bo.id, {"userName": "bo", "title": "Chief"}, origin=ENTRA)
    assert rows(app, kept) == [("title", "chief")]


def test_later_change_is_later_even_when_the_clock_steps_back(acme, bo):
    earlier = replace(ENTRA, at=NOON - timedelta(days=1))
    changed = users.patch(acme, bo.id, [title("x")], origin=earlier)
    assert changed.modified_at == NOON + timedelta(microseconds=1)
    again = users.patch(acme, bo.id, [title("y")], origin=earlier)
    assert again.modified_at == NOON + timedelta(microseconds=2)


@pytest.mark.parametrize(
    ("before", "after", "action"),
    [
        (True, True, "updated"),
        (True, False, "deactivated"),
        (False, True, "reactivated"),
        (False, False, "updated"),
    ],
)
def test_event_names_what_became_of_the_user(app, acme, before, after, action):
    made = users.create(acme, {"userName": "cy", "active": before}, origin=OKTA)
    document: Document = {"userName": "cy", "active": after, "title": "x"}
    users.replace(acme, made.id, document, origin=ENTRA)
    assert last_event(app).action == action
    assert last_event(app).changes["title"] == [None, "x"]


def test_time_of_deactivation_is_told_and_not_that_of_a_later_change(acme, bo):
    users.patch(acme, bo.id, [DEACTIVATE], origin=OKTA)
    much_later = replace(ENTRA, at=NOON + timedelta(days=90))
    users.patch(acme, bo.id, [title("x")], origin=much_later)
    with pytest.raises(AlreadyTaken, match=r"deactivated 3 Nov 2026"):
        users.create(acme, BO, origin=much_later)


def test_manager_is_named_as_people_call_the_manager(acme, bo):
    document: Document = {
        "userName": "cy",
        names.ENTERPRISE_USER: {"manager": {"value": bo.id}},
    }
    made = users.create(acme, document, origin=OKTA)
    assert made.manager is not None
    assert (made.manager.id, made.manager.name) == (bo.id, "Bo Ek")
    assert users.get(acme, made.id) == made


def test_groups_are_read_only_when_they_are_wanted(acme, bo):
    groups.create(acme, {"displayName": "Staff"}, [bo.id], origin=OKTA)
    assert len(users.get(acme, bo.id).groups) == 1
    assert users.get(acme, bo.id, with_groups=False).groups == ()
