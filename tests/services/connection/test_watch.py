"""What a guide is told of the connection that is being made."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from services.access import tokens
from services.connection import watch
from services.connection.watch import Watch, Watched
from services.organizations import OrganizationRef
from services.origin import Actor, Origin
from tests.directories import logged
from tests.scim_client import ScimClient

MINUTE = timedelta(minutes=1)


@pytest.fixture
def token(app: Flask, acme: OrganizationRef) -> tokens.NewToken:
    return make_token(app, acme, "Okta")


def make_token(app: Flask, organization: OrganizationRef, name: str) -> tokens.NewToken:
    made = Origin(Actor("admin", "ada", "Ada"), datetime.now(UTC) - MINUTE)
    # Not around the requests: `g` would leak from one to the next.
    with app.app_context():
        return tokens.create(organization, name, origin=made)


def ask(app: Flask, text: str, path: str = "/Users") -> str:
    return ScimClient(app.test_client(), text).get(path).headers["X-Request-Id"]


def look(
    app: Flask, organization: OrganizationRef, public_id: str, **others: object
) -> Watched:
    logged(app)
    since = datetime.now(UTC) - MINUTE
    watched = replace(Watch(public_id, since, since), **others)  # type: ignore[arg-type]  # as named
    with app.app_context():
        return watch.look(organization, watched)


def told(found: Watched) -> tuple[str, str]:
    assert found.newest is not None
    return found.state, found.newest.request.id


def test_one_waits_while_nothing_came(
    app: Flask, acme: OrganizationRef, globex: OrganizationRef, token: tokens.NewToken
) -> None:
    other = make_token(app, globex, "Okta")
    ask(app, other.text)
    ask(app, other.text[:-1])
    assert look(app, acme, token.public_id) == Watched("waiting")


def test_a_bad_token_is_refused_with_its_cause(
    app: Flask, acme: OrganizationRef, token: tokens.NewToken
) -> None:
    bad = ask(app, token.text[:-3])
    found = look(app, acme, token.public_id)
    assert told(found) == ("refused", bad)
    assert found.newest is not None
    assert found.newest.request.cause == "cut"
    assert found.newest.explanation is not None
    assert not found.is_unnamed


def test_a_good_request_is_received_whatever_came_before(
    app: Flask, acme: OrganizationRef, token: tokens.NewToken
) -> None:
    ask(app, token.text[:-3])
    good = ask(app, token.text)
    assert told(look(app, acme, token.public_id)) == ("received", good)
    bad = ask(app, token.text, "/scim/v2/Users")
    assert told(look(app, acme, token.public_id)) == ("refused", bad)


def test_a_wrong_paste_of_another_token_is_seen(
    app: Flask, acme: OrganizationRef, token: tokens.NewToken
) -> None:
    other = make_token(app, acme, "Revoked")
    with app.app_context():
        tokens.revoke(acme, other.public_id, origin=Origin.of_command_line())
    bad = ask(app, other.text)
    assert told(look(app, acme, token.public_id)) == ("refused", bad)
    later = datetime.now(UTC) + MINUTE
    found = look(app, acme, token.public_id, others_since=later)
    assert found.state == "waiting"


def test_another_connection_that_works_is_not_taken_for_this_one(
    app: Flask, acme: OrganizationRef, token: tokens.NewToken
) -> None:
    other = ask(app, make_token(app, acme, "Entra").text)
    assert look(app, acme, token.public_id).state == "waiting"
    assert told(look(app, acme, "")) == ("received", other)


def test_what_names_no_token_is_told_to_owners_of_the_installation(
    app: Flask, acme: OrganizationRef, token: tokens.NewToken
) -> None:
    bad = ask(app, "another-product")
    assert look(app, acme, token.public_id).state == "waiting"
    found = look(app, acme, token.public_id, sees_unnamed=True)
    assert (*told(found), found.is_unnamed) == ("refused", bad, True)
    later = datetime.now(UTC) + MINUTE
    found = look(app, acme, token.public_id, sees_unnamed=True, others_since=later)
    assert found.state == "waiting"
