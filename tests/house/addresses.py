"""Every address there is, with values in it; and every row, to see what changed."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping

import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from app import create_app
from models.database import Base, db
from scim import names
from services.origin import new_id

# Where the next page begins, and the last use of a token or a session, are no part of
# the directory.
_TABLES = {
    table: [one for one in table.columns if not one.name.startswith("last_used_")]
    for table in Base.metadata.sorted_tables
    if table.name != "list_walks"
}
_SOME_VALUE = {
    "name": "User",
    "urn": names.CORE_USER,
    "filename": "css/rollcall.css",
    "slug": "acme",
    "kind": "csv",
    "number": "7",
}


def _rules() -> list[Rule]:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"ROLLCALL_INSTANCE": folder})
        with app.app_context():
            db.engine.dispose()
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


RULES = _rules()
UI_RULES = [rule for rule in RULES if rule.endpoint.startswith("admin_ui.")]


def filled(rule: Rule, known: Mapping[str, str] | None = None, **values: str) -> str:
    """The address with values in the place of its arguments."""
    wanted = {name: new_id() for name in rule.arguments}
    wanted |= {
        name: value
        for name, value in {**_SOME_VALUE, **(known or {}), **values}.items()
        if name in wanted
    }
    built = rule.build(wanted, append_unknown=False)
    assert built is not None, rule
    return built[1]


def contents(app: Flask) -> dict[str, list[str]]:
    """Every row of every table, but for what reading may write."""
    with app.app_context(), db.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(*columns))))
            for table, columns in _TABLES.items()
        }
