"""Every template says what it is and what it needs, and misspells nothing."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from functools import cache

import pytest
from flask import Flask, render_template_string
from jinja2 import StrictUndefined, UndefinedError
from jinja2.meta import find_referenced_templates, find_undeclared_variables

from app import create_app
from tests.house import markup
from tests.served import ROOT

TEMPLATES = sorted(
    str(path.relative_to(ROOT / "templates"))
    for path in (ROOT / "templates").rglob("*.html")
)
FIRST_LINE = re.compile(r"\{# (?P<file>\S+) — (?P<variables>.+) #\}")
GIVEN_BY_FLASK = {
    "config",
    "g",
    "request",
    "session",
    "url_for",
    "get_flashed_messages",
    "csrf_token",
}
# Given to every template by our door; a template may name them or not.
GIVEN_BY_US = {"is_oob", "ui"}
MOST_LINES = 120

VIEWS = "".join(path.read_text() for path in (ROOT / "blueprints").rglob("*.py"))
# Partials that a view answers with, and not only part of other templates.
FRAGMENTS = [one for one in TEMPLATES if "/_" in one and f'"{one}"' in VIEWS]
MACROS = [one for one in TEMPLATES if one.startswith("macros/")]

RULES: list[Callable[[str], list[str]]] = [
    markup.inline_code,
    markup.evaluated_triggers,
    markup.inherited_targets,
    markup.forms_without_token,
    markup.unescaped,
    markup.new_windows,
]

each_template = pytest.mark.parametrize("template", TEMPLATES)


def source_of(template: str) -> str:
    return (ROOT / "templates" / template).read_text()


def named_in(template: str) -> set[str]:
    """The variables that line one names: `status: int, title: str`."""
    found = FIRST_LINE.match(source_of(template))
    assert found, template
    return set(re.findall(r"(\w+): ", found["variables"]))


@cache
def used_in(template: str) -> frozenset[str]:
    """The variables that the template and what it is made of cannot do without."""
    tree = production().jinja_env.parse(source_of(template))
    parts = [part for part in find_referenced_templates(tree) if part]
    own = set(find_undeclared_variables(tree)) - GIVEN_BY_FLASK - imported_in(template)
    return frozenset(own.union(*map(used_in, parts)) - set_in(template))


@cache
def production() -> Flask:
    """An application for which nothing is set for tests."""
    with tempfile.TemporaryDirectory() as folder:
        return create_app({"ROLLCALL_INSTANCE": folder})


def imported_in(template: str) -> set[str]:
    """Macros: what blocks use of them counts as a variable otherwise."""
    lists = re.findall(r" import ([\w, ]+?) *-?%\}", source_of(template))
    return set(re.findall(r"\w+", " ".join(lists)))


def set_in(template: str) -> set[str]:
    """Names that the template makes for what it includes: by `set`, or in a loop."""
    source = source_of(template)
    loops = re.findall(r"\{%-? for ([\w, ()]+?) in ", source)
    return {
        *re.findall(
            r"\w+", " ".join(re.findall(r"\{%-? (?:set|with) ([\w, ]+)", source))
        ),
        *re.findall(r"\w+", " ".join(loops)),
    }


@pytest.fixture(scope="module")
def app() -> Flask:
    """As in production: nothing here is set for tests."""
    return production()


def test_there_are_templates() -> None:
    assert "errors/show.html" in TEMPLATES


@each_template
def test_line_one_names_the_file(template: str) -> None:
    found = FIRST_LINE.fullmatch(source_of(template).splitlines()[0])
    assert found
    assert found["file"] == template


@each_template
def test_line_one_names_the_variables(template: str) -> None:
    used = used_in(template)
    assert named_in(template) - GIVEN_BY_US == used - GIVEN_BY_US


@pytest.mark.parametrize("template", MACROS)
def test_macros_know_only_their_arguments(template: str) -> None:
    assert "— no variables #}" in source_of(template).splitlines()[0]
    assert used_in(template) == set()


@each_template
def test_a_template_keeps_the_rules(template: str) -> None:
    source = source_of(template)
    assert [fault for check in RULES for fault in check(source)] == []


@pytest.mark.parametrize("template", FRAGMENTS)
def test_a_fragment_can_be_swapped_by_its_id(template: str) -> None:
    assert markup.loose_roots(source_of(template)) == []


@each_template
def test_a_template_is_short(template: str) -> None:
    assert len(source_of(template).splitlines()) <= MOST_LINES


def test_a_misspelt_name_is_an_error_in_production_too(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(UndefinedError, match="unheard_of"):
        render_template_string("{{ unheard_of }}")
    with app.test_request_context(), pytest.raises(UndefinedError, match="mail"):
        render_template_string("{{ 'x'.mail }}")
    assert app.jinja_env.undefined is StrictUndefined
    assert not app.testing
    assert not app.debug


def test_text_from_outside_is_escaped(app: Flask) -> None:
    with app.test_request_context():
        page = app.jinja_env.get_template("errors/_sentence.html").render(
            title="<b>", detail="<script>", incident=""
        )
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<h1>&lt;b&gt;</h1>" in page
