"""The documents keep up with the code: what is there stands in `docs/reference/`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask

import settings
from blueprints import commands
from scim import names
from services.access import credentials

ROOT = Path(__file__).resolve().parent.parent.parent
REFERENCE = ROOT / "docs" / "reference"
MOST_ROOT_ENTRIES = 22


def read(path: Path) -> str:
    """A document with every run of blanks as one, since lines are wrapped."""
    return " ".join(path.read_text().split())


@pytest.mark.parametrize("setting", settings.SETTINGS, ids=lambda one: one.name)
def test_setting_is_documented_with_its_default(setting: settings.Setting) -> None:
    rows = (REFERENCE / "settings.md").read_text().splitlines()

    row = next((row for row in rows if row.startswith(f"| `{setting.name}` |")), "")

    assert row, f"{setting.name} is missing in settings.md"
    assert f"`{setting.default}`" in row or not setting.default


def routes(app: Flask) -> set[str]:
    """`GET /Users/{id}`: every method of every address, as the reference spells it."""
    return {
        f"{method} {_as_documented(rule.rule)}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def _as_documented(rule: str) -> str:
    rule = rule.removeprefix("/scim/v2")
    rule = rule.replace("<path:filename>", "…")
    return re.sub(r"<(?:[a-z]+_)?([a-z]+)>", r"{\1}", rule)


def test_every_address_is_documented(app: Flask) -> None:
    text = "".join(read(REFERENCE / f"{one}.md") for one in ("scim", "http", "pages"))

    missing = {route for route in routes(app) if f"`{route}`" not in text}

    assert not missing


def test_every_limit_of_the_protocol_is_documented() -> None:
    limits = Counter(
        f"{value:,}" for value in vars(names).values() if isinstance(value, int)
    )
    table = (REFERENCE / "scim.md").read_text().partition("\n## Limits\n")[2]
    rows = [row.split("|")[2].split() for row in table.splitlines() if "|" in row]

    documented = Counter(cell[0] for cell in rows if cell)

    assert limits <= documented


def own_commands() -> Iterator[tuple[str, click.Command]]:
    """Every command that can be called, by its words after `flask`."""
    app = Flask("documented")
    commands.register(app)
    for name, command in app.cli.commands.items():
        if isinstance(command, click.Group):
            yield from (
                (f"{name} {part}", one) for part, one in command.commands.items()
            )
        else:
            yield name, command


@pytest.mark.parametrize(("name", "command"), list(own_commands()))
def test_command_is_documented_with_its_options(
    name: str, command: click.Command
) -> None:
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    heading = " ".join([name, *(one.make_metavar(None) for one in arguments)])  # type: ignore[arg-type]  # the context is not looked at
    text = (REFERENCE / "command-line.md").read_text()

    _, found, after = text.partition(f"\n## `flask {heading}`\n")
    section = after.partition("\n## ")[0]

    assert found, f"flask {heading} is missing in command-line.md"
    assert not [one for one in command.params if _is_missing(one, section)]


def _is_missing(parameter: click.Parameter, section: str) -> bool:
    is_option = isinstance(parameter, click.Option)
    return is_option and f"| `{parameter.opts[0]}` |" not in section


@pytest.mark.parametrize("name", ["upgrade", "downgrade", "current"])
def test_migration_command_is_documented(app: Flask, name: str) -> None:
    text = (REFERENCE / "command-line.md").read_text()

    assert name in app.cli.commands["db"].commands  # type: ignore[attr-defined]  # a group
    assert f"\n## `flask db {name}`\n" in text


FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def documents() -> list[Path]:
    return [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "tests").rglob("*.md"),
    ]


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_relative_links_resolve(path: Path) -> None:
    links = LINK.findall(FENCED.sub("", path.read_text()))

    broken = [link for link in links if not _resolves(link, path)]

    assert not broken


def _resolves(link: str, path: Path) -> bool:
    if re.match(r"[a-z]+:", link):
        return True
    file, _, anchor = link.partition("#")
    target = path.parent / file if file else path
    return target.exists() and (not anchor or anchor in anchors(target))


def anchors(path: Path) -> set[str]:
    """What headings are linked by: lower case, without marks, blanks as hyphens."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in kept}


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "Makefile"])
def test_tasks_that_are_named_exist(document: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    tasks = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))

    named = set(re.findall(r"`make ([a-z-]+)", (ROOT / document).read_text()))
    named |= set(re.findall(r"^make ([a-z-]+)", (ROOT / document).read_text(), re.M))

    assert named <= tasks


def test_every_task_is_in_contributing() -> None:
    makefile = (ROOT / "Makefile").read_text()

    tasks = re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE)

    text = (ROOT / "CONTRIBUTING.md").read_text()
    assert "run" in tasks
    assert not [task for task in tasks if f"`make {task}`" not in text]


def test_root_entries_are_few_and_named_in_the_architecture() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    hidden = re.compile(r"\.|__pycache__")
    entries = [
        f"`{path.name}/`" if path.is_dir() else f"`{path.name}`"
        for path in ROOT.iterdir()
        if not hidden.match(path.name)
    ]

    assert len(entries) <= MOST_ROOT_ENTRIES
    assert not [entry for entry in entries if entry not in text]
    assert len(text.splitlines()) <= 150


def test_published_expression_finds_a_fresh_token() -> None:
    block = re.search(r"```regex\n(.+)\n```", (ROOT / "SECURITY.md").read_text())
    token = credentials.make().text

    assert block is not None
    assert re.findall(block[1], f'SCIM_TOKEN="{token}"') == [token]
    assert not re.search(block[1], token[:-1])
