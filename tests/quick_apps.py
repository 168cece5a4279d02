"""What every new app works out anew, although it is always the same, kept.

Each test has an app of its own, and there are thousands: compiling routes and templates
took more than half of the time. Nothing of a request is kept.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import event
from sqlalchemy.engine import Engine
from werkzeug.routing import Rule

from models.database import db


class KnownRule(Rule):
    """A route that is compiled for the first app only; its parts know no app."""

    _compiled: dict[tuple[object, ...], dict[str, Any]] = {}  # noqa: RUF012  # shared
    _kept = ("_parts", "_trace", "_converters", "arguments")

    def compile(self) -> None:
        defaults = tuple((self.defaults or {}).items())
        key = (self.rule, self.subdomain, self.host, defaults, self.merge_slashes)
        known = self._compiled.get(key)
        if known is None:
            super().compile()
            known = {name: getattr(self, name) for name in self._kept}
            # Functions that know the text of a route and take the rule as argument.
            bound: tuple[Any, Any] = (self._build, self._build_unknown)
            known["builders"] = tuple(one.__func__ for one in bound)
            self._compiled[key] = known
            return
        for name in self._kept:
            setattr(self, name, known[name])
        plain, with_unknown = known["builders"]
        self._build = plain.__get__(self, None)
        self._build_unknown = with_unknown.__get__(self, None)


class KnownTemplates(BytecodeCache):
    """Templates as they were compiled for the first app."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._codes:
            bucket.bytecode_from_string(self._codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = bucket.bytecode_to_string()


class KnownEngines:
    """The engines of the databases that are emptied for each test, by their URLs.

    An engine knows the statements it has run as text; that outlives the rows.
    """

    def __init__(self) -> None:
        self._make = SQLAlchemy._make_engine
        self._engines: dict[str, Engine] = {}

    def make_engine(
        self, bind_key: str | None, options: dict[str, Any], app: Flask
    ) -> Engine:
        """One of the same options, if an app before had one."""
        key = repr(sorted(options.items(), key=str))
        if key not in self._engines:
            made = self._engines[key] = self._make(db, bind_key, options, app)
            if made.dialect.name == "sqlite":
                event.listen(made, "connect", _leave_order_open)
        return self._engines[key]


def _leave_order_open(connection: sqlite3.Connection, _record: object) -> None:
    """Rows come the other way round unless a query says in which order it wants them.

    Whoever relies on an order that nobody promised fails here, and not only on the day
    that PostgreSQL puts a row where another was.
    """
    connection.execute("PRAGMA reverse_unordered_selects = ON")


_TEMPLATES = KnownTemplates()


def make_quick() -> None:
    """For apps that are made from now on."""
    Flask.url_rule_class = KnownRule
    Flask.jinja_options = {"bytecode_cache": _TEMPLATES}
    db._make_engine = KnownEngines().make_engine  # type: ignore[method-assign]
