"""The ten steps of a connection: what ticks each, and that a tick stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from models import Request
from models.database import db
from services.access import tokens
from services.access.token_lists import Scope
from services.connection import checklist
from services.connection.checklist import Checklist
from services.errors import NotFound
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.directories import logged
from tests.scim_client import ScimClient

DISCOVERY = ("/ServiceProviderConfig", "/Schemas", "/ResourceTypes/User")
WORK = 'emails[type eq "work"].value'

Act = Callable[[ScimClient], object]


@pytest.fixture
def token(app: Flask, acme: OrganizationRef) -> tokens.NewToken:
    return make_token(app, acme)


@pytest.fixture
def okta(app: Flask, token: tokens.NewToken) -> ScimClient:
    return ScimClient(app.test_client(), token.text)


def make_token(
    app: Flask, acme: OrganizationRef, scope: Scope = "full"
) -> tokens.NewToken:
    # Not around the requests: `g` would leak from one to the next.
    with app.app_context():
        return tokens.create(acme, "Okta", scope=scope, origin=Origin.of_command_line())


def seen(
    app: Flask,
    organization: OrganizationRef,
    token: tokens.NewToken,
    provider: str = "Okta",
) -> Checklist:
    logged(app)
    now = datetime.now(UTC)
    with app.app_context():
        return checklist.get(organization, token.public_id, provider=provider, now=now)


def ticked(found: Checklist) -> list[str]:
    return [one.step for one in found.checks if one.is_seen]


def test_ten_steps_wait_for_a_new_token(
    app: Flask, acme: OrganizationRef, token: tokens.NewToken
) -> None:
    found = seen(app, acme, token)
    assert (len(found.checks), found.n_seen, found.is_accepted) == (10, 0, False)
    assert found.next is not None
    assert found.next.step == "reached"


@pytest.mark.parametrize(
    ("act", "steps"),
    [
        (lambda scim: scim.get("/Nothing"), []),
        *((lambda scim, at=at: scim.get(at), ["discovery"]) for at in DISCOVERY),
        (lambda scim: scim.get('/Users?filter=userName eq "bo"'), ["looked_up"]),
        (lambda scim: scim.get(f'/Users?filter={WORK} eq "b@x.y"'), ["looked_up"]),
        (lambda scim: scim.get('/Groups?filter=displayName eq "A"'), []),
        (lambda scim: scim.get("/Users?startIndex=1&count=2"), []),
        (lambda scim: scim.get("/Users?startIndex=1&count=100"), []),
        (lambda scim: scim.new_user("bo"), ["created"]),
        (lambda scim: scim.new_group("A"), ["group_pushed"]),
    ],
)
def test_a_request_ticks_what_it_shows(
    *,
    app: Flask,
    acme: OrganizationRef,
    token: tokens.NewToken,
    okta: ScimClient,
    act: Act,
    steps: list[str],
) -> None:
    act(okta)
    assert ticked(seen(app, acme, token)) == ["reached", "accepted", *steps]


def test_changes_of_users_tick_what_they_change(
    app: Flask, acme: OrganizationRef, token: tokens.NewToken, okta: ScimClient
) -> None:
    user = okta.new_user("bo")["id"]
    okta.patch(f"/Users/{user}", {"op": "replace", "value": {"active": True}})
    assert ticked(seen(app, acme, token))[2:] == ["created"]
    okta.patch(f"/Users/{user}", {"op": "replace", "value": {"title": "Engineer"}})
    assert ticked(seen(app, acme, token))[2:] == ["created", "updated"]
    okta.patch(f"/Users/{user}", {"op": "replace", "value": {"active": False}})
    assert ticked(seen(app, acme, token))[2:] == ["created", "updated", "deactivated"]


def test_members_tick_when_they_come_or_go(
    app: Flask, acme: OrganizationRef, token: tokens.NewToken, okta: ScimClient
) -> None:
    user, group = okta.new_user("bo")["id"], okta.new_group("A")["id"]
    assert "members_changed" not in ticked(seen(app, acme, token))
    add = {"op": "add", "path": "members", "value": [{"value": user}]}
    request = okta.patch(f"/Groups/{group}", add).headers["X-Request-Id"]
    (check,) = [
        one for one in seen(app, acme, token).checks if one.step == "members_changed"
    ]
    assert check.request_id == request


@pytest.mark.parametrize(
    ("paths", "is_seen"),
    [
        (["?startIndex=1&count=2"], False),
        (["?startIndex=1&count=3"], True),
        (["?startIndex=3&count=2"], True),
        (["?startIndex=4&count=100"], False),
        (["?startIndex=1&count=100&filter=active eq true"], False),
    ],
)
def test_an_import_is_whole_with_its_last_page(
    *,
    app: Flask,
    acme: OrganizationRef,
    token: tokens.NewToken,
    okta: ScimClient,
    paths: list[str],
    is_seen: bool,
) -> None:
    for name in ("bo", "cy", "di"):
        okta.new_user(name)
    okta.get(f"/Users{paths[0]}")
    assert ("imported" in ticked(seen(app, acme, token))) is is_seen


def test_a_test_of_the_credentials_is_no_import(
    app: Flask, acme: OrganizationRef, token: tokens.NewToken, okta: ScimClient
) -> None:
    okta.new_user("bo")
    okta.get("/Users?startIndex=1&count=2")
    assert "imported" not in ticked(seen(app, acme, token))


def test_a_token_that_arrives_altered_has_reached_and_no_more(
    app: Flask, acme: OrganizationRef, token: tokens.NewToken
) -> None:
    answer = ScimClient(app.test_client(), token.text[:-3]).get("/Users")
    found = seen(app, acme, token)
    assert answer.status_code == 401
    assert (ticked(found), found.is_accepted) == (["reached"], False)
    assert found.checks[0].request_id == answer.headers["X-Request-Id"]


def test_the_first_request_of_a_step_is_the_one_that_stays(
    app: Flask, acme: OrganizationRef, token: tokens.NewToken, okta: ScimClient
) -> None:
    first = okta.get("/Users").headers["X-Request-Id"]
    okta.get("/Users")
    before = seen(app, acme, token)
    okta.get("/Users")
    assert before == seen(app, acme, token)
    assert before.checks[1].request_id == first


def test_a_tick_stays_when_its_request_has_gone(
    app: Flask, acme: OrganizationRef, token: tokens.NewToken, okta: ScimClient
) -> None:
    okta.get("/Users")
    at = seen(app, acme, token).checks[0].at
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.delete(Request))
    check = seen(app, acme, token).checks[0]
    assert (check.is_seen, check.at, check.request_id) == (True, at, None)


def test_a_successor_has_shown_all_but_that_it_arrives(
    app: Flask, acme: OrganizationRef, token: tokens.NewToken, okta: ScimClient
) -> None:
    okta.new_user("bo")
    logged(app)
    with app.app_context():
        new = tokens.rotate(
            acme,
            token.public_id,
            overlap=timedelta(hours=1),
            origin=Origin.of_command_line(),
        )
    assert ticked(seen(app, acme, new)) == ["created"]


def test_a_token_that_may_only_read_has_fewer_steps(
    app: Flask, acme: OrganizationRef
) -> None:
    found = seen(app, acme, make_token(app, acme, "read"))
    assert [one.step for one in found.checks] == [
        *("reached", "accepted", "discovery", "looked_up", "imported")
    ]


@pytest.mark.parametrize(
    ("provider", "seldom"),
    [
        ("Okta", ["discovery"]),
        ("Entra ID", ["discovery", "imported"]),
        ("", ["discovery", "imported"]),
    ],
)
def test_a_connection_is_whole_without_what_its_provider_never_does(
    app: Flask,
    acme: OrganizationRef,
    token: tokens.NewToken,
    provider: str,
    seldom: list[str],
) -> None:
    found = seen(app, acme, token, provider)
    assert [one.step for one in found.checks if one.is_seldom] == seldom


def test_others_have_no_such_token(
    app: Flask, globex: OrganizationRef, token: tokens.NewToken
) -> None:
    with pytest.raises(NotFound):
        seen(app, globex, token)
