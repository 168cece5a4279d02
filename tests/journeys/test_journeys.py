"""Every journey under okta/: each file is well formed, and the server passes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.journeys import journey
from tests.journeys.player import JourneyServer, play

FILES = sorted((Path(__file__).parent / "okta").glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_journey_file_is_well_formed(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))

    assert journey.problems(document) == []
    assert document["steps"] != []


@pytest.mark.served
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_okta_gets_the_answers_it_needs(
    path: Path, journey_server: JourneyServer
) -> None:
    play(journey.load(path), journey_server)
