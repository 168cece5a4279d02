"""What the page of a group tells besides its members."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scim.attributes import Document
from services.access import tokens
from services.directory import group_actions, group_details, groups, users
from services.errors import NotFound
from services.origin import Actor, Origin

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
NOBODY = "01938000-0000-7000-8000-000000000000"
ADA = Origin(Actor("admin", "ada", "Ada"), NOON + timedelta(hours=2))


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def okta(acme):
    made = tokens.create(acme, "Okta production", origin=ADA)
    return Origin(Actor("token", made.public_id, "Okta production"), NOON)


@pytest.fixture
def pushed(acme, okta):
    document: Document = {"displayName": "Staff", "externalId": "00g1"}
    return groups.create(acme, document, [], origin=okta).id


def test_pushed_group_names_who_pushes_it(acme, pushed):
    details = group_details.get(acme, pushed)
    assert (details.name, details.external_id, details.n_members) == (
        "Staff",
        "00g1",
        0,
    )
    assert (details.is_pushed, details.source_name) == (True, "Okta production")
    assert details.pushed_at == NOON


def test_change_by_hand_is_no_push_and_leaves_the_source(acme, pushed):
    bo = users.create(acme, {"userName": "bo"}, origin=ADA).id
    group_actions.add_member(acme, pushed, bo, origin=ADA)
    group_actions.rename(acme, pushed, "People", seen="Staff", origin=ADA)
    details = group_details.get(acme, pushed)
    assert details.pushed_at == NOON
    assert details.set_by == {
        "displayName": "a former admin",
        "externalId": "Okta production",
    }
    assert details.is_pushed


def test_group_made_by_hand_was_never_pushed(acme):
    made = group_actions.create(acme, "Sales", origin=ADA)
    details = group_details.get(acme, made.id)
    assert (details.is_pushed, details.pushed_at) == (False, None)
    assert details.external_id is None


@pytest.fixture
def outer(acme, pushed):
    """Three groups that have the pushed one as a member."""
    made = [group_actions.create(acme, name, origin=ADA) for name in ("Z", "b", "A")]
    for one in made:
        group_actions.add_member(acme, one.id, pushed, origin=ADA)
    return made


def test_groups_that_it_is_in_are_read_by_name_a_page_at_a_time(acme, pushed, outer):
    first = group_details.parents(acme, pushed, count=2)
    rest = group_details.parents(acme, pushed, cursor=first.next, count=2)
    assert [one.name for one in first.rows] == ["A", "b"]
    assert [one.name for one in rest.rows] == ["Z"]
    assert (rest.first, rest.last, rest.next) == (3, 3, None)


@pytest.mark.parametrize("id_", ["", "no-id", "\0", NOBODY])
def test_an_unknown_group_is_in_none(acme, id_):
    assert group_details.parents(acme, id_).rows == ()


def test_of_another_organizations_group_nothing_is_told(globex, pushed, outer):
    assert group_details.parents(globex, pushed).rows == ()


@pytest.mark.parametrize("id_", ["", "no-id", "\0", NOBODY])
def test_unknown_group_is_not_found(acme, id_):
    with pytest.raises(NotFound):
        group_details.get(acme, id_)


def test_group_of_another_organization_is_not_found(globex, pushed):
    with pytest.raises(NotFound):
        group_details.get(globex, pushed)
