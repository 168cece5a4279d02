"""Deleting a member while its groups change: counts stay right, groups say so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import (
    ChangeEvent,
    DeletedMembership,
    Group,
    GroupMembership,
    Membership,
    User,
)
from models.database import writing
from scim.members import MemberChange
from services.directory import memberships
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.directories import rows
from tests.scim_client import ScimClient, load


@writing
def leave_slowly(
    session: Session,
    organization: OrganizationRef,
    user_id: str,
    *,
    begun: Event,
    origin: Origin,
) -> None:
    """Take a user out of the only group, and keep the group locked for a while."""
    group = session.scalars(select(Group).with_for_update(key_share=True)).one()
    step = MemberChange(clear=False, add=(), remove=(user_id,))
    delta = memberships.apply(session, organization, group, [step], origin)
    group.n_members -= len(delta.removed)
    session.flush()
    begun.set()
    Event().wait(0.4)


def test_user_deleted_while_leaving_a_group_is_counted_out_once(
    app: Flask, scim: ScimClient, acme: OrganizationRef, origin: Origin
) -> None:
    bo, cy = scim.new_user("bo")["id"], scim.new_user("cy")["id"]
    group = scim.new_group("Engineering", bo, cy)["id"]
    begun = Event()

    def leave() -> None:
        with app.app_context():
            leave_slowly(acme, bo, begun=begun, origin=origin)

    with ThreadPoolExecutor(1) as pool:
        leaving = pool.submit(leave)
        begun.wait()
        assert scim.delete(f"/Users/{bo}").status_code == 204
        leaving.result()
    assert load(scim.get(f"/Groups/{group}"))["members"][0]["value"] == cy
    assert rows(app, select(Group.n_members)) == [(1,)]
    assert rows(app, select(func.count()).select_from(DeletedMembership)) == [(0,)]


def test_halves_of_a_circle_cannot_both_be_added(app: Flask, scim: ScimClient) -> None:
    a, b, c = (scim.new_group(name)["id"] for name in "ABC")
    scim.patch(f"/Groups/{b}", add_member(c))
    start = Barrier(2)

    def add(group: str, member: str) -> int:
        client = ScimClient(app.test_client(), scim.token)
        start.wait()
        return client.patch(f"/Groups/{group}", add_member(member)).status_code

    for _ in range(8):
        with ThreadPoolExecutor(2) as pool:
            halves = pool.submit(add, a, b), pool.submit(add, c, a)
            statuses = sorted(half.result() for half in halves)
        assert statuses == [200, 400]
        scim.patch(f"/Groups/{a}", {"op": "replace", "path": "members", "value": []})
        scim.patch(f"/Groups/{c}", {"op": "replace", "path": "members", "value": []})


def add_member(member: str) -> dict[str, object]:
    return {"op": "add", "path": "members", "value": [{"value": member}]}


def test_groups_say_that_a_deleted_user_left_them(app: Flask, scim: ScimClient) -> None:
    bo = scim.new_user("bo")["id"]
    group = scim.new_group("Engineering", bo)["id"]
    scim.delete(f"/Users/{bo}")
    told = select(ChangeEvent.action, ChangeEvent.n_removed).where(
        ChangeEvent.resource_id == group
    )
    assert rows(app, told.order_by(ChangeEvent.number)) == [
        ("created", 0),
        ("updated", 1),
    ]


def test_groups_say_that_a_deleted_group_left_them(
    app: Flask, scim: ScimClient
) -> None:
    inner = scim.new_group("Inner")["id"]
    outer = scim.new_group("Outer", inner)
    scim.delete(f"/Groups/{inner}")
    told = select(ChangeEvent.action, ChangeEvent.n_removed).where(
        ChangeEvent.resource_id == outer["id"]
    )
    assert rows(app, told.order_by(ChangeEvent.number))[-1] == ("updated", 1)
    assert load(scim.get(f"/Groups/{outer['id']}"))["meta"]["version"] == 'W/"2"'
    assert rows(app, select(func.count()).select_from(GroupMembership)) == [(0,)]


def test_member_added_while_the_user_is_deleted_leaves_nothing_dangling(
    app: Flask, scim: ScimClient
) -> None:
    group = scim.new_group("Engineering")["id"]
    for number in range(8):
        user = scim.new_user(f"user{number}")["id"]
        start = Barrier(2)

        def add(user: str = user, start: Barrier = start) -> int:
            client = ScimClient(app.test_client(), scim.token)
            start.wait()
            return client.patch(f"/Groups/{group}", add_member(user)).status_code

        def delete(user: str = user, start: Barrier = start) -> int:
            client = ScimClient(app.test_client(), scim.token)
            start.wait()
            return client.delete(f"/Users/{user}").status_code

        with ThreadPoolExecutor(2) as pool:
            added, deleted = pool.submit(add), pool.submit(delete)
            assert added.result() in (200, 400)
            assert deleted.result() == 204
    assert rows(app, select(Group.n_members)) == [(0,)]
    assert rows(app, select(func.count()).select_from(Membership)) == [(0,)]
    assert rows(app, select(func.count()).select_from(User)) == [(0,)]
