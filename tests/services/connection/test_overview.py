"""The overview: what the connection is said to be, the figures, the first steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from services.access import authentication, credentials, tokens
from services.connection import overview
from services.directory import groups, users
from services.organizations import OrganizationRef
from services.origin import Actor, Origin, RequestInfo
from tests.log_rows import add_requests, refused

NOW = datetime(2024, 11, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
INFO = RequestInfo("POST", "/scim/v2/Users", "192.0.2.1", "Okta")


def at(moment: datetime) -> Origin:
    return Origin(Actor("token", "okta", "Okta"), moment, request=INFO)


def use(new: tokens.NewToken, moment: datetime, agent: str = "curl") -> None:
    text = credentials.read_header(new.text)
    found = authentication.identify(text, moment, address="192.0.2.1")
    authentication.note_use(
        found.token_seq, at=moment, address="192.0.2.1", user_agent=agent
    )


def add_user(
    organization: OrganizationRef, name: str, moment: datetime = NOW - DAY
) -> str:
    return users.create(organization, {"userName": name}, origin=at(moment)).id


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def token(acme: OrganizationRef) -> tokens.NewToken:
    return tokens.create(acme, "HR push", origin=at(NOW - 30 * DAY))


def test_without_a_token_one_waits(acme: OrganizationRef) -> None:
    health = overview.read_health(acme, NOW)
    assert (health.state, health.worst, health.connections) == ("waiting", None, ())


def test_a_token_that_was_never_used_waits_still(
    acme: OrganizationRef, token: tokens.NewToken
) -> None:
    health = overview.read_health(acme, NOW)
    assert (health.state, len(health.connections)) == ("waiting", 1)
    assert health.figures.n_tokens == 1


def test_the_worst_connection_speaks_for_all(
    acme: OrganizationRef, globex: OrganizationRef, token: tokens.NewToken
) -> None:
    other = tokens.create(acme, "Second", origin=at(NOW - DAY))
    use(token, NOW - HOUR)
    add_requests(acme, other.public_id, [NOW - 2 * HOUR], **refused())
    use(tokens.create(globex, "Elsewhere", origin=at(NOW - DAY)), NOW)
    health = overview.read_health(acme, NOW)
    assert health.worst is not None
    assert (health.state, health.worst.token.name) == ("failing", "Second")
    assert [one.token.name for one in health.connections] == ["Second", "HR push"]


def test_no_token_left_is_said_before_what_was(
    acme: OrganizationRef, token: tokens.NewToken
) -> None:
    use(token, NOW - HOUR)
    tokens.revoke(acme, token.public_id, origin=at(NOW))
    health = overview.read_health(acme, NOW)
    assert health.worst is not None
    assert (health.state, health.worst.name) == ("ended", "HR push")
    assert health.figures.n_tokens == 0


def test_a_suspended_organization_is_paused(
    acme: OrganizationRef, token: tokens.NewToken
) -> None:
    use(token, NOW)
    suspended = replace(acme, is_suspended=True)
    assert overview.read_health(suspended, NOW).state == "paused"


def test_requests_of_a_day_are_counted_without_what_admins_did(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    add_requests(acme, "okta", [NOW - HOUR, NOW - 23 * HOUR, NOW - 25 * HOUR])
    add_requests(acme, "okta", [NOW - HOUR], **refused())
    add_requests(acme, "", [NOW - HOUR], kind="admin", outcome="changed")
    add_requests(globex, "okta", [NOW - HOUR], **refused())
    figures = overview.read_health(acme, NOW).figures
    assert (figures.n_requests, figures.n_failed) == (3, 1)


def test_the_figures_count_what_is_there(
    acme: OrganizationRef, globex: OrganizationRef, token: tokens.NewToken
) -> None:
    bo, cy = add_user(acme, "bo"), add_user(acme, "cy")
    groups.create(acme, {"displayName": "A"}, [bo, cy], origin=at(NOW - HOUR))
    groups.create(acme, {"displayName": "B"}, [bo], origin=at(NOW - HOUR))
    users.set_active(acme, cy, False, origin=at(NOW - HOUR))
    add_user(globex, "elsewhere", NOW - HOUR)
    figures = overview.read_health(acme, NOW).figures
    assert (figures.n_users, figures.n_active_users) == (2, 1)
    assert figures.n_deactivated_users == 1
    assert (figures.n_groups, figures.n_memberships) == (2, 3)
    assert figures.n_tokens == 1


def test_the_first_steps_tick_themselves(acme: OrganizationRef) -> None:
    progress = overview.read_progress(acme, NOW)
    assert progress is not None
    assert (progress.has_token, progress.has_request) == (False, False)
    token = tokens.create(acme, "Okta", origin=at(NOW))
    progress = overview.read_progress(acme, NOW)
    assert progress is not None
    assert (progress.has_token, progress.has_request) == (True, False)
    use(token, NOW)
    assert overview.read_progress(acme, NOW) is None
    assert overview.read_steps(acme, NOW).has_request


def test_a_token_that_ended_unused_is_no_step(acme: OrganizationRef) -> None:
    token = tokens.create(acme, "Okta", origin=at(NOW - DAY))
    tokens.revoke(acme, token.public_id, origin=at(NOW))
    progress = overview.read_progress(acme, NOW)
    assert progress is not None
    assert not progress.has_token


def test_somebody_made_by_hand_ends_the_steps(acme: OrganizationRef) -> None:
    add_user(acme, "bo")
    assert overview.read_progress(acme, NOW) is None
