"""Invitations: a link that works once, for 72 hours, for whom it was made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AdminInvitation, ChangeEvent
from models.database import db
from services.access import admins, invitations, organization_admins, sign_in
from services.access.invitations import LIFETIME, NewInvitation
from services.access.roles import Role
from services.errors import AlreadyTaken, Invalid, NotFound
from services.organizations import OrganizationRef
from services.origin import Actor, Origin
from tests.conftest import PASSWORD, make_admin

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ORIGIN = Origin(Actor("admin", "x", "Ada"), NOW)
BO = "Bo@acme.example"


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def invite(
    organization: OrganizationRef | None, email: str = BO, role: Role = "helpdesk"
) -> NewInvitation:
    return invitations.invite(organization, email, role, origin=ORIGIN)


def actions_in(organization: OrganizationRef) -> list[tuple[str, str]]:
    statement = (
        select(ChangeEvent.action, ChangeEvent.resource_name)
        .where(ChangeEvent.organization_seq == organization.seq)
        .order_by(ChangeEvent.number)
    )
    with Session(db.engine) as session:
        return [(row[0], row[1]) for row in session.execute(statement)]


def test_a_newcomer_becomes_an_admin_with_the_role(acme: OrganizationRef) -> None:
    made = invite(acme)
    admin_id = invitations.accept_as_new(made.secret, "Bo", PASSWORD, at=NOW)
    (listed,) = organization_admins.list_all(acme)
    assert (listed.id, listed.email, listed.role) == (admin_id, BO, "helpdesk")
    assert not listed.is_instance_owner
    assert sign_in.check(BO, PASSWORD, address="", at=NOW) == admin_id


def test_an_invitation_without_an_organization_makes_an_instance_owner() -> None:
    made = invite(None, role="owner")
    admin_id = invitations.accept_as_new(made.secret, "Bo", PASSWORD, at=NOW)
    assert admins.get(admin_id).is_instance_owner


def test_the_link_says_what_it_is_for(acme: OrganizationRef) -> None:
    found = invitations.get(invite(acme).secret, NOW)
    assert (found.email, found.role, found.organization) == (BO, "helpdesk", acme)
    assert (found.invited_by, found.expires_at) == ("Ada", NOW + LIFETIME)
    assert not found.has_account


def test_the_secret_is_not_kept(acme: OrganizationRef) -> None:
    made = invite(acme)
    with Session(db.engine) as session:
        kept = session.scalars(select(AdminInvitation)).one()
    assert len(made.secret) == 43
    assert len(kept.digest) == 32
    assert made.secret.encode() not in kept.digest


def test_a_link_works_once(acme: OrganizationRef) -> None:
    made = invite(acme)
    invitations.accept_as_new(made.secret, "Bo", PASSWORD, at=NOW)
    with pytest.raises(NotFound, match="Ask whoever sent it"):
        invitations.accept_as_new(made.secret, "Cy", PASSWORD, at=NOW)
    assert admins.count() == 1


def test_a_link_ends_after_72_hours(acme: OrganizationRef) -> None:
    made = invite(acme)
    last = NOW + timedelta(hours=72)
    assert invitations.get(made.secret, last - timedelta.resolution).email == BO
    with pytest.raises(NotFound):
        invitations.get(made.secret, last)
    with pytest.raises(NotFound):
        invitations.accept_as_new(made.secret, "Bo", PASSWORD, at=last)


def test_a_link_that_was_withdrawn_opens_nothing(acme: OrganizationRef) -> None:
    made = invite(acme)
    assert invitations.withdraw(acme, made.id, origin=ORIGIN) == BO
    with pytest.raises(NotFound):
        invitations.get(made.secret, NOW)
    with pytest.raises(NotFound):
        invitations.withdraw(acme, made.id, origin=ORIGIN)


def test_a_new_link_ends_the_old_one(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    old, elsewhere = invite(acme), invite(globex)
    new = invite(acme, "bo@ACME.example", "viewer")
    with pytest.raises(NotFound):
        invitations.get(old.secret, NOW)
    assert invitations.get(new.secret, NOW).role == "viewer"
    assert invitations.get(elsewhere.secret, NOW).role == "helpdesk"


@pytest.mark.parametrize("secret", ["", "x", "\x00", "ü" * 43])
def test_an_unknown_link_opens_nothing(acme: OrganizationRef, secret: str) -> None:
    invite(acme)
    with pytest.raises(NotFound):
        invitations.get(secret, NOW)


@pytest.mark.parametrize("invitation_id", ["", "x", "\x00"])
def test_another_organization_cannot_withdraw_it(
    acme: OrganizationRef, globex: OrganizationRef, invitation_id: str
) -> None:
    made = invite(acme)
    with pytest.raises(NotFound):
        invitations.withdraw(globex, made.id, origin=ORIGIN)
    with pytest.raises(NotFound):
        invitations.withdraw(None, made.id, origin=ORIGIN)
    with pytest.raises(NotFound):
        invitations.withdraw(acme, invitation_id, origin=ORIGIN)
    assert invitations.get(made.secret, NOW)


def test_pending_ones_are_listed_for_their_place(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    first, second = invite(acme), invite(acme, "cy@acme.example")
    invite(globex)
    invite(None, "di@acme.example", "owner")
    gone = invite(acme, "ed@acme.example")
    invitations.withdraw(acme, gone.id, origin=ORIGIN)
    listed = invitations.list_pending(acme, NOW)
    assert [one.id for one in listed] == [second.id, first.id]
    assert [one.email for one in invitations.list_pending(None, NOW)] == [
        "di@acme.example"
    ]
    assert invitations.list_pending(acme, NOW + LIFETIME) == []


def test_somebody_known_gets_the_role_too(
    app: Flask, acme: OrganizationRef, globex: OrganizationRef
) -> None:
    known = admins.get(make_admin(app, "viewer", globex))
    made = invite(acme, known.email.upper())
    assert invitations.get(made.secret, NOW).admin_id == known.id
    invitations.accept_as_known(made.secret, known.id, origin=ORIGIN)
    assert admins.get(known.id).organizations == ("Acme", "Globex")
    with pytest.raises(NotFound):
        invitations.get(made.secret, NOW)


def test_somebody_known_becomes_an_instance_owner(
    app: Flask, acme: OrganizationRef
) -> None:
    made = invite(None, role="owner")
    invitee = invite(acme)
    admin_id = invitations.accept_as_new(invitee.secret, "Bo", PASSWORD, at=NOW)
    invitations.accept_as_known(made.secret, admin_id, origin=ORIGIN)
    assert admins.get(admin_id).is_instance_owner


def test_a_link_is_of_use_to_nobody_else(app: Flask, acme: OrganizationRef) -> None:
    made = invite(acme)
    other = make_admin(app, "viewer", acme)
    with pytest.raises(Invalid, match=f"This invitation is for {BO}"):
        invitations.accept_as_known(made.secret, other, origin=ORIGIN)
    assert invitations.get(made.secret, NOW)


def test_whoever_is_there_already_is_not_invited(
    app: Flask, acme: OrganizationRef
) -> None:
    there = admins.get(make_admin(app, "viewer", acme))
    owner = admins.get(make_admin(app, "owner"))
    with pytest.raises(AlreadyTaken, match="is viewer of Acme already"):
        invite(acme, there.email)
    with pytest.raises(AlreadyTaken, match="owns this installation"):
        invite(acme, owner.email)
    with pytest.raises(AlreadyTaken, match="Make them an owner in the list"):
        invite(None, there.email, "owner")


@pytest.mark.parametrize("email", ["", "bo", "bo\x00@acme.example"])
def test_what_is_no_email_is_refused(acme: OrganizationRef, email: str) -> None:
    with pytest.raises(Invalid) as caught:
        invite(acme, email)
    assert caught.value.attribute == "email"


@pytest.mark.parametrize(
    ("name", "password", "attribute"),
    [("", PASSWORD, "name"), ("Bo", "short", "password")],
)
def test_a_bad_answer_leaves_the_link_open(
    acme: OrganizationRef, name: str, password: str, attribute: str
) -> None:
    made = invite(acme)
    with pytest.raises(Invalid) as caught:
        invitations.accept_as_new(made.secret, name, password, at=NOW)
    assert caught.value.attribute == attribute
    assert invitations.get(made.secret, NOW)


def test_all_of_it_is_told_by_events_of_the_organization(
    acme: OrganizationRef,
) -> None:
    made = invite(acme)
    invitations.accept_as_new(made.secret, "Bo", PASSWORD, at=NOW)
    gone = invite(acme, "cy@acme.example")
    invitations.withdraw(acme, gone.id, origin=ORIGIN)
    assert actions_in(acme)[1:] == [
        ("created", f"Invitation of {BO}"),
        ("added", "Bo"),
        ("created", "Invitation of cy@acme.example"),
        ("withdrawn", "Invitation of cy@acme.example"),
    ]
