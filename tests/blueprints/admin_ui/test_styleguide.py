"""The style guide: every macro, in development, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from tests.conftest import make_app
from tests.served import ROOT

TEMPLATES = ROOT / "templates"
MACROS = sorted(
    name
    for path in (TEMPLATES / "macros").glob("*.html")
    for name in re.findall(r"\{%-? macro ([a-z]\w*)\(", path.read_text())
)
GUIDE = "".join(path.read_text() for path in (TEMPLATES / "styleguide").glob("*.html"))


@pytest.fixture
def developing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    return make_app(tmp_path, f"sqlite:///{tmp_path / 'none.sqlite'}")


@pytest.mark.parametrize("name", MACROS)
def test_every_macro_has_an_entry(name: str) -> None:
    assert re.search(rf"(\{{\{{|call) {name}\(|\({name}\(", GUIDE)


def test_it_shows_the_states_of_a_form(developing: Flask) -> None:
    page = developing.test_client().get("/styleguide")
    assert page.status_code == 200
    assert page.text.count('aria-invalid="true"') >= 3
    assert re.search(r"\d things need mending", page.text)
    assert "⟦U+202E⟧" in page.text


def test_it_needs_no_database_and_nobody(developing: Flask) -> None:
    page = developing.test_client().get("/styleguide")
    assert "session-seconds" not in page.text


def test_in_production_there_is_no_such_page(tmp_path: Path) -> None:
    app = create_app({"ROLLCALL_INSTANCE": str(tmp_path)})
    assert not [rule for rule in app.url_map.iter_rules() if "styleguide" in rule.rule]
    assert app.test_client().get("/styleguide").status_code == 404
