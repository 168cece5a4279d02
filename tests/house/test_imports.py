"""The import contracts notice what they forbid."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.served import ROOT

ROOMS = ("blueprints", "services", "scim", "models")
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The rooms and their contracts, to be spoiled."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room)
    for file in ("pyproject.toml", "app.py", "settings.py"):
        shutil.copy(ROOT / file, tmp_path)
    return tmp_path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_house_keeps_its_contracts(copied: Path) -> None:
    done = lint(copied)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("scim/filters.py", "import flask", "scim knows nothing but itself"),
        ("scim/patch.py", "import services", "scim knows nothing but itself"),
        ("models/user.py", "import scim.names", "models know neither SCIM nor the web"),
        (
            "services/directory/users.py",
            "import flask",
            "services know no web framework",
        ),
        ("services/access/tokens.py", "import blueprints", "Doors call services"),
        ("blueprints/health.py", "import sqlalchemy", "doors never query"),
        ("blueprints/health.py", "import app", "doors never query"),
    ],
)
def test_a_forbidden_import_is_noticed(
    copied: Path, file: str, line: str, contract: str
) -> None:
    with (copied / file).open("a") as source:
        source.write(f"\n{line}\n")
    done = lint(copied)
    broken = [one for one in done.stdout.splitlines() if one.endswith(" BROKEN")]
    assert done.returncode == 1
    assert [one for one in broken if one.startswith(contract)] != []
