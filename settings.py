"""Every setting there is: its name, what it means, what it is unless set.

Read from the environment once, when the application is made. A value that cannot be
used stops the start with a sentence, since a wrong guess would be found out much later.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from click import ClickException
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

SECRET_KEY_LENGTH: Final = 32
"""The least characters of a secret key."""


class InvalidSetting(ClickException):
    """A setting whose value cannot be used; the command line prints its sentence."""


@dataclass(frozen=True)
class Setting:
    """One environment variable. `default` is text, as if it had been set."""

    name: str
    default: str
    meaning: str
    read: Callable[[str], Any]  # Any: text, number or nothing, by setting


def _text(value: str) -> str:
    return value.strip()


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        is_number = re.fullmatch("[0-9]{1,12}", value.strip())
        if not is_number or not least <= int(value) <= most:
            raise ValueError(f"give a whole number from {least} to {most}")
        return int(value)

    return read


_MOST_WORKERS_UNASKED: Final = 4


def _workers(value: str) -> int:
    if value.strip():
        return _number(1, 64)(value)
    # Those that this process may use, where the system can tell.
    mine = getattr(os, "sched_getaffinity", None)
    n_processors = len(mine(0)) if mine else os.cpu_count() or 1
    return min(n_processors, _MOST_WORKERS_UNASKED)


def _threads(value: str) -> int:
    """0 leaves it to the number of workers."""
    return _number(1, 128)(value) if value.strip() else 0


_SUCH_AS: Final = "give an address such as https://rollcall.example.com"


def _public_url(value: str) -> str:
    url = value.strip().rstrip("/")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError(_SUCH_AS) from None
    if url and (parts.scheme not in ("http", "https") or not parts.netloc):
        raise ValueError(_SUCH_AS)
    if parts.query or parts.fragment:
        raise ValueError("give the address without ? and #")
    if parts.path.endswith("/scim/v2"):
        raise ValueError("give the address without /scim/v2, which is added to it")
    return url


def _database_url(value: str) -> str:
    url = value.strip()
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            url = "postgresql+psycopg://" + url.removeprefix(prefix)
    if url and not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("give an address that begins with sqlite:/// or postgresql://")
    try:
        parts = make_url(url) if url else None
    except (ArgumentError, ValueError):
        # Not the cause as the library words it, which would repeat the password.
        raise ValueError("its parts cannot be told apart, such as the port") from None
    if parts and parts.database in (None, "", ":memory:"):
        raise ValueError("name the file or database that keeps the data")
    return url


def _secret_key(value: str) -> str:
    key = value.strip()
    if 0 < len(key) < SECRET_KEY_LENGTH:
        raise ValueError(f"give at least {SECRET_KEY_LENGTH} characters")
    return key


def _switch(value: str) -> bool:
    if value.strip().lower() not in ("on", "off"):
        raise ValueError("give on or off")
    return value.strip().lower() == "on"


SETTINGS: Final = (
    Setting("HOST", "127.0.0.1", "Address the server listens on.", _text),
    Setting("PORT", "8000", "Port the server listens on.", _number(1, 65535)),
    Setting(
        "ROLLCALL_INSTANCE",
        "",
        "Folder of the data: database, secret key. `instance/` unless set.",
        _text,
    ),
    Setting(
        "ROLLCALL_DATABASE_URL",
        "",
        "Database, as `sqlite:////absolute/path` or "
        "`postgresql://user:password@host/name`. A SQLite file in the instance folder "
        "unless set.",
        _database_url,
    ),
    Setting(
        "ROLLCALL_PUBLIC_URL",
        "",
        "Address under which provisioning clients and browsers reach Rollcall, such as "
        "`https://rollcall.example.com`. That of each request unless set.",
        _public_url,
    ),
    Setting(
        "ROLLCALL_SECRET_KEY",
        "",
        "Key behind the set-up address, of 32 characters or more; the same on every "
        "machine of one install. Generated into the instance folder unless set.",
        _secret_key,
    ),
    Setting(
        "ROLLCALL_WORKERS",
        "",
        "Server processes. One for each processor, up to four, unless set.",
        _workers,
    ),
    Setting(
        "ROLLCALL_THREADS",
        "",
        "Requests one process works on at a time; its database pool has as many "
        "connections, and two for work beside them. Four for one process, two for each "
        "of several, unless set.",
        _threads,
    ),
    Setting(
        "ROLLCALL_BODY_LIMIT_BYTES",
        str(16 * 1024 * 1024),
        "Size of the largest request body.",
        _number(1024, 1024 * 1024 * 1024),
    ),
    Setting(
        "ROLLCALL_REFUSALS_PER_MINUTE",
        "1000",
        "Refused credentials that one address may send in a minute before it is told "
        "to slow down (429), counted by each server process. Good tokens are not "
        "limited.",
        _number(1, 1_000_000),
    ),
    Setting(
        "ROLLCALL_REQUEST_LOG",
        "on",
        "Whether every SCIM request leaves a row in the activity. Off, only those that "
        "change something do, without the answer.",
        _switch,
    ),
    Setting(
        "ROLLCALL_TRUSTED_PROXIES",
        "0",
        "Reverse proxies in front of Rollcall whose `X-Forwarded-For`, `-Proto` and "
        "`-Host` are believed.",
        _number(0, 8),
    ),
)


def read(environment: Mapping[str, str]) -> dict[str, Any]:  # Any: as Setting.read
    """All settings by name; raises `InvalidSetting` with a sentence for a bad one."""
    values = {}
    for setting in SETTINGS:
        try:
            values[setting.name] = setting.read(
                environment.get(setting.name, setting.default)
            )
        except ValueError as error:
            raise InvalidSetting(f"{setting.name} cannot be used: {error}.") from error
    # Those of one process take turns, and all together wait for SQLite's one writer.
    unasked = 4 if values["ROLLCALL_WORKERS"] == 1 else 2
    values["ROLLCALL_THREADS"] = values["ROLLCALL_THREADS"] or unasked
    return values
