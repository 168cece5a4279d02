"""What a user's page knows besides the document."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scim.names import ENTERPRISE_USER
from services.access import tokens
from services.directory import groups, user_details, users
from services.errors import Invalid, NotFound
from services.origin import Actor, Origin

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
ADA = Origin(Actor("admin", "ada", "Ada"), NOON)
LATER = Origin(Actor("admin", "bea", "Bea"), NOON + timedelta(days=2))


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def okta(acme):
    new = tokens.create(acme, "Okta production", scope="full", origin=ADA)
    return Origin(Actor("token", new.public_id, "Okta production"), NOON)


@pytest.fixture
def new_user(acme):
    def create(origin=ADA, **attributes):
        document = {"userName": "bo", **attributes}
        return users.create(acme, document, origin=origin).id

    return create


@pytest.fixture
def new_group(acme):
    def create(name, *members):
        return groups.create(acme, {"displayName": name}, members, origin=ADA).id

    return create


def test_pushed_user_says_who_set_what(acme, okta, new_user):
    bo = new_user(okta, title="Chief", name={"givenName": "Bo", "familyName": "Ek"})
    document = user_details.get(acme, bo).user.document | {"title": "Boss"}
    users.replace(acme, bo, document, origin=ADA)
    details = user_details.get(acme, bo)
    assert (details.is_pushed, details.source_label) == (True, "Okta production")
    assert details.set_by("name.familyName") == "Okta production"
    assert details.set_by("name") == "Okta production"
    assert (details.set_by("title"), details.set_by("nickName")) == (None, None)


def test_user_made_by_hand_is_not_pushed(acme, new_user):
    details = user_details.get(acme, new_user())
    assert (details.is_pushed, details.source) == (False, "admin:ada")
    assert details.is_active


def test_deactivated_user_says_since_when_and_by_whom(acme, new_user):
    bo = new_user()
    users.set_active(acme, bo, False, origin=LATER)
    details = user_details.get(acme, bo)
    assert not details.is_active
    assert (details.deactivation.at, details.deactivation.actor_name) == (
        LATER.at,
        "Bea",
    )


def test_user_made_deactivated_says_who_made_it(acme, new_user):
    details = user_details.get(acme, new_user(active=False))
    assert (details.deactivation.at, details.deactivation.actor_name) == (NOON, "Ada")


def test_manager_is_named_when_a_user_here(acme, new_user):
    boss = new_user(userName="boss", displayName="The boss")
    bo = new_user(**{ENTERPRISE_USER: {"manager": {"value": boss}}})
    cy = new_user(userName="cy", **{ENTERPRISE_USER: {"manager": {"value": "E77"}}})
    manager = user_details.get(acme, bo).user.manager
    assert (manager.id, manager.name) == (boss, "The boss")
    assert user_details.get(acme, cy).user.manager is None


def test_groups_are_paged_by_name(acme, new_user, new_group):
    bo = new_user()
    for name in ("sales", "Élan", "Alpha"):
        new_group(name, bo)
    new_group("Others")
    first = user_details.groups(acme, bo, count=2)
    second = user_details.groups(acme, bo, cursor=first.next, count=2)
    assert [row.name for row in first.rows] == ["Alpha", "sales"]
    assert [row.name for row in second.rows] == ["Élan"]
    assert first.rows[0].n_members == 1
    assert user_details.get(acme, bo).n_groups == 3


def test_garbled_cursor_of_groups_is_refused(acme, new_user):
    with pytest.raises(Invalid):
        user_details.groups(acme, new_user(), cursor="garbled")


@pytest.mark.parametrize("read", [user_details.get, user_details.groups])
def test_user_of_another_organization_is_not_there(acme, globex, read):
    gus = users.create(globex, {"userName": "gus"}, origin=ADA).id
    with pytest.raises(NotFound):
        read(acme, gus)
    with pytest.raises(NotFound):
        read(acme, "garbled")


def test_holder_of_a_user_name_is_found_in_any_case(acme, globex, new_user):
    bo = new_user(userName="Bo@Acme.example", displayName="Bo", active=False)
    holder = user_details.holder_of(acme, "bo@ACME.example")
    assert (holder.id, holder.name, holder.is_active) == (bo, "Bo", False)
    assert user_details.holder_of(globex, "bo@acme.example") is None
    assert user_details.holder_of(acme, "bo\0") is None


def test_users_and_groups_are_named_by_id(acme, globex, new_user, new_group):
    bo, staff = new_user(), new_group("Staff")
    found = user_details.find_named(acme, [bo, staff, "garbled"])
    assert (found[bo].name, found[staff].name) == ("bo", "Staff")
    assert (found[bo].type, found[staff].type) == ("User", "Group")
    assert user_details.find_named(globex, [bo, staff]) == {}


@pytest.mark.parametrize(
    ("typed", "found"), [("STAFF", "Staff"), ("sta", "Staff"), ("staff a", "Staff a")]
)
def test_group_is_found_by_the_beginning_of_its_name(acme, new_group, typed, found):
    new_group("Staff a")
    new_group("Staff")
    assert user_details.find_group(acme, typed).name == found
    assert user_details.find_group(acme, "aff") is None
