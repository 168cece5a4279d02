"""Signing in: one answer to every wrong try, and pauses that grow."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Admin, SignInFailure
from models.database import db
from services.access import admins, passwords, sign_in
from services.access.admins import NewAdmin
from services.access.sign_in import SignInRefused, TooManyFailures
from services.origin import Actor, Origin
from tests.conftest import PASSWORD

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ORIGIN = Origin(Actor("command", "line", "the command line"), NOW)
HERE, THERE = "192.0.2.1", "198.51.100.7"
ADA = "Ada@acme.example"


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def ada() -> str:
    return admins.create(NewAdmin(ADA, "Ada", "owner", PASSWORD), origin=ORIGIN)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes as in production, where their slowness is the point."""
    hasher = PasswordHasher()
    monkeypatch.setattr("services.access.passwords._hasher", hasher)
    monkeypatch.setattr("services.access.passwords._NOBODYS", hasher.hash("nobody's"))


def fail(
    times: int, *, at: datetime = NOW, address: str = HERE, email: str = ADA
) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            sign_in.check(email, "wrong", address=address, at=at)


def wait_of(*, at: datetime = NOW, address: str = HERE, email: str = ADA) -> int:
    """The pause that a right password has to keep as well."""
    with pytest.raises(TooManyFailures) as caught:
        sign_in.check(email, PASSWORD, address=address, at=at)
    return caught.value.seconds


def failures() -> list[SignInFailure]:
    with Session(db.engine) as session:
        return list(session.scalars(select(SignInFailure)))


@pytest.mark.parametrize("email", [ADA, "ada@ACME.example", "  ada@acme.example "])
def test_email_in_any_case_and_password_sign_in(ada: str, email: str) -> None:
    assert sign_in.check(email, PASSWORD, address=HERE, at=NOW) == ada
    assert failures() == []


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (ADA, "wrong"),
        (ADA, ""),
        (ADA, PASSWORD + " "),
        (ADA, "x" * 100_000),
        ("bo@acme.example", PASSWORD),
        ("", PASSWORD),
        ("a\x00b@acme.example", PASSWORD),
        ("x" * 100_000, PASSWORD),
    ],
)
def test_everything_else_is_refused_in_the_same_words(
    ada: str, email: str, password: str
) -> None:
    with pytest.raises(SignInRefused) as caught:
        sign_in.check(email, password, address=HERE, at=NOW)
    assert caught.value.detail == "Email or password is wrong."


def test_a_disabled_admin_is_refused_in_the_same_words(ada: str) -> None:
    other = NewAdmin("bo@acme.example", "Bo", "owner", PASSWORD)
    admins.create(other, origin=ORIGIN)
    admins.disable(ada, origin=ORIGIN)
    with pytest.raises(SignInRefused) as caught:
        sign_in.check(ADA, PASSWORD, address=HERE, at=NOW)
    assert caught.value.detail == "Email or password is wrong."


def test_unknown_accounts_take_as_long_as_known_ones(slow: None, ada: str) -> None:
    def seconds_of(email: str) -> float:
        begun = time.perf_counter()
        with pytest.raises(SignInRefused):
            sign_in.check(email, "wrong password here", address=HERE, at=NOW)
        return time.perf_counter() - begun

    known = statistics.median(seconds_of(ADA) for _ in range(5))
    unknown = statistics.median(seconds_of("bo@acme.example") for _ in range(5))
    # A refusal without hashing would take a twentieth.
    assert 0.4 < unknown / known < 2.5


def test_what_was_typed_as_email_is_not_kept(ada: str) -> None:
    fail(1, email="my secret password")
    (row,) = failures()
    assert (len(row.account), row.address) == (64, HERE)
    assert "secret" not in row.account


def test_the_eleventh_try_has_to_wait_a_minute(ada: str) -> None:
    fail(10)
    assert wait_of() == 60
    assert wait_of(at=NOW + timedelta(seconds=59)) == 1
    at = NOW + timedelta(seconds=60)
    assert sign_in.check(ADA, PASSWORD, address=HERE, at=at) == ada


def test_pauses_double_up_to_a_quarter_of_an_hour(ada: str) -> None:
    fail(10)
    at, pauses = NOW, []
    for _ in range(6):
        pauses.append(wait_of(at=at) // 60)
        at += timedelta(minutes=pauses[-1])
        fail(1, at=at)
    assert pauses == [1, 2, 4, 8, 15, 15]


def test_waiting_is_told_in_words(ada: str) -> None:
    fail(10)
    with pytest.raises(TooManyFailures, match=r"^Too many tries\. Try again in 1 min"):
        sign_in.check(ADA, PASSWORD, address=HERE, at=NOW)
    at = NOW + timedelta(seconds=30)
    with pytest.raises(TooManyFailures, match=r"in 30 seconds\.$"):
        sign_in.check(ADA, PASSWORD, address=HERE, at=at)


def test_an_unknown_account_has_to_wait_as_well(ada: str) -> None:
    fail(10, email="bo@acme.example")
    assert wait_of(email="bo@acme.example") == 60


def test_others_do_not_wait(ada: str) -> None:
    fail(10)
    assert sign_in.check(ADA, PASSWORD, address=THERE, at=NOW) == ada
    fail(1, email="bo@acme.example")
    assert wait_of() == 60


def test_a_household_of_ipv6_is_one_address(ada: str) -> None:
    fail(5, address="2001:db8:1:2::1")
    fail(5, address="2001:db8:1:2:ffff::2")
    assert wait_of(address="2001:db8:1:2::3") == 60
    assert sign_in.check(ADA, PASSWORD, address="2001:db8:1:3::1", at=NOW) == ada


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_any_address_is_counted(address: str, network: str) -> None:
    assert sign_in.network_of(address) == network


def test_success_forgets_the_failures(ada: str) -> None:
    fail(9)
    sign_in.check(ADA, PASSWORD, address=HERE, at=NOW)
    assert failures() == []
    fail(10)


def test_success_elsewhere_gives_a_guesser_nothing(ada: str) -> None:
    fail(10, address=THERE)
    sign_in.check(ADA, PASSWORD, address=HERE, at=NOW)
    assert wait_of(address=THERE) == 60


def test_failures_are_forgotten_after_a_day(ada: str) -> None:
    fail(10)
    later = NOW + timedelta(days=1)
    assert sign_in.check(ADA, PASSWORD, address=HERE, at=later) == ada
    assert failures() == []


def test_after_100_failures_each_address_has_one_free_try(ada: str) -> None:
    for last in range(10):
        fail(10, address=f"203.0.113.{last}")
    fail(1, address="203.0.113.100")
    assert wait_of(address="203.0.113.100") == 60
    # The owner, from an address of their own, is not locked out.
    assert sign_in.check(ADA, PASSWORD, address=HERE, at=NOW) == ada


def test_whoever_runs_the_server_ends_the_waiting(ada: str) -> None:
    fail(10)
    sign_in.forget_failures("ADA@acme.example")
    assert sign_in.check(ADA, PASSWORD, address=HERE, at=NOW) == ada


def test_an_outdated_hash_is_made_anew_at_sign_in(ada: str) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=64, parallelism=1).hash(PASSWORD)
    with Session(db.engine) as session:
        session.execute(update(Admin).values(password_hash=old))
        session.commit()
    sign_in.check(ADA, PASSWORD, address=HERE, at=NOW)
    with Session(db.engine) as session:
        kept = session.scalars(select(Admin.password_hash)).one()
    assert kept != old
    assert not passwords.is_outdated(kept)
    assert sign_in.check(ADA, PASSWORD, address=HERE, at=NOW) == ada
