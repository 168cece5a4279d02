"""Bulk loading leaves what one call a resource would have left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import ChangedMembers, ChangeEvent, Counter, User
from models.database import db
from scim import filters
from scim.attributes import Document
from services.background import bulk_loading
from services.background.bulk_loading import NewGroup
from services.directory import groups, users
from services.organizations import OrganizationRef
from services.origin import Origin, new_id
from services.queries.listing import Query

BO: Document = {
    "userName": "Bo@acme.example",
    "name": {"givenName": "Bo", "familyName": "Li"},
    "emails": [{"value": "bo@acme.example", "type": "work", "primary": True}],
}
CY: Document = {"userName": "cy", "active": False, "title": "Dr"}


def events() -> list[ChangeEvent]:
    statement = select(ChangeEvent).where(ChangeEvent.resource_type != "Organization")
    with Session(db.engine) as session:
        return list(session.scalars(statement.order_by(ChangeEvent.number)))


def counter_of(organization: OrganizationRef) -> Counter:
    with Session(db.engine) as session:
        return session.get_one(Counter, organization.seq)


def n_users() -> int:
    with Session(db.engine) as session:
        return session.scalar(select(func.count()).select_from(User)) or 0


def found_by(organization: OrganizationRef, text: str) -> list[str]:
    query = Query(filters.parse(text), text=text)
    return [user.id for user in users.page(organization, query).resources]


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_users_are_made_in_order(acme: OrganizationRef, origin: Origin) -> None:
    ids = bulk_loading.load_users(acme, [BO, CY], origin=origin)
    bo, cy = (users.get(acme, one) for one in ids)
    assert bo.document == {**BO, "active": True}
    assert cy.document == CY
    assert (bo.version, bo.created_at, bo.modified_at) == (1, origin.at, origin.at)


def test_loaded_users_are_found_by_every_attribute(
    acme: OrganizationRef, origin: Origin
) -> None:
    bo, cy = bulk_loading.load_users(acme, [BO, CY], origin=origin)
    assert found_by(acme, 'userName eq "bo@ACME.example"') == [bo]
    assert found_by(acme, 'emails[type eq "work" and value sw "bo@"]') == [bo]
    assert found_by(acme, 'title eq "dr" and active eq false') == [cy]


def test_loaded_users_are_like_created_ones(
    acme: OrganizationRef, globex: OrganizationRef, origin: Origin
) -> None:
    bulk_loading.load_users(acme, [BO], origin=origin)
    users.create(globex, BO, origin=origin)
    with Session(db.engine) as session:
        loaded, created = session.scalars(select(User).order_by(User.seq))
    assert loaded.provenance == created.provenance
    assert loaded.source == created.source == "token:test"
    assert (loaded.name, loaded.name_key) == (created.name, created.name_key)
    one, other = events()
    assert one.changes == other.changes
    assert (one.action, one.resource_name) == (other.action, other.resource_name)


def test_loaded_users_are_counted(acme: OrganizationRef, origin: Origin) -> None:
    bulk_loading.load_users(acme, [BO, CY], origin=origin)
    counter = counter_of(acme)
    assert (counter.n_users, counter.n_active_users) == (2, 1)
    assert counter.last_event_number == 3
    assert [event.number for event in events()] == [2, 3]


def test_users_with_nothing_but_a_name_are_loaded(
    acme: OrganizationRef, origin: Origin
) -> None:
    (made,) = bulk_loading.load_users(acme, [{"userName": "x"}], origin=origin)
    assert users.get(acme, made).document == {"userName": "x", "active": True}


def test_loading_nobody_writes_nothing(acme: OrganizationRef, origin: Origin) -> None:
    assert bulk_loading.load_users(acme, [], origin=origin) == []
    assert bulk_loading.load_groups(acme, [], origin=origin) == []
    assert events() == []


def test_a_name_in_use_fails_its_transaction_and_keeps_those_before(
    acme: OrganizationRef, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_loading, "PER_TRANSACTION", 2)
    names = ["a", "b", "c", "A"]
    with pytest.raises(IntegrityError):
        bulk_loading.load_users(
            acme, ({"userName": name} for name in names), origin=origin
        )
    assert n_users() == 2
    assert counter_of(acme).n_users == 2
    assert len(events()) == 2


def test_groups_are_made_with_their_known_members(
    acme: OrganizationRef, globex: OrganizationRef, origin: Origin
) -> None:
    bo, cy = bulk_loading.load_users(acme, [BO, CY], origin=origin)
    (stranger,) = bulk_loading.load_users(globex, [BO], origin=origin)
    new = NewGroup("Staff", [cy, bo, bo, stranger, new_id()])
    (made,) = bulk_loading.load_groups(acme, [new], origin=origin)
    group = groups.get(acme, made)
    assert (group.display_name, group.n_members) == ("Staff", 2)
    assert {member.id for member in group.members or ()} == {bo, cy}
    assert [one.name for one in users.get(acme, bo).groups] == ["Staff"]


def test_many_members_are_looked_up_in_batches(
    acme: OrganizationRef, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_loading, "PER_TRANSACTION", 2)
    names: list[Document] = [{"userName": f"user{number}"} for number in range(5)]
    ids = bulk_loading.load_users(acme, names, origin=origin)
    (made,) = bulk_loading.load_groups(acme, [NewGroup("All", ids)], origin=origin)
    assert groups.get(acme, made).n_members == 5


def test_a_loaded_group_has_its_event_and_is_counted(
    acme: OrganizationRef, origin: Origin
) -> None:
    (bo,) = bulk_loading.load_users(acme, [BO], origin=origin)
    bulk_loading.load_groups(
        acme, [NewGroup("Staff", [bo]), NewGroup("Empty")], origin=origin
    )
    _, staff, empty = events()
    with Session(db.engine) as session:
        (chunk,) = session.scalars(select(ChangedMembers))
    assert staff.changes == {"displayName": [None, "Staff"]}
    assert (staff.n_added, empty.n_added) == (1, 0)
    assert (chunk.event_seq, chunk.added) == (staff.seq, [bo])
    assert counter_of(acme).n_groups == 2


def test_a_group_name_in_use_is_refused(acme: OrganizationRef, origin: Origin) -> None:
    new = [NewGroup("Staff"), NewGroup("STAFF")]
    with pytest.raises(IntegrityError):
        bulk_loading.load_groups(acme, new, origin=origin)
    assert counter_of(acme).n_groups == 1
