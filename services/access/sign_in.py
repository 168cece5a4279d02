"""Signing in: whether a password is right, and how often one may try.

Every try is counted before the password is looked at, in a row that all workers see, so
that many at once are no way around the limit. What is known of an account never shows:
unknown, disabled and mistyped ones get the same answer after the same work. Nobody is
ever locked out for good, and never because of what others do from elsewhere.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.orm import Session

from models import Admin, SignInFailure
from models.database import reading, writing
from scim.matching import fold
from services.access import passwords
from services.errors import ServiceError

FREE_TRIES: Final = 10
"""Tries from one address before it has to wait between them."""

TRIES_OF_ALL: Final = 100
"""Tries from all addresses; beyond them, each address has but one free try."""

LONGEST_PAUSE: Final = timedelta(minutes=15)
FORGOTTEN_AFTER: Final = timedelta(days=1)

_SHORTEST_PAUSE: Final = timedelta(minutes=1)
_LONGEST_EMAIL: Final = 320


class SignInRefused(ServiceError):
    """E-mail and password do not open the door; never says which of them."""


class TooManyFailures(ServiceError):
    """Too many wrong passwords; `seconds` is how long to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many tries. Try again in {_in_words(seconds)}.")
        self.seconds = seconds


@dataclass(frozen=True)
class _Account:
    """What the database has of somebody who wants in."""

    id: str
    password_hash: str
    is_disabled: bool


def check(email: str, password: str, *, address: str, at: datetime) -> str:
    """The id of the admin with that e-mail and password.

    Raises `SignInRefused`, and `TooManyFailures` while this address has to wait.
    """
    key = fold(email.strip()[:_LONGEST_EMAIL])
    account, network = _account_key(key), network_of(address)
    _count_try(account, network, at)
    found = _find(key)
    known_hash = None if found is None else found.password_hash
    is_right = passwords.is_right(password, known_hash)
    if found is None or not is_right or found.is_disabled:
        raise SignInRefused("Email or password is wrong.")
    fresh_hash = (
        passwords.hash_of(password)
        if passwords.is_outdated(found.password_hash)
        else None
    )
    _note_success(account, network, found, fresh_hash)
    return found.id


@writing
def forget_failures(session: Session, email: str) -> None:
    """Let somebody try at once: their password was set by whoever runs the server."""
    account = _account_key(fold(email.strip()[:_LONGEST_EMAIL]))
    session.execute(delete(SignInFailure).where(SignInFailure.account == account))


def network_of(address: str) -> str:
    """What is counted as one address: of IPv6 the /64, which one household has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:100]
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), 64), strict=False))


def _account_key(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


@writing
def _count_try(session: Session, account: str, network: str, at: datetime) -> None:
    session.execute(
        delete(SignInFailure).where(SignInFailure.last_at <= at - FORGOTTEN_AFTER)
    )
    row = session.scalar(
        select(SignInFailure)
        .where(SignInFailure.account == account, SignInFailure.address == network)
        .with_for_update()
    )
    if row is None:
        row = SignInFailure(account=account, address=network, n_failures=0, last_at=at)
        session.add(row)
    n_of_all = session.scalar(
        select(func.coalesce(func.sum(SignInFailure.n_failures), 0)).where(
            SignInFailure.account == account
        )
    )
    n_free = FREE_TRIES if (n_of_all or 0) < TRIES_OF_ALL else 1
    wait = row.last_at + _pause_after(row.n_failures, n_free) - at
    if wait > timedelta(0):
        raise TooManyFailures(math.ceil(wait.total_seconds()))
    row.n_failures += 1
    row.last_at = at
    session.flush()


def _pause_after(n_failures: int, n_free: int) -> timedelta:
    """1, 2, 4, 8 minutes, then the longest."""
    if n_failures < n_free:
        return timedelta(0)
    doublings = min(n_failures - n_free, 10)
    return min(_SHORTEST_PAUSE * (1 << doublings), LONGEST_PAUSE)


@reading
def _find(connection: Connection, key: str) -> _Account | None:
    if not key.isprintable():
        return None
    row = connection.execute(
        select(Admin.id, Admin.password_hash, Admin.disabled_at).where(
            Admin.email_key == key
        )
    ).one_or_none()
    if row is None:
        return None
    return _Account(row.id, row.password_hash, row.disabled_at is not None)


@writing
def _note_success(
    session: Session,
    account: str,
    network: str,
    found: _Account,
    fresh_hash: str | None,
) -> None:
    session.execute(
        delete(SignInFailure).where(
            SignInFailure.account == account, SignInFailure.address == network
        )
    )
    if fresh_hash is not None:
        session.execute(
            update(Admin)
            .where(
                Admin.id == found.id,
                # Unless another password was set meanwhile.
                Admin.password_hash == found.password_hash,
            )
            .values(password_hash=fresh_hash)
        )


def _in_words(seconds: int) -> str:
    if seconds < 60:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    minutes = math.ceil(seconds / 60)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
