"""What every new app works out anew, although it is always the same, kept.

Each test has an app of its own, and there are thousands: compiling routes and templates
took more than half of the time. Nothing of a request is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

_Builder: TypeAlias = Callable[..., tuple[str, str]]


class KnownRule(Rule):
    """A route whose function to build addresses is made for the first app only.

    The function knows the text of the route and takes the rule itself as an argument.
    """

    _builders: dict[tuple[object, ...], _Builder] = {}  # noqa: RUF012  # shared by all

    def _compile_builder(self, append_unknown: bool = True) -> _Builder:
        defaults = tuple((self.defaults or {}).items())
        key = (self.rule, self.subdomain, self.host, defaults, append_unknown)
        if key not in self._builders:
            self._builders[key] = super()._compile_builder(append_unknown)
        return self._builders[key]


class KnownTemplates(BytecodeCache):
    """Templates as they were compiled for the first app."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._codes:
            bucket.bytecode_from_string(self._codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = bucket.bytecode_to_string()


_TEMPLATES = KnownTemplates()


def make_quick() -> None:
    """For apps that are made from now on."""
    Flask.url_rule_class = KnownRule
    Flask.jinja_options = {"bytecode_cache": _TEMPLATES}
