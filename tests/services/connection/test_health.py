"""How connections are: their states, the worst first, and what silence means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from services.access import authentication, credentials, tokens
from services.connection import health
from services.connection.health import TokenHealth
from services.organizations import OrganizationRef
from services.origin import Actor, Origin
from tests.log_rows import add_requests, refused

NOW = datetime(2024, 11, 6, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

WORKDAYS = [day for day in range(28) if day % 7 not in (5, 6)]


def make_token(
    organization: OrganizationRef, name: str = "HR", expires_at: datetime | None = None
) -> tokens.NewToken:
    made_at = Origin(Origin.of_command_line().actor, NOW - 90 * DAY)
    return tokens.create(organization, name, expires_at=expires_at, origin=made_at)


def use(new: tokens.NewToken, at: datetime, agent: str = "") -> None:
    found = authentication.identify(
        credentials.read_header(new.text), at, address="192.0.2.1"
    )
    authentication.note_use(
        found.token_seq, at=at, address="192.0.2.1", user_agent=agent
    )


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def token(acme: OrganizationRef) -> str:
    return make_token(acme).public_id


def only(organization: OrganizationRef) -> TokenHealth:
    (found,) = health.list_all(organization, NOW)
    return found


def test_a_token_that_nothing_came_with_waits(
    acme: OrganizationRef, token: str
) -> None:
    found = only(acme)
    assert (found.state, found.last_at, found.name) == ("waiting", None, "HR")


def test_a_connection_is_called_by_its_provider(
    acme: OrganizationRef, token: str
) -> None:
    add_requests(acme, token, [NOW - MINUTE])
    add_requests(acme, token, [NOW - 2 * MINUTE], provider="")
    found = only(acme)
    assert (found.state, found.name) == ("connected", "Okta")
    assert found.last_at == NOW - MINUTE


def test_the_last_use_tells_of_what_the_log_has_forgotten(
    acme: OrganizationRef,
) -> None:
    use(make_token(acme), NOW - MINUTE, "Okta SCIM Client 1.0.0")
    found = only(acme)
    assert (found.state, found.name) == ("connected", "Okta")
    assert (found.last_at, found.n_recent) == (NOW - MINUTE, 0)


def test_requests_of_a_day_are_counted_for_their_token(
    acme: OrganizationRef, globex: OrganizationRef, token: str
) -> None:
    other = make_token(acme, "Other").public_id
    add_requests(acme, token, [NOW - HOUR * back for back in (1, 2, 23, 25)])
    add_requests(acme, token, [NOW - HOUR * 3], **refused())
    add_requests(acme, other, [NOW - HOUR * 4], **refused())
    add_requests(globex, "elsewhere", [NOW - HOUR], **refused())
    found = {one.token.public_id: one for one in health.list_all(acme, NOW)}
    assert (found[token].n_requests, found[token].n_failed) == (4, 1)
    assert (found[token].n_recent, found[token].n_recent_failed) == (5, 1)
    assert (found[other].n_requests, found[other].n_failed) == (1, 1)


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ("x", "failing"),
        ("x..", "failing"),
        ("x...", "connected"),
        (".xx", "connected"),
        (".xxxxxxxx", "connected"),
        (".xxxxxxxxx", "failing"),
        (".....xxxxx", "connected"),
        ("....xxxxxx", "failing"),
        ("x." * 25 + "x" * 50, "failing"),
        ("." * 40 + "x" * 100, "connected"),
    ],
)
def test_a_third_of_the_newest_requests_fails_and_one_of_the_last(
    acme: OrganizationRef, token: str, outcomes: str, state: str
) -> None:
    times = [NOW - MINUTE * (place + 1) for place in range(len(outcomes))]
    bad = [at for at, one in zip(times, outcomes, strict=True) if one == "x"]
    add_requests(acme, token, bad, **refused())
    add_requests(acme, token, [at for at in times if at not in bad])
    assert only(acme).state == state


def test_a_typical_reply_is_one_that_went_well(
    acme: OrganizationRef, token: str
) -> None:
    for minute, took in enumerate((1_000, 90_000, 3_000)):
        add_requests(acme, token, [NOW - MINUTE * minute], duration_us=took)
    add_requests(acme, token, [NOW - HOUR], **refused(duration_us=1))
    assert only(acme).typical_us == 3_000


@pytest.mark.parametrize(
    ("days", "silence", "state"),
    [
        (range(7), 59 * MINUTE, "connected"),
        (range(7), HOUR, "quiet"),
        (range(7), DAY - HOUR, "quiet"),
        (range(7), 26 * HOUR, "stalled"),
        (range(6), 26 * HOUR, "quiet"),
        (WORKDAYS, 26 * HOUR, "quiet"),
        (WORKDAYS, 3 * DAY - HOUR, "quiet"),
        (WORKDAYS, 3 * DAY + HOUR, "stalled"),
        ((0, 10, 20), 9 * DAY, "quiet"),
    ],
)
def test_oktas_silence_is_compared_with_its_own_days(
    acme: OrganizationRef,
    token: str,
    days: Sequence[int],
    silence: timedelta,
    state: str,
) -> None:
    last = NOW - silence
    add_requests(acme, token, [last - DAY * back for back in days])
    assert only(acme).state == state


@pytest.mark.parametrize(
    ("rounds", "silence", "state"),
    [
        (range(12), 45 * MINUTE, "connected"),
        (range(12), 80 * MINUTE, "quiet"),
        (range(12), 159 * MINUTE, "quiet"),
        (range(12), 161 * MINUTE, "stalled"),
        (range(5), 161 * MINUTE, "quiet"),
    ],
)
def test_entra_has_stalled_after_a_few_missed_rounds(
    acme: OrganizationRef,
    token: str,
    rounds: Sequence[int],
    silence: timedelta,
    state: str,
) -> None:
    last = NOW - silence
    times = [last - 40 * MINUTE * back for back in rounds]
    add_requests(acme, token, times, provider="Entra ID")
    assert only(acme).state == state


def test_the_worst_connection_comes_first(acme: OrganizationRef) -> None:
    good, bad, gone = (make_token(acme, name) for name in ("good", "bad", "new"))
    assert gone
    expired = make_token(acme, "expired", NOW - HOUR)
    use(expired, NOW - 2 * HOUR)
    add_requests(acme, good.public_id, [NOW - MINUTE], provider="")
    add_requests(acme, bad.public_id, [NOW - HOUR], **refused(provider=""))
    found = health.list_all(acme, NOW)
    assert [(one.name, one.state) for one in found] == [
        ("expired", "ended"),
        ("bad", "failing"),
        ("good", "connected"),
        ("new", "waiting"),
    ]


def test_a_token_that_ended_is_told_of_while_it_left_a_gap(
    acme: OrganizationRef,
) -> None:
    old = make_token(acme, "long ago", NOW - 8 * DAY)
    use(old, NOW - 9 * DAY)
    make_token(acme, "never used", NOW - HOUR)
    replaced = make_token(acme, "made again", NOW - HOUR)
    use(replaced, NOW - 2 * HOUR)
    tokens.create(acme, "made again", origin=Origin(Actor("admin", "ada", "A"), NOW))
    found = [(one.token.name, one.state) for one in health.list_all(acme, NOW)]
    assert found == [("made again", "waiting")]
